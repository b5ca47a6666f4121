//! A running program that uses the terminal.

#![allow(clippy::result_large_err, reason = "what failed is the message that is passed on, once")]

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::clock;
use crate::console::model::message::Message;
use crate::console::model::program::{Program, Returned, Subject};
use crate::console::terminal::program::command;
use crate::console::terminal::program::private_file::PrivateFile;

/// How long an editor has to save its text when the program must end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A running program. Dropping it kills the program.
pub struct Running {
    child: Child,
    name: String,
    edited: Option<Edited>,
}

/// The text given to an editor.
struct Edited {
    subject: Subject,
    given: String,
    file: PrivateFile,
}

impl Program {
    /// Starts the program on the terminal, which must be released first.
    ///
    /// # Errors
    /// Why it cannot be started, as a message.
    pub fn start(self) -> Result<Running, Message> {
        match self {
            Self::Editor { subject, text } => start_editor(subject, text),
            Self::Pager { text } => start_pager(text),
        }
    }
}

fn failed(error: impl std::fmt::Display) -> Message {
    Message::Failed(error.to_string())
}

fn start_editor(subject: Subject, given: String) -> Result<Running, Message> {
    let words = command::editor().map_err(failed)?;
    let file = PrivateFile::new(file_name(&subject, &given), &given)
        .map_err(|error| failed(format_args!("no file for the editor: {error}")))?;
    let mut command = program(&words);
    command.arg(file.path());
    let child = spawn(&mut command, &words[0])?;
    Ok(Running { child, name: name(&words[0]), edited: Some(Edited { subject, given, file }) })
}

/// A name by which editors recognize the language.
fn file_name(subject: &Subject, text: &str) -> &'static str {
    match subject {
        Subject::Profile(_) => "profile.json",
        Subject::Body(_) if text.trim_start().starts_with(['{', '[']) => "body.json",
        Subject::Body(_) if text.trim_start().starts_with('<') => "body.xml",
        Subject::Body(_) => "body.txt",
    }
}

fn start_pager(text: String) -> Result<Running, Message> {
    let words = command::pager().map_err(failed)?;
    let mut command = program(&words);
    command.stdin(Stdio::piped());
    // With -F, `less` would exit before a short text can be read.
    let less = std::env::var("LESS").unwrap_or_default();
    command.env("LESS", format!("{less} -+F").trim_start());
    let mut child = spawn(&mut command, &words[0])?;
    if let Some(mut input) = child.stdin.take() {
        tokio::spawn(async move {
            // A pager that is quit early stops reading.
            let _ = tokio::io::AsyncWriteExt::write_all(&mut input, text.as_bytes()).await;
        });
    }
    Ok(Running { child, name: name(&words[0]), edited: None })
}

fn program(words: &[String]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).kill_on_drop(true);
    command
}

fn spawn(command: &mut Command, name: &str) -> Result<Child, Message> {
    command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failed(format_args!("{name} not found: check VISUAL, EDITOR, PAGER")),
        _ => failed(format_args!("{name}: {error}")),
    })
}

/// The program without its folder.
fn name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

impl Running {
    /// Waits for the end, and returns the result.
    pub async fn ended(&mut self) -> Message {
        let trouble = match self.child.wait().await {
            Ok(status) => trouble(&self.name, status),
            Err(error) => Some(format!("{}: {error}", self.name)),
        };
        self.outcome(trouble)
    }

    /// Ends the program because the console ends, and returns the text written so far.
    pub async fn end(&mut self) -> Message {
        if let Some(pid) = self.child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?)) {
            let _ = kill_process(pid, Signal::HUP);
        }
        let _ = tokio::time::timeout(LAST_WORDS, self.child.wait()).await;
        let _ = self.child.start_kill();
        // The text is taken without a question: it is only kept as a draft.
        self.outcome(None)
    }

    fn outcome(&mut self, trouble: Option<String>) -> Message {
        let Some(Edited { subject, given, file }) = self.edited.take() else {
            return trouble.map_or_else(|| Message::Now(clock::now()), Message::Failed);
        };
        let (written, unread) = match file.text() {
            Ok(text) => (Some(text), None),
            Err(error) => (None, Some(format!("what {} left cannot be read: {error}", self.name))),
        };
        let trouble = trouble.or(unread);
        Message::Returned(Box::new(Returned { subject, given, written, trouble }))
    }
}

/// Why a program failed; none if it succeeded.
fn trouble(name: &str, status: ExitStatus) -> Option<String> {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(0), _) => None,
        (Some(code), _) => Some(format!("{name} ended with code {code}")),
        (None, signal) => Some(format!("{name} was ended by signal {}", signal.unwrap_or(0))),
    }
}
