//! `ringback deliveries` as a person or a script runs it, on a log of real deliveries.

use crate::support::cli::{On, Place, Ran, Running, address};
use serde_json::{Value, json};

/// A log: two delivered, one failed with 503, one refused connection. Ids as `test` printed them.
fn log(place: &Place) -> (Running, Vec<String>) {
    let args = ["receive", "--listen", "127.0.0.1:0", "--json", "--fail-first", "1", "--status", "200"];
    let receiver = Running::start(place.command(&args));
    let address = address(&receiver.line(On::Err, "listening on"));
    let profile = |title: &str, path: &str, retry: Value| {
        json!({"title": title, "channel": "sms", "url": format!("http://{address}{path}"),
               "body": "{\"status\": \"<status>\"}", "headers": {"X-Token": "t0ken"}, "retry": retry})
    };
    let once = json!({"count": 1, "interval_s": 1, "timeout_ms": 5000});
    let mut nobody = profile("Nobody there", "/", json!({"count": 0}));
    nobody["url"] = json!("http://127.0.0.1:1/cb");
    place.apply(&json!([
        profile("Order SMS", "/orders?x=1", once),
        profile("Bookings", "/bookings", json!({"count": 0})),
        nobody
    ]));
    let id = |ran: Ran| ran.json()["delivery_id"].as_str().unwrap().to_owned();
    let ids = ["Order SMS", "Order SMS", "Bookings", "Nobody there"];
    (receiver, ids.iter().map(|title| id(place.run(&["test", title, "--json"]))).collect())
}

#[track_caller]
fn listed(place: &Place, args: &[&str]) -> Vec<String> {
    let ran = place.run(&[&["deliveries", "list", "--json"], args].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let rows = ran.json();
    rows.as_array().unwrap().iter().map(|row| row["delivery_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_log_is_listed_filtered_and_shown() {
    let place = Place::new();
    let (_receiver, ids) = log(&place);
    let newest_first: Vec<String> = ids.iter().rev().cloned().collect();
    assert_eq!(listed(&place, &[]), newest_first);
    assert_eq!(listed(&place, &["--state", "failed"]), newest_first[..2]);
    assert_eq!(listed(&place, &["--state", "ended", "--profile", "order sms"]), newest_first[2..]);
    assert_eq!(listed(&place, &["--status", "5xx"]), newest_first[1..2]);
    assert_eq!(listed(&place, &["--status", "connect", "--status", "500"]), newest_first[..2]);
    assert_eq!(listed(&place, &["--text", "ORDERS?X"]), newest_first[2..]);
    assert_eq!(listed(&place, &["--since", "1h"]).len(), 4);
    assert!(listed(&place, &["--until", "1h"]).is_empty());
    assert!(listed(&place, &["--since", "2099-01-01"]).is_empty());
    assert!(listed(&place, &["--since", "2099-01-01T00:00+01:00[+01:00]"]).is_empty());
    if jiff::tz::TimeZone::get("Europe/Rome").is_ok() {
        let twice = place.run(&["deliveries", "list", "--until", "2025-10-26T02:30[Europe/Rome]", "--json"]);
        assert_eq!(twice.json(), json!([]));
        assert!(twice.err.contains("--until: this time is ambiguous"), "{twice:?}");
        assert!(twice.err.contains("2025-10-26T00:30:00Z"), "the first: {twice:?}");
    }
    assert_eq!(listed(&place, &["--limit", "2", "--before", &ids[3]]), newest_first[1..3]);

    let text = place.run(&["deliveries", "list", "--limit", "3"]);
    let lines: Vec<&str> = text.out.lines().collect();
    assert!(lines[0].starts_with("ID ") && lines[0].ends_with("LAST ATTEMPT"), "{text:?}");
    assert!(lines[1].starts_with(&ids[3]) && lines[1].contains("nothing is listening there"), "{text:?}");
    assert!(lines[2].contains("failed") && lines[2].contains("1/1"), "{text:?}");
    assert!(lines[3].contains("delivered") && lines[3].contains("Order SMS"), "{text:?}");
    assert!(text.err.contains(&format!("--before {}", ids[1])), "{text:?}");
    assert_eq!(place.run(&["deliveries", "list", "--limit", "4"]).err, "", "there are no older ones");
    let none = place.run(&["deliveries", "list", "--text", "nowhere"]);
    assert_eq!((none.code, none.out.as_str(), none.err.as_str()), (Some(0), "", "no matching deliveries\n"));
    let row = &place.run(&["deliveries", "list", "--json", "--limit", "1"]).json()[0];
    assert_eq!((&row["state"], &row["tries"], &row["status"]), (&json!("failed"), &json!(1), &Value::Null));
    assert_eq!(row["error"]["class"], "connect");
    for (name, earlier) in [("attempt_count", "tries"), ("blocked", "held"), ("resent_as", "sent_again_as")] {
        assert_eq!(row.get(name).unwrap(), row.get(earlier).unwrap(), "{name}");
    }

    let shown = place.run(&["deliveries", "show", &ids[0], "--json"]);
    let report = shown.json();
    assert_eq!((&report["delivery_id"], &report["state"]), (&json!(ids[0]), &json!("delivered")));
    assert_eq!(report["request"]["body"], r#"{"status": "DELIVRD"}"#);
    let statuses: Vec<&Value> = report["attempts"].as_array().unwrap().iter().map(|a| &a["status"]).collect();
    assert_eq!(statuses, [&json!(500), &json!(200)]);
    assert_eq!((&report["kind"], &report["retry"]["interval_s"]), (&json!("test"), &json!(1)));
    assert!(!shown.out.contains("t0ken"));
    let text = place.run(&["deliveries", "show", &ids[0][..ids[0].len() - 2]]);
    assert!(text.out.contains("state     delivered\n") && text.out.contains("1st retry  200 OK"), "{text:?}");
    assert!(text.out.contains("POST http://127.0.0.1:"), "{text:?}");
    assert!(text.out.contains("\n  connect ") && text.out.contains(" · wait "), "{text:?}");
    let phases = &report["attempts"][0]["phases"];
    assert!(phases["wait_ms"].is_number() && phases["dns_ms"].is_null(), "{phases}");
    assert_eq!(phases["reused"], false);
}

/// What Python reads of it is what the JSON has.
#[test]
fn a_report_is_csv_that_other_programs_read() {
    let place = Place::new();
    let (_receiver, ids) = log(&place);
    let empty = place.run(&["deliveries", "list", "--csv", "--text", "nowhere"]);
    assert_eq!((empty.code, empty.out.lines().count()), (Some(0), 1), "a heading: {empty:?}");
    // As far as a title can look like one.
    let formula = "-2 Order";
    let retitled =
        json!({"title": formula, "channel": "sms", "url": "http://127.0.0.1:1/cb", "retry": {"count": 0}});
    let id = place.apply(&retitled).remove(0);
    let tested = place.run(&["test", &id, "--json"]).json();
    let report = place.run(&["deliveries", "list", "--csv"]);
    assert_eq!((report.code, report.err.as_str()), (Some(0), ""), "{report:?}");
    let file = place.path("report.csv");
    std::fs::write(&file, &report.out).unwrap();
    let script =
        "import csv, json, sys\nprint(json.dumps(list(csv.DictReader(open(sys.argv[1], newline='')))))";
    let read = std::process::Command::new("python3").args(["-c", script]).arg(&file).output().unwrap();
    let read: Value = serde_json::from_slice(&read.stdout).unwrap();
    let read = read.as_array().unwrap();
    let listed = place.run(&["deliveries", "list", "--json"]).json();
    let listed = listed.as_array().unwrap();
    assert_eq!((read.len(), listed.len()), (ids.len() + 1, ids.len() + 1));
    for (row, json) in read.iter().zip(listed) {
        assert_eq!(row.as_object().unwrap().len(), 18, "{row}");
        for (name, cell) in row.as_object().unwrap() {
            let value = match name.as_str() {
                "error_class" => &json["error"]["class"],
                "error_message" => &json["error"]["message"],
                name => json.get(name).unwrap_or_else(|| panic!("{name}: {json}")),
            };
            let text = match value {
                Value::Null => String::new(),
                Value::String(text) if text.starts_with('-') => format!("'{text}"),
                Value::String(text) => text.clone(),
                value => value.to_string(),
            };
            assert_eq!(*cell, text, "{name}");
        }
    }
    assert_eq!(read[0]["delivery_id"], tested["delivery_id"]);
    assert_eq!(read[0]["profile_title"], format!("'{formula}"));
    assert_eq!(read[0]["origin"], "http://127.0.0.1:1");
    assert!(read[0]["ended_at"].as_str() >= read[0]["accepted_at"].as_str(), "{}", read[0]);
    let two = place.run(&["deliveries", "list", "--csv", "--state", "delivered", "--limit", "1"]);
    assert_eq!(two.out.lines().count(), 2, "{two:?}");
    assert_eq!(place.run(&["deliveries", "list", "--csv", "--json"]).code, Some(2));
}

#[test]
fn one_or_all_are_counted_cancelled_and_resent() {
    let place = Place::new();
    let (_receiver, ids) = log(&place);
    let counted = place.run(&["deliveries", "retry", "--state", "failed", "--dry-run"]);
    assert_eq!((counted.code, counted.out.as_str()), (Some(0), "2 deliveries match (dry run)\n"));
    assert_eq!(listed(&place, &[]).len(), 4);
    place.run(&["deliveries", "retry", "--state", "failed"]).refused(2, &["2 deliveries match", "add --yes"]);
    place.run(&["deliveries", "retry"]).refused(2, &["name a delivery, or filter", "--all"]);
    place.run(&["deliveries", "retry", &ids[0], "--state", "failed"]).refused(2, &["cannot be used with"]);

    let again = place.run(&["deliveries", "retry", "--state", "failed", "--yes", "--json"]);
    let report = again.json();
    assert_eq!((&report["matched"], &report["resent"], &report["left"]), (&json!(2), &json!(2), &json!(0)));
    assert_eq!((&report["fit"], &report["sent_again"]), (&json!(2), &json!(2)), "their earlier names");
    assert!(
        again.err.contains("no session is sending from this database; start `ringback work`"),
        "{again:?}"
    );
    let queued = listed(&place, &["--state", "queued"]);
    assert_eq!(queued.len(), 2);

    let now = place.run(&["deliveries", "retry", &queued[0]]);
    assert_eq!(now.out, format!("{}  due now\n", queued[0]));
    let output = place.run(&["deliveries", "retry", "--state", "failed", "--profile", "bookings", "--yes"]);
    // A resent delivery is not resent again by a filter, only by its id.
    assert_eq!((output.code, output.out.as_str()), (Some(0), "0 deliveries match\n"));
    assert!(output.err.contains("skipped 1 already resent"), "{output:?}");
    let shown = place.run(&["deliveries", "show", &ids[2], "--json"]).json();
    assert!(queued.contains(&shown["sent_again_as"].as_str().unwrap().to_owned()), "{shown}");
    let output = place.run(&["deliveries", "retry", &ids[2]]);
    assert!(output.out.starts_with(&format!("{}  resending as ", ids[2])), "{output:?}");
    let one = place.run(&["deliveries", "retry", &ids[0], "--json"]).json();
    let new = one["new_delivery_id"].as_str().unwrap().to_owned();
    assert_eq!(listed(&place, &["--limit", "1"]), std::slice::from_ref(&new));

    let cancelled = place.run(&["deliveries", "cancel", &new]);
    assert_eq!((cancelled.code, cancelled.out), (Some(0), format!("{new}  cancelled\n")));
    place.run(&["deliveries", "cancel", &new]).refused(2, &["has already ended: cancelled"]);
    place.run(&["deliveries", "cancel", "--state", "failed", "--yes"]).refused(2, &["cannot be cancelled"]);
    let rest = place.run(&["deliveries", "cancel", "--all", "--yes"]);
    assert_eq!((rest.code, rest.out.as_str()), (Some(0), "cancelled: 3\n"));
    let none = place.run(&["deliveries", "cancel", "--all", "--yes"]);
    assert_eq!(none.out, "0 deliveries match\n");
}

#[test]
fn prune_removes_ended_deliveries_and_keeps_pending_ones() {
    let place = Place::new();
    let (_receiver, ids) = log(&place);
    assert_eq!(place.run(&["deliveries", "retry", &ids[0]]).code, Some(0));
    let settled = place.run(&["deliveries", "prune", "--dry-run"]);
    assert_eq!(settled.out, "0 deliveries match (dry run)\n", "ninety days are kept");
    let settings = place.file("few.toml", "keep_deliveries = 3\n");
    let few = place.run(&["deliveries", "prune", "--config", &settings, "--dry-run", "--json"]).json();
    assert_eq!((&few["fit"], &few["removed"]), (&json!(1), &json!(0)));
    place.run(&["deliveries", "prune", "--config", &settings]).refused(2, &["1 delivery match", "--yes"]);
    let gone = place.run(&["deliveries", "prune", "--config", &settings, "--yes", "--json"]).json();
    assert_eq!((&gone["removed"], &gone["attempts"]), (&json!(1), &json!(2)));
    assert_eq!(listed(&place, &["--state", "ended"]).len(), 3);
    assert!(!listed(&place, &[]).contains(&ids[0]), "the oldest went");

    place.run(&["deliveries", "prune", "--older-than", "0s", "--state", "queued"]).refused(2, &["stays"]);
    place.run(&["deliveries", "prune", "--state", "failed"]).refused(2, &["--older-than"]);
    place.run(&["deliveries", "prune", "--older-than", "soon"]).refused(2, &["is not a duration"]);
    let failed = place.run(&["deliveries", "prune", "--older-than", "0s", "--state", "failed", "--yes"]);
    assert!(failed.out.starts_with("removed 2 deliveries and 2 attempts; the file went from "), "{failed:?}");
    let all = place.run(&["deliveries", "prune", "--older-than", "0s", "--yes", "--json"]).json();
    assert_eq!(all["removed"], 1);
    assert_eq!(listed(&place, &[]), listed(&place, &["--state", "queued"]));
    assert_eq!(listed(&place, &[]).len(), 1);
}

#[test]
fn missing_deliveries_and_profiles_are_reported() {
    let place = Place::new();
    let none = place.run_unnamed(&["deliveries", "list"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    let named = format!("no deliveries yet in {}: ", place.usual_db().display());
    assert!(none.err.starts_with(&named), "{none:?}");
    assert_eq!(place.run_unnamed(&["deliveries", "list", "--json"]).out, "[]\n");
    assert_eq!(place.run_unnamed(&["deliveries", "prune", "--older-than", "1d", "--yes"]).code, Some(0));
    assert!(!place.usual_db().exists(), "looking makes no database");
    place.run_unnamed(&["deliveries", "show", "0196ab70"]).refused(2, &["no delivery '0196ab70'"]);
    let short = ["'01a' is too short for the start of a delivery ID", "at least its first four characters"];
    place.run_unnamed(&["deliveries", "resend", "01a"]).refused(2, &short);
    let (_receiver, ids) = log(&place);
    place.run(&["deliveries", "resend", &ids[0][..3]]).refused(2, &["too short"]);
    place.run(&["deliveries", "show", &ids[0][..4]]).refused(2, &["matches more than one delivery", &ids[3]]);
    place.run(&["deliveries", "list", "--status", "6xx"]).refused(2, &["404, 5xx, or one of"]);
    place.run(&["deliveries", "list", "--since", "soon"]).refused(2, &["is not a time"]);
    let on_mars = "2026-10-25T02:30[Mars/Olympus]";
    place.run(&["deliveries", "list", "--since", on_mars]).refused(2, &["unknown time zone 'Mars/Olympus'"]);
    place.run(&["deliveries", "list", "--profile", "Nowhere"]).refused(2, &["no profile 'Nowhere'"]);
    place.run(&["deliveries", "list", "--state", "gone"]).refused(2, &["pending or ended"]);
}

#[test]
fn each_word_of_a_text_must_match_and_ids_by_prefix_only() {
    let place = Place::new();
    let (_receiver, ids) = log(&place);
    let text = |text: &str| listed(&place, &["--text", text]).len();
    let all = listed(&place, &[]).len();
    assert_eq!(text(&ids[0]), 1);
    assert_eq!(text(&ids[0][..18]), 1);
    assert_eq!(text(&ids[0][19..]), 0, "no middle of an id");
    assert_eq!(text("failed"), listed(&place, &["--state", "failed"]).len());
    assert_eq!(text("5xx"), listed(&place, &["--status", "5xx"]).len());
    let today = jiff::Timestamp::now().strftime("%Y-%m").to_string();
    assert_eq!(text(&today), all);
    assert_eq!(text(&format!("{today} nowhere")), 0);
    assert_eq!(text(&format!("id:{}", &ids[0][..20])), 1);
    assert_eq!(text("status:5xx since:today"), text("5xx"));
    assert_eq!(text("profile:bookings"), listed(&place, &["--profile", "Bookings"]).len());
    assert_eq!(text("profile:bookings state:delivered until:yesterday"), 0);
    place
        .run(&["deliveries", "list", "--text", "status:6xx"])
        .refused(2, &["--text: status:6xx: use a status"]);
}
