//! No screen shows a secret, and no copy contains one: profiles whose every secret is marked go through the console,
//! and then every frame is searched.

use super::ends::echo;
use super::search::marks::{self, mark};
use super::search::profiles::{KINDS, Kind};
use super::search::{database, files, frames};
use crate::support::cli::Place;
use crate::support::terminal::{Launch, Terminal};
use serde_json::json;

const SIZE: (u16, u16) = (120, 40);

fn console(place: &Place, size: (u16, u16)) -> Terminal {
    let db = place.db();
    let launch = Launch::new(env!("CARGO_BIN_EXE_ringback")).args(["--db".as_ref(), db.as_os_str()]);
    Terminal::start(launch.size(size.0, size.1))
}

/// Starts the built-in endpoint, and returns its URL.
fn receiver_url(terminal: &mut Terminal) -> String {
    terminal.wait_for("1 Profiles");
    terminal.press("R");
    terminal.wait_for("Space starts it");
    terminal.press("space");
    terminal.wait_for("listens on http://");
    let screen = terminal.screen();
    let url = screen.split_whitespace().find(|word| word.starts_with("http://127")).unwrap().to_owned();
    terminal.press("esc");
    terminal.wait_gone("● listens on");
    url
}

/// Presses a key that changes the screen, and waits until it has.
#[track_caller]
fn step(terminal: &mut Terminal, key: &str) {
    let before = terminal.snapshot();
    terminal.press(key);
    let same = |screen: &vt100::Screen| {
        screen.cursor_position() == before.cursor_position() && screen.contents() == before.contents()
    };
    terminal.wait_until(|screen| !same(screen), &format!("the screen to answer to {key}"));
}

/// The focused field of the editor: its row between the borders of the focused pane, and the cursor's column.
/// Two neighbors differ in one of them. Remarks that appear later, and scrolling, change neither.
fn focused_field(screen: &vt100::Screen) -> (String, u16) {
    let (y, x) = screen.cursor_position();
    let text = |cell: Option<&vt100::Cell>| {
        cell.filter(|cell| cell.has_contents()).map_or(" ", vt100::Cell::contents).to_owned()
    };
    let is_inside = |text: &String| text != "┃";
    let before = (0..x).rev().map(|x| text(screen.cell(y, x))).take_while(is_inside);
    let after = (x..screen.size().1.get()).map(|x| text(screen.cell(y, x))).take_while(is_inside);
    let mut row: Vec<String> = before.collect();
    row.reverse();
    row.extend(after);
    (row.concat(), x)
}

/// Presses Tab until the field of this label is focused, with a screen of each field on the way.
#[track_caller]
fn go_to(terminal: &mut Terminal, label: &str) {
    // A pane that is drawn may not be focused yet.
    terminal.wait_until(|screen| focused_field(screen).0.starts_with(" ▌"), "a field to be focused");
    for _ in 0..60 {
        let before = focused_field(&terminal.snapshot());
        if before.0.contains(&format!("▌{label}")) {
            return;
        }
        terminal.press("tab");
        terminal.wait_until(|screen| focused_field(screen) != before, "the next field to be focused");
    }
    panic!("no way to {label}:\n{}", terminal.screen());
}

/// Types a text at the end of the focused field, which has room for it, and waits until all of it is shown.
#[track_caller]
fn type_at_end(terminal: &mut Terminal, text: &str) {
    let end = focused_field(&terminal.snapshot()).1 + u16::try_from(text.len()).unwrap();
    terminal.type_text(text);
    terminal.wait_until(|screen| focused_field(screen).1 == end, "the text to be typed");
}

/// Tests what is on the screen, and waits for the outcome.
fn test_it(terminal: &mut Terminal, key: &str, reported: &str) {
    terminal.press(key);
    terminal.wait_for("[ Send ]");
    terminal.press("enter");
    terminal.wait_for(reported);
}

/// Searches for a title in the list of profiles, which then contains only this one.
fn choose(terminal: &mut Terminal, title: &str) {
    terminal.press_all("1 / ctrl+a ctrl+k");
    terminal.type_text(title);
    terminal.wait_for(&format!("/{title}"));
    terminal.wait_for("1 of 4");
    terminal.press("enter");
    terminal.settle();
}

/// Both steps of the editor, each field once, with secrets that are not saved.
fn type_into_the_editor(terminal: &mut Terminal, kind: &Kind) {
    terminal.press_all("1 enter");
    terminal.wait_for("[Basics]");
    go_to(terminal, "Endpoint");
    terminal.press("f4");
    terminal.wait_for("[Advanced Configuration]");
    let typed = match kind.name {
        "key" => None,
        "token" => Some("Client secret"),
        _ => Some("Password"),
    };
    if let Some(label) = typed {
        go_to(terminal, label);
        type_at_end(terminal, mark("typed password"));
    }
    go_to(terminal, "Initialization Vector");
    terminal.type_text("too long");
    terminal.wait_for("must be 16 characters (24 so far)");
    go_to(terminal, "Signing secret");
    terminal.type_text(mark("typed signing secret"));
    // It has errors: testing it is refused, with the reason.
    step(terminal, "ctrl+t");
    terminal.press("esc");
    terminal.wait_answer("d Discard");
    terminal.press("d");
    terminal.wait_for("n Add New Profile");
}

/// Tests the profiles whose endpoints repeat what they receive, and shows their responses in full.
fn check_echoes(terminal: &mut Terminal) {
    for (title, end) in [("Loud one", "delivered · 200"), ("Cross one", "failed")] {
        terminal.press("1");
        choose(terminal, title);
        test_it(terminal, "t", &format!("Callback profile tested · {end}"));
        terminal.press("4");
        terminal.press("enter");
        terminal.wait_for("Request (credentials are not kept)");
        terminal.wait_for(title);
        for _ in 0..12 {
            terminal.press("pgdn");
            terminal.settle();
        }
        terminal.wait_for("••••");
        terminal.press("y");
        terminal.wait_for("Copied");
        let copied = terminal.clipboard().expect("something was copied");
        assert!(copied.contains(title) && copied.contains("echo: x-token: ••••"), "{copied}");
        marks::assert_none(copied.as_bytes(), title);
        terminal.press("esc");
    }
}

fn through_the_console(kind: &Kind, size: (u16, u16)) {
    let place = Place::new();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = format!("http://{closed}/");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let granting = runtime.block_on(super::ends::granting());
    let (loud, cross) = (runtime.block_on(echo(200)), runtime.block_on(echo(500)));
    let mut documents = [
        kind.retried("Bad one", &nowhere),
        kind.document("Good one", &nowhere),
        kind.document("Loud one", &loud.url()),
        kind.document("Cross one", &cross.url()),
    ];
    if kind.wants_token() {
        for document in &mut documents {
            document["auth"]["token_url"] = json!(granting.url());
        }
    }
    place.apply(&json!(documents));
    let mut terminal = console(&place, size);
    let url = receiver_url(&mut terminal);
    choose(&mut terminal, "Good one");
    terminal.press("enter");
    terminal.wait_for("[Basics]");
    go_to(&mut terminal, "Endpoint");
    terminal.press_all("ctrl+a ctrl+k");
    terminal.type_text(&url);
    terminal.wait_for(&url);
    terminal.press("ctrl+s");
    terminal.wait_for("Saved Good one");
    terminal.press("esc");
    terminal.wait_for("n Add New Profile");
    test_it(&mut terminal, "t", "Callback profile tested · delivered · 200");
    // The request to send, copied too.
    terminal.press("p");
    terminal.wait_for("nothing is sent");
    terminal.press("c");
    terminal.wait_for("the curl command");
    let command = terminal.clipboard().expect("something was copied");
    assert!(command.contains("curl -q") && command.contains("RINGBACK_"), "{command}");
    marks::assert_none(command.as_bytes(), "the command that was copied");
    terminal.press_all("pgdn end esc");
    // The summary.
    step(&mut terminal, "2");

    type_into_the_editor(&mut terminal, kind);

    // The delivery in full, copied too.
    terminal.press("4");
    terminal.press("enter");
    terminal.wait_for("Request (credentials are not kept)");
    terminal.press("y");
    terminal.wait_for("Copied");
    let copied = terminal.clipboard().expect("something was copied");
    assert!(copied.contains("webhook-id"), "{copied}");
    terminal.press_all("pgdn end esc");
    terminal.press("1");

    // A failure, while it waits and when it has ended.
    choose(&mut terminal, "Bad one");
    test_it(&mut terminal, "t", "Callback profile tested · failed");
    terminal.press("4");
    terminal.press("enter");
    terminal.wait_for("refuses the connection");
    terminal.press("esc");

    check_echoes(&mut terminal);

    // The received requests.
    terminal.press("R");
    terminal.wait_for("Received (1)");
    terminal.press("end");
    // A low terminal shows the first headers only.
    terminal.wait_for(if size == SIZE { "x-token: (" } else { "x-plain: " });
    terminal.press("esc");
    terminal.wait_gone("Received (1)");
    terminal.press("1");
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);

    let screens = frames::assert_none(&terminal.output(), size);
    assert!(screens > 30, "{screens} screens");
    marks::assert_none(copied.as_bytes(), "what was copied");
    let kept = database::search(&place.db());
    assert_eq!((kept.deliveries, kept.tested), (4, 0));
    files::assert_none(terminal.home());
    files::assert_none(place.db().parent().unwrap());
}

#[test]
fn no_screen_shows_a_secret() {
    std::thread::scope(|scope| {
        for (kind, size) in KINDS.iter().zip([SIZE, (80, 24), SIZE, SIZE]) {
            scope.spawn(move || through_the_console(kind, size));
        }
    });
}

#[test]
fn the_search_of_screens_finds_requested_secrets() {
    let place = Place::new();
    place.apply(&json!([KINDS[0].document("Good one", "http://127.0.0.1:9/")]));
    let mut terminal = console(&place, SIZE);
    terminal.wait_for("Good one");
    terminal.settle();
    terminal.press("enter");
    terminal.wait_for("[Basics]");
    terminal.press("f4");
    terminal.wait_for("[Advanced Configuration]");
    assert_eq!(frames::assert_none(&terminal.output(), SIZE).min(3), 3);
    terminal.press("f8");
    terminal.wait_for(mark("password"));
    let found = frames::found(&terminal.output(), SIZE);
    assert!(found.contains(&"password") && found.contains(&"encryption key"), "{found:?}");
}
