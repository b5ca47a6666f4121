//! Secrets stand where they are kept, and nowhere else: profiles whose every secret is marked go
//! through every kind of failure, and then every file, every screen and every table is searched.

use std::collections::BTreeSet;
use std::path::Path;

use super::ends::{End, echo, ends, token_ends};
use super::search::endpoints::Listener;
use super::search::marks::{self, mark, signing_secret};
use super::search::profiles::{KINDS, Kind};
use super::search::{database, frames};
use crate::support::cli::{Place, Ran};
use crate::support::server::Server;
use crate::support::terminal::{Launch, Terminal};
use serde_json::{Value, json};

#[test]
fn marks_are_found_in_every_form() {
    marks::assert_search_works();
}

#[test]
fn no_command_and_no_table_of_the_log_tells_a_secret() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let at_home = Place::new();
    let receive =
        |args: &[&str]| Listener::start(at_home.command(&[&["receive", "--listen", "0"], args].concat()));
    let listeners = [
        ("good", receive(&[]), None),
        ("500", receive(&["--status", "500"]), Some("status")),
        ("401", receive(&["--status", "401"]), Some("status")),
        ("hang", receive(&["--hang"]), Some("timeout")),
        ("reset", receive(&["--reset"]), Some("connect")),
    ];
    let received: Vec<End> =
        listeners.iter().map(|(name, listener, class)| End::new(name, &listener.url, *class)).collect();
    let good = received[0].url.clone();
    let mut all = runtime.block_on(ends(&good));
    all.ways.splice(0..0, received);
    let tokens = runtime.block_on(token_ends(&good));
    std::thread::scope(|scope| {
        for kind in &KINDS {
            let (common, tokens) = (&all.ways, &tokens);
            scope.spawn(move || {
                let own = if kind.wants_token() { &tokens.ways[..] } else { &[] };
                kind_through(kind, &common.iter().chain(own).collect::<Vec<_>>(), &tokens.granting);
            });
        }
    });
    // Each secret was there to be repeated.
    let sent = KINDS.iter().flat_map(Kind::all_secrets).chain(["access token"]);
    let never_sent = ["encryption key", "initialization vector", "signing secret"];
    let expected: BTreeSet<&str> = sent.filter(|name| !never_sent.contains(name)).collect();
    let repeated: BTreeSet<&str> = all.repeated().union(&tokens.repeated()).copied().collect();
    assert_eq!(repeated, expected);
    for (name, listener, _) in listeners {
        let told = listener.end();
        marks::assert_none(&told, &format!("what receive told of {name}"));
        assert!(String::from_utf8_lossy(&told).contains("x-token: ("), "the header arrived at {name}");
    }
}

/// One kind of profile, through every end, every command and a search of all that is left.
fn kind_through(kind: &Kind, ends: &[&End], granting: &Server) {
    let place = Place::new();
    let granting_url = granting.url();
    let document = |end: &&End| {
        // Only with retries is a timeout told.
        let mut document = match end.name {
            "hang" | "500" | "tokens hang" | "tokens 500" => kind.retried(end.name, &end.url),
            _ => kind.document(end.name, &end.url),
        };
        if kind.wants_token() {
            document["auth"]["token_url"] = json!(end.token_url.as_deref().unwrap_or(&granting_url));
            document["auth"]["sent_as"] = json!(end.sent_as);
        }
        document
    };
    let documents: Value = ends.iter().map(document).collect();
    place.apply(&documents);
    // Closed only now: what is not dialled is not saved.
    place.settings("network_deny = [\"127.9.9.9\"]\n");
    for End { name, set, class, .. } in ends {
        for json in [true, false] {
            let form = if json { &["--json"][..] } else { &[] };
            let before = granting.seen().len();
            let ran = told(&place, &[&["test", name], *set, form].concat());
            assert_eq!(ran.code, Some(i32::from(class.is_some())), "{} {name}: {ran:?}", kind.name);
            if kind.wants_token() && *name == "401" {
                assert_eq!(granting.seen().len() - before, 2, "a second token after the first 401");
            }
            if !json {
                continue;
            }
            let report = ran.json();
            let attempt = &report["attempts"][0];
            if let Some(class) = class {
                // A request that cannot be made has no try.
                let told = if attempt.is_null() { &json!("request") } else { &attempt["error"]["class"] };
                assert_eq!(told, class, "{} {name}: {ran:?}", kind.name);
            }
            if name.starts_with("tokens") {
                let message = attempt["error"]["message"].as_str().unwrap();
                assert!(message.starts_with("no token: "), "{name}: {message}");
            }
            if name.starts_with("echo") {
                for part in ["response_headers", "response_body"] {
                    // What was repeated is kept, but for the secrets.
                    let kept = attempt[part].to_string();
                    assert!(
                        kept.contains("x-plain") && kept.contains("••••"),
                        "{} {name}: {kept}",
                        kind.name
                    );
                }
            }
        }
    }
    let help = place.run(&["--help"]).out;
    for command in [
        &["profiles", "list"][..],
        &["profiles", "list", "--json"],
        &["profiles", "show", "good"],
        &["profiles", "show", "good", "--json"],
        &["profiles", "export"],
        &["profiles", "export", "good"],
        &["preview", "good"],
        &["preview", "good", "--json"],
        &["preview", "good", "--curl"],
        &["deliveries", "list"],
        &["deliveries", "list", "--json"],
    ] {
        if help.contains(&format!("\n  {} ", command[0])) {
            assert_eq!(told(&place, command).code, Some(0), "{command:?}");
        }
    }
    for (what, document) in bad_documents(kind) {
        let ran = place.run_with_input(&["profiles", "apply", "-"], &document.to_string());
        assert_eq!(ran.code, Some(2), "{what}: {ran:?}");
        marks::assert_none(format!("{ran:?}").as_bytes(), what);
    }
    // What is asked for is told: this shows too that there was something to be found.
    let shown = place.run(&["profiles", "export", "--secrets"]);
    assert_eq!(sorted(marks::found(shown.out.as_bytes())), sorted(kind.all_secrets()));

    let kept = database::search(&place.db());
    assert_eq!(sorted(kept.in_profiles), sorted(kind.all_secrets()));
    assert_eq!(kept.tested, 0, "what was tested is forgotten");
    assert_eq!(kept.deliveries, 2 * ends.len());
    assert!(kept.attempts >= kept.deliveries, "{} tries", kept.attempts);
    search_files(place.db().parent().unwrap());
}

/// Runs a command, none of whose words is a secret.
fn told(place: &Place, args: &[&str]) -> Ran {
    let ran = place.run(args);
    marks::assert_none(ran.out.as_bytes(), &format!("the output of {args:?}"));
    marks::assert_none(ran.err.as_bytes(), &format!("the errors of {args:?}"));
    ran
}

/// Profiles with a mistake in or beside each secret.
fn bad_documents(kind: &Kind) -> Vec<(&'static str, Value)> {
    let mut out = Vec::new();
    let mut bad = |what, change: &dyn Fn(&mut Value)| {
        let mut document = kind.document("bad", "http://127.0.0.1:9/");
        change(&mut document);
        out.push((what, document));
    };
    bad("a key that is too long", &|d| d["enc"]["key"] = json!(format!("{:k<33}", mark("encryption key"))));
    bad("a vector that is too short", &|d| d["enc"]["IV"] = json!(mark("initialization vector")));
    bad("no base64", &|d| d["signing_secret"] = json!(format!("{}!", signing_secret("signing secret"))));
    bad("a secret that is too short", &|d| {
        d["signing_secret"] = json!(format!("whsec_{}", mark("signing secret")));
    });
    bad("a line feed in a header", &|d| d["headers"]["X-Token"] = json!(format!("{}\n", mark("X-Token"))));
    bad("headers in a string that is no JSON", &|d| {
        d["headers"] = json!(format!("X-Token: {}", mark("X-Token")));
    });
    bad("two authentications", &|d| {
        d["url"] = json!(format!("http://ann:{}@127.0.0.1:9/", mark("password in the URL")));
        d["auth"] = json!({"type": "api-key", "header": "api-key", "key": mark("API key")});
    });
    bad("a key that breaks the line", &|d| {
        d["auth"] =
            json!({"type": "api-key", "header": "api-key", "key": format!("{}\r\n.", mark("API key"))});
    });
    bad("a password that breaks the line", &|d| {
        d["url"] = json!("http://127.0.0.1:9/");
        d["auth"] = json!({"type": "basic", "user": "a:b", "password": format!("{}\n", mark("password"))});
    });
    let advanced = |change: &dyn Fn(&mut Value)| {
        let mut auth = json!({
            "type": "oauth2", "token_url": "http://127.0.0.1:9/token", "client_id": "ann",
            "client_secret": mark("client secret"),
        });
        change(&mut auth);
        auth
    };
    for (what, auth) in [
        (
            "a client secret that breaks the line",
            advanced(&|a| a["client_secret"] = json!(format!("{}\n.", mark("client secret")))),
        ),
        (
            "a second client secret",
            advanced(&|a| a["fields"] = json!({"client_secret": mark("token field")})),
        ),
        (
            "a token field that is no text",
            advanced(&|a| a["fields"] = json!({"api_key": [mark("token field")]})),
        ),
        (
            "a token header that breaks the line",
            advanced(&|a| a["headers"] = json!({"X-Secret": format!("{}\n.", mark("token header"))})),
        ),
        (
            "a token URL with a password",
            advanced(&|a| a["token_url"] = json!(format!("http://ann:{}@127.0.0.1:9/", mark("token URL")))),
        ),
    ] {
        bad(what, &|d| {
            d["url"] = json!("http://127.0.0.1:9/");
            d["auth"] = auth.clone();
        });
    }
    out
}

/// Every file of a place but its database, which is searched by itself.
fn search_files(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            search_files(&path);
        } else if !entry.file_name().to_string_lossy().starts_with("ringback.db")
            || path.extension() == Some("lock".as_ref())
        {
            marks::assert_none(&std::fs::read(&path).unwrap(), &path.display().to_string());
        }
    }
}

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

const SIZE: (u16, u16) = (120, 40);

fn console(place: &Place, size: (u16, u16)) -> Terminal {
    let db = place.db();
    let launch = Launch::new(env!("CARGO_BIN_EXE_ringback")).args(["--db".as_ref(), db.as_os_str()]);
    Terminal::start(launch.size(size.0, size.1))
}

/// Starts the built-in endpoint, and gives its URL.
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

/// Tests what is on the screen, and waits for the end.
fn test_it(terminal: &mut Terminal, key: &str, told: &str) {
    terminal.press(key);
    terminal.wait_for("[ Send ]");
    terminal.press("enter");
    terminal.wait_for(told);
}

/// Searches for a title in the list of profiles, which then holds this one alone.
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
    // In error as it is: to test it is refused, and says why.
    step(terminal, "ctrl+t");
    terminal.press("esc");
    terminal.wait_answer("d Discard");
    terminal.press("d");
    terminal.wait_for("n Add New Profile");
}

/// Tests the profiles whose endpoints repeat what they are sent, and looks at their answers in full.
fn look_at_echoes(terminal: &mut Terminal) {
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
    // What would leave, copied too.
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

    look_at_echoes(&mut terminal);

    // What arrived.
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
    search_files(terminal.home());
    search_files(place.db().parent().unwrap());
}

#[test]
fn no_screen_tells_a_secret() {
    std::thread::scope(|scope| {
        for (kind, size) in KINDS.iter().zip([SIZE, (80, 24), SIZE, SIZE]) {
            scope.spawn(move || through_the_console(kind, size));
        }
    });
}

#[test]
fn the_search_of_screens_finds_what_was_asked_for() {
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
