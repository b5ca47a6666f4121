//! `ringback keys`: keys of the HTTP API.

use crate::support::cli::{Place, Ran};
use crate::support::recorder::Recorder;
use ringback::storage::{ApiKeys as _, KeyText, SecretHash, Store};
use serde_json::{Value, json};

fn create(place: &Place, args: &[&str]) -> Ran {
    place.run(&[&["keys", "create"], args].concat())
}

fn list(place: &Place) -> Vec<Value> {
    place.run(&["keys", "list", "--json"]).json().as_array().unwrap().clone()
}

#[test]
fn a_key_is_shown_once_and_only_its_hash_is_stored() {
    let place = Place::new();
    let created = create(&place, &["shop", "--scope", "send"]);
    assert_eq!(created.code, Some(0), "{created:?}");
    let key = KeyText::parse(created.out.strip_suffix('\n').unwrap()).unwrap();
    let note = format!(
        "ringback: created key 'shop' ({}): scope send, all profiles, expires never; it is shown this once, \
         keep it now\n",
        key.id
    );
    assert_eq!(created.err, note);

    let listed = place.run(&["keys", "list"]);
    assert!(listed.out.contains(key.id.as_str()) && listed.out.contains("  active"), "{listed:?}");
    assert_eq!(listed.out.lines().count(), 2, "{listed:?}");
    let store = Store::open(place.db()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (found, hash) = runtime.block_on(store.find_key(&key.id)).unwrap().unwrap();
    assert_eq!(found.name, "shop");
    assert!(SecretHash::is_of(Some(&hash), &key.secret));
    drop(store);
    let secret = &key.reveal()[21..];
    for file in std::fs::read_dir(place.path("")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));
    }
}

#[test]
fn the_json_of_a_key_has_its_profiles_and_times() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let args = ["board", "--scope", "READ", "--profile", "order sms", "--profile", &id, "--expires", "90d"];
    let created = create(&place, &[&args[..], &["--json"]].concat()).json();
    assert_eq!(created["scope"], "read");
    assert_eq!(created["profiles"], json!([id]), "once");
    let time = |name: &str| created[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let lifetime = time("expires_at").duration_since(time("created_at"));
    assert_eq!(lifetime, jiff::SignedDuration::from_hours(90 * 24));
    let key = KeyText::parse(created["key"].as_str().unwrap()).unwrap();
    assert_eq!(created["key_id"], key.id.as_str());

    let mut expected = created.clone();
    expected.as_object_mut().unwrap().remove("key");
    assert_eq!(list(&place), [expected]);
    let text = place.run(&["keys", "list"]).out;
    assert!(text.contains("  board  read   Order SMS  "), "{text}");
}

#[test]
fn a_name_is_free_again_after_its_key_was_revoked() {
    let place = Place::new();
    assert_eq!(create(&place, &["shop", "--scope", "send"]).code, Some(0));
    create(&place, &["shop", "--scope", "read"])
        .refused(2, &["a key named 'shop' exists", "keys revoke 'shop'"]);
    let first = list(&place)[0]["key_id"].as_str().unwrap().to_owned();

    let revoked = place.run(&["keys", "revoke", "shop", "--json"]).json();
    assert_eq!((&revoked["changed"], &revoked["state"]), (&json!(true), &json!("revoked")));
    assert_eq!(create(&place, &["shop", "--scope", "manage"]).code, Some(0));
    let again = place.run(&["keys", "revoke", &first]);
    assert_eq!(again.code, Some(0));
    assert!(again.out.starts_with(&format!("{first}  shop was already revoked at 2")), "{again:?}");
    let states: Vec<Value> = list(&place).iter().map(|key| key["state"].clone()).collect();
    assert_eq!(states, ["revoked", "active"]);
    let last = place.run(&["keys", "revoke", "shop"]);
    assert!(last.out.ends_with("  shop revoked\n"), "{last:?}");
    assert!(place.run(&["keys", "list"]).out.contains("  revoked 2"));
}

#[test]
fn wrong_input_creates_nothing() {
    let place = Place::new();
    place.run(&["keys", "revoke", "shop"]).refused(2, &["no database"]);
    create(&place, &["shop"]).refused(2, &["--scope <SCOPE>"]);
    create(&place, &["shop", "--scope", "all"]).refused(2, &["[possible values: send, read, manage]"]);
    create(&place, &["", "--scope", "send"]).refused(2, &["is empty: name what will use the key"]);
    create(&place, &["shop", "--scope", "send", "--expires", "0d"]).refused(2, &["must be longer than 0"]);
    create(&place, &["shop", "--scope", "send", "--profile", "Orders"]).refused(2, &["no database"]);
    assert!(!place.db().exists());
    place.apply(&Recorder::taking().profile(0));
    create(&place, &["shop", "--scope", "send", "--profile", "Orders"]).refused(2, &["no profile 'Orders'"]);
    place.run(&["keys", "revoke", "shop"]).refused(2, &["no API key 'shop'; `ringback keys list` lists all"]);
    let none = place.run(&["keys", "list"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    assert!(none.err.starts_with("no API keys yet"), "{none:?}");
    assert!(list(&place).is_empty());
}
