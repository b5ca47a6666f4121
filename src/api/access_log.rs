//! The access log: one line of JSON per request, without secrets and without values. It names routes, not paths,
//! since a client that errs may put anything into a path.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::text::rfc3339;
use crate::threads::{self, NoThread};

/// How many lines may wait to be written. Requests do not wait for the log.
const WAITING: usize = 8192;

/// Writes lines, each complete. An error ends the log.
pub type WriteLines = Box<dyn FnMut(&str) -> std::io::Result<()> + Send>;

/// The access log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AccessLog {
    lines: SyncSender<String>,
    lost: Arc<AtomicU64>,
}

/// A request, as logged.
#[derive(Debug, Clone)]
pub(super) struct Access<'a> {
    /// When it arrived.
    pub(super) at: Timestamp,
    /// Where it came from.
    pub(super) peer: Option<IpAddr>,
    /// The id of its API key, if it had a valid one.
    pub(super) key: Option<&'a str>,
    /// Its method.
    pub(super) method: &'a str,
    /// The route; none for an unknown path.
    pub(super) route: Option<&'a str>,
    /// The status of the response.
    pub(super) status: u16,
    /// Until the response began.
    pub(super) long: Duration,
}

impl AccessLog {
    /// Starts a thread that writes lines. `failed` is called once if one cannot be written; then the log ends.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub fn start(
        mut write: WriteLines,
        failed: impl FnOnce(std::io::Error) + Send + 'static,
    ) -> Result<Self, NoThread> {
        let (lines, waiting) = sync_channel::<String>(WAITING);
        let lost: Arc<AtomicU64> = Arc::default();
        let missed = Arc::clone(&lost);
        threads::spawn("access-log", move || {
            while let Ok(mut text) = waiting.recv() {
                while let Ok(line) = waiting.try_recv() {
                    text.push_str(&line);
                }
                let lost = missed.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    text.push_str(&json!({ "lost_lines": lost }).to_string());
                    text.push('\n');
                }
                if let Err(error) = write(&text) {
                    failed(error);
                    return;
                }
            }
        })?;
        Ok(Self { lines, lost })
    }

    /// Logs a request; if too many wait to be written, only their number.
    pub(super) fn add(&self, access: &Access<'_>) {
        let line = json!({
            "time": rfc3339(access.at),
            "peer": access.peer,
            "key_id": access.key,
            "method": access.method,
            "route": access.route,
            "status": access.status,
            "duration_ms": u64::try_from(access.long.as_millis()).unwrap_or(u64::MAX),
        });
        if let Err(TrySendError::Full(_)) = self.lines.try_send(format!("{line}\n")) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::mpsc;

    use super::*;

    fn access() -> Access<'static> {
        Access {
            at: Timestamp::UNIX_EPOCH,
            peer: Some([127, 0, 0, 1].into()),
            key: None,
            method: "GET",
            route: Some("/healthz"),
            status: 200,
            long: Duration::from_micros(1_500),
        }
    }

    #[test]
    fn a_request_is_a_line() {
        let (send, written) = mpsc::channel();
        let write = move |text: &str| send.send(text.to_owned()).map_err(io::Error::other);
        let log = AccessLog::start(Box::new(write), |_| {}).unwrap();
        log.add(&access());
        assert_eq!(
            written.recv().unwrap(),
            "{\"time\":\"1970-01-01T00:00:00.000Z\",\"peer\":\"127.0.0.1\",\"key_id\":null,\"method\":\"GET\",\
             \"route\":\"/healthz\",\"status\":200,\"duration_ms\":1}\n"
        );
    }

    #[test]
    fn lines_that_cannot_be_written_keep_nobody_waiting() {
        let (open, gate) = mpsc::channel::<()>();
        let (send, written) = mpsc::channel();
        let write = move |text: &str| {
            let _ = gate.recv();
            send.send(text.to_owned()).map_err(io::Error::other)
        };
        let log = AccessLog::start(Box::new(write), |_| {}).unwrap();
        for _ in 0..WAITING * 3 {
            log.add(&access());
        }
        drop(open);
        drop(log);
        let text: String = written.iter().collect();
        assert!(text.contains("{\"lost_lines\":"), "{}", text.lines().count());
    }

    #[test]
    fn a_failure_is_reported_once() {
        let (send, failed) = mpsc::channel();
        let write = |_: &str| Err(io::Error::other("full"));
        let log =
            AccessLog::start(Box::new(write), move |error| send.send(error.to_string()).unwrap()).unwrap();
        log.add(&access());
        assert_eq!(failed.recv().unwrap(), "full");
        log.add(&access());
        assert!(failed.recv().is_err(), "the thread has ended");
    }
}
