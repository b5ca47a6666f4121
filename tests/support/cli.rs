//! The program run as a person or a script runs it, on its own files.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The longest that a command may take.
const DEADLINE: Duration = Duration::from_mins(2);

/// A folder with its own database, home and settings.
pub struct Place {
    folder: tempfile::TempDir,
}

/// The result of a command.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn db(&self) -> PathBuf {
        self.path("ringback.db")
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Writes the settings file of this place's home.
    pub fn settings(&self, text: &str) {
        std::fs::create_dir_all(self.path(".config/ringback")).unwrap();
        self.file(".config/ringback/config.toml", text);
    }

    /// The program on this place's database, without the relevant part of the caller's environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringback"));
        let folder = self.folder.path();
        for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "RINGBACK_CONFIG", "NO_COLOR"] {
            command.env_remove(name);
        }
        command.env("HOME", folder).env("TMPDIR", folder).env("RINGBACK_DB", self.db());
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args))
    }

    /// The program as a new user runs it: no database is named.
    pub fn run_unnamed(&self, args: &[&str]) -> Ran {
        let mut command = self.command(args);
        command.env_remove("RINGBACK_DB");
        ran(command)
    }

    /// The database of a new user.
    pub fn usual_db(&self) -> PathBuf {
        self.path(".local/share/ringback/ringback.db")
    }

    pub fn run_with_input(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        finish(child)
    }

    /// The same with an input that may not be read to its end.
    pub fn run_with_input_cut(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let written = child.stdin.take().unwrap().write_all(input.as_bytes());
        assert!(written.err().is_none_or(|error| error.kind() == std::io::ErrorKind::BrokenPipe));
        finish(child)
    }

    /// Applies documents and returns their IDs.
    pub fn apply(&self, documents: &Value) -> Vec<String> {
        let ran = self.run_with_input(&["profiles", "apply", "-"], &documents.to_string());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out.lines().map(str::to_owned).collect()
    }
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks the exit code, and that standard error contains each of these.
    #[track_caller]
    pub fn refused(&self, code: i32, message: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        for text in message {
            assert!(self.err.contains(text), "no '{text}' in {}", self.err);
        }
    }
}

pub fn ran(mut command: Command) -> Ran {
    finish(command.spawn().unwrap())
}

/// Waits for the end of a program, and reads its output.
pub fn finish(mut child: Child) -> Ran {
    let (out, err) = (child.stdout.take().map(read), child.stderr.take().map(read));
    let status = wait(&mut child);
    let text = |read: Option<mpsc::Receiver<String>>| {
        read.map_or_else(String::new, |read| read.recv_timeout(DEADLINE).unwrap())
    };
    Ran { code: status.code(), out: text(out), err: text(err) }
}

fn read(mut from: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        from.read_to_string(&mut text).unwrap();
        send.send(text)
    });
    receive
}

fn wait(child: &mut Child) -> ExitStatus {
    let until = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > until {
            let _ = child.kill();
            panic!("no end after {DEADLINE:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A program that runs until it is dropped, and whose lines can be awaited.
pub struct Running {
    child: Child,
    out: mpsc::Receiver<String>,
    err: mpsc::Receiver<String>,
}

/// The signals that end a command, and its exit codes; without those that these tests, and so their commands, ignore:
/// SIGHUP under `nohup`, SIGINT in a script's background.
pub fn ending_signals() -> Vec<(&'static str, i32)> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    let ignored = u64::from_str_radix(ignored.trim(), 16).unwrap();
    let mut all = vec![("INT", 130), ("TERM", 143), ("HUP", 129)];
    all.retain(|(_, code)| ignored >> (code - 129) & 1 == 0);
    all
}

/// A command with SIGHUP ignored, as under `nohup`.
pub fn under_nohup(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    shell
}

/// The stream that a line was written to.
#[derive(Clone, Copy)]
pub enum On {
    Out,
    Err,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null());
        Self::reading(command)
    }

    /// The same with the standard input that the command has.
    pub fn reading(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { child, out, err }
    }

    /// The next line that contains this text; earlier lines are lost.
    #[track_caller]
    pub fn line(&self, on: On, with: &str) -> String {
        let from = match on {
            On::Out => &self.out,
            On::Err => &self.err,
        };
        let mut others = Vec::new();
        loop {
            match from.recv_timeout(DEADLINE) {
                Ok(line) if line.contains(with) => return line,
                Ok(line) => others.push(line),
                Err(error) => panic!("no line with '{with}': {error}, after {others:#?}"),
            }
        }
    }

    /// Sends SIGINT, as Ctrl+C does.
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    /// Sends a signal by its name without `SIG`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What is written to its standard input, once.
    pub fn input(&mut self) -> ChildStdin {
        self.child.stdin.take().unwrap()
    }

    /// Kills it, as a power failure does. Returns whether it was still running.
    pub fn kill9(&mut self) -> bool {
        let _ = self.child.kill();
        wait(&mut self.child).signal() == Some(9)
    }

    /// All lines of its standard output that were not consumed, once it has ended.
    pub fn rest(&self) -> Vec<String> {
        self.out.iter().collect()
    }

    /// The same of its standard error.
    pub fn rest_of_errors(&self) -> Vec<String> {
        self.err.iter().collect()
    }

    /// The exit code, once it has ended.
    pub fn code(&mut self) -> Option<i32> {
        wait(&mut self.child).code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(from: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        // The test may have ended.
        BufReader::new(from).lines().map_while(Result::ok).try_for_each(|line| send.send(line))
    });
    receive
}

/// The address in a line such as `listening on http://127.0.0.1:9977`.
pub fn address(line: &str) -> String {
    line.split("://").nth(1).unwrap().split(['/', ' ']).next().unwrap().to_owned()
}

/// Whether no file in a folder has this prefix.
pub fn nothing_starts_with(folder: &Path, start: &str) -> bool {
    let names = std::fs::read_dir(folder).unwrap();
    names.flatten().all(|entry| !entry.file_name().to_string_lossy().starts_with(start))
}
