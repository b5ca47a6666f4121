//! Which process typed a draft, and whether it is still running.
//!
//! A process is identified by its ID and its start time, to distinguish it from a later one with the same ID. If the
//! system does not report the time, the ID alone is used.

use std::sync::OnceLock;

/// The identity of this process.
pub fn own() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| name_of(std::process::id()).unwrap_or_else(|| std::process::id().to_string()))
}

/// Whether this process may take what another one left: it is its own, or its owner has ended.
pub fn is_free(owner: &str) -> bool {
    owner == own() || !is_alive(owner)
}

/// Whether a process still runs.
pub fn is_alive(owner: &str) -> bool {
    pid(owner).and_then(name_of).is_some_and(|name| name == owner)
}

/// The process ID in an identity.
pub fn pid(owner: &str) -> Option<u32> {
    owner.split('@').next().and_then(|pid| pid.parse().ok())
}

/// Whether a process is stopped: by SIGSTOP, by Ctrl+Z, or by a debugger. False if it has ended, or the system does
/// not say.
pub fn is_stopped(owner: &str) -> bool {
    pid(owner).is_some_and(|pid| name_of(pid).is_some_and(|name| name == owner) && state_of(pid) == Some('T'))
}

/// The state of a process as a capital letter, as in `ps`: `T` is stopped.
#[cfg(target_os = "linux")]
fn state_of(pid: u32) -> Option<char> {
    let stat = crate::files::read_text(format!("/proc/{pid}/stat").as_ref(), 4096).ok()?;
    // A debugger's is a lower-case t (proc(5)).
    stat.rsplit_once(") ")?.1.chars().next().map(|state| state.to_ascii_uppercase())
}

/// The state of a process as a capital letter, as in `ps`: `T` is stopped.
#[cfg(not(target_os = "linux"))]
fn state_of(pid: u32) -> Option<char> {
    let told =
        std::process::Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().ok()?;
    String::from_utf8_lossy(&told.stdout).trim().chars().next().map(|state| state.to_ascii_uppercase())
}

/// The identity of the current process with this ID; none if there is none, or it is a zombie.
#[cfg(target_os = "linux")]
fn name_of(pid: u32) -> Option<String> {
    let stat = crate::files::read_text(format!("/proc/{pid}/stat").as_ref(), 4096).ok()?;
    // The second field is the command in parentheses, which may contain anything (proc(5)).
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    // The state is field 3; the start time, in ticks since boot, is field 22.
    let started = fields.nth(22 - 4)?;
    (!matches!(state, "Z" | "X")).then(|| format!("{pid}@{started}"))
}

/// The ID itself, if a process of this user has it now.
#[cfg(not(target_os = "linux"))]
fn name_of(pid: u32) -> Option<String> {
    use std::process::{Command, Stdio};
    let pid = pid.to_string();
    let asked = Command::new("kill").args(["-0", &pid]).stderr(Stdio::null()).status();
    asked.ok().filter(std::process::ExitStatus::success).map(|_| pid)
}

#[cfg(test)]
pub mod tests {
    use std::process::{Child, Command};
    use std::time::{Duration, Instant};

    use super::*;

    /// Another process, and its identity.
    pub fn another() -> (Child, String) {
        let child = Command::new("sleep").arg("60").spawn().unwrap();
        let name = name_of(child.id()).unwrap();
        (child, name)
    }

    #[test]
    fn a_process_is_alive_until_it_ends() {
        assert_eq!(name_of(std::process::id()).as_deref(), Some(own()));
        assert!(is_alive(own()) && is_free(own()));
        let (mut child, name) = another();
        assert!(is_alive(&name) && !is_free(&name));
        child.kill().unwrap();
        // Nobody has waited for it yet: it has ended nevertheless.
        let deadline = Instant::now() + Duration::from_secs(5);
        while !is_free(&name) {
            assert!(Instant::now() < deadline, "it has ended");
            std::thread::yield_now();
        }
        child.wait().unwrap();
        assert!(is_free(&name));
    }

    #[test]
    fn a_stopped_process_is_distinguished_from_one_that_runs() {
        let (mut child, name) = another();
        assert!(!is_stopped(&name));
        let send = |signal: &str| {
            let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
            assert!(sent.success());
        };
        let wait = |stopped: bool| {
            let deadline = Instant::now() + Duration::from_secs(5);
            while is_stopped(&name) != stopped {
                assert!(Instant::now() < deadline, "it is {stopped} that it is stopped");
                std::thread::yield_now();
            }
        };
        send("-STOP");
        wait(true);
        send("-CONT");
        wait(false);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!is_stopped(&name));
    }

    #[test]
    fn a_later_process_with_the_same_id_is_another() {
        if let Some((pid, started)) = own().split_once('@') {
            let earlier = started.parse::<u64>().unwrap() - 1;
            assert!(is_free(&format!("{pid}@{earlier}")));
        }
        assert!(is_free("") && is_free("nobody") && is_free("0@1"));
    }
}
