//! Commands that the settings name, run by `/bin/sh`: within a time limit, with all processes that they start, and
//! without the terminal.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use crate::text::escape_controls;

/// How much of its standard error is reported, in bytes.
const REPORTED: usize = 300;

/// How long its output is read after its end: what it left running may hold it open.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// The variables of the environment that [`Environment::Few`] keeps.
const KEPT: [&str; 10] =
    ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"];

/// The beginning of the names of our own variables, which may hold secrets, such as `RINGBACK_DB` the password of a
/// database.
const OWN: &str = "RINGBACK_";

/// The environment of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// What every program needs; other variables may hold secrets.
    Few,
    /// All but our own: a password manager is found and opened by variables of its own.
    Foreign,
}

/// A command to be run.
#[derive(Debug)]
pub struct ShellCommand<'a> {
    /// The setting that it is from, for messages.
    pub setting: &'static str,
    /// Its text, as `sh -c` takes it.
    pub text: &'a str,
    /// What it reads from standard input.
    pub input: &'a str,
    /// Its environment.
    pub environment: Environment,
    /// The most bytes of its standard output that are returned; the rest is discarded.
    pub output: usize,
    /// How long it may run. Then it is killed, with what it started.
    pub limit: Duration,
}

/// Why a command has failed. No message has its standard output.
#[derive(Debug, thiserror::Error)]
pub enum CommandFailure {
    /// It did not start.
    #[error("{0}: `sh` cannot be run: {1}")]
    NotStarted(&'static str, io::Error),
    /// It has ended so, with this on its standard error.
    #[error("{0}: the command ended with {1}{2}")]
    Ended(&'static str, ExitStatus, String),
    /// It was still running after this time, and was killed.
    #[error("{0}: the command was killed after {seconds} s{2}", seconds = .1.as_secs())]
    TimedOut(&'static str, Duration, String),
    /// It has stopped, as a background process does that uses the terminal, and was killed.
    #[error(
        "{0}: the command was killed, since it asked for something on the terminal, which it cannot use{1}"
    )]
    Stopped(&'static str, String),
}

/// A process group that is killed unless it has ended.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended just now.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// How a command has ended.
enum End {
    Exited(io::Result<ExitStatus>),
    Stopped,
    Late,
}

impl ShellCommand<'_> {
    /// Runs it in a process group of its own, in the background of the terminal, and returns the start of its standard
    /// output. Processes that it leaves running when it ends are not killed.
    ///
    /// # Errors
    /// It cannot be run, ends with another status than 0, stops, or takes too long.
    pub async fn run(&self) -> Result<Vec<u8>, CommandFailure> {
        let failed = |error| CommandFailure::NotStarted(self.setting, error);
        // Before it starts, so that no change of it is missed.
        let changes = signal(SignalKind::child()).map_err(failed)?;
        let mut child = self.command().spawn().map_err(failed)?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        let mut group = Group(pid);
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (mut output, mut words) = (Vec::new(), Vec::new());
        let end = {
            let feed = async {
                if let Some(mut stdin) = stdin {
                    // A command that does not read its input is no failure.
                    let _ = stdin.write_all(self.input.as_bytes()).await;
                }
                std::future::pending::<()>().await;
            };
            let end = async {
                tokio::select! {
                    status = child.wait() => End::Exited(status),
                    () = stopped(pid, changes) => End::Stopped,
                    () = tokio::time::sleep(self.limit) => End::Late,
                    () = feed => std::future::pending().await,
                }
            };
            let listen = async {
                tokio::join!(listen(stdout, self.output, &mut output), listen(stderr, REPORTED, &mut words));
            };
            let (mut end, mut listen) = (std::pin::pin!(end), std::pin::pin!(listen));
            tokio::select! {
                end = &mut end => {
                    let _ = tokio::time::timeout(LAST_WORDS, listen).await;
                    end
                }
                () = &mut listen => end.await,
            }
        };
        let words = String::from_utf8_lossy(&words);
        let words = escape_controls(words.trim());
        let said = if words.is_empty() { String::new() } else { format!(": {words}") };
        match end {
            End::Late => Err(CommandFailure::TimedOut(self.setting, self.limit, said)),
            End::Stopped => Err(CommandFailure::Stopped(self.setting, said)),
            End::Exited(Err(error)) => Err(failed(error)),
            End::Exited(Ok(status)) => {
                group.0 = None;
                if status.success() {
                    Ok(output)
                } else {
                    Err(CommandFailure::Ended(self.setting, status, said))
                }
            }
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", self.text]);
        match self.environment {
            Environment::Few => {
                let kept = KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
                command.env_clear().envs(kept);
            }
            Environment::Foreign => {
                let own = std::env::vars_os().map(|(name, _)| name);
                own.filter(|name| name.as_encoded_bytes().starts_with(OWN.as_bytes())).for_each(|name| {
                    command.env_remove(name);
                });
            }
        }
        let stdout = if self.output == 0 { Stdio::null() } else { Stdio::piped() };
        command
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}

/// Waits until this process has stopped.
async fn stopped(pid: Option<Pid>, mut changes: tokio::signal::unix::Signal) {
    let Some(pid) = pid else { return std::future::pending().await };
    let look = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    while changes.recv().await.is_some() {
        if let Ok(Some(status)) = waitid(WaitId::Pid(pid), look)
            && status.stopped()
        {
            return;
        }
    }
    std::future::pending::<()>().await;
}

/// Reads all of an output, and keeps its beginning.
async fn listen(stream: Option<impl AsyncRead + Unpin>, most: usize, kept: &mut Vec<u8>) {
    let Some(mut stream) = stream else { return };
    let mut some = [0; 1024];
    while let Ok(read @ 1..) = stream.read(&mut some).await {
        let room = most.saturating_sub(kept.len()).min(read);
        kept.extend(some.iter().take(room));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    async fn run(text: &str, input: &str, limit: Duration) -> Result<String, CommandFailure> {
        let environment = Environment::Few;
        let command = ShellCommand { setting: "on_alert", text, input, environment, output: 8, limit };
        command.run().await.map(|output| String::from_utf8(output).unwrap())
    }

    #[tokio::test]
    async fn the_input_is_read_and_the_status_counts() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("got");
        let long = "x".repeat(1 << 20);
        run(&format!("cat > {}", file.display()), &long, LONG).await.unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().len(), 1 << 20);
        run("exit 0", &long, LONG).await.expect("one that reads nothing");
        let error = run("echo no mail >&2; exit 3", "{}", LONG).await.unwrap_err();
        assert_eq!(error.to_string(), "on_alert: the command ended with exit status: 3: no mail");
    }

    #[tokio::test]
    async fn the_start_of_its_output_is_returned() {
        assert_eq!(run("cat", &"abcdefghij".repeat(100_000), LONG).await.unwrap(), "abcdefgh");
        assert_eq!(run("sleep 1000 & echo $!", "", LONG).await.unwrap().lines().count(), 1);
    }

    #[tokio::test]
    async fn a_command_that_stops_does_not_last_until_its_limit() {
        let error =
            run("echo Password: >&2; kill -TTIN $$; sleep 1000", "", Duration::MAX).await.unwrap_err();
        let why = "on_alert: the command was killed, since it asked for something on the terminal, which it cannot \
                   use: Password:";
        assert_eq!(error.to_string(), why);
    }

    #[tokio::test]
    async fn a_command_that_hangs_is_killed_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let command = format!("sleep 1000 & echo $! > {}; wait", file.display());
        let error = run(&command, "{}", Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(error.to_string(), "on_alert: the command was killed after 1 s");
        let pid = Pid::from_raw(read(&file).trim().parse().unwrap()).unwrap();
        // A zombie may be left until its new parent has noticed.
        let is_there = || {
            let pid = pid.as_raw_nonzero().to_string();
            let out =
                std::process::Command::new("ps").args(["-o", "stat=", "-p", &pid]).output().unwrap().stdout;
            !out.is_empty() && !out.starts_with(b"Z")
        };
        let began = std::time::Instant::now();
        while is_there() {
            assert!(began.elapsed() < LONG, "it was killed");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn the_environment_has_no_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("env");
        run(&format!("env > {}", file.display()), "{}", LONG).await.unwrap();
        let of_shell = ["PWD", "OLDPWD", "SHLVL", "_"];
        for line in read(&file).lines() {
            let name = line.split('=').next().unwrap();
            assert!(KEPT.contains(&name) || of_shell.contains(&name), "{line}");
        }
        assert!(std::env::vars().any(|(name, _)| name.starts_with("CARGO")), "there was more");
    }

    fn read(file: &std::path::Path) -> String {
        let mut text = String::new();
        let open = std::fs::OpenOptions::new().read(true).open(file);
        std::io::Read::read_to_string(&mut open.unwrap(), &mut text).unwrap();
        text
    }
}
