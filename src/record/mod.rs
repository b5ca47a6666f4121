//! Deliveries and their attempts as they are recorded.

mod failure;
mod id;
mod prepare;
pub mod retry_decision;
mod series;

pub use failure::{ErrorClass, Failure};
pub use id::DeliveryId;
pub(crate) use prepare::random;
pub use retry_decision::{longest_wait, own_wait};
pub use series::{Mark, Series};

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;

use crate::callback::{Callback, Values};
use crate::profile::{Choice, Event, Profile, ProfileId, RetryPolicy};

/// Why a delivery came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Test was pressed, or `ringback test` run.
    Test,
    /// An event was sent.
    Event,
    /// An earlier delivery was sent again.
    Again,
}

impl Choice for Kind {
    const ALL: &'static [Self] = &[Self::Test, Self::Event, Self::Again];

    fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Event => "event",
            Self::Again => "again",
        }
    }
}

/// Where a delivery stands on disk. That one is being sent just now is known only to the process
/// that sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Accepted, not tried yet.
    Queued,
    /// Tried, failed, and due again later.
    Waiting,
    /// Answered with 2xx.
    Delivered,
    /// Given up.
    Failed,
    /// Stopped by a person.
    Cancelled,
}

impl Choice for State {
    const ALL: &'static [Self] =
        &[Self::Queued, Self::Waiting, Self::Delivered, Self::Failed, Self::Cancelled];

    fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl State {
    /// Whether there is still something to send.
    #[must_use]
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Queued | Self::Waiting)
    }
}

/// A delivery to be accepted: complete, so that a restart needs nothing else.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Made by [`DeliveryId::generate`].
    pub id: DeliveryId,
    /// Why.
    pub kind: Kind,
    /// The profile's id.
    pub profile_id: ProfileId,
    /// The title at this time, shown even when the profile is gone.
    pub profile_title: String,
    /// The event whose values these are; none with Default.
    pub event: Option<Event>,
    /// Scheme, host and port.
    pub origin: String,
    /// The values, kept to be used again.
    pub values: Values,
    /// The request, without credentials; or why none could be made, which fails it at once.
    pub request: Result<Callback, Failure>,
    /// The retries at this time.
    pub policy: RetryPolicy,
    /// The profile as it was on the screen, for a test: its credentials are used until the delivery
    /// ends, and it is kept apart from the log.
    pub tested: Option<Box<Profile>>,
    /// When.
    pub accepted_at: Timestamp,
}

/// Scheme, host and port of an endpoint, shared by its deliveries.
pub type Origin = Arc<str>;

/// Where the storage keeps a delivery: told back to it, and of no meaning to the sender.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// Its row.
    pub row: i64,
    /// Its queue.
    pub lane: i64,
}

/// A delivery that is due, with what is needed to send it.
#[derive(Debug, Clone)]
pub struct Job {
    /// The delivery.
    pub id: DeliveryId,
    /// Where the storage has it.
    pub place: Place,
    /// Scheme, host and port.
    pub origin: Origin,
    /// The request, without credentials.
    pub callback: Callback,
    /// The values, for header values that are secrets.
    pub values: Values,
    /// The retries.
    pub policy: RetryPolicy,
    /// Tries made so far.
    pub attempts: u32,
    /// A person sent it: a test, or a resend.
    pub manual: bool,
    /// What became of the last delivery of its lane; nothing where none has ended.
    pub past: Option<Past>,
    /// Whose credentials are used: the profile as tested, or as stored now; none if it is gone.
    pub profile: Option<Arc<Profile>>,
}

/// What became of the last delivery of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// It was delivered.
    Delivered,
    /// It failed for good.
    Failed,
}

/// One try and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// 1 is the first try.
    pub n: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// To the last byte of the answer that was read, in milliseconds.
    pub duration_ms: u32,
    /// The address of the connection that the request went over, or the last one that was dialled for
    /// it; none where none was.
    pub address: Option<SocketAddr>,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why it failed; none when delivered.
    pub error: Option<Failure>,
    /// The answer's headers, 16 KiB at most; bytes that are no text are shown escaped.
    pub response_headers: Vec<(String, String)>,
    /// The answer's body, the first 16 KiB.
    pub response_body: Vec<u8>,
    /// Whether more of the response came than is kept: its body went on, or a header is left out.
    pub response_cut: bool,
    /// Why the body of a response that delivered is incomplete (our decision: the status was received,
    /// so the callback was taken). An attempt that failed says it in `error`.
    pub response_incomplete: Option<String>,
}

/// What an attempt means for its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The delivery.
    pub id: DeliveryId,
    /// Where the storage has it.
    pub place: Place,
    /// The try.
    pub attempt: Attempt,
    /// Where the delivery stands now.
    pub next: Next,
}

/// Where an outcome leaves a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Done.
    Delivered,
    /// Given up.
    Failed,
    /// To be tried again at this time.
    Retry(Timestamp),
}

impl Next {
    /// When it is tried again, if it is.
    #[must_use]
    pub fn retry_at(self) -> Option<Timestamp> {
        match self {
            Self::Retry(at) => Some(at),
            Self::Delivered | Self::Failed => None,
        }
    }
}

/// A delivery as it is listed, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The delivery.
    pub id: DeliveryId,
    /// Why it came to be.
    pub kind: Kind,
    /// Whose.
    pub profile_id: ProfileId,
    /// The profile's title when it was accepted.
    pub profile_title: String,
    /// The event; none with Default.
    pub event: Option<Event>,
    /// Where it stands on disk.
    pub state: State,
    /// Tries made.
    pub attempts: u32,
    /// The retries.
    pub policy: RetryPolicy,
    /// When the next try is due, while pending.
    pub due_at: Option<Timestamp>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Status of the last answer.
    pub last_status: Option<u16>,
    /// Failure of the last try, or why no request could be made.
    pub last_error: Option<Failure>,
    /// Duration of the last try in milliseconds.
    pub last_ms: Option<u32>,
    /// The delivery by which it was sent again last.
    pub again: Option<DeliveryId>,
}

/// Everything about one delivery.
#[derive(Debug, Clone)]
pub struct Details {
    /// As listed.
    pub summary: Summary,
    /// The request, without credentials; none when it could not be made.
    pub callback: Option<Callback>,
    /// The values it was made of.
    pub values: Values,
    /// The tries in order.
    pub attempts: Vec<Attempt>,
    /// What is stored of it and cannot be read: a sentence each.
    pub passed_over: Vec<String>,
}
