//! The console with 100 000 profiles: from a key to the frame, and the search while typing.
//!
//! `cargo bench --bench console` prints the figures and keeps them in `target/figures/console.json`.

#![allow(clippy::unwrap_used, reason = "a bench says what failed by panicking")]

mod figures;

use std::time::Instant;

use figures::{Figure, keep, percentile};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ringback::console::model::clock::Clock;
use ringback::console::model::message::Message;
use ringback::console::model::{settings::Settings, state::State};
use ringback::console::signs::Signs;
use ringback::console::theme::Theme;
use ringback::console::update::update;
use ringback::console::view::view;
use ringback::keymap::{Key, Keymap};
use ringback::profile::{Channel, Method, ProfileId, Region, Rules, Status};
use ringback::settings::Zone;
use ringback::store::ProfileRow;

const PROFILES: usize = 100_000;
const KEYS: usize = 1_000;

fn main() {
    let settings = Settings {
        rules: Rules::default(),
        region: Region::In,
        theme: Theme::colour(),
        keys: Keymap::default(),
        signs: Signs::default(),
        clock: Clock::of(Zone::Utc),
        database: "bench.db".to_owned(),
        demo: false,
    };
    let mut state = State::new(settings, (120, 36), Timestamp::now());
    let mut terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
    let rows = (0..PROFILES).map(row).collect();
    update(&mut state, Message::Profiles(rows));
    terminal.draw(|frame| view(&state, frame)).unwrap();
    let mut moves = measure(&mut state, &mut terminal, &["down", "pgdn", "up", "G", "home"]);
    update(&mut state, Message::Key(Key::parse("/").unwrap()));
    let mut search = measure(&mut state, &mut terminal, &["9", "9", "backspace", "backspace"]);
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
        ],
    );
}

fn row(n: usize) -> ProfileRow {
    let now = Timestamp::UNIX_EPOCH;
    ProfileRow {
        id: ProfileId::new(Region::In, uuid::Uuid::from_u128(n as u128)),
        title: format!("Order SMS {n}"),
        channel: Channel::Sms,
        method: Method::Post,
        status: Status::Active,
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
            update(state, Message::Key(key));
            terminal.draw(|frame| view(state, frame)).unwrap();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect()
}
