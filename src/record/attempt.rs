//! One attempt, as recorded.

use std::borrow::Cow;
use std::net::SocketAddr;

use jiff::Timestamp;

use crate::profile::attempt_label;

use super::{ErrorClass, Failure, HeaderList, Phase, Phases};

/// One attempt and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// 1 is the first attempt.
    pub n: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// Until the last byte of the response was read, in milliseconds.
    pub duration_ms: u32,
    /// The address of the connection that the request was sent on, or the last one that was dialled for it; none if
    /// none was.
    pub address: Option<SocketAddr>,
    /// The status of the response, if there was one.
    pub status: Option<u16>,
    /// Why it failed; none if delivered.
    pub error: Option<Failure>,
    /// The headers of the response, up to 16 KiB; bytes that are not UTF-8 are escaped.
    pub response_headers: HeaderList,
    /// The body of the response, its first 16 KiB.
    pub response_body: Vec<u8>,
    /// Whether the response is longer than the part that is kept: its body continues, or a header is left out.
    pub response_cut: bool,
    /// Why the body of a successful response is incomplete (our decision: the status was received, so the callback
    /// was accepted). A failed attempt says so in `error`.
    pub response_incomplete: Option<String>,
    /// The sender that made it (`HOST/PID/NUMBER`); none where one process at a time sends.
    pub sender: Option<String>,
    /// Where its time went; none if it ended before the first phase, or was made by a version that did not record them.
    pub phases: Option<Phases>,
    /// Whether it was a probe of an auto-disabled profile.
    pub is_probe: bool,
}

impl Attempt {
    /// Its name, such as `1st retry` or `probe`.
    #[must_use]
    pub fn label(&self) -> Cow<'static, str> {
        if self.is_probe {
            return "probe".into();
        }
        attempt_label(u8::try_from(self.n.saturating_sub(1)).unwrap_or(u8::MAX))
    }

    /// Why it failed, in words. Of a timeout, what it waited for: the message says so itself where there was no
    /// connection yet.
    #[must_use]
    pub fn failure_words(&self) -> Option<Cow<'_, str>> {
        let Failure { class, message } = self.error.as_ref()?;
        let phase = self.phases.and_then(|phases| phases.last());
        let awaited = match phase.filter(|_| *class == ErrorClass::Timeout) {
            Some(Phase::Wait) => "waiting for the first byte of the response",
            Some(Phase::Read) => "reading the response",
            _ => return Some(message.into()),
        };
        // That of a token is another one, and some say more.
        let is_bare = message.starts_with("timed out") && message.ends_with(" ms");
        Some(if is_bare { format!("{message} {awaited}").into() } else { message.into() })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn timed_out(failure: Failure, phase: Phase) -> Attempt {
        let mut phases = Phases::default();
        phases.add(phase, Duration::from_millis(1));
        Attempt {
            n: 1,
            started_at: Timestamp::UNIX_EPOCH,
            duration_ms: 1,
            address: None,
            status: None,
            error: Some(failure),
            response_headers: HeaderList::default(),
            response_body: Vec::new(),
            response_cut: false,
            response_incomplete: None,
            sender: None,
            phases: Some(phases),
            is_probe: false,
        }
    }

    #[test]
    fn a_timeout_says_what_it_waited_for() {
        let words = |failure: &Failure, phase| {
            timed_out(failure.clone(), phase).failure_words().map(Cow::into_owned).unwrap_or_default()
        };
        let late = Failure::timed_out(300);
        assert_eq!(
            words(&late, Phase::Wait),
            "timed out after 300 ms waiting for the first byte of the response"
        );
        assert_eq!(words(&late, Phase::Read), "timed out after 300 ms reading the response");
        assert_eq!(words(&late, Phase::Tls), "timed out after 300 ms");
        assert_eq!(words(&Failure::no_token(&late), Phase::Read), "no token: timed out after 300 ms");
        let dropped = Failure { class: ErrorClass::Connect, message: "it took 5 ms".to_owned() };
        assert_eq!(words(&dropped, Phase::Wait), "it took 5 ms");
    }
}
