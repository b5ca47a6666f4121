//! Runs the command of the setting `on_alert`.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{ChildStderr, Command};

use crate::text::escape_controls;

/// How much of its standard error is reported, in bytes.
const REPORTED: usize = 300;

/// How long its standard error is read after its end: what it left running may hold it open.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// The variables of the environment that the command gets. Others may hold secrets, such as `RINGBACK_DB` the password
/// of a database.
const KEPT: [&str; 10] =
    ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"];

/// Why a command has failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandFailure {
    /// It did not start.
    #[error("on_alert: `sh` cannot be run: {0}")]
    NotStarted(io::Error),
    /// It has ended so, with this on its standard error.
    #[error("on_alert: the command ended with {0}{1}")]
    Ended(ExitStatus, String),
    /// It was still running after this time, and was killed.
    #[error("on_alert: the command was killed after {} s", .0.as_secs())]
    TimedOut(Duration),
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

/// Runs a command by `sh -c`, with this text on its standard input, in a process group of its own that is killed after
/// `limit`.
///
/// # Errors
/// It cannot be run, ends with another status than 0, or takes too long.
pub async fn run(command: &str, input: &str, limit: Duration) -> Result<(), CommandFailure> {
    let kept = KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut child = Command::new("/bin/sh")
        .args(["-c", command])
        .env_clear()
        .envs(kept)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(CommandFailure::NotStarted)?;
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    let mut group = Group(pid.and_then(Pid::from_raw));
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let mut words = Vec::new();
    let ended = {
        let feed = async {
            if let Some(mut stdin) = stdin {
                // A command that does not read its input is no failure.
                let _ = stdin.write_all(input.as_bytes()).await;
            }
            std::future::pending::<()>().await;
        };
        let ended = async {
            tokio::select! {
                status = child.wait() => status,
                () = feed => std::future::pending().await,
            }
        };
        let mut ended = std::pin::pin!(tokio::time::timeout(limit, ended));
        let mut listen = std::pin::pin!(listen(stderr, &mut words));
        tokio::select! {
            ended = &mut ended => {
                let _ = tokio::time::timeout(LAST_WORDS, listen).await;
                ended
            }
            () = &mut listen => ended.await,
        }
    };
    match ended {
        Err(_) => Err(CommandFailure::TimedOut(limit)),
        Ok(Err(error)) => Err(CommandFailure::NotStarted(error)),
        Ok(Ok(status)) => {
            // Processes that it has left running on purpose are not killed.
            group.0 = None;
            let text = String::from_utf8_lossy(&words);
            let text = escape_controls(text.trim());
            let said = if text.is_empty() { String::new() } else { format!(": {text}") };
            if status.success() { Ok(()) } else { Err(CommandFailure::Ended(status, said)) }
        }
    }
}

/// Reads all of standard error, and keeps its beginning.
async fn listen(stderr: Option<ChildStderr>, words: &mut Vec<u8>) {
    let Some(mut stderr) = stderr else { return };
    let mut some = [0; 1024];
    while let Ok(read @ 1..) = stderr.read(&mut some).await {
        let room = REPORTED.saturating_sub(words.len()).min(read);
        words.extend(some.iter().take(room));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

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
    async fn a_command_that_hangs_is_killed_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let command = format!("sleep 1000 & echo $! > {}; wait", file.display());
        let error = run(&command, "{}", Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(error.to_string(), "on_alert: the command was killed after 1 s");
        let mut read = String::new();
        std::io::Read::read_to_string(
            &mut std::fs::OpenOptions::new().read(true).open(&file).unwrap(),
            &mut read,
        )
        .unwrap();
        let pid = Pid::from_raw(read.trim().parse().unwrap()).unwrap();
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
        let mut text = String::new();
        std::io::Read::read_to_string(
            &mut std::fs::OpenOptions::new().read(true).open(&file).unwrap(),
            &mut text,
        )
        .unwrap();
        let of_shell = ["PWD", "OLDPWD", "SHLVL", "_"];
        for line in text.lines() {
            let name = line.split('=').next().unwrap();
            assert!(KEPT.contains(&name) || of_shell.contains(&name), "{line}");
        }
        assert!(std::env::vars().any(|(name, _)| name.starts_with("CARGO")), "there was more");
    }
}
