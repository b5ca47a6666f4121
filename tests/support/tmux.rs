//! A separate tmux with its defaults: a server on its own socket, with a client in a terminal.

use std::path::Path;
use std::process::{Command, Stdio};

use super::terminal::{Launch, Terminal};

/// A tmux server, ended when dropped.
pub struct Tmux {
    folder: tempfile::TempDir,
}

impl Tmux {
    pub fn new() -> Self {
        Self { folder: tempfile::Builder::new().prefix("t").tempdir().expect("a folder") }
    }

    /// A client in a terminal, in a new session that runs this shell command.
    pub fn start(&self, command: &str, size: (u16, u16)) -> Terminal {
        self.client(&["new-session", command], size)
    }

    /// Another client, or the same one again, in the existing session.
    pub fn attach(&self, size: (u16, u16)) -> Terminal {
        self.client(&["attach-session"], size)
    }

    fn client(&self, args: &[&str], size: (u16, u16)) -> Terminal {
        let args = [&["-L", "ringback", "-f", "/dev/null"], args].concat();
        let launch = Launch::new("tmux").args(args).env("TMUX_TMPDIR", self.folder.path());
        Terminal::start(launch.env("SHELL", "/bin/sh").size(size.0, size.1))
    }

    /// Runs a tmux command and returns its output.
    pub fn run(&self, args: &[&str]) -> String {
        let output = self.command().args(args).output().expect("tmux");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn command(&self) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-L", "ringback"]).env("TMUX_TMPDIR", self.folder.path()).env_remove("TMUX");
        command.stderr(Stdio::null());
        command
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = self.command().arg("kill-server").status();
    }
}
