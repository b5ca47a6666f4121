//! Events that come in all the time, through one `send --from -`.

use std::collections::HashSet;
use std::io::Write as _;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use super::Fleet;
use crate::support::cli::{On, Running};
use crate::support::recorder::event;

/// A pause between two lines: the rate stays below what the senders do.
const PAUSE: Duration = Duration::from_millis(4);

/// A command that accepts events until it is ended.
pub struct Intake {
    command: Running,
    is_over: Arc<AtomicBool>,
    writer: JoinHandle<usize>,
}

/// What it said.
pub struct Said {
    /// Lines that were written to it.
    pub written: usize,
    /// The deliveries that it said to be accepted.
    pub accepted: HashSet<String>,
    /// The lines of its standard error that nobody has read before.
    pub errors: Vec<String>,
    pub code: Option<i32>,
}

impl Intake {
    pub fn start(fleet: &Fleet) -> Self {
        let mut command = fleet.command(&["send", "--from", "-", "--no-wait", "--json"]);
        command.stdin(Stdio::piped());
        let mut command = Running::reading(command);
        let (mut input, profile) = (command.input(), fleet.profile.clone());
        let is_over = Arc::<AtomicBool>::default();
        let over = Arc::clone(&is_over);
        let writer = std::thread::spawn(move || {
            let mut written = 0;
            // It fails once the command has ended.
            while !over.load(Ordering::Relaxed)
                && input.write_all(event(&profile, &format!("in-{written}")).as_bytes()).is_ok()
            {
                written += 1;
                std::thread::sleep(PAUSE);
            }
            written
        });
        Self { command, is_over, writer }
    }

    /// The next line of its standard error with this text.
    #[track_caller]
    pub fn says(&self, text: &str) -> String {
        self.command.line(On::Err, text)
    }

    /// Ends the input, and waits for the end of the command.
    pub fn end(mut self) -> Said {
        self.is_over.store(true, Ordering::Relaxed);
        let written = self.writer.join().unwrap();
        let code = self.command.code();
        let id = |line: &String| {
            let line: Value = serde_json::from_str(line).unwrap();
            (line["state"] == "accepted").then(|| line["delivery_id"].as_str().unwrap().to_owned())
        };
        let accepted = self.command.rest().iter().filter_map(id).collect();
        Said { written, accepted, errors: self.command.rest_of_errors(), code }
    }
}
