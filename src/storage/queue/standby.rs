//! The state of a sender that waits for its seat.

/// The state of a sender while another process has the only seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standby {
    /// The process that sends; none where it is not known.
    Active(Option<u32>),
    /// Why that process sends nothing although something is due: a whole sentence. None while it does its
    /// work.
    Stalled(Option<String>),
}
