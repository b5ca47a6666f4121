//! A sequence of responses to the attempts of a delivery.

use std::fmt;
use std::str::FromStr;

use super::reply::Reply;

/// The most responses of a script.
const LONGEST: usize = 100;

/// The longest `Retry-After`, in seconds: a day.
const LONGEST_WAIT_S: u32 = 86_400;

/// A sequence of responses: the first is that to the first attempt of a delivery, and so on; the last one repeats.
///
/// Written as `500,timeout,429:5,200`: a status, a status with the seconds of its `Retry-After`, `timeout` (no
/// response), `reset` (the connection is closed). At least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script(Vec<ScriptStep>);

/// One response of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ScriptStep {
    pub(super) reply: Reply,
    /// The seconds of `Retry-After`; none if the header is not sent.
    pub(super) retry_after: Option<u32>,
}

/// Why a text is no script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScript {
    /// There is nothing in it.
    #[error("enter at least one response, such as 500,timeout,429:5,200")]
    Empty,
    /// One of its responses is unknown.
    #[error(
        "response {position}, `{text}`: use a status from 200 to 599, a status and the seconds of its Retry-After \
         such as 429:5 (a day at most), timeout, or reset"
    )]
    Response {
        /// Counted from 1.
        position: usize,
        /// As typed.
        text: String,
    },
    /// There are too many.
    #[error("{0} responses: {LONGEST} at most; the last one repeats")]
    TooLong(usize),
}

impl Script {
    /// The response to a delivery's attempt, counted from 1.
    pub(super) fn step(&self, attempt: u32) -> ScriptStep {
        let at = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        let step = self.0.get(at).or_else(|| self.0.last()).copied();
        // There is at least one.
        step.unwrap_or(ScriptStep { reply: Reply::Status(200), retry_after: None })
    }
}

impl FromStr for Script {
    type Err = InvalidScript;

    fn from_str(text: &str) -> Result<Self, InvalidScript> {
        if text.trim().is_empty() {
            return Err(InvalidScript::Empty);
        }
        let responses: Vec<&str> = text.split(',').map(str::trim).collect();
        if responses.len() > LONGEST {
            return Err(InvalidScript::TooLong(responses.len()));
        }
        let read = responses.iter().enumerate().map(|(at, text)| {
            let unknown = || InvalidScript::Response { position: at + 1, text: (*text).to_owned() };
            step(text).ok_or_else(unknown)
        });
        read.collect::<Result<_, _>>().map(Self)
    }
}

fn step(text: &str) -> Option<ScriptStep> {
    if text.eq_ignore_ascii_case("timeout") {
        return Some(ScriptStep { reply: Reply::Hung, retry_after: None });
    }
    if text.eq_ignore_ascii_case("reset") {
        return Some(ScriptStep { reply: Reply::Reset, retry_after: None });
    }
    let (status, retry_after) = match text.split_once(':') {
        Some((status, wait)) => (status, Some(digits(wait).filter(|wait| *wait <= LONGEST_WAIT_S)?)),
        None => (text, None),
    };
    let status = digits(status).and_then(|status| u16::try_from(status).ok());
    let status = status.filter(|status| (200..=599).contains(status))?;
    Some(ScriptStep { reply: Reply::Status(status), retry_after })
}

/// A number without a sign.
fn digits(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            match (step.reply, step.retry_after) {
                (Reply::Hung, _) => f.write_str("timeout")?,
                (Reply::Reset, _) => f.write_str("reset")?,
                (Reply::Status(status), None) => write!(f, "{status}")?,
                (Reply::Status(status), Some(seconds)) => write!(f, "{status}:{seconds}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_response_repeats() {
        let script: Script = "500, TIMEOUT,reset,429:5,200".parse().unwrap();
        let replies: Vec<_> = (1..=7).map(|attempt| script.step(attempt)).collect();
        let plain = |reply| ScriptStep { reply, retry_after: None };
        let ok = plain(Reply::Status(200));
        assert_eq!(
            replies,
            [
                plain(Reply::Status(500)),
                plain(Reply::Hung),
                plain(Reply::Reset),
                ScriptStep { reply: Reply::Status(429), retry_after: Some(5) },
                ok,
                ok,
                ok
            ]
        );
        assert_eq!(script.to_string(), "500,timeout,reset,429:5,200");
    }

    #[test]
    fn the_wrong_response_is_named() {
        let why = |text: &str| text.parse::<Script>().unwrap_err();
        assert_eq!(why("  "), InvalidScript::Empty);
        assert_eq!(why(&"200,".repeat(101)), InvalidScript::TooLong(102));
        for (text, position, wrong) in [
            ("500,,200", 2, ""),
            ("199", 1, "199"),
            ("200,600", 2, "600"),
            ("200,timeout:5", 2, "timeout:5"),
            ("429:", 1, "429:"),
            ("429:1s", 1, "429:1s"),
            ("429:+5", 1, "429:+5"),
            ("429:86401", 1, "429:86401"),
            ("+200", 1, "+200"),
        ] {
            assert_eq!(why(text), InvalidScript::Response { position, text: wrong.to_owned() }, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(text in "(([2-5][0-9]{2}(:[0-9]{1,4})?|timeout|reset),){0,9}[2-5][0-9]{2}") {
            let script: Script = text.parse().unwrap();
            prop_assert_eq!(script.to_string().parse::<Script>().unwrap(), script);
        }
    }
}
