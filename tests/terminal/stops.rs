//! Ctrl+Z and `fg`, detaching from and attaching to tmux, and terminals without cursor control.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::cli::{On, Running};
use crate::support::console::{PROGRAM, apply, order_sms};
use crate::support::process::{state, wait_descendant};
use crate::support::recorder::Recorder;
use crate::support::terminal::{Launch, Terminal};
use crate::support::tmux::Tmux;

fn db(folder: &Path) -> std::path::PathBuf {
    let db = folder.join("a.db");
    apply(&db, &order_sms("https://hooks.example/cb"));
    db
}

/// A shell with job control, as a person has it.
fn shell(size: (u16, u16)) -> Terminal {
    let launch = Launch::new("/bin/bash").args(["--norc", "--noprofile", "-i"]);
    let terminal = Terminal::start(launch.env("PS1", "ready> ").env("HISTFILE", "").size(size.0, size.1));
    terminal.wait_for("ready>");
    terminal
}

#[track_caller]
fn wait_state(pid: u32, wanted: char) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while state(pid) != Some(wanted) {
        assert!(Instant::now() < deadline, "{pid} is {:?}, not {wanted}", state(pid));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn ctrl_z_suspends_and_fg_redraws() {
    let folder = tempfile::tempdir().unwrap();
    let db = db(folder.path());
    let mut terminal = shell((80, 24));
    terminal.type_text(&format!("{PROGRAM} --db {}\n", db.display()));
    terminal.wait_for("Order SMS");
    let pid = wait_descendant(terminal.pid(), "ringback");
    // From a pane, from a field and from a window.
    for (way_in, way_out) in [("", ""), ("enter", "esc"), ("?", "esc")] {
        terminal.press_all(way_in);
        terminal.press("ctrl+z");
        terminal.wait_for("Stopped");
        wait_state(pid, 'T');
        terminal.wait_until(|screen| !screen.alternate_screen(), "the shell's screen");
        wait_prompt(&terminal);
        terminal.type_text("echo still $((40 + 2))\n");
        terminal.wait_for("still 42");
        // Resized meanwhile.
        terminal.resize(120, 36);
        terminal.type_text("clear; fg\n");
        terminal.wait_until(vt100::Screen::alternate_screen, "the console");
        terminal.wait_for(" ringback a.db");
        terminal.wait_until(|screen| screen.cell(35, 119).is_some_and(|c| !c.has_contents()), "all of it");
        terminal.press_all(way_out);
        terminal.resize(80, 24);
        terminal.wait_for("n Add New Profile");
    }
    terminal.press("q");
    wait_prompt(&terminal);
    terminal.type_text("stty -a | grep -c -e ' icanon'; echo code $?\n");
    terminal.wait_for("code 0");
}

/// The shell waits for a command on its own screen, with the cursor after its prompt.
#[track_caller]
fn wait_prompt(terminal: &Terminal) {
    let ready = |screen: &vt100::Screen| {
        let (y, x) = screen.cursor_position();
        let row = screen.rows(0, screen.size().1.get()).nth(usize::from(y)).unwrap_or_default();
        !screen.alternate_screen() && !screen.hide_cursor() && x == 7 && row.trim_end() == "ready>"
    };
    terminal.wait_until(ready, "the shell to be ready");
}

#[test]
fn a_stop_from_outside_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let db = db(folder.path());
    let mut terminal = shell((80, 24));
    terminal.type_text(&format!("{PROGRAM} --db {}\n", db.display()));
    terminal.wait_for("Order SMS");
    let pid = wait_descendant(terminal.pid(), "ringback");
    crate::support::terminal::send_signal("STOP", pid);
    terminal.wait_for("Stopped");
    wait_state(pid, 'T');
    terminal.type_text("clear; fg\n");
    wait_state(pid, 'S');
    terminal.press("?");
    terminal.wait_for("Help: what every key does");
    terminal.press("esc");
    terminal.wait_for("5 Timeline");
    terminal.press("q");
    wait_prompt(&terminal);
    terminal.type_text("stty -a | grep -c -e ' icanon'; echo code $?\n");
    terminal.wait_for("code 0");
}

/// Ctrl+Z, and the signal from outside: the next session sends meanwhile, and the console resumes after it.
#[test]
fn a_suspended_console_releases_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let db = db(folder.path());
    let mut terminal = shell((80, 24));
    terminal.type_text(&format!("{PROGRAM} --db {}\n", db.display()));
    terminal.wait_for("● running");
    let pid = wait_descendant(terminal.pid(), "ringback");
    for by_key in [true, false] {
        let mut command = std::process::Command::new(PROGRAM);
        command.arg("--db").arg(&db).arg("work");
        let mut next = Running::start(command);
        next.line(On::Err, "is the active sender");
        if by_key {
            terminal.press("ctrl+z");
        } else {
            crate::support::terminal::send_signal("TSTP", pid);
        }
        next.line(On::Err, "this session is sending now");
        wait_state(pid, 'T');
        wait_prompt(&terminal);
        terminal.type_text("clear; fg\n");
        terminal.wait_until(vt100::Screen::alternate_screen, "the console");
        next.interrupt();
        assert_eq!(next.code(), Some(0));
        terminal.wait_for("● running");
    }
    terminal.press("q");
    wait_prompt(&terminal);
}

/// Ctrl+Z pressed several times, and once more while a request in flight is waited for: one `fg` resumes.
#[test]
fn several_stops_are_one_stop() {
    let endpoint = Recorder::taking();
    endpoint.withhold_responses();
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    apply(&db, &endpoint.profile(0));
    let mut terminal = shell((80, 24));
    terminal.type_text(&format!("{PROGRAM} --db {}\n", db.display()));
    terminal.wait_for("● running");
    let pid = wait_descendant(terminal.pid(), "ringback");
    terminal.press("t");
    terminal.wait_for("Send ]");
    terminal.press("enter");
    endpoint.wait("the request in flight", |book| book.len() == 1);
    terminal.wait_gone("Send ]");
    terminal.send(b"\x1a\x1a\x1a");
    terminal.wait_until(|screen| !screen.alternate_screen(), "the shell's screen");
    for _ in 0..3 {
        crate::support::terminal::send_signal("TSTP", pid);
    }
    endpoint.release_responses();
    terminal.wait_for("Stopped");
    wait_state(pid, 'T');
    wait_prompt(&terminal);
    terminal.type_text("clear; fg\n");
    terminal.wait_until(vt100::Screen::alternate_screen, "the console");
    terminal.press("?");
    terminal.wait_for("Help: what every key does");
    terminal.press("esc");
    terminal.wait_for("delivered");
    terminal.press("q");
    wait_prompt(&terminal);
}

/// Nobody could resume it, so it does not stop.
#[test]
fn without_a_shell_ctrl_z_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = crate::support::console::console(&db(folder.path()));
    terminal.wait_for("Order SMS");
    terminal.press("ctrl+z");
    terminal.press("enter");
    terminal.wait_for("cannot be changed");
    terminal.wait_until(vt100::Screen::alternate_screen, "the console");
    assert!(terminal.screen().contains("5 Timeline"));
}

#[test]
fn in_tmux_the_console_suspends_and_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let db = db(folder.path());
    let tmux = Tmux::new();
    let mut terminal = tmux.start("PS1='ready> ' exec bash --norc --noprofile -i", (100, 30));
    terminal.wait_for("ready>");
    terminal.type_text(&format!("{PROGRAM} --db {}\n", db.display()));
    terminal.wait_for("5 Timeline");
    terminal.press("ctrl+z");
    terminal.wait_for("Stopped");
    terminal.wait_gone("5 Timeline");
    terminal.type_text("fg\n");
    terminal.wait_for("5 Timeline");
    terminal.wait_for("Order SMS");
    terminal.press("q");
    terminal.wait_gone("5 Timeline");
    terminal.wait_for("ready>");
}

#[test]
fn tmux_is_reattached_at_another_size() {
    let folder = tempfile::tempdir().unwrap();
    let db = db(folder.path());
    let tmux = Tmux::new();
    let mut first = tmux.start(&format!("exec {PROGRAM} --db {}", db.display()), (130, 40));
    first.wait_for("5 Timeline");
    first.wait_for("hooks.example");
    first.press("enter");
    first.wait_for("cannot be changed");
    first.type_text(" and more");
    first.wait_for("Order SMS and more");
    first.press("ctrl+b");
    first.press("d");
    first.wait_for("[detached");
    drop(first);
    let mut second = tmux.attach((80, 24));
    second.wait_for("Order SMS and more");
    second.wait_for("F1 Help");
    // It is complete, and focused.
    assert!(second.row(0).starts_with(" ringback a.db"), "{}", second.screen());
    second.type_text(" still");
    second.wait_for("Order SMS and more still");
    second.press("esc");
    second.wait_answer("d Discard");
    second.press("d");
    second.wait_for("n Add New Profile");
    second.press("q");
    second.wait_for("[exited]");
}

#[test]
fn a_terminal_without_cursor_control_gets_a_list_of_commands() {
    for (term, why) in [("dumb", "TERM=dumb"), ("", "TERM is not set")] {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("a.db");
        let script = "\"$0\" --db \"$1\"; echo code=$?";
        let args = ["-c", script, PROGRAM, db.to_str().unwrap()];
        let terminal = Terminal::start(Launch::new("/bin/sh").args(args).env("TERM", term).size(120, 24));
        terminal.wait_for("code=2");
        for part in ["needs a terminal", why, "`ringback test`", "`ringback --help`"] {
            assert!(terminal.screen().contains(part), "{part}: {}", terminal.screen());
        }
        assert!(!terminal.output().contains(&0x1b), "not one escape");
        assert!(!db.exists());
    }
}
