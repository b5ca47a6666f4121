//! Pages, limits, failures and garbage.

use std::time::Duration;

use serde_json::{Value, json};

use super::{command, empty_place, remote, results};
use crate::support::cli::{On, Place, Running};
use crate::support::platform::{Platform, Wrong, platform_id, platform_profile};

fn many(count: u32) -> Vec<Value> {
    (1..=count).map(|n| platform_profile(n, json!({}))).collect()
}

fn titles(place: &Place) -> Vec<String> {
    let listed = place.run(&["profiles", "list", "--json"]).json();
    let mut titles: Vec<String> =
        listed.as_array().unwrap().iter().map(|row| row["profile_id"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

#[test]
fn all_pages_are_read_whatever_their_size() {
    for most in [25, 7, 2] {
        let place = empty_place();
        let platform = Platform::start(many(60));
        platform.state().most = most;
        let pulled = remote(&place, &platform, &["pull"]);
        assert!(pulled.err.contains("60 created"), "{most}: {pulled:?}");
        assert_eq!(titles(&place), (1..=60).map(platform_id).collect::<Vec<_>>());
    }
}

/// A deletion moves the profiles after it forward, past the offset of the next page.
#[test]
fn no_profile_is_missed_if_the_list_changes_while_it_is_read() {
    let place = empty_place();
    let platform = Platform::start(many(60));
    platform.meddle(|_, n, profiles| {
        match n {
            2 => drop(profiles.remove(3)),
            4 => profiles.insert(0, platform_profile(99, json!({}))),
            _ => {}
        }
        None
    });
    let pulled = remote(&place, &platform, &["pull"]);
    assert!(pulled.code == Some(0) && pulled.err.contains("60 created"), "{pulled:?}");
    let mut expected: Vec<String> = (1..=60).filter(|n| *n != 4).chain([99]).map(platform_id).collect();
    expected.sort();
    assert_eq!(titles(&place), expected);

    platform.meddle(|_, _, profiles| {
        profiles.rotate_left(1);
        None
    });
    let unstable = remote(&place, &platform, &["pull"]);
    unstable.refused(1, &["the list of profiles changes while it is read"]);
}

#[test]
fn a_server_that_ignores_the_offset_is_noticed() {
    let place = empty_place();
    let platform = Platform::start(many(60));
    platform.meddle(|_, _, profiles| {
        let body = json!({"code": "RBC024", "message": "ok", "data": profiles[..25]});
        Some(Wrong::new(200, body.to_string()))
    });
    remote(&place, &platform, &["pull"]).refused(1, &["the server ignores `offset`"]);
}

#[test]
fn limits_and_failures_that_pass_are_waited_for() {
    let place = empty_place();
    let platform = Platform::start(many(3));
    platform.meddle(|_, n, _| match n {
        1 => {
            let mut wrong = Wrong::new(429, "{\"message\": \"slow down\"}");
            wrong.headers = vec![("retry-after", "1".to_owned())];
            Some(wrong)
        }
        2 => Some(Wrong::new(503, "<html>down</html>")),
        _ => None,
    });
    let pulled = remote(&place, &platform, &["pull", "--json"]);
    assert_eq!(results(&pulled).len(), 3, "{pulled:?}");
    assert!(pulled.err.contains("callback/profiles: 429; retrying in 1.0 s"), "{pulled:?}");
    assert!(pulled.err.contains("callback/profiles: 503; retrying in 1.0 s"), "{pulled:?}");

    platform.meddle(|_, _, _| {
        let mut wrong = Wrong::new(429, "{}");
        wrong.headers = vec![("retry-after", "3000".to_owned())];
        Some(wrong)
    });
    remote(&place, &platform, &["pull"]).refused(1, &["the account accepts no requests for 3000 s (429)"]);
    assert_eq!(platform.requests().len(), 1);
    platform.meddle(|_, _, _| {
        let mut wrong = Wrong::new(503, "{}");
        wrong.headers = vec![("retry-after", "3000".to_owned())];
        Some(wrong)
    });
    remote(&place, &platform, &["pull"]).refused(1, &["the account accepts no requests for 3000 s (503)"]);
}

/// What stays as it is within seconds is not retried.
#[test]
fn a_missing_certificate_file_and_a_port_without_tls_end_at_once() {
    let place = empty_place();
    let platform = Platform::start(many(1));
    let url = platform.url().replace("http://", "https://");
    let pulled = remote(&place, &platform, &["pull", "--url", &url]);
    pulled.refused(1, &["no secure connection to"]);
    assert!(!pulled.err.contains("retrying"), "{pulled:?}");
    place.settings("[remote]\nca_file = \"/nowhere/ca.pem\"\n");
    let pulled = remote(&place, &platform, &["pull", "--url", &url]);
    pulled.refused(1, &["/nowhere/ca.pem"]);
    assert!(!pulled.err.contains("retrying"), "{pulled:?}");
}

/// A request that only reads carries nothing out.
#[test]
fn a_list_that_does_not_come_is_no_request_of_unknown_outcome() {
    let place = empty_place();
    place.settings("[remote]\ntimeout_s = 1\n");
    let platform = Platform::start(many(1));
    platform.meddle(|_, _, _| {
        let mut late = Wrong::new(0, "");
        late.after = Duration::MAX;
        Some(late)
    });
    let late = remote(&place, &platform, &["pull"]);
    late.refused(1, &["no complete response after 1 s"]);
    assert!(!late.err.contains("not known"), "{late:?}");
}

/// The advice is for a person who has the URL, not for one who wrote the response.
#[test]
fn a_server_of_another_kind_is_recognized() {
    let place = empty_place();
    let platform = Platform::start(vec![]);
    platform.meddle(|_, _, _| Some(Wrong::new(200, "OK then")));
    let other = remote(&place, &platform, &["pull"]);
    other.refused(1, &["the response cannot be used: it is not JSON: check the URL of the account"]);
}

/// What was done is reported, although the database cannot record it.
#[test]
fn a_failing_database_ends_a_command_with_its_report() {
    for writes in ["push", "pull"] {
        let place = empty_place();
        let platform = Platform::start(if writes == "pull" { many(2) } else { vec![] });
        let database = place.db();
        if writes == "push" {
            let own =
                |title: &str| json!({"title": title, "channel": "sms", "url": "https://hooks.example/own"});
            place.apply(&json!([own("Profile 1"), own("Profile 2")]));
        }
        let breaks = if writes == "push" { "POST" } else { "GET" };
        platform.meddle(move |asked, _, _| {
            if asked.method == breaks {
                let broken =
                    "CREATE TRIGGER broken BEFORE INSERT ON remote_link WHEN NEW.remote_id IS NOT NULL
                              BEGIN SELECT RAISE(ABORT, 'disk on fire'); END";
                let _ = rusqlite::Connection::open(&database).unwrap().execute_batch(broken);
            }
            None
        });
        let done = remote(&place, &platform, &[writes, "--yes", "--json"]);
        assert_eq!(done.code, Some(1), "{done:?}");
        let why = done.json()["profiles"][0]["why"].as_str().unwrap().to_owned();
        assert!(why.starts_with("was created, but the link to ") && why.contains("disk on fire"), "{done:?}");
        assert_eq!(results(&done), ["Profile 1 failed", "Profile 2 failed"]);
    }
    // Before a request is sent.
    let place = empty_place();
    let platform = Platform::start(vec![]);
    place.apply(&json!({"title": "Own", "channel": "sms", "url": "https://hooks.example/own"}));
    let database = place.db();
    platform.meddle(move |_, _, _| {
        let broken = "CREATE TRIGGER broken BEFORE INSERT ON remote_link BEGIN SELECT RAISE(ABORT, 'disk on fire'); END";
        let _ = rusqlite::Connection::open(&database).unwrap().execute_batch(broken);
        None
    });
    let done = remote(&place, &platform, &["push", "--yes", "--json"]);
    assert_eq!((done.code, results(&done)), (Some(1), vec!["Own failed".to_owned()]), "{done:?}");
    assert!(done.err.contains("disk on fire"), "{done:?}");
    assert_eq!(platform.requests(), ["GET"]);
}

#[test]
fn a_response_that_does_not_come_is_given_up_and_asked_for_again() {
    let place = empty_place();
    place.settings("[remote]\ntimeout_s = 1\n");
    let platform = Platform::start(many(1));
    platform.meddle(|_, n, _| {
        let mut late = Wrong::new(0, "");
        late.carried_out = true;
        late.after = if n == 1 { Duration::MAX } else { Duration::from_millis(200) };
        Some(late)
    });
    let pulled = remote(&place, &platform, &["pull", "--json"]);
    assert_eq!(results(&pulled), ["Profile 1 created"], "{pulled:?}");
    assert!(pulled.err.contains("no complete response after 1 s; retrying in 0.5 s"), "{pulled:?}");
}

#[test]
fn garbage_is_named_and_nothing_is_stored() {
    let place = empty_place();
    let platform = Platform::start(many(2));
    let twice =
        json!({"code": "RBC024", "data": [platform_profile(1, json!({})), platform_profile(1, json!({}))]});
    let no_id = json!({"code": "RBC024", "data": [{"title": "A", "url": "https://a.example"}]});
    for (body, why) in [
        ("<html>", "it is not JSON"),
        ("", "it is not JSON"),
        ("[]", "it has no `data`"),
        ("{\"data\": 7}", "it is not an envelope"),
        ("{\"code\": \"RBC024\", \"data\": \"x\"}", "holds no profile"),
        ("{\"code\": \"RBC024\", \"data\": [7]}", "profile_id is missing"),
        (&no_id.to_string(), "data[0]: profile_id is missing"),
        (&twice.to_string(), "the list of profiles changes while it is read"),
    ] {
        let body = body.to_owned();
        platform.meddle(move |_, _, _| Some(Wrong::new(200, body.clone())));
        remote(&place, &platform, &["pull"]).refused(1, &[why]);
    }
    assert!(titles(&place).is_empty());
}

/// A list may be an extract: what is missing is fetched.
#[test]
fn a_list_without_all_members_is_completed() {
    let place = empty_place();
    let platform = Platform::start(many(2));
    platform.meddle(|asked, _, profiles| {
        let is_list = asked.path.ends_with("/profiles");
        let offset: usize = asked.query.get("offset").map_or(0, |offset| offset.parse().unwrap());
        let extract =
            |profile: &Value| json!({"profile_id": profile["profile_id"], "title": profile["title"]});
        let data: Vec<Value> = profiles.iter().skip(offset).map(extract).collect();
        is_list.then(|| Wrong::new(200, json!({"code": "RBC024", "data": data}).to_string()))
    });
    let pulled = remote(&place, &platform, &["pull", "--json"]);
    assert_eq!(results(&pulled), ["Profile 1 created", "Profile 2 created"], "{pulled:?}");
    let first = platform_id(1);
    assert!(platform.requests().contains(&format!("GET /{first}")));
    assert_eq!(super::stored(&place, &first)["url"], "https://hooks.example/1");
}

#[test]
fn an_interrupt_ends_a_command_that_waits_for_the_account() {
    let place = empty_place();
    let platform = Platform::start(many(1));
    platform.meddle(|_, _, _| Some(Wrong::new(503, "")));
    let mut running = Running::start(command(&place, &platform, &["pull"]));
    running.line(On::Err, "retrying in");
    running.signal("TERM");
    let code = running.code();
    assert!(code.is_none() || code == Some(143), "{code:?}");
    assert!(titles(&place).is_empty());
}
