//! Secrets are stored where they belong, and nowhere else: profiles whose every secret is marked go through every
//! kind of failure, and then every file, every output and every table is searched.

use std::collections::BTreeSet;

use super::ends::{End, ends, token_ends};
use super::search::endpoints::Listener;
use super::search::marks::{self, mark, signing_secret};
use super::search::profiles::{KINDS, Kind};
use super::search::{database, files};
use crate::support::cli::{Place, Ran};
use crate::support::server::Server;
use serde_json::{Value, json};

#[test]
fn marks_are_found_in_every_form() {
    marks::assert_search_works();
}

#[test]
fn no_command_and_no_log_table_contains_a_secret() {
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
    let never_sent = ["encryption key", "initialization vector", "signing secret", "older signing secret"];
    let expected: BTreeSet<&str> = sent.filter(|name| !never_sent.contains(name)).collect();
    let repeated: BTreeSet<&str> = all.repeated().union(&tokens.repeated()).copied().collect();
    assert_eq!(repeated, expected);
    for (name, listener, _) in listeners {
        let output = listener.end();
        marks::assert_none(&output, &format!("what receive told of {name}"));
        assert!(String::from_utf8_lossy(&output).contains("x-token: ("), "the header arrived at {name}");
    }
    // What the receivers keep over a restart.
    let kept = at_home.path("ringback.db.received");
    assert!(std::fs::metadata(&kept).unwrap().len() > 10_000, "requests are kept");
    marks::assert_none(&std::fs::read(&kept).unwrap(), "kept requests");
    let listed = at_home.run(&["receive", "list", "--json"]);
    assert!(listed.code == Some(0) && listed.out.contains("headers_left_out"), "{listed:?}");
    marks::assert_none(listed.out.as_bytes(), "a list of kept requests");
}

/// One kind of profile, through every outcome, every command and a search of everything that is left.
fn kind_through(kind: &Kind, ends: &[&End], granting: &Server) {
    let place = Place::new();
    let granting_url = granting.url();
    let document = |end: &&End| {
        // A timeout can only be set with retries.
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
    // Closed only now: an address that is not dialled cannot be saved.
    place.settings("network_deny = [\"127.9.9.9\"]\n");
    for End { name, set, class, .. } in ends {
        for json in [true, false] {
            let form = if json { &["--json"][..] } else { &[] };
            let before = granting.seen().len();
            let ran = run(&place, &[&["test", name], *set, form].concat());
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
                // A request that cannot be made has no attempt.
                let output = if attempt.is_null() { &json!("request") } else { &attempt["error"]["class"] };
                assert_eq!(output, class, "{} {name}: {ran:?}", kind.name);
            }
            if name.starts_with("tokens") {
                let message = attempt["error"]["message"].as_str().unwrap();
                assert!(message.starts_with("no token: "), "{name}: {message}");
            }
            if name.starts_with("echo") {
                for part in ["response_headers", "response_body"] {
                    // Repeated text is kept, except the secrets.
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
            assert_eq!(run(&place, command).code, Some(0), "{command:?}");
        }
    }
    for (what, document) in bad_documents(kind) {
        let ran = place.run_with_input(&["profiles", "apply", "-"], &document.to_string());
        assert_eq!(ran.code, Some(2), "{what}: {ran:?}");
        marks::assert_none(format!("{ran:?}").as_bytes(), what);
    }
    // Secrets are shown on request, which also proves that there was something to find.
    let shown = place.run(&["profiles", "export", "--secrets"]);
    assert_eq!(sorted(marks::found(shown.out.as_bytes())), sorted(kind.all_secrets()));

    let kept = database::search(&place.db());
    assert_eq!(sorted(kept.in_profiles), sorted(kind.all_secrets()));
    assert_eq!(kept.tested, 0, "what was tested is forgotten");
    assert_eq!(kept.deliveries, 2 * ends.len());
    assert!(kept.attempts >= kept.deliveries, "{} tries", kept.attempts);
    files::assert_none(place.db().parent().unwrap());
}

/// Runs a command; none of its arguments is a secret.
fn run(place: &Place, args: &[&str]) -> Ran {
    let ran = place.run(args);
    marks::assert_none(ran.out.as_bytes(), &format!("the output of {args:?}"));
    marks::assert_none(ran.err.as_bytes(), &format!("the errors of {args:?}"));
    ran
}

/// Profiles with an error in or beside each secret.
fn bad_documents(kind: &Kind) -> Vec<(&'static str, Value)> {
    let mut out = Vec::new();
    let mut bad = |what, change: &dyn Fn(&mut Value)| {
        let mut document = kind.document("bad", "http://127.0.0.1:9/");
        change(&mut document);
        out.push((what, document));
    };
    bad("a key that is too long", &|d| d["enc"]["key"] = json!(format!("{:k<33}", mark("encryption key"))));
    bad("a vector that is too short", &|d| d["enc"]["IV"] = json!(mark("initialization vector")));
    bad("no base64", &|d| d["signing_secrets"][0] = json!(format!("{}!", signing_secret("signing secret"))));
    bad("a secret that is too short", &|d| {
        d["signing_secrets"][1] = json!(format!("whsec_{}", mark("older signing secret")));
    });
    bad("a current secret that is not the first", &|d| {
        d["signing_secret"] = json!(signing_secret("older signing secret"));
    });
    bad("a secret as a list", &|d| d["signing_secret"] = json!([signing_secret("signing secret")]));
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

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}
