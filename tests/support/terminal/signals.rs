//! Sends signals, and computes exit codes from them.

use std::process::{Command, Stdio};

use portable_pty::ExitStatus;

/// Sends a signal to a process, or to a whole group if the target starts with `-`. A missing target is not a failure.
/// Uses the shell's `kill`: it is available everywhere, and the program's ban on unsafe code applies to its tests
/// too.
pub fn send(name: &str, target: &str) {
    Command::new("/bin/sh")
        .args(["-c", "kill -s \"$1\" -- \"$2\"", "kill", name, target])
        .stderr(Stdio::null())
        .status()
        .expect("a shell to send a signal with");
}

/// The exit code as a shell reports it: the program's own, or 128 plus the number of the signal.
pub fn exit_code(status: &ExitStatus) -> i32 {
    let Some(signal) = status.signal() else {
        return i32::try_from(status.exit_code()).unwrap_or(-1);
    };
    // The pseudo-terminal library only keeps the system's name of a signal.
    let words = [
        ("Hangup", 1),
        ("Interrupt", 2),
        ("Quit", 3),
        ("Abort", 6),
        ("Killed", 9),
        ("Segmentation", 11),
        ("Broken pipe", 13),
        ("Terminated", 15),
    ];
    128 + words.iter().find(|(word, _)| signal.starts_with(word)).map_or(0, |(_, number)| *number)
}
