//! A token as sent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hyper::StatusCode;
use hyper::header::HeaderValue;

/// A token as sent. Nothing prints it.
pub struct Token {
    /// `Bearer …`, marked as sensitive.
    pub header: HeaderValue,
    /// From then on another one is fetched.
    pub fresh_until: Instant,
    made_at: Instant,
    refused: AtomicBool,
    /// Whether it was fetched because an endpoint responded with 403 to another one.
    follows_forbidden: AtomicBool,
}

/// How long a 403 is taken literally after a new token did not help.
const BELIEVED: Duration = Duration::from_mins(1);

impl Token {
    pub fn new(header: HeaderValue, fresh_until: Instant) -> Self {
        let (refused, follows_forbidden) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { header, fresh_until, made_at: Instant::now(), refused, follows_forbidden }
    }

    /// Whether this status of a response to it, in an attempt since `began`, can mean that it is no longer valid:
    /// 401; and 403, which some servers send then, for a token that was not fetched just now (our decision).
    pub fn may_be_stale(&self, status: StatusCode, began: Instant) -> bool {
        let is_believed =
            || self.follows_forbidden.load(Ordering::Relaxed) && self.made_at.elapsed() < BELIEVED;
        match status {
            StatusCode::UNAUTHORIZED => true,
            StatusCode::FORBIDDEN => self.made_at < began && !is_believed(),
            _ => false,
        }
    }

    /// Notes that it was fetched after a response with this status to another one.
    pub fn follows(&self, status: StatusCode) {
        self.follows_forbidden.store(status == StatusCode::FORBIDDEN, Ordering::Relaxed);
    }

    /// It is not used again.
    pub fn refuse(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    pub fn is_good(&self) -> bool {
        !self.refused.load(Ordering::Relaxed) && Instant::now() < self.fresh_until
    }
}
