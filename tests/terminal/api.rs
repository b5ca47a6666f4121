//! The HTTP API in the console: where it listens, and what it accepts.

use serde_json::{Value, json};

use crate::support::cli::{On, Place, Running, address};
use crate::support::console::{launch, order_sms};
use crate::support::terminal::Terminal;

/// `ringback serve` on a free port, and its address.
fn serve(place: &Place) -> (Running, String) {
    let program = Running::start(place.command(&["serve", "--listen", "0", "--insecure-no-auth"]));
    let addr = address(&program.line(On::Out, "listening on http://"));
    (program, addr)
}

/// Accepts an event over the API.
fn post(addr: &str, profile: &str) {
    let event = json!({"callback_profile_id": profile, "event": "sms-send", "data": {"id": "7"}});
    let sent = async {
        let url = format!("http://{addr}/v1/acme/callback/events");
        let request = reqwest::Client::new().post(url).header("content-type", "application/json");
        request.body(event.to_string()).send().await.unwrap().status()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(sent), 202);
}

#[test]
fn the_top_line_shows_where_it_listens_until_it_ends() {
    let place = Place::new();
    let mut profile = order_sms("http://127.0.0.1:9/");
    profile["retry"] = json!({"count": 1, "interval_s": 3600, "timeout_ms": 5000});
    let profile = place.apply(&profile).remove(0);
    let terminal = Terminal::start(launch(&place.db()).size(120, 40));
    terminal.wait_for("● running");
    let is_gone = |terminal: &Terminal| {
        terminal.wait_until(|screen| !screen.contents().contains("  api "), "the API to be gone");
    };
    // As a standby: the console sends.
    let (mut serving, addr) = serve(&place);
    terminal.wait_for(&format!("  api {addr}"));
    let found = place.run(&["doctor", "--json"]).json();
    let pid = serving.pid();
    let findings = found["findings"].as_array().unwrap();
    let api = findings.iter().find(|finding| finding["topic"] == "api").map(|finding| &finding["api"]);
    let url = format!("http://{addr}");
    assert_eq!(api.map(|api| (&api["pid"], &api["url"])), Some((&json!(pid), &json!(url))), "{found}");
    post(&addr, &profile);
    terminal.wait_for("1 waiting");
    assert!(serving.kill9(), "it was running");
    is_gone(&terminal);
    // Interrupted, it says so itself.
    let (mut serving, addr) = serve(&place);
    terminal.wait_for(&format!("  api {addr}"));
    serving.interrupt();
    assert_eq!(serving.code(), Some(0));
    is_gone(&terminal);
}

#[test]
fn a_console_beside_an_active_api_shows_both() {
    let place = Place::new();
    let (mut serving, addr) = serve(&place);
    let senders = loop {
        let senders = place.run(&["senders", "--json"]).json();
        if senders != json!([]) {
            break senders;
        }
    };
    assert_eq!(senders[0]["api"], Value::from(format!("http://{addr}")), "{senders}");
    let mut terminal = Terminal::start(launch(&place.db()).size(140, 40));
    terminal.wait_for(&format!("○ standby: pid {} sends", serving.pid()));
    terminal.wait_for(&format!("  api {addr}"));
    terminal.press("S");
    terminal.wait_for(&format!("HTTP API http://{addr}"));
    assert!(serving.kill9(), "it was running");
    terminal.press("esc");
    terminal.wait_for("● running");
    terminal.wait_until(|screen| !screen.contents().contains("  api "), "the API to be gone");
}
