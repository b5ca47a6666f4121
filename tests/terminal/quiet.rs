//! The console writes only changes to its terminal, and sleeps while there are none.

use std::time::{Duration, Instant};

use crate::support::console::{apply, launch, order_sms};
use crate::support::process::{sleeps, woken};
use crate::support::terminal::Terminal;
use ringback::receiver::{Behaviour, Receiver};
use serde_json::{Value, json};

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

fn many(count: usize) -> Value {
    (0..count)
        .map(|n| {
            let mut profile = order_sms("https://hooks.example/cb");
            profile["title"] = json!(format!("Order SMS {n}"));
            profile
        })
        .collect()
}

fn console(profiles: usize, size: (u16, u16)) -> (tempfile::TempDir, Terminal) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    apply(&db, &many(profiles));
    let terminal = Terminal::start(launch(&db).size(size.0, size.1));
    terminal.wait_for("Order SMS 0");
    terminal.wait_for("● running");
    if size.0 >= 120 {
        terminal.wait_for("hooks.example");
    }
    (folder, terminal)
}

/// Waits for a period without output and wake-ups, once the start has completed; if there is none, returns what
/// happened instead.
fn silence(terminal: &Terminal, stretch: Duration) -> Result<(), String> {
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        let (bytes, before) = (terminal.bytes_written(), sleeps(terminal.pid()));
        std::thread::sleep(stretch);
        let (message, after) = (terminal.bytes_written() - bytes, sleeps(terminal.pid()));
        let woken = woken(&before, &after);
        if message == 0 && woken.is_empty() && !before.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("{message} bytes; {woken:?}"));
        }
    }
}

#[test]
fn an_idle_console_writes_nothing_and_sleeps() {
    for size in [(80, 24), (120, 36)] {
        let (_folder, mut terminal) = console(3, size);
        silence(&terminal, Duration::from_secs(2)).unwrap();
        // Just as quiet while something is being edited, and after something happened.
        terminal.press("enter");
        terminal.wait_for("cannot be changed");
        silence(&terminal, Duration::from_secs(2)).unwrap();
    }
}

#[test]
fn a_key_without_effect_writes_nothing() {
    let (_folder, mut terminal) = console(3, (80, 24));
    silence(&terminal, Duration::from_millis(300)).unwrap();
    let before = terminal.bytes_written();
    // At the top of the list already; then one that is reported.
    terminal.press_all("up up up");
    terminal.press("%");
    terminal.wait_for("% does nothing here");
    let message =
        String::from_utf8_lossy(&terminal.output()[usize::try_from(before).unwrap()..]).into_owned();
    assert_eq!(message.matches("\x1b[?2026h").count(), 1, "{message:?}");
}

#[test]
fn moving_the_selection_takes_few_bytes() {
    for size in [(80, 24), (120, 36)] {
        let (_folder, mut terminal) = console(200, size);
        for row in 1..30 {
            silence(&terminal, Duration::from_millis(30)).unwrap();
            let before = terminal.bytes_written();
            terminal.press("down");
            let (_, y) = terminal.find("▌").unwrap();
            let height = size.1;
            terminal.wait_until(
                |screen| chosen(screen).contains(&format!("Order SMS {row} ")),
                &format!("row {row} of {height} lines, the bar was at {y}"),
            );
            silence(&terminal, Duration::from_millis(30)).unwrap();
            let message = terminal.bytes_written() - before;
            // If the list scrolls, every row of it changes.
            let scrolls = row > 15;
            let most = if scrolls { 4_000 } else { 400 };
            assert!(message <= most, "{message} bytes for row {row} at {size:?}");
        }
    }
}

/// The text of the row with the bar.
fn chosen(screen: &vt100::Screen) -> String {
    let (_, columns) = screen.size();
    screen.rows(0, columns.get()).find(|row| row.contains('▌')).unwrap_or_default()
}

#[test]
fn every_frame_is_one_synchronized_update() {
    let (_folder, mut terminal) = console(40, (120, 36));
    terminal.press_all("down down pgdn enter");
    terminal.wait_for("cannot be changed");
    terminal.type_text("abc");
    terminal.wait_for("abc");
    terminal.resize(80, 24);
    terminal.wait_for("F1 Help");
    let output = terminal.output();
    let mut rest = &output[..];
    let mut outside = Vec::new();
    let find = |bytes: &[u8], mark: &[u8]| bytes.windows(mark.len()).position(|window| window == mark);
    while let Some(at) = find(rest, BEGIN) {
        outside.extend_from_slice(&rest[..at]);
        let Some(end) = find(rest, END) else { panic!("a frame without its end") };
        assert_eq!(find(&rest[at + 1..end], BEGIN), None, "a frame within a frame");
        rest = &rest[end + END.len()..];
    }
    outside.extend_from_slice(rest);
    // Only setting modes.
    assert_eq!(String::from_utf8_lossy(&outside), "\x1b[?1049h\x1b[?2004h");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_countdown_takes_few_bytes_and_ticks_only_while_visible() {
    let behaviour = Behaviour { fail_first: 1, ..Behaviour::default() };
    let receiver = Receiver::start(([127, 0, 0, 1], 0).into(), behaviour).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let mut profile = order_sms(&format!("http://{}/cb", receiver.addr()));
    profile["retry"] = json!({"count": 1, "interval_s": 60, "timeout_ms": 5000});
    apply(&db, &profile);
    let test = tokio::task::spawn_blocking(move || {
        let mut terminal = Terminal::start(launch(&db).size(120, 36));
        terminal.wait_for("Order SMS");
        terminal.press("t");
        terminal.wait_for("[ Send ]");
        terminal.press("enter");
        terminal.wait_for("retry 1 of 1 in 5");
        let frames = |terminal: &Terminal| {
            terminal.output().windows(BEGIN.len()).filter(|window| *window == BEGIN).count()
        };
        let (bytes, before) = (terminal.bytes_written(), frames(&terminal));
        let start = Instant::now();
        terminal.wait_for("retry 1 of 1 in 57");
        let (message, ticks) = (terminal.bytes_written() - bytes, frames(&terminal) - before);
        let seconds = start.elapsed().as_secs_f64();
        assert!(ticks > 5, "{ticks} ticks in {seconds} s");
        let most = seconds * 10.0 + 2.0;
        assert!(f64::from(u32::try_from(ticks).unwrap()) <= most, "{ticks} ticks in {seconds} s");
        let each = message / ticks as u64;
        assert!(each <= 120, "{each} bytes a tick");
        terminal.press("q");
        assert_eq!(terminal.wait_exit(), 0);
        // Nobody watches this test any more; a window covers its countdown.
        let mut terminal = Terminal::start(launch(&db).size(120, 36));
        terminal.wait_for("retry 1 of 1 in 5");
        terminal.press("?");
        terminal.wait_for("Help: what every key does");
        silence(&terminal, Duration::from_secs(1)).unwrap();
        terminal.press("esc");
        terminal.wait_for("retry 1 of 1 in");
        let before = terminal.row(24);
        terminal.wait_until(|screen| !screen.contents().contains(before.trim()), "the countdown to go on");
        (terminal, folder)
    });
    let (terminal, _folder) = test.await.unwrap();
    drop(terminal);
    receiver.stop().await;
}
