//! The console with 100 000 profiles: from a key to the frame, and incremental search. And typing in a body of 1 MiB.
//!
//! `cargo bench --bench console` prints the figures and writes them to `target/figures/console.json`.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]

mod figures;

use std::time::{Duration, Instant};

use figures::{Figure, keep, percentile};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ringback::console::glyphs::Glyphs;
use ringback::console::model::clock::Clock;
use ringback::console::model::editor::item::Item;
use ringback::console::model::message::Message;
use ringback::console::model::settings::ConsoleSettings;
use ringback::console::model::state::State;
use ringback::console::theme::Theme;
use ringback::console::update::update;
use ringback::console::view::view;
use ringback::keymap::{Key, Keymap};
use ringback::profile::{Channel, Draft, Identity, Method, ProfileId, Region, Rules, Status};
use ringback::settings::Zone;
use ringback::storage::ProfileRow;

const PROFILES: usize = 100_000;
const KEYS: usize = 1_000;

/// Bytes of the longest body that a profile may have.
const LONG: usize = 1 << 20;

fn state() -> State {
    let settings = ConsoleSettings {
        rules: Rules::default(),
        region: Region::In,
        theme: Theme::colour(),
        keys: Keymap::default(),
        glyphs: Glyphs::default(),
        clock: Clock::of(Zone::Utc),
        database: "bench.db".to_owned(),
        demo: false,
    };
    State::new(settings, (120, 36), Timestamp::now())
}

fn main() {
    let mut state = state();
    let mut terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
    let rows = (0..PROFILES).map(row).collect();
    update(&mut state, Message::Profiles(rows));
    terminal.draw(|frame| view(&state, frame)).unwrap();
    let mut moves = measure(&mut state, &mut terminal, &["down", "pgdn", "up", "G", "home"]);
    update(&mut state, Message::Key(Key::parse("/").unwrap()));
    let mut search = measure(&mut state, &mut terminal, &["9", "9", "backspace", "backspace"]);
    let mut lines = typed(&body("\n  "), &mut terminal);
    let mut line = typed(&body(""), &mut terminal);
    keep(
        "console",
        &[
            Figure::new("key to frame, median, ms", percentile(&mut moves, 50), Some("<= 1")),
            Figure::new("key to frame, 99th percentile, ms", percentile(&mut moves, 99), Some("<= 3")),
            Figure::new(
                "search over 100 000 profiles, each key, median, ms",
                percentile(&mut search, 50),
                Some("<= 5"),
            ),
            Figure::new("search, 99th percentile, ms", percentile(&mut search, 99), None),
            Figure::new("key in a body of 1 MiB, median, ms", percentile(&mut lines.keys, 50), Some("<= 2")),
            Figure::new(
                "key in a body of 1 MiB, 99th percentile, ms",
                percentile(&mut lines.keys, 99),
                Some("<= 2"),
            ),
            Figure::new(
                "key in a body of 1 MiB on one line, median, ms",
                percentile(&mut line.keys, 50),
                Some("<= 2"),
            ),
            Figure::new("check of a body of 1 MiB when the typing rests, ms", lines.check, None),
        ],
    );
}

/// The cost of typing in a long body.
struct Typed {
    keys: Vec<f64>,
    /// When typing pauses.
    check: f64,
}

/// A long JSON body, with this text between its members.
fn body(between: &str) -> String {
    let member = |n: usize| format!("{between}\"member-{n}\": \"<id> of <status>\"");
    let count = LONG / (member(10_000).len() + 1);
    format!("{{{}}}", (0..count).map(member).collect::<Vec<_>>().join(","))
}

fn typed(body: &str, terminal: &mut Terminal<TestBackend>) -> Typed {
    let mut state = state();
    let mut draft = Draft::new(Channel::Sms);
    "Long".clone_into(&mut draft.title);
    "https://hooks.example/callbacks".clone_into(&mut draft.endpoint);
    body.clone_into(&mut draft.body);
    let now = state.now;
    let id = ProfileId::new(Region::In, uuid::Uuid::from_u128(1));
    let identity = Identity { id, created_at: now, modified_at: now };
    update(&mut state, Message::Fresh(Box::new(draft), identity));
    while *state.editor.as_ref().unwrap().focus() != Item::Body {
        update(&mut state, Message::Key(Key::parse("tab").unwrap()));
    }
    terminal.draw(|frame| view(&state, frame)).unwrap();
    let keys = measure(&mut state, terminal, &["left", "x", "y", "backspace", "backspace", "left"]);
    let start = Instant::now();
    update(&mut state, Message::Now(Timestamp::now()));
    update(&mut state, Message::Now(now + Duration::from_hours(1)));
    terminal.draw(|frame| view(&state, frame)).unwrap();
    Typed { keys, check: start.elapsed().as_secs_f64() * 1000.0 }
}

fn row(n: usize) -> ProfileRow {
    let now = Timestamp::UNIX_EPOCH;
    ProfileRow {
        id: ProfileId::new(Region::In, uuid::Uuid::from_u128(n as u128)),
        title: format!("Order SMS {n}"),
        channel: Channel::Sms,
        method: Method::Post,
        status: Status::Active,
        created_at: now,
        modified_at: now,
        endpoint: "https://hooks.example/callbacks".to_owned(),
    }
}

/// The milliseconds from each key to its frame.
fn measure(state: &mut State, terminal: &mut Terminal<TestBackend>, keys: &[&str]) -> Vec<f64> {
    keys.iter()
        .cycle()
        .take(KEYS)
        .map(|key| {
            let key = Key::parse(key).unwrap();
            let start = Instant::now();
            // As the event loop does for every message.
            update(state, Message::Now(Timestamp::now()));
            update(state, Message::Key(key));
            terminal.draw(|frame| view(state, frame)).unwrap();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect()
}
