//! `ringback profiles`: create, list, show, change, export, delete.

use crate::support::cli::Place;
use serde_json::{Value, json};

/// A profile with every secret, and others.
fn documents() -> Value {
    json!([
        {"title": "Order SMS", "channel": "sms", "url": "https://hooks.example/orders?id=<id>",
         "http_method": "POST", "body": "{\"id\": \"<id>\"}", "data_format": "json",
         "headers": {"X-Token": "t0ken-in-header", "X-Shop": "north"},
         "auth": {"type": "api-key", "header": "api-key", "key": "k3y-of-api"},
         "enc": {"algo": "AES-128-CFB", "key": "K1abcdefghijkl2P", "IV": "POabcdefghijklLY",
                 "parameters": ["id"]},
         "retry": {"count": 2, "interval_s": 10, "timeout_ms": 5000},
         "signing_secret": "whsec_cmluZ2JhY2sgZGVtbyBzaWduaW5nIHNlY3JldA=="},
        {"title": "Bookings", "channel": "whatsapp", "url": "https://hooks.example/wa",
         "events": ["message_status", "payment_status"], "body": "tab\tand \u{1b}[2J",
         "auth": {"type": "basic", "user": "u", "password": "p4ss-of-basic"}},
        {"title": "Nightly", "url": "https://hooks.example/n", "http_method": "GET", "status": 3}
    ])
}

/// Standard error without the lines that say what became of each profile.
fn notes_of(err: &str) -> String {
    let is_note = |line: &&str| line.starts_with("ringback: note: ");
    err.lines().filter(is_note).flat_map(|line| [line, "\n"]).collect()
}

const SECRETS: [&str; 6] =
    ["t0ken-in-header", "k3y-of-api", "K1abcdefghijkl2P", "POabcdefghijklLY", "whsec_cmlu", "p4ss-of-basic"];

#[test]
fn an_export_is_identical_after_applying_it_elsewhere() {
    let (here, there) = (Place::new(), Place::new());
    let ids = here.apply(&documents());
    let exported = here.run(&["profiles", "export", "--secrets"]);
    for secret in SECRETS {
        assert!(exported.out.contains(secret), "{secret}");
    }
    let applied = there.run_with_input(&["profiles", "apply", "-", "--json"], &exported.out);
    let created =
        |(id, title): (&String, &str)| json!({"profile_id": id, "title": title, "result": "created"});
    let rows: Value = ids.iter().zip(["Order SMS", "Bookings", "Nightly"]).map(created).collect();
    assert_eq!(applied.json(), json!({"profile_ids": ids, "profiles": rows}));
    assert_eq!(there.run(&["profiles", "export", "--secrets"]).out, exported.out);
    let two = there.run(&["profiles", "export", "--secrets", "nightly", &ids[0], "Nightly"]).json();
    assert_eq!(two, json!([exported.json()[2], exported.json()[0]]));
}

#[test]
fn secrets_are_shown_only_on_request_and_kept_when_omitted() {
    let place = Place::new();
    place.apply(&documents());
    let with = place.run(&["profiles", "export", "--secrets"]).json();
    let without = place.run(&["profiles", "export"]);
    let shown = ["Order SMS", "Bookings"].map(|title| place.run(&["profiles", "show", title]).out).concat();
    let shown_json = place.run(&["profiles", "show", "Order SMS", "--json"]);
    for secret in SECRETS {
        for text in [&without.out, &shown, &shown_json.out] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let one = shown_json.json();
    assert_eq!(one["auth"], json!({"type": "api-key", "header": "api-key", "key": null}));
    assert_eq!(one["headers"], json!({"X-Token": null, "X-Shop": "north"}));
    assert_eq!(one, without.json()[0]);

    let again = place.run_with_input(&["profiles", "apply", "-", "--json"], &without.out).json();
    let results = again["profiles"].as_array().unwrap().iter().map(|row| row["result"].as_str().unwrap());
    assert_eq!(results.collect::<Vec<_>>(), ["unchanged"; 3]);
    let after = place.run(&["profiles", "export", "--secrets"]).json();
    assert_eq!(after, with, "what is the same is not written, so the time of modification stays");

    let file = place.file("without.json", &without.out);
    Place::new().run(&["profiles", "apply", &file]).refused(
        2,
        &[
            "profiles[0].headers (value 1): is missing",
            "profiles[0].auth.key: is missing",
            "profiles[0].enc.key: is missing",
            "profiles[0].enc.IV: is missing",
            "profiles[0].signing_secret: is missing",
            "profiles[1].auth.password: is missing",
            "6 errors",
        ],
    );
}

#[test]
fn a_client_secret_is_a_secret_too() {
    let place = Place::new();
    let auth = json!({"type": "oauth2", "token_url": "https://auth.example/token", "client_id": "ringback",
                      "client_secret": "s3cret-of-client", "sent_as": "basic", "scope": "read",
                      "fields": {"audience": "https://api.example", "assertion_key": "s3cret-of-field"},
                      "headers": {"X-Tenant": "north", "X-Token": "s3cret-of-header"}});
    let document = json!({"title": "Advanced", "url": "https://hooks.example/a", "auth": auth});
    let id = place.apply(&document).remove(0);
    let without = place.run(&["profiles", "export"]);
    let shown = place.run(&["profiles", "show", "Advanced"]).out;
    assert!(!without.out.contains("s3cret") && !shown.contains("s3cret"), "{shown}");
    for line in [
        "oauth2, client ringback, secret (hidden)",
        "https://auth.example/token",
        "audience=https://api.example",
        "assertion_key=(hidden)",
        "X-Tenant: north",
        "X-Token: (hidden)",
    ] {
        assert!(shown.contains(line), "{line} is not in\n{shown}");
    }
    place.apply(&without.json());
    let kept = place.run(&["profiles", "export", "--secrets", &id]).json();
    assert_eq!(kept[0]["auth"], auth);

    let file = place.file("without.json", &without.out);
    Place::new().run(&["profiles", "apply", &file]).refused(
        2,
        &[
            "profiles[0].auth.client_secret: is missing",
            "profiles[0].auth.fields (value 2): is missing",
            "profiles[0].auth.headers (value 2): is missing",
            "3 errors",
        ],
    );
}

#[test]
fn lists_are_aligned_and_filtered() {
    let place = Place::new();
    let ids = place.apply(&documents());
    let list = place.run(&["profiles", "list"]);
    let table = format!(
        "{:41}TITLE      CHANNEL   METHOD  STATUS    ENDPOINT\n\
         {}  Order SMS  sms       POST    active    https://hooks.example/orders?id=<id>\n\
         {}  Bookings   whatsapp  POST    active    https://hooks.example/wa\n\
         {}  Nightly    default   GET     disabled  https://hooks.example/n\n",
        "ID", ids[0], ids[1], ids[2]
    );
    assert_eq!(list.out, table);
    let all = place.run(&["profiles", "list", "--json"]).json();
    let mut first = all[0].clone();
    let modified_at = first.as_object_mut().unwrap().remove("modified_at").unwrap();
    assert_eq!(modified_at, place.run(&["profiles", "show", &ids[0], "--json"]).json()["modified_at"]);
    let listed = json!({"profile_id": ids[0], "title": "Order SMS", "channel": "sms", "http_method": "POST",
                        "url": "https://hooks.example/orders?id=<id>", "status": 1,
                        "auto_disabled": null, "paused_since": null,
                        "health": {"state": "ok", "since": null, "cause": null, "next_probe_at": null}});
    assert_eq!(first, listed);
    let found = |args: &[&str]| place.run(&[&["profiles", "list", "--json"], args].concat()).json();
    assert_eq!(found(&["--search", "oOk"]), json!([all[1]]));
    assert_eq!(found(&["--channel", "default"]), json!([all[2]]));
    assert_eq!(found(&["--channel", "sms", "--search", "night"]), json!([]));
}

#[test]
fn a_body_is_sanitized_for_the_terminal() {
    let place = Place::new();
    place.apply(&documents());
    let shown = place.run(&["profiles", "show", "Bookings"]).out;
    assert!(shown.contains(r"tab\tand \u{1b}[2J") && !shown.contains('\u{1b}'), "{shown}");
    let bad = place
        .file("bad.json", r#"{"title": "a\u001b[2Jb", "channel": "x\u001b", "url": "https://x.example"}"#);
    let refused = place.run(&["profiles", "apply", &bad]);
    refused.refused(2, &["title: U+001B", r"channel: 'x\u{1b}'"]);
    assert!(!refused.err.contains('\u{1b}'));
}

#[test]
fn a_profile_is_changed_by_its_id() {
    let place = Place::new();
    let id = "EU_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa";
    let with = |more: Value| {
        let mut document = json!({"profile_id": id, "channel": "sms", "url": "https://hooks.example/a"});
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        document
    };
    let show = || place.run(&["profiles", "show", id, "--json"]).json();
    let made_at = json!("2024-02-03T04:05:06.000Z");
    assert_eq!(place.apply(&with(json!({"title": "First", "created_at": made_at}))), [id]);
    let first = show();
    assert_eq!((&first["title"], &first["created_at"]), (&json!("First"), &made_at));

    let second = with(json!({"title": "Second", "created_at": "2000-01-01T00:00:00Z"}));
    assert_eq!(place.apply(&second), [id]);
    let second = show();
    assert_eq!((&second["title"], &second["created_at"]), (&json!("Second"), &made_at));

    let other = place.file("other.json", &with(json!({"title": "Third", "channel": "voice"})).to_string());
    place.run(&["profiles", "apply", &other]).refused(2, &["channel: is sms and cannot be changed"]);
    let twice = json!([with(json!({"title": "One"})), with(json!({"title": "Two"}))]).to_string();
    let twice = place.file("twice.json", &twice);
    place.run(&["profiles", "apply", &twice]).refused(2, &["profiles[1].profile_id: is also at profiles[0]"]);
    assert_eq!(show(), second);

    assert_eq!(place.run(&["profiles", "delete", id, "--yes"]).out, format!("{id}\n"));
    assert_eq!(place.apply(&with(json!({"title": "Again"}))), [id]);
    assert_eq!(show()["title"], "Again");
}

#[test]
fn a_document_is_the_whole_profile_and_removed_parts_are_reported() {
    let place = Place::new();
    let all = documents();
    let id = &place.apply(&all)[0];
    let applied = |document: &Value| {
        let ran = place.run_with_input(&["profiles", "apply", "-"], &document.to_string());
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), format!("{id}\n").as_str()), "{ran:?}");
        let advice = format!(
            "ringback: note: 'Order SMS' ({id}): enc.IV: fixed IV: equal values give equal ciphertext\n"
        );
        let output = notes_of(&ran.err).replace(&advice, "");
        (output, place.run(&["profiles", "export", "--secrets", id]).json()[0].clone())
    };
    let note = |what: &str| {
        format!("ringback: note: 'Order SMS' ({id}): {what} removed: the document has no value for it\n")
    };
    let mut document = all[0].clone();
    document["profile_id"] = json!(id);
    // A missing or null field in a given object keeps its value.
    document["auth"] = json!({"type": "api-key", "header": "api-key"});
    document["headers"]["X-Token"] = Value::Null;
    document["signing_secret"] = Value::Null;
    document["enc"] = json!({"algo": "AES-128-CFB", "parameters": ["id"]});
    let (output, kept) = applied(&document);
    assert_eq!(output, "");
    for secret in &SECRETS[..5] {
        assert!(kept.to_string().contains(secret), "{secret} in {kept}");
    }
    document["auth"] = Value::Null;
    for name in ["headers", "enc", "signing_secret"] {
        document.as_object_mut().unwrap().remove(name);
    }
    // Nothing is printed about profiles that were not saved.
    let file = place.file("p.json", &json!([document, {"title": "x"}]).to_string());
    let refused = place.run(&["profiles", "apply", &file]);
    refused.refused(2, &["profiles[1].title"]);
    assert!(!refused.err.contains("removed"), "{}", refused.err);

    let (output, bare) = applied(&document);
    assert_eq!(output, ["headers", "authentication", "encryption", "signing secret"].map(note).concat());
    assert_eq!(bare["headers"], json!({}));
    let there = ["auth", "enc", "signing_secret"].map(|name| bare.get(name));
    assert_eq!(there, [None; 3]);
    assert_eq!(applied(&document).0, "");

    // Changes of what is sent, and how often, are reported too.
    let mut more = document.clone();
    for (name, value) in [
        ("retry", json!({"count": 1, "interval_s": 5, "timeout_ms": 1000})),
        ("body", json!("{\"id\": \"<id>\"}")),
        ("data_format", json!("json")),
        ("http2", json!(true)),
        ("status", json!(3)),
    ] {
        more[name] = value;
        document.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(applied(&more).0, "");
    let (output, bare) = applied(&document);
    let parts = ["retries", "body", "data format", "HTTP/2"];
    let enabled = note("").replace(" removed:", "it was disabled and is now enabled:");
    assert_eq!(output, parts.map(note).concat() + &enabled);
    assert_eq!((&bare["retry"]["count"], &bare["status"]), (&json!(0), &json!(1)));

    // Disabling something explicitly needs no note.
    document["auth"] = json!({"type": "basic", "user": "u", "password": "p"});
    assert_eq!(applied(&document).0, "");
    document["auth"] = json!({"type": "none"});
    assert_eq!(applied(&document).0, "");
}

#[test]
fn older_placeholders_of_voice_are_converted_on_import_only() {
    let place = Place::new();
    place.apply(&json!({"title": "Calls", "channel": "voice", "url": "https://x.example/?id={id}"}));
    let shown = || place.run(&["profiles", "show", "Calls", "--json"]).json();
    assert_eq!(shown()["url"], "https://x.example/?id=<id>");
    // As the console saves it.
    let file = rusqlite::Connection::open(place.db()).unwrap();
    let sql = "UPDATE profile_document SET document = replace(document, '<id>', '{id}')";
    assert_eq!(file.execute(sql, []).unwrap(), 1);
    assert_eq!(shown()["url"], "https://x.example/?id={id}");
}

#[test]
fn deleting_without_a_terminal_requires_yes() {
    let place = Place::new();
    let ids = place.apply(&documents());
    place.run(&["profiles", "delete", "Nightly"]).refused(2, &["Nightly", &ids[2], "--yes"]);
    let deleted = place.run(&["profiles", "delete", "Nightly", "--yes", "--json"]);
    assert_eq!(deleted.json()["profile_ids"], json!([ids[2]]));
    place.run(&["profiles", "show", &ids[2]]).refused(2, &["was deleted at", "profiles restore"]);
}

#[test]
fn tls_files_are_read_on_apply_and_only_their_paths_are_printed() {
    let place = Place::new();
    let made = rcgen::generate_simple_self_signed(vec!["x.example".to_owned()]).unwrap();
    let certificate = place.file("cert.pem", &made.cert.pem());
    let key = place.file("key.pem", &made.signing_key.serialize_pem());
    let tls = json!({"ca_file": certificate, "client_certificate": certificate, "client_key": key});
    let document = |tls: &Value| json!({"title": "Order SMS", "channel": "sms", "url": "https://x.example/", "tls": tls, "http2": true});
    let id = place.apply(&document(&tls)).remove(0);
    let exported = place.run(&["profiles", "export", "--secrets"]);
    assert!(!exported.out.contains("PRIVATE KEY"), "{exported:?}");
    let exported = exported.json();
    let exported = exported.get(0).unwrap_or(&exported).clone();
    assert_eq!((&exported["tls"], &exported["http2"]), (&tls, &json!(true)));
    assert_eq!(place.apply(&exported), [id.as_str()]);

    let apply = |tls: Value| place.run_with_input(&["profiles", "apply", "-"], &document(&tls).to_string());
    apply(json!({"ca_file": "/nowhere/ca.pem"}))
        .refused(2, &["tls.ca_file: /nowhere/ca.pem: there is no such file"]);
    apply(json!({"client_certificate": certificate}))
        .refused(2, &["tls.client_certificate: ", "no private key in it"]);
    apply(json!({"client_key": key}))
        .refused(2, &["tls.client_certificate: enter the certificate that goes with the key"]);
    apply(json!({"ca_file": "ca.pem"})).refused(2, &["tls.ca_file: must be an absolute path"]);
    apply(json!({"ca": "/x"})).refused(2, &["tls", "ca_file"]);

    let without =
        json!({"profile_id": id, "title": "Order SMS", "channel": "sms", "url": "https://x.example/"});
    let ran = place.run_with_input(&["profiles", "apply", "-"], &without.to_string());
    assert!(ran.err.contains("CA file and client certificate removed"), "{ran:?}");
}

#[test]
fn an_empty_list_names_the_database() {
    let place = Place::new();
    let none = place.run_unnamed(&["profiles", "list"]);
    let message = format!(
        "no profiles yet in {}: `ringback profiles apply FILE` creates some\n",
        place.usual_db().display()
    );
    assert_eq!((none.code, none.out.as_str(), none.err), (Some(0), "", message));
    let empty = place.run_with_input(&["profiles", "apply", "-"], "[]");
    let message = "nothing to apply: the list is empty\n";
    assert_eq!((empty.code, empty.out.as_str(), empty.err.as_str()), (Some(0), "", message));
}

#[test]
fn a_response_of_the_platforms_api_is_applied() {
    let place = Place::new();
    let profile = |id: &str, title: &str| {
        json!({"profile_id": id, "title": title, "channel": "sms", "events": ["sms-send"], "http_method": "POST",
               "url": "https://hooks.example/cb", "body": "{\"id\": \"<id>\"}", "body_type": "json",
               "headers": "{\"X-Shop\": \"north\"}", "response_message": "", "status": 1,
               "created_at": "2025-04-17T13:05:20Z", "modified_at": null})
    };
    let id = "NA_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa";
    let one = json!({"code": "RBC024", "message": "Profile fetched successfully", "data": profile(id, "Order SMS")});
    let ran = place.run_with_input(&["profiles", "apply", "-"], &one.to_string());
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), format!("{id}\n").as_str()), "{ran:?}");
    assert_eq!(ran.err, format!("ringback: created 'Order SMS' ({id})\n"), "nothing of it is lost");
    assert_eq!(place.run(&["profiles", "export", id]).json()[0]["headers"], json!({"X-Shop": "north"}));

    let other = "SG_09b3dfa7-e05d-4d84-ab2d-6ed654272aab";
    let list = json!({"code": "RBC024", "message": "", "data": [profile(id, "One"), profile(other, "Two")]});
    let bad = json!({"code": "RBC024", "data": [profile(id, "?"), profile(other, "Two")]});
    place.run_with_input(&["profiles", "apply", "-"], &bad.to_string()).refused(2, &["data[0].title: "]);
    let list = list.to_string().replace("\"One\"", "\"First\"").replace("\"Two\"", "\"Second\"");
    let ran = place.run_with_input(&["profiles", "apply", "-", "--json"], &list);
    assert_eq!(
        ran.json(),
        json!({"profile_ids": [id, other], "profiles": [
            {"profile_id": id, "title": "First", "result": "updated"},
            {"profile_id": other, "title": "Second", "result": "created"},
        ]})
    );
    // What cannot be carried is named; a page that is not the whole list says so.
    let mut odd = profile(id, "Order SMS");
    for (name, value) in [
        ("response_message", json!("Thank you")),
        ("company_id", json!(7)),
        ("body_type", json!("xml")),
        ("http_method", json!("post")),
        ("enc", json!("{}")),
    ] {
        odd[name] = value;
    }
    let page = json!({"code": "RBC024", "data": {"profiles": [odd], "total": 26, "limit": 25, "offset": 25}});
    let ran = place.run_with_input(&["profiles", "apply", "-"], &page.to_string());
    let notes = [
        "note: standard input: contains 1 of 26 profiles: fetch the other pages with offset\n",
        &format!("note: 'Order SMS' ({id}): not used: response_message, company_id\n"),
        &format!("note: 'Order SMS' ({id}): body: body_type is xml, but the body is json and is sent so\n"),
    ];
    assert_eq!(notes_of(&ran.err), notes.map(|note| format!("ringback: {note}")).concat());
    let calls = json!({"code": "RBC024", "data": {"title": "Calls", "channel": "Voice", "body_type": "text",
        "url": "https://x.example/?from={caller}&key={keypress:12}",
        "body": "to={{callee}}&order={api:ORDER.ID}&css=p{color:red}"}});
    let ran = place.run_with_input(&["profiles", "apply", "-"], &calls.to_string());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let calls = place.run(&["profiles", "show", "Calls", "--json"]).json();
    assert_eq!(calls["url"], "https://x.example/?from=<caller>&key=<keypress:12>");
    assert_eq!(calls["body"], "to=<callee>&order=<api:ORDER.ID>&css=p{color:red}");
    let missing =
        json!({"code": "RBC302", "message": "No profile exists with this id", "data": {}, "status": 404});
    place
        .run_with_input(&["profiles", "apply", "-"], &missing.to_string())
        .refused(2, &["the response holds no profile: RBC302 No profile exists with this id"]);
}

#[test]
fn apparent_tags_are_reported_unless_the_body_closes_them() {
    let place = Place::new();
    let apply = |body: &str| {
        let profile = json!({"title": "Mail", "url": "https://hooks.example/cb", "body": body});
        let ran = place.run_with_input(&["profiles", "apply", "-"], &profile.to_string());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        notes_of(&ran.err)
    };
    let message = apply(r#"{"html": "a<br><b>hi</b> <status>"}"#);
    assert!(message.contains("body: <br> looks like a tag and is sent as a variable"), "{message}");
    assert_eq!(apply(r#"{"html": "a<<br><b>hi</b> <status>"}"#), "");
    assert_eq!(apply("<dlr><id><id></id><status><status></status></dlr>"), "");
}

#[test]
fn port_0_is_rejected() {
    let place = Place::new();
    let file = place.file("p.json", r#"{"title": "T", "url": "https://x.example:0/"}"#);
    place.run(&["profiles", "apply", &file]).refused(2, &["url: nothing listens on port 0"]);
}
