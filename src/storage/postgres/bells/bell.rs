//! What a bell says.

/// Most lanes that one bell names: a payload has room for 8000 bytes.
const MOST_LANES: usize = 500;

/// A notification of one process to all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bell {
    /// Deliveries came into these lanes; into any where none is named.
    Arrived(Vec<i32>),
    /// A person changed blocks or pending deliveries.
    Steered,
    /// Something that people see has changed.
    Changed,
    /// A sender joined or left.
    Fleet,
}

/// The channels of all bells.
pub const CHANNELS: [&str; 4] =
    ["ringback_arrived", "ringback_steered", "ringback_changed", "ringback_fleet"];

impl Bell {
    /// The channel, and what is said on it.
    #[must_use]
    pub fn notification(&self) -> (&'static str, String) {
        let [arrived, steered, changed, fleet] = CHANNELS;
        match self {
            Self::Arrived(lanes) if lanes.len() > MOST_LANES => (arrived, String::new()),
            Self::Arrived(lanes) => {
                (arrived, lanes.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
            }
            Self::Steered => (steered, String::new()),
            Self::Changed => (changed, String::new()),
            Self::Fleet => (fleet, String::new()),
        }
    }

    /// Reads a notification; nothing for a channel that is not ours. Lanes that cannot be read are any.
    #[must_use]
    pub fn read(channel: &str, payload: &str) -> Option<Self> {
        let [arrived, steered, changed, fleet] = CHANNELS;
        Some(match channel {
            _ if channel == arrived => {
                let lanes: Result<Vec<i32>, _> = payload.split(',').map(str::parse).collect();
                Self::Arrived(lanes.unwrap_or_default())
            }
            _ if channel == steered => Self::Steered,
            _ if channel == changed => Self::Changed,
            _ if channel == fleet => Self::Fleet,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rung_is_heard() {
        for bell in
            [Bell::Arrived(vec![7, 12]), Bell::Arrived(Vec::new()), Bell::Steered, Bell::Changed, Bell::Fleet]
        {
            let (channel, payload) = bell.notification();
            assert_eq!(Bell::read(channel, &payload), Some(bell));
        }
        let (channel, payload) = Bell::Arrived((0..1000).collect()).notification();
        assert_eq!(Bell::read(channel, &payload), Some(Bell::Arrived(Vec::new())), "any");
        assert_eq!(Bell::read("other", ""), None);
    }
}
