//! `ringback remote`, against a server written from the platform's public pages, and against `ringback serve`.

mod diff;
mod keys;
mod pull;
mod push;
mod ringback;
mod trouble;

use std::process::Command;

use serde_json::{Value, json};

use crate::support::cli::{Place, Ran, ran};
use crate::support::platform::{KEY, Platform};

/// The command against the account of this server.
fn command(place: &Place, platform: &Platform, args: &[&str]) -> Command {
    let mut command = place.command(&[&["remote"], args].concat());
    command.env("RINGBACK_REMOTE_URL", platform.url()).env("RINGBACK_REMOTE_ACCOUNT", "HX1");
    command.env("RINGBACK_REMOTE_KEY", KEY);
    command
}

fn remote(place: &Place, platform: &Platform, args: &[&str]) -> Ran {
    ran(command(place, platform, args))
}

/// A place with an empty database.
fn empty_place() -> Place {
    let place = Place::new();
    let created = place.run(&["keys", "create", "any", "--scope", "read"]);
    assert_eq!(created.code, Some(0), "{created:?}");
    place
}

/// The result of each profile, by title.
#[track_caller]
fn results(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let profiles = json["profiles"].as_array().unwrap_or_else(|| panic!("{ran:?}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    profiles.iter().map(|one| format!("{} {}", text(&one["title"]), text(&one["result"]))).collect()
}

/// A stored profile, with its secrets.
fn stored(place: &Place, id: &str) -> Value {
    place.run(&["profiles", "export", id, "--secrets"]).json()[0].clone()
}

/// Changes members of a stored profile, as in the editor.
fn edit(place: &Place, id: &str, members: Value) {
    let mut document = stored(place, id);
    let Value::Object(members) = members else { panic!("an object") };
    members.into_iter().for_each(|(name, value)| document[name] = value);
    place.apply(&json!([document]));
}
