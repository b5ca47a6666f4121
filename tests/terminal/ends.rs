//! However the console ends, the terminal is restored: no modes left on, the message readable, the exit code correct.
//! And if the terminal is closed, the program ends.

use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::console::{PROGRAM, apply, order_sms};
use crate::support::process::{cpu_seconds, descendant, state, wait_descendant};
use crate::support::terminal::{Launch, Terminal};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// The console between two samples of the terminal's modes, with a word before it and its exit code after it.
fn in_shell(db: &Path) -> Terminal {
    let script =
        "echo before; stty -g >a; \"$0\" --db \"$1\"; echo code=$?; stty -g >b; cmp a b && echo same modes";
    let args = ["-c", script, PROGRAM, db.to_str().unwrap()];
    let terminal = Terminal::start(Launch::new("/bin/sh").args(args));
    terminal.wait_for("none yet");
    terminal.wait_until(vt100::Screen::alternate_screen, "the alternate screen");
    terminal
}

#[track_caller]
fn is_as_before(terminal: &Terminal, code: i32) {
    terminal.wait_for(&format!("code={code}"));
    terminal.wait_for("same modes");
    terminal.wait_until(|screen| !screen.alternate_screen(), "the screen of before");
    terminal.wait_until(|screen| !screen.bracketed_paste(), "paste to be off");
    terminal.wait_until(|screen| !screen.hide_cursor(), "the cursor");
    let mouse = |screen: &vt100::Screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None;
    terminal.wait_until(mouse, "the mouse to be off");
    assert!(terminal.screen().starts_with("before\n"), "{}", terminal.screen());
}

#[test]
fn quitting_restores_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = in_shell(&folder.path().join("a.db"));
    // With every mode that can be set.
    terminal.press("M");
    terminal.wait_for("Mouse on");
    terminal.press("q");
    is_as_before(&terminal, 0);
}

#[test]
fn signals_restore_the_terminal_and_set_the_exit_code() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)] {
        let folder = tempfile::tempdir().unwrap();
        let terminal = in_shell(&folder.path().join("a.db"));
        let pid = wait_descendant(terminal.pid(), "ringback");
        crate::support::terminal::send_signal(name, pid);
        is_as_before(&terminal, code);
    }
}

#[test]
fn an_error_is_printed_on_the_restored_screen() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("notes.txt");
    std::fs::write(&db, "This is no database. ".repeat(100)).unwrap();
    let script = "echo before; \"$0\" --db \"$1\"; echo code=$?";
    let args = ["-c", script, PROGRAM, db.to_str().unwrap()];
    let terminal = Terminal::start(Launch::new("/bin/sh").args(args));
    terminal.wait_for("code=2");
    assert!(terminal.screen().contains("is not a database"), "{}", terminal.screen());
    assert!(!terminal.output().windows(8).any(|bytes| bytes == b"\x1b[?1049h"));
}

/// The console with a task that panics once it is on the screen; run by
/// [`a_panic_anywhere_ends_the_console_with_a_readable_message`] in a terminal.
#[test]
#[ignore = "runs in a terminal of its own"]
fn console_that_panics() {
    use ringback::console::glyphs::Glyphs;
    use ringback::console::model::clock::Clock;
    use ringback::console::model::settings::ConsoleSettings;
    use ringback::console::theme::Theme;
    use ringback::console::{Start, run};
    use ringback::keymap::Keymap;
    use ringback::profile::{Region, Rules};
    use ringback::settings::{Addresses, Zone};
    use ringback::storage::{RetentionPolicy, Store};

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = ConsoleSettings {
        rules: Rules::default(),
        region: Region::In,
        theme: Theme::colour(),
        keys: Keymap::default(),
        glyphs: Glyphs::default(),
        clock: Clock::of(Zone::Utc),
        database: "a.db".to_owned(),
        demo: false,
    };
    let store = Store::open(folder.path().join("a.db")).unwrap();
    let ended = runtime.block_on(async {
        tokio::spawn(async {
            while !Path::new("go").exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            panic!("something is wrong here");
        });
        let addresses = Addresses::default();
        Box::pin(run(Start {
            store: store.into(),
            settings,
            addresses,
            alerts: None,
            keep: RetentionPolicy::default(),
            mouse: true,
            kept: None,
            receiver: None,
            notice: None,
        }))
        .await
    });
    runtime.shutdown_background();
    drop(folder);
    std::process::exit(ended.unwrap().code().into());
}

#[test]
fn a_panic_anywhere_ends_the_console_with_a_readable_message() {
    let program = std::env::current_exe().unwrap();
    let script = "echo before; stty -g >a; \"$0\" --ignored --exact --nocapture ends::console_that_panics; \
                  echo code=$?; stty -g >b; cmp a b && echo same modes";
    let args = ["-c", script, program.to_str().unwrap()];
    let terminal = Terminal::start(Launch::new("/bin/sh").args(args).size(120, 40));
    terminal.wait_for("none yet");
    std::fs::write(terminal.home().join("go"), "").unwrap();
    is_as_before(&terminal, 101);
    let screen = terminal.screen();
    assert!(screen.contains("something is wrong here"), "{screen}");
}

/// How it ended after its terminal was closed.
struct Gone {
    took: Duration,
    cpu: f64,
    code: u32,
}

/// Starts a shell command in a terminal, closes the terminal when the console is drawn, and waits until the program
/// is gone.
fn close_terminal(script: &str, db: &Path) -> Gone {
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new("/bin/sh");
    command.args(["-c", script, PROGRAM, db.to_str().unwrap()]);
    command.env("TERM", "xterm-256color");
    command.env("HOME", db.parent().unwrap());
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader().unwrap();
    let mut seen = Vec::new();
    let mut bytes = [0; 4096];
    while !String::from_utf8_lossy(&seen).contains("Order SMS") {
        let n = output.read(&mut bytes).unwrap();
        assert!(n > 0, "it ended: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&bytes[..n]);
    }
    let shell = child.process_id().unwrap();
    // The shell may have replaced itself with the program.
    let pid = descendant(shell, "ringback").unwrap_or(shell);
    let before = cpu_seconds(pid).unwrap();
    let closed = Instant::now();
    drop(output);
    drop(pair.master);
    let mut cpu = before;
    while state(pid).is_some_and(|state| state != 'Z') {
        cpu = cpu_seconds(pid).unwrap_or(cpu);
        assert!(closed.elapsed() < Duration::from_secs(10), "{pid} is still there, with {cpu} s of work");
        std::thread::sleep(Duration::from_millis(5));
    }
    let took = closed.elapsed();
    let code = child.wait().unwrap().exit_code();
    Gone { took, cpu: cpu - before, code }
}

#[track_caller]
fn is_gone_quietly(script: &str) -> Gone {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    apply(&db, &order_sms("https://hooks.example/cb"));
    let gone = close_terminal(script, &db);
    assert!(gone.took < Duration::from_secs(2), "it took {:?}", gone.took);
    assert!(gone.cpu < 0.5, "it worked for {} s", gone.cpu);
    gone
}

#[test]
fn with_its_terminal_closed_the_program_ends() {
    let gone = is_gone_quietly("exec \"$0\" --db \"$1\"");
    assert_eq!(gone.code, 129);
}

/// No signal is sent then: the end of the terminal must be detected.
#[test]
fn with_its_terminal_closed_and_no_signal_the_program_ends() {
    let gone = is_gone_quietly("trap '' HUP; \"$0\" --db \"$1\"; exit $?");
    assert_eq!(gone.code, 129);
}

#[test]
fn with_its_terminal_closed_while_an_editor_has_it_the_program_ends() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    apply(&db, &order_sms("https://hooks.example/cb"));
    let mut terminal =
        Terminal::start(crate::support::console::launch(&db).env("EDITOR", "sh -c 'echo in it; cat'"));
    terminal.wait_for("Order SMS");
    terminal.press("enter");
    terminal.wait_for("cannot be changed");
    terminal.press("ctrl+o");
    terminal.wait_for("in it");
    terminal.signal("HUP");
    assert_eq!(terminal.wait_exit(), 129);
}
