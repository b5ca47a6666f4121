//! What a sender learns while it waits for its seat.

/// What a sender learns while another process has the only seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standby {
    /// The process that sends; none where it is not known.
    Active(Option<u32>),
    /// Why that process sends nothing although something is due: a whole sentence. None while it does its
    /// work.
    Stalled(Option<String>),
}
