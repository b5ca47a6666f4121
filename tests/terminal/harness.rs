//! The terminal and the painter of the tests, themselves tested, with programs that are available everywhere.

mod pictures;

use std::time::Duration;

use crate::support::terminal::{Launch, Terminal, bytes_of};

fn shell(script: &str) -> Terminal {
    Terminal::start(Launch::shell(script))
}

#[test]
fn typed_text_is_echoed() {
    let mut terminal = Terminal::start(Launch::new("cat"));
    terminal.type_text("hello\n");
    terminal.wait_until(|screen| screen.contents() == "hello\nhello", "the echo and the copy");
    assert_eq!(terminal.row(1), "hello");
    terminal.press("ctrl+d");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn the_program_has_a_clean_environment() {
    let terminal = Terminal::start(Launch::shell("env; pwd").env("GIVEN", "yes").env("TERM", "dumb"));
    terminal.wait_exit();
    let screen = terminal.screen();
    let home = terminal.home().display().to_string();
    for line in [&format!("HOME={home}"), &home, "LANG=C.UTF-8", "TERM=dumb", "GIVEN=yes"] {
        assert!(screen.lines().any(|row| row == line), "{line} is not in\n{screen}");
    }
    assert!(!screen.contains("CARGO"), "{screen}");
}

#[test]
fn the_program_starts_in_the_given_folder() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let terminal = Terminal::start(Launch::new("/bin/pwd").cwd(&folder).size(120, 24));
    terminal.wait_exit();
    assert_eq!(terminal.screen(), folder.display().to_string());
}

#[test]
fn the_size_and_its_changes_are_reported() {
    let script = "stty size; trap 'stty size; exit 7' WINCH; echo ready; while :; do read x; done";
    let mut terminal = Terminal::start(Launch::shell(script).size(91, 17));
    terminal.wait_for("17 91");
    terminal.wait_for("ready");
    terminal.resize(60, 12);
    terminal.wait_for("12 60");
    assert_eq!(terminal.wait_exit(), 7);
}

#[test]
fn exit_codes_are_those_of_a_shell() {
    assert_eq!(shell("exit 3").wait_exit(), 3);

    let terminal = shell("trap 'echo bye; exit 4' TERM; echo ready; while :; do read x; done");
    terminal.wait_for("ready");
    terminal.signal("TERM");
    assert_eq!(terminal.wait_exit(), 4);
    assert!(terminal.screen().contains("bye"));

    let terminal = shell("trap '' TERM; echo ready; exec cat");
    terminal.wait_for("ready");
    terminal.kill9();
    assert_eq!(terminal.wait_exit(), 137);
}

#[test]
fn ctrl_c_interrupts() {
    let mut terminal = shell("echo ready; exec cat");
    terminal.wait_for("ready");
    terminal.press("ctrl+c");
    assert_eq!(terminal.wait_exit(), 130);
}

#[test]
fn dropping_kills_the_program_and_what_it_started() {
    let terminal = shell("cat & echo ready $!; trap '' HUP; wait");
    terminal.wait_for("ready");
    let pid = terminal.pid();
    let other = terminal.row(0).rsplit(' ').next().unwrap().to_owned();
    drop(terminal);
    let runs = |pid: &str| {
        let kill =
            std::process::Command::new("/bin/sh").args(["-c", &format!("kill -0 {pid} 2>&1")]).output();
        kill.unwrap().status.success()
    };
    assert!(!runs(&pid.to_string()), "the shell lives");
    // The orphan is reaped by another process, which takes a moment.
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while is_alive(&other) {
        assert!(std::time::Instant::now() < deadline, "cat lives");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// True unless the process is gone or waits to be reaped.
fn is_alive(pid: &str) -> bool {
    let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

#[test]
fn a_failed_wait_shows_the_screen() {
    let terminal = Terminal::start(Launch::shell("printf 'over\\n\\033[1mthere'").size(12, 3));
    terminal.wait_for("there");
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| terminal.wait_for("here I am")));
    let message = *caught.unwrap_err().downcast::<String>().unwrap();
    for part in [
        "waited in vain for the text `here I am`",
        "12x3, cursor shown at (5, 1), the program ended with code 0",
        "╭────────────╮\n│over        │\n│there       │\n│            │\n╰────────────╯",
        r"over\r\n\x1b[1mthere",
    ] {
        assert!(message.contains(part), "{part} is not in\n{message}");
    }
}

#[test]
fn a_wait_ends_at_its_deadline() {
    let terminal = Terminal::start(Launch::new("cat").patience(Duration::from_millis(50)));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| terminal.wait_for("never")));
    let message = *caught.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("the program runs"), "{message}");
}

#[test]
fn vanished_text_is_detected_and_bytes_are_counted() {
    let mut terminal = shell("stty -echo; printf ready; read x; printf '\\r\\033[2K'; read x");
    terminal.wait_for("ready");
    assert_eq!(terminal.bytes_written(), 5);
    terminal.press("enter");
    terminal.wait_gone("ready");
    assert_eq!(terminal.bytes_written(), 5 + 5);
    assert_eq!(terminal.screen(), "");
}

#[test]
fn cells_have_colours_and_the_cursor_a_position() {
    let script = "printf 'x \\033[1;31mred\\033[0m \\033[7m語\\033[0m|\\033[?25h'; read x; printf '\\033[?25l'; read x";
    let mut terminal = shell(script);
    terminal.wait_for("語|");
    let (x, y) = terminal.find("red").unwrap();
    assert_eq!((x, y), (2, 0));
    let cell = terminal.cell(x, y);
    assert_eq!((cell.contents(), cell.fgcolor(), cell.bold()), ("r", vt100::Color::Idx(1), true));
    let (x, _) = terminal.find("|").unwrap();
    assert_eq!(x, 8, "the wide character takes two cells");
    assert!(terminal.cell(6, 0).inverse());
    assert_eq!(terminal.cursor(), Some((9, 0)));
    terminal.press("enter");
    terminal.wait_until(vt100::Screen::hide_cursor, "the cursor to hide");
    assert_eq!(terminal.cursor(), None);
}

/// Reads a few bytes as they arrive and prints them in hexadecimal.
fn read_raw(count: usize, first: &str) -> Terminal {
    let script = format!(
        "stty raw -echo; printf '{first}ready\\r\\n'; dd bs=1 count={count} 2>/dev/null | od -An -tx1 -w{count}; stty sane"
    );
    let terminal = Terminal::start(Launch::shell(&script).size(120, 10));
    terminal.wait_for("ready");
    terminal
}

#[test]
fn keys_arrive_as_bytes() {
    let mut terminal = read_raw(13, "");
    terminal.press_all("ctrl+s down f5 alt+x shift+tab");
    terminal.wait_for("13 1b 5b 42 1b 5b 31 35 7e 1b 78 1b 5b");

    let mut terminal = read_raw(3, r"\033[?1h");
    terminal.press("up");
    terminal.wait_for("1b 4f 41");
}

#[test]
fn a_missing_program_is_named() {
    let caught = std::panic::catch_unwind(|| Terminal::start(Launch::new("/no/such/program")));
    let message = *caught.err().unwrap().downcast::<String>().unwrap();
    assert!(message.starts_with("cannot start /no/such/program: "), "{message}");
}

#[test]
fn a_paste_is_bracketed_on_request() {
    let mut terminal = read_raw(15, r"\033[?2004h");
    terminal.paste("a\nb");
    terminal.wait_for("1b 5b 32 30 30 7e 61 0d 62 1b 5b 32 30 31 7e");

    let mut terminal = read_raw(3, "");
    terminal.paste("a\r\nb");
    terminal.wait_for("61 0d 62");
}

#[test]
fn the_terminal_responds_to_queries() {
    let terminal = read_raw(6, r"\033[4;7H\033[6n");
    terminal.wait_for("1b 5b 34 3b 37 52");

    let terminal = read_raw(9, r"\033[c");
    terminal.wait_for("1b 5b 3f 36 32 3b 32 32 63");
}

#[test]
fn title_and_clipboard_are_kept() {
    let terminal = shell(r"printf '\033]2;Orders\007\033]52;c;aGVsbG8=\007done'; read x");
    terminal.wait_for("done");
    assert_eq!(terminal.title(), "Orders");
    assert_eq!(terminal.clipboard().as_deref(), Some("hello"));
    terminal.wait_clipboard("hello");
}

#[test]
fn an_incomplete_update_is_never_visible() {
    let script = r"stty -echo; printf 'old\033[?2026h\033[2K\rhalf'; read x; printf ' whole\033[?20'; printf '26lnext'; read x";
    let mut terminal = shell(script);
    terminal.wait_until(|screen| screen.contents() == "old", "the old frame");
    while terminal.bytes_written() < 20 {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(terminal.screen(), "old");
    terminal.press("enter");
    terminal.wait_for("next");
    assert_eq!(terminal.screen(), "half wholenext");
}

#[test]
fn a_settled_screen_is_complete() {
    let terminal = shell("for i in 1 2 3 4 5; do echo line $i; done; exec cat");
    terminal.settle();
    assert_eq!(terminal.screen(), "line 1\nline 2\nline 3\nline 4\nline 5");
}

#[test]
fn names_of_keys() {
    let sent = |key: &str| bytes_of(key, false).unwrap_or_default();
    for (key, bytes) in [
        ("enter", "\r"),
        ("esc", "\x1b"),
        ("tab", "\t"),
        ("backtab", "\x1b[Z"),
        ("shift+tab", "\x1b[Z"),
        ("up", "\x1b[A"),
        ("ctrl+left", "\x1b[1;5D"),
        ("home", "\x1b[H"),
        ("end", "\x1b[F"),
        ("pgup", "\x1b[5~"),
        ("pgdn", "\x1b[6~"),
        ("shift+pgdn", "\x1b[6;2~"),
        ("delete", "\x1b[3~"),
        ("insert", "\x1b[2~"),
        ("backspace", "\x7f"),
        ("space", " "),
        ("ctrl+space", "\0"),
        ("f1", "\x1bOP"),
        ("f12", "\x1b[24~"),
        ("ctrl+a", "\x01"),
        ("ctrl+z", "\x1a"),
        ("alt+x", "\x1bx"),
        ("alt+enter", "\x1b\r"),
        ("shift+a", "A"),
        ("A", "A"),
        ("+", "+"),
        ("ctrl++", ""),
        ("é", "é"),
        ("ctrl+enter", ""),
        ("no-such-key", ""),
        ("", ""),
    ] {
        assert_eq!(sent(key), bytes.as_bytes(), "{key}");
    }
}
