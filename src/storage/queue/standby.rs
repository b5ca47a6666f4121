//! The state of a sender that waits for its seat.

/// The state of a sender while another process has the only seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standby {
    /// The active sender's process; none if unknown.
    Active(Option<u32>),
    /// Why that process sends nothing although something is due: a complete sentence. None while it works.
    Stalled(Option<String>),
}
