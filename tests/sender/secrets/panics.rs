//! A panic prints debug output: it must not contain the secrets of anything.

use std::fmt::Debug;
use std::sync::Arc;

use super::search::marks::{self, MARKS, mark};
use super::search::profiles::{KINDS, Kind};
use jiff::Timestamp;
use ringback::callback::Values;
use ringback::console::glyphs::Glyphs;
use ringback::console::model::clock::Clock;
use ringback::console::model::effect::Purpose;
use ringback::console::model::message::Message;
use ringback::console::model::settings::ConsoleSettings;
use ringback::console::model::state::State;
use ringback::console::theme::Theme;
use ringback::console::update::update;
use ringback::keymap::{Key, Keymap};
use ringback::profile::document::Document;
use ringback::profile::{Draft, Event, Identity, Profile, ProfileId, Region, Rules};
use ringback::receiver::{Decryption, PlannedResponse, Received};
use ringback::record::NewDelivery;
use ringback::settings::Zone;
use ringback::storage::{Demand, Queue as _, Store, UnsavedDraft};

#[track_caller]
fn assert_hides_secrets(thing: &dyn Debug, what: &str) {
    for text in [format!("{thing:?}"), format!("{thing:#?}")] {
        assert!(!text.is_empty(), "{what} is told somehow");
        marks::assert_none(text.as_bytes(), what);
    }
}

fn identity() -> Identity {
    let now = Timestamp::now();
    Identity { id: ProfileId::new(Region::In, uuid::Uuid::new_v4()), created_at: now, modified_at: now }
}

fn profile(kind: &Kind) -> Profile {
    let document = Document::read(kind.document("Marked", "https://x.example/cb")).unwrap();
    assert_hides_secrets(&document, "a document");
    document.draft.check(Rules::default(), identity()).unwrap()
}

#[test]
fn profiles_drafts_and_requests() {
    for kind in &KINDS {
        let profile = profile(kind);
        assert_hides_secrets(&profile, "a profile");
        assert_hides_secrets(&profile.headers, "its headers");
        assert_hides_secrets(&profile.auth, "its credentials");
        assert_hides_secrets(&profile.encryption, "its encryption");
        let mut draft = Draft::from(&profile);
        assert_hides_secrets(&draft, "a draft");
        draft.enc_key.push('!');
        draft.enc_iv.clear();
        draft.signing_secret.push('!');
        draft.auth_password.push('\n');
        draft.auth_key.push('\n');
        draft.headers[0].value.push('\n');
        let errors = draft.check(Rules::default(), identity()).unwrap_err();
        assert!(errors.len() > 3, "{errors:?}");
        assert_hides_secrets(&errors, "errors");
        let id = profile.id.clone();
        let edited_at = Timestamp::now();
        assert_hides_secrets(
            &UnsavedDraft { profile_id: id, is_new: true, draft, edited_at },
            "an unsaved draft",
        );
        let delivery = NewDelivery::test(profile, Some(Event::SmsSend), Values::default());
        assert_hides_secrets(&delivery, "a new delivery");
    }
}

#[tokio::test]
async fn jobs_and_deliveries_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("a.db")).unwrap();
    for kind in &KINDS {
        let delivery = NewDelivery::test(profile(kind), Some(Event::SmsSend), Values::default());
        let id = delivery.id;
        store.enqueue(vec![delivery]).await.unwrap();
        let due = store.claim(Demand::idle(Timestamp::now(), 10, 16)).await.unwrap();
        assert!(due.jobs.iter().any(|job| job.id() == id && job.profile.is_some()));
        assert_hides_secrets(&due, "what is due");
        assert_hides_secrets(&store.delivery(id).await.unwrap(), "a delivery");
    }
    assert_hides_secrets(&store, "the store");
}

#[test]
fn the_console_with_everything_open() {
    for kind in &KINDS {
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
        let mut state = State::new(settings, (120, 40), Timestamp::now());
        let profile = Box::new(profile(kind));
        let id = profile.id.clone();
        let mut send = |message: Message| {
            let requests = update(&mut state, message);
            assert_hides_secrets(&requests, "what the console asks for");
            assert_hides_secrets(&state, "the console");
            // Nothing is waited for.
            for request in requests {
                let _ = update(&mut state, Message::Result(request.ticket, Vec::new()));
            }
        };
        send(Message::Profile(id.clone(), Some(profile.clone()), Purpose::Edit));
        let key = |name: &str| Message::Key(Key::parse(name).unwrap());
        send(key("f4"));
        // Through all fields, with something typed into each.
        for _ in 0..40 {
            send(key("tab"));
            send(Message::Paste(mark("typed password").to_owned()));
            send(key("ctrl+u"));
        }
        send(key("f8"));
        send(key("ctrl+t"));
        send(Message::Saved(profile.clone()));
        send(Message::Profile(id, Some(profile), Purpose::Test));
    }
}

#[test]
fn received_requests_and_decryption() {
    let header = |(name, mark): &(&str, &str)| (name.to_lowercase(), format!("Bearer {mark}"));
    let secret =
        |(name, _): &&(&str, &str)| ["Authorization", "X-Token", "Cookie", "X-Session"].contains(name);
    let received = Received {
        id: "0123abcd".to_owned(),
        left_out: Vec::new(),
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: MARKS.iter().filter(secret).map(header).collect(),
        body: bytes::Bytes::from_static(b"{}"),
        body_length: 2,
        received_at: Timestamp::now(),
        attempt: 1,
        response: PlannedResponse::status(200),
    };
    assert_eq!(received.headers.len(), 4);
    assert_hides_secrets(&Arc::new(received), "what arrived");
    let typed = format!("AES-256-CFB:{:k<32}:{:v<16}", mark("encryption key"), mark("initialization vector"));
    assert_hides_secrets(&Decryption::parse(&typed).unwrap(), "a decryption");
    assert_hides_secrets(&Decryption::parse(&typed.replace("256", "128")).unwrap_err(), "a refused one");
}
