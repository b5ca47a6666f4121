//! Signals that arrive before a command has done anything.

#![cfg(target_os = "linux")]

use std::io::{self, PipeReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::cli::{Place, finish};
use rustix::fs::OFlags;

/// A pipe that is full until its reader reads.
fn full_pipe() -> (PipeReader, io::PipeWriter) {
    let (reader, mut writer) = io::pipe().unwrap();
    let flags = rustix::fs::fcntl_getfl(&writer).unwrap();
    rustix::fs::fcntl_setfl(&writer, flags | OFlags::NONBLOCK).unwrap();
    let error = loop {
        if let Err(error) = writer.write(b"x") {
            break error;
        }
    };
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    rustix::fs::fcntl_setfl(&writer, flags).unwrap();
    (reader, writer)
}

/// Whether SIGTERM no longer ends a process by default: it is blocked, or handled.
fn is_spared(child: &Child) -> bool {
    let text = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let mask = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        u64::from_str_radix(line.trim(), 16).unwrap()
    };
    let term = 1_u64 << (rustix::process::Signal::TERM.as_raw() - 1);
    (mask("SigBlk:") | mask("SigCgt:")) & term != 0
}

/// It is blocked by a notice about the settings that nobody reads.
#[test]
fn commands_that_a_signal_ends_with_zero_do_so_from_their_start() {
    let place = Place::new();
    place.settings("theme = \"none such\"\n");
    for args in [&["work"][..], &["receive", "--listen", "127.0.0.1:0"]] {
        let (mut reader, writer) = full_pipe();
        let mut command: Command = place.command(args);
        command.stdout(Stdio::null()).stderr(writer);
        let mut child = command.spawn().unwrap();
        drop(command);
        let start = Instant::now();
        while !is_spared(&child) {
            assert!(child.try_wait().unwrap().is_none(), "it has ended");
            assert!(start.elapsed() < Duration::from_secs(20), "{args:?}: a signal would end it by default");
        }
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let mut output = String::new();
        reader.read_to_string(&mut output).unwrap();
        assert!(output.contains("theme"), "{output}");
        assert_eq!(finish(child).code, Some(0), "{args:?}");
    }
}

/// Others are ended by the signal, as usual.
#[test]
fn commands_without_signal_handlers_are_ended_by_signals() {
    use std::os::unix::process::ExitStatusExt as _;
    let place = Place::new();
    place.settings("theme = \"none such\"\n");
    let (reader, writer) = full_pipe();
    let mut command = place.command(&["profiles", "list"]);
    command.stdout(Stdio::null()).stderr(writer);
    let mut child = command.spawn().unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(15));
    drop(reader);
}
