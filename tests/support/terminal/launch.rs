//! What to start, and in which environment.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use portable_pty::CommandBuilder;

const PATIENCE: Duration = Duration::from_secs(10);
const MOST_PATIENCE: Duration = Duration::from_secs(30);

/// A program, its arguments, its environment and the size of its terminal.
///
/// The program sees only `PATH` of the tests' environment: `HOME` is an empty temporary folder, `TERM` is
/// `xterm-256color`, `LANG` is `C.UTF-8`, and the rest is given here.
#[derive(Debug, Clone)]
pub struct Launch {
    pub(super) program: PathBuf,
    pub(super) size: (u16, u16),
    pub(super) patience: Duration,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    cwd: Option<PathBuf>,
}

impl Launch {
    /// A program in a terminal of 80 columns and 24 rows.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            size: (80, 24),
            patience: PATIENCE,
            args: Vec::new(),
            env: Vec::new(),
            cwd: None,
        }
    }

    /// A script for the system's shell.
    pub fn shell(script: &str) -> Self {
        Self::new("/bin/sh").args(["-c", script])
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable; the last setting of a name counts.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Starts the program in this folder instead of in its home.
    #[must_use]
    pub fn cwd(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cwd = Some(folder.into());
        self
    }

    /// The size of the terminal, in cells.
    #[must_use]
    pub fn size(mut self, cols: u16, rows: u16) -> Self {
        self.size = (cols, rows);
        self
    }

    /// The timeout of each wait: 10 s by default, 30 s at most.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience.min(MOST_PATIENCE);
        self
    }

    pub(super) fn command(self, home: &Path) -> CommandBuilder {
        let mut command = CommandBuilder::new(self.program);
        command.args(self.args);
        command.env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.env("HOME", home);
        // Files left behind by a killed program are removed with the home folder.
        command.env("TMPDIR", home);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in self.env {
            command.env(name, value);
        }
        command.cwd(self.cwd.as_deref().unwrap_or(home));
        command
    }
}
