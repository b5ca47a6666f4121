//! `ringback send` with many lines: on a terminal, and with how much memory.

use std::io::Write as _;
use std::time::Duration;

use crate::support::cli::{On, Place, Running};
use crate::support::recorder::{Recorder, event, events};
use crate::support::terminal::{Launch, Terminal};

/// Memory that more lines may additionally use, in KiB.
const MORE_KIB: u64 = 8 * 1024;

/// The peak memory of a running program, in KiB.
#[cfg(target_os = "linux")]
fn most_memory_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Neither the lines nor the IDs of earlier ones are kept in memory.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_lines() {
    let endpoint = Recorder::taking();
    let place = Place::new();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let mut command = place.command(&["send", "--from", "-", "--json", "--no-wait"]);
    command.stdin(std::process::Stdio::piped());
    let mut send = Running::reading(command);
    let mut input = send.input();
    let mut memory = Vec::new();
    for (from, to) in [(1, 4_000), (4_001, 20_000)] {
        for n in from..=to {
            input.write_all(event(&id, &n.to_string()).as_bytes()).unwrap();
        }
        input.flush().unwrap();
        send.line(On::Out, &format!("{{\"line\":{to},\"state\":\"accepted\""));
        memory.push(most_memory_kib(send.pid()));
    }
    drop(input);
    assert_eq!(send.code(), Some(0));
    assert!(memory[1] < memory[0] + MORE_KIB, "KiB after 4 000 and 20 000 lines: {memory:?}");
}

#[test]
fn a_progress_bar_is_shown_and_replaced_by_a_summary() {
    let endpoint =
        Recorder::start(
            Duration::from_millis(40),
            |id, times| {
                if times == 1 && id.ends_with('9') { 500 } else { 200 }
            },
        );
    let place = Place::new();
    let id = place.apply(&endpoint.profile(1)).remove(0);
    let file = place.file("events.ndjson", &(events(&id, "", 600) + "nonsense\n"));
    let start = std::time::Instant::now();
    let program = Launch::new(env!("CARGO_BIN_EXE_ringback"))
        .args(["send", "--from", &file])
        .env("RINGBACK_DB", place.db())
        .env("NO_COLOR", "1")
        .size(60, 12);
    let terminal = Terminal::start(program);
    terminal.wait_for("line 601: invalid J");
    terminal.wait_until(|screen| screen.contents().contains("[#"), "a bar that has begun");
    assert_eq!(terminal.wait_exit(), 1);
    let elapsed = start.elapsed();
    let screen = terminal.screen();
    assert!(screen.ends_with("600 accepted: 600 delivered · 1 bad line"), "{screen}");
    assert!(!screen.contains("[#"), "the bar is taken away: {screen}");
    let output = String::from_utf8(terminal.output()).unwrap();
    assert!(!output.contains("\u{1b}[3") && !output.contains("\u{1b}[38"), "no colours: {output:?}");
    let drawn = output.matches('\r').count() - output.matches("\r\n").count();
    let most = usize::try_from(elapsed.as_millis() / 250).unwrap() + 6;
    assert!(drawn <= most, "{drawn} times in {elapsed:?}");
}
