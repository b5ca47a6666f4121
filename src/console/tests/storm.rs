//! Random keys, texts, messages and sizes, with hostile content.
//!
//! The desk checks every frame: no panic, the cursor on the screen, nothing over its edge.

use std::time::Duration;

use proptest::prelude::*;

use crate::callback::Values;
use crate::console::model::message::Message;
use crate::console::model::mouse::{MouseAction, Pointer};
use crate::console::model::program::{Returned, Subject};
use crate::keymap::{self, Chord, Entry, Key, Keymap, TABLE};
use crate::profile::{Channel, Draft};
use crate::record::{ErrorClass, Kind};
use crate::settings::{Binding, SettingsPlace};
use crate::storage::UnsavedDraft;

use super::world::{World, profile_id};
use super::{Desk, sample};

/// Text that terminals, layouts and parsers stumble over.
const HOSTILE: &[&str] = &[
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "a\tb\r\nc\u{0}\u{8}\u{9b}31m",
    "日本語のとても長い題名は桁を二つずつ使う",
    "\u{202e}gnp.exe\u{2066}\u{200f}",
    "שלום עולם مرحبا بالعالم",
    "👩‍👩‍👧‍👦👍🏽🇮🇳e\u{301}\u{301}\u{301}",
    "\u{200b}\u{200d}\u{feff}",
    "<id><<a.b[0]>&<unknown>=\"{[}]",
];

/// Words by which the palette finds some action.
const WORDS: &[&str] = &["go to", "test", "del", "quit", "copy", "next", "order", "日本", "cancel"];

#[derive(Debug, Clone)]
enum Step {
    Palette(&'static str, u8),
    Key(Key),
    BurstKey(Key),
    Type(&'static str),
    Paste(String),
    Size(u16, u16),
    Keymap(bool),
    Later(u64),
    New(usize),
    Answered(u8, u16),
    Broken(u8, &'static str),
    Received(u32),
    Slow(bool),
    Gone,
    Said(&'static str),
    Point(MouseAction, u16, u16),
    EditedText(&'static str, bool),
    CopyFailed(&'static str),
}

fn keys() -> impl Strategy<Value = Key> {
    let table: Vec<Key> = TABLE.iter().flat_map(Entry::keys).map(Chord::first).collect();
    // Moving and typing more often than the rest, as people do; and every Ctrl and Alt as well.
    let often = "tab tab shift+tab up down left right enter space backspace esc f4 e n N y d v a i g / : ? f10 1 2 3 4 5";
    let often: Vec<Key> = often.split(' ').filter_map(Key::parse).collect();
    let held = ('a'..='z').flat_map(|c| [format!("ctrl+{c}"), format!("alt+{c}")]);
    let held: Vec<Key> = held.filter_map(|name| Key::parse(&name)).collect();
    let selecting = "shift+left shift+right shift+up shift+down shift+home shift+end ctrl+left alt+enter f12";
    let selecting: Vec<Key> = selecting.split(' ').filter_map(Key::parse).collect();
    prop_oneof![
        6 => prop::sample::select(table),
        8 => prop::sample::select(often),
        2 => prop::sample::select(held),
        1 => prop::sample::select(selecting),
    ]
}

fn sizes() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![
        2 => (1u16..=80, 1u16..=24),
        4 => Just((60, 16)),
        3 => Just((80, 24)),
        1 => (120u16..=160, 30u16..=45),
        1 => (1u16..=200, 1u16..=60),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let hostile = || prop::sample::select(HOSTILE);
    prop_oneof![
        60 => keys().prop_map(Step::Key),
        6 => keys().prop_map(Step::BurstKey),
        6 => hostile().prop_map(Step::Type),
        4 => prop::collection::vec(hostile(), 0..4).prop_map(|texts| Step::Paste(texts.join("\n"))),
        3 => (prop::sample::select(WORDS), 0u8..4).prop_map(|(words, down)| Step::Palette(words, down)),
        4 => sizes().prop_map(|(columns, lines)| Step::Size(columns, lines)),
        4 => (0u64..100_000).prop_map(Step::Later),
        4 => (0usize..5).prop_map(Step::New),
        4 => (1u8..12, prop::sample::select(vec![200, 204, 301, 404, 500, 503]))
            .prop_map(|(n, status)| Step::Answered(n, status)),
        2 => (1u8..12, hostile()).prop_map(|(n, why)| Step::Broken(n, why)),
        2 => (0u32..9).prop_map(Step::Received),
        3 => any::<bool>().prop_map(Step::Slow),
        1 => Just(Step::Gone),
        1 => any::<bool>().prop_map(Step::Keymap),
        1 => hostile().prop_map(Step::Said),
        4 => (prop::sample::select(vec![MouseAction::Click, MouseAction::Click, MouseAction::WheelUp, MouseAction::WheelDown]), 0u16..160, 0u16..45)
            .prop_map(|(action, x, y)| Step::Point(action, x, y)),
        2 => (hostile(), any::<bool>()).prop_map(|(text, well)| Step::EditedText(text, well)),
        1 => hostile().prop_map(Step::CopyFailed),
    ]
}

/// Keys of other actions in the table, and two consecutive ones.
fn odd_keys() -> Keymap {
    let all = [
        ("profiles-new", "e"),
        ("profiles-edit", "nn"),
        ("list-down", "gg"),
        ("list-top", "j"),
        ("test", ""),
    ];
    let binding = |(action, keys): (&str, &str)| Binding {
        action: action.to_owned(),
        keys: keys.split_whitespace().map(str::to_owned).collect(),
        place: SettingsPlace::default(),
    };
    let (keymap, notices) = keymap::bind(&all.map(binding));
    assert_eq!(notices, []);
    keymap
}

fn take(desk: &mut Desk, step: Step) {
    let now = desk.state.now;
    match step {
        Step::Palette(words, down) => {
            let down = "down ".repeat(down.into());
            desk.keys("f10").types(words).keys(&down).keys("enter")
        }
        Step::Key(key) => desk.receives(Message::Key(key)),
        Step::BurstKey(key) => desk.receives(Message::BurstKey(key)),
        Step::Type(text) => desk.types(text),
        Step::Paste(text) => desk.pastes(&text),
        Step::Size(columns, lines) => desk.resized(columns, lines),
        Step::Keymap(usual) => {
            desk.state.settings.keys = if usual { Keymap::default() } else { odd_keys() };
            desk.later(0)
        }
        Step::Later(millis) => desk.later(millis),
        Step::New(n) => desk.happens(|world| {
            if let Some(profile) = world.profile(n) {
                let event = profile.events.first().copied();
                world.accept(Kind::Event, &profile, event, &Values::default(), now);
            }
        }),
        Step::Answered(n, status) => desk.happens(|world| world.answered(n.into(), status, now)),
        Step::Broken(n, why) => desk.happens(|world| world.failed(n.into(), ErrorClass::Connect, why, now)),
        Step::Received(n) => desk.receives(Message::Received(sample::request(n).into())),
        Step::Slow(true) => desk.delays_effects(),
        Step::Slow(false) => desk.runs_effects(),
        Step::Gone => desk.happens(|world| {
            world.tables().profiles.pop();
        }),
        Step::Point(action, x, y) => desk.receives(Message::Pointer(Pointer { action, at: (x, y) })),
        Step::EditedText(text, well) => written(desk, text, well),
        Step::CopyFailed(text) => {
            let (text, why) = (text.repeat(40), "nothing takes it".to_owned());
            desk.receives(Message::CopyFailed(text.clone(), text, why))
        }
        Step::Said(text) => desk.receives(Message::Failed(text.to_owned())),
    };
}

/// An editor returns a text, if a profile is open.
fn written<'a>(desk: &'a mut Desk, text: &str, well: bool) -> &'a mut Desk {
    let Some(id) = desk.state.editor.as_ref().map(|editor| editor.id().clone()) else { return desk };
    let subject = if well { Subject::Body(id) } else { Subject::Profile(id) };
    let trouble = (!well && text.len() > 30).then(|| "it failed".to_owned());
    let returned = Returned { subject, given: String::new(), written: Some(text.to_owned()), trouble };
    desk.receives(Message::Returned(Box::new(returned)))
}

/// Profiles, deliveries and a draft with hostile texts, beside well-behaved ones.
fn hostile_world() -> World {
    let world = sample::log();
    for (stored, text) in world.tables().deliveries.iter_mut().zip(HOSTILE) {
        let details = &mut stored.details;
        details.summary.profile_title = text.repeat(5);
        for attempt in &mut details.attempts {
            let mut headers = attempt.response_headers.to_vec();
            headers.push((text.to_string(), text.to_string()));
            attempt.response_headers = headers.into();
            attempt.response_body = text.repeat(3).into_bytes();
        }
        if let Some(callback) = &mut details.callback {
            callback.url.push_str(text);
        }
    }
    world.tables().drafts.push(UnsavedDraft {
        profile_id: profile_id(77),
        is_new: true,
        draft: Draft {
            title: HOSTILE.concat(),
            endpoint: HOSTILE[2].repeat(9),
            body: HOSTILE.join("\n"),
            channel: HOSTILE[0].into(),
            retry_count: HOSTILE[5].into(),
            auth_kind: HOSTILE[3].into(),
            enc_parameters: HOSTILE.iter().map(ToString::to_string).collect(),
            encryption: true,
            ..Draft::new(Channel::Default)
        },
        edited_at: sample::start(),
    });
    world
}

fn weather(world: World, (columns, lines): (u16, u16), steps: Vec<Step>) {
    let mut desk = Desk::new(columns, lines).of(world);
    for step in steps {
        take(&mut desk, step);
    }
}

/// Ten of each kind, or as many as `PROPTEST_CASES` says.
fn storms() -> ProptestConfig {
    let usual = ProptestConfig { max_shrink_iters: 400, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { usual } else { ProptestConfig { cases: 5, ..usual } }
}

// Some ten thousand frames each; in parallel they take ten seconds without optimisation. PROPTEST_CASES=100 draws a
// hundred thousand.
proptest! {
    #![proptest_config(storms())]

    #[test]
    fn any_input_draws_a_valid_screen(
        size in sizes(),
        steps in prop::collection::vec(steps(), 200..600),
    ) {
        weather(sample::log(), size, steps);
    }

    #[test]
    fn any_stored_data_draws_a_valid_screen(
        size in sizes(),
        steps in prop::collection::vec(steps(), 200..600),
    ) {
        weather(hostile_world(), size, steps);
    }
}

#[test]
fn hostile_titles_are_drawn_at_every_size() {
    let mut desk = Desk::new(80, 24).of(hostile_world());
    let profiles = sample::world().tables().profiles.clone();
    let rows = profiles.iter().zip(HOSTILE).map(|(profile, title)| crate::storage::ProfileRow {
        id: profile.id.clone(),
        title: title.repeat(10),
        channel: profile.channel,
        method: profile.method,
        status: profile.status,
        created_at: profile.created_at,
        modified_at: profile.modified_at,
        endpoint: title.repeat(10),
    });
    desk.receives(Message::Profiles(rows.collect()));
    for place in ["esc d 1", "D", "n 4", "p", "p enter", "esc 3", "2"] {
        desk.keys(place);
        for columns in (1..=200).step_by(7) {
            desk.resized(columns, columns / 3 + 1);
        }
        desk.resized(80, 24);
    }
    desk.later(Duration::from_secs(9).as_millis().try_into().unwrap());
}
