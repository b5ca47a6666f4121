//! The program as its users run it: its commands as separate processes, each run with its own database.

#![allow(dead_code, reason = "not every bench needs all of it")]

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::figures::process::children_seconds;

/// The program, built as in packages.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_ringback");

/// The destination of a command's reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    File,
    Terminal,
}

/// The cost of a run.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// From its start to its end, in seconds.
    pub seconds: f64,
    /// Processor seconds, including system time. None if the system does not report them.
    pub processor: Option<f64>,
}

impl Run {
    /// Measures a child until it has been waited for.
    pub fn of(child: impl FnOnce()) -> Self {
        let (start, before) = (Instant::now(), children_seconds());
        child();
        let processor = children_seconds().zip(before).map(|(after, before)| after - before);
        Self { seconds: start.elapsed().as_secs_f64(), processor }
    }
}

/// A database that has a profile for each endpoint, and a folder with the events of one run.
pub struct Site {
    folder: TempDir,
    database: String,
    profiles: Vec<String>,
}

impl Site {
    /// Profiles with four variables that send to these URLs, in a file.
    pub fn new(urls: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("bench.db").to_str().unwrap().to_owned();
        Self::with(folder, database, urls)
    }

    /// The same in a database of a server, at this address.
    pub fn on(database: String, urls: &[String]) -> Self {
        let mut migrate = Command::new(PROGRAM);
        migrate.args(["--db", &database, "doctor", "--migrate"]).stdout(Stdio::null());
        assert!(migrate.status().unwrap().success());
        Self::with(tempfile::tempdir().unwrap(), database, urls)
    }

    fn with(folder: TempDir, database: String, urls: &[String]) -> Self {
        let profiles: Vec<String> = urls.iter().map(|_| format!("IN_{}", Uuid::new_v4())).collect();
        let body = r#"{"id":"<id>","status":"<status>","recipient":"<recipient>","message":"<message>"}"#;
        let documents: Vec<_> = profiles
            .iter()
            .zip(urls)
            .map(|(id, url)| {
                json!({"profile_id": id, "title": id, "channel": "sms", "http_method": "POST", "url": url, "body": body})
            })
            .collect();
        let site = Self { folder, database, profiles };
        std::fs::write(site.path("profiles.json"), json!(documents).to_string()).unwrap();
        site.run(&["profiles", "apply", site.path("profiles.json").to_str().unwrap()], Output::File);
        site
    }

    /// A file of this folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the settings file of the commands.
    pub fn settings(&self, text: &str) {
        let folder = self.path("ringback");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config.toml"), text).unwrap();
    }

    /// The line of an event of one of the profiles.
    pub fn event(&self, number: usize) -> String {
        let profile = &self.profiles[number % self.profiles.len()];
        let data = json!({
            "id": format!("{}:1", Uuid::new_v4()), "status": "DELIVRD", "recipient": "+919800000083", "message": "Hi!"
        });
        json!({"callback_profile_id": profile, "data": data}).to_string()
    }

    /// A file with this many events, of each profile in turn.
    pub fn events(&self, count: usize) -> PathBuf {
        let mut text = String::new();
        for number in 0..count {
            writeln!(text, "{}", self.event(number)).unwrap();
        }
        let path = self.path("events.ndjson");
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The id of the first profile.
    pub fn profile(&self) -> &str {
        &self.profiles[0]
    }

    /// The file of the database, or its address.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The global arguments of a command.
    fn global(&self) -> [&str; 2] {
        ["--db", self.database()]
    }

    /// A command on this database, without the caller's environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(self.global())
            .args(args)
            .env("XDG_CONFIG_HOME", self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end, which must be successful.
    pub fn run(&self, args: &[&str], output: Output) -> Run {
        Run::of(|| {
            let succeeded = match output {
                Output::File => {
                    let file = |name| File::create(self.path(name)).unwrap();
                    self.command(args).stdout(file("out")).stderr(file("err")).status().unwrap().success()
                }
                Output::Terminal => self.on_terminal(args),
            };
            let message = || std::fs::read_to_string(self.path("err")).unwrap_or_default();
            assert!(succeeded, "{args:?} failed: {}", message());
        })
    }

    /// Runs a command on a terminal that is read as fast as it is written.
    fn on_terminal(&self, args: &[&str]) -> bool {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(self.global());
        command.args(args);
        command.env("XDG_CONFIG_HOME", self.folder.path());
        command.env("TERM", "xterm-256color");
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let reading = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Reading a terminal fails once nobody writes to it any more.
            while reader.read(&mut bytes).is_ok_and(|read| read > 0) {}
        });
        let status = child.wait().unwrap();
        drop(pair.master);
        reading.join().unwrap();
        status.success()
    }
}
