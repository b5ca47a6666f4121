//! The options that say how the receiver responds.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;

use super::error::ReceiveError;
use crate::cli::error::CommandError;
use crate::files;
use crate::receiver::{Behaviour, ResponseHeader, Script};
use crate::text::escape_controls;
use crate::threads;

/// The longest body of a response, in bytes: 1 MiB.
const LONGEST_BODY: u64 = 1 << 20;

/// How it responds.
#[derive(Debug, clap::Args)]
pub(super) struct ResponseArgs {
    /// Response status, 200 to 599
    #[arg(long, value_name = "STATUS", default_value_t = 200, value_parser = status)]
    status: u16,
    /// Fail the first N attempts of each delivery: with 500, or with --hang or --reset if given
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = count)]
    fail_first: u32,
    /// Respond to the attempts of each delivery in this order, such as 500,timeout,429:5,200: a status, a status and
    /// the seconds of its Retry-After, timeout (no response) or reset (closes the connection). The last one repeats
    #[arg(long, value_name = "RESPONSES", conflicts_with_all = ["status", "fail_first", "hang", "reset"])]
    script: Option<Script>,
    /// Add a header to every response, such as "Location: /elsewhere"; can be repeated
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<ResponseHeader>,
    /// Body of every response: text, or @FILE; @- reads standard input
    #[arg(long, value_name = "TEXT")]
    body: Option<String>,
    /// Delay before each response, such as 250ms or 2s
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = duration)]
    delay: Duration,
    /// Never respond
    #[arg(long, conflicts_with = "reset")]
    hang: bool,
    /// Close the connection without a response
    #[arg(long)]
    reset: bool,
}

impl ResponseArgs {
    /// The behaviour that they describe.
    ///
    /// # Errors
    /// The file of the body cannot be read.
    pub(super) async fn read(&self) -> Result<Behaviour, CommandError> {
        let body = match &self.body {
            None => None,
            Some(text) => match text.strip_prefix('@') {
                None => Some(Bytes::from(text.clone())),
                Some(file) => Some(of_file(file.to_owned()).await?),
            },
        };
        Ok(Behaviour {
            status: self.status,
            fail_first: self.fail_first,
            delay: self.delay,
            hang: self.hang,
            reset: self.reset,
            script: self.script.clone(),
            headers: self.header.clone(),
            body,
            ..Behaviour::default()
        })
    }
}

async fn of_file(file: String) -> Result<Bytes, CommandError> {
    let named = if file == "-" { "standard input".to_owned() } else { escape_controls(&file) };
    // Opening a pipe without a writer blocks, and a signal ends the wait.
    let read = threads::blocking(move || files::read_input(Path::new(&file), LONGEST_BODY)).await?;
    read.map(Bytes::from).map_err(|error| ReceiveError::Body(format!("{named}: {error}")).into())
}

fn status(text: &str) -> Result<u16, &'static str> {
    let status = text.parse().ok().filter(|status| (200..=599).contains(status));
    status.ok_or("use a status from 200 to 599")
}

fn count(text: &str) -> Result<u32, &'static str> {
    text.parse().map_err(|_| "use a whole number such as 2")
}

/// `250ms`, `2s`, `1.5s`, or `0`. Any other number without a unit could be either.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    /// A day: longer delays are typing errors.
    const MOST_MS: f64 = 86_400_000.0;
    /// Any number but 0 exceeds the maximum then.
    const NO_UNIT: f64 = f64::MAX;
    let text = text.trim();
    let (number, unit_ms) = match text.strip_suffix("ms") {
        Some(number) => (number, 1.0),
        None => text.strip_suffix('s').map_or((text, NO_UNIT), |number| (number, 1000.0)),
    };
    let ms = number.trim_end().parse::<f64>().map(|number| number * unit_ms);
    match ms {
        Ok(ms) if (0.0..=MOST_MS).contains(&ms) => Ok(Duration::from_secs_f64(ms / 1000.0)),
        _ => Err("use a duration with its unit, such as 250ms or 2s, one day at most".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_numbers_name_the_valid_range() {
        assert_eq!((status("200"), status("599")), (Ok(200), Ok(599)));
        for bad in ["", "99", "199", "600", "70000", "ok"] {
            assert_eq!(status(bad), Err("use a status from 200 to 599"), "{bad}");
        }
        assert_eq!((count("2"), count("two")), (Ok(2), Err("use a whole number such as 2")));
    }

    #[test]
    fn durations() {
        for (text, ms) in [("250ms", 250), ("2s", 2000), ("1.5s", 1500), ("0", 0), ("3 s", 3000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for bad in ["", "s", "ms", "5", "40", "0.5", "-1", "1h", "nan", "inf", "1e300", "90000s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
