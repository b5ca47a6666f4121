//! Filters by state and status.

use std::fmt;

use crate::profile::Choice;
use crate::record::{DeliveryState, ErrorClass};

/// One state, or several related ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateFilter {
    /// Queued or waiting: an attempt is still to come.
    Pending,
    /// Delivered, failed or cancelled: no attempt is to come.
    Ended,
    /// Waiting, failed or cancelled: a retry may help.
    Retriable,
    /// Failed, since it expired.
    Expired,
    /// This one.
    Is(DeliveryState),
}

impl StateFilter {
    /// Whether a state matches.
    #[must_use]
    pub fn has(self, state: DeliveryState) -> bool {
        match self {
            Self::Pending => state.is_pending(),
            Self::Ended => !state.is_pending(),
            Self::Retriable => {
                matches!(state, DeliveryState::Waiting | DeliveryState::Failed | DeliveryState::Cancelled)
            }
            Self::Expired => state == DeliveryState::Failed,
            Self::Is(only) => state == only,
        }
    }
}

/// How the last attempt of a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFilter {
    /// With this HTTP status.
    Code(u16),
    /// With a status of this class, such as 5 for 500 to 599.
    Hundred(u16),
    /// With a failure of this class.
    Error(ErrorClass),
}

impl StatusFilter {
    /// Parses `404`, `5xx`, or the name of a class such as `timeout`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        if let Some(class) = ErrorClass::from_name(&text) {
            return Some(Self::Error(class));
        }
        let (start, whole) = text.strip_suffix("xx").map_or((text.as_str(), true), |start| (start, false));
        let digits = start.len() == if whole { 3 } else { 1 } && start.bytes().all(|b| b.is_ascii_digit());
        let number: u16 = start.parse().ok().filter(|_| digits)?;
        if whole {
            (100..600).contains(&number).then_some(Self::Code(number))
        } else {
            (1..6).contains(&number).then_some(Self::Hundred(number))
        }
    }

    /// Whether an attempt ended like this, given its status and the name of its failure's class.
    pub(crate) fn fits(self, status: Option<u16>, class: Option<&str>) -> bool {
        match self {
            Self::Code(code) => status == Some(code),
            Self::Hundred(hundred) => status.is_some_and(|status| status / 100 == hundred),
            Self::Error(of) => class == Some(of.name()),
        }
    }

    /// Whether it may be the status of a success.
    pub(crate) fn is_success(self) -> bool {
        matches!(self, Self::Code(200..300) | Self::Hundred(2))
    }
}

impl fmt::Display for StatusFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Hundred(hundred) => write!(f, "{hundred}xx"),
            Self::Error(class) => f.write_str(class.name()),
        }
    }
}
