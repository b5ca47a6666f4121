//! The receiver's window: the list of requests, and one request in full.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::console::model::effect::Purpose;
use crate::console::model::message::Message;
use crate::console::model::window::Overlay;
use crate::profile::{Auth, Secret};
use crate::receiver::Received;

use super::{Desk, World, sample};

fn arrive(desk: &mut Desk, n: u32) {
    desk.receives(Message::Received(sample::request(n).into()));
}

/// A running receiver, with its window open and three requests.
fn desk() -> Desk {
    let mut desk = Desk::new(80, 24).of(World::default());
    desk.keys("R space");
    for n in 1..=3 {
        arrive(&mut desk, n);
    }
    desk
}

#[test]
fn a_request_is_shown_in_full_while_others_arrive() {
    let mut desk = desk();
    // The middle one of three.
    desk.keys("G k enter");
    let screen = desk.screen();
    assert!(screen.contains(" Request ") && screen.contains(r#""id":"m-2""#), "{screen}");
    arrive(&mut desk, 4);
    assert!(desk.screen().contains(r#""id":"m-2""#), "it stays");
    desk.keys("y");
    let copied = desk.requested().pop().unwrap();
    assert!(copied.starts_with("copy 14:02:10.000  POST /sms"), "{copied}");
    assert!(copied.contains(r#"{"id":"m-2","status":"DELIVRD"}"#), "{copied}");
    desk.keys("/").types("deliv").keys("enter esc");
    desk.keys("esc");
    let screen = desk.screen();
    assert!(screen.contains("Received (4)") && screen.contains("id = m-2"), "it is still selected: {screen}");
    desk.keys("esc");
    assert!(desk.state.overlay.is_none());
}

#[test]
fn without_a_selection_the_newest_is_shown() {
    let mut desk = desk();
    assert!(desk.screen().contains("Received (3) · ↓ selects one"));
    desk.keys("enter");
    assert!(matches!(desk.state.overlay, Some(Overlay::Request(_))));
    assert!(desk.screen().contains(r#""id":"m-3""#), "{}", desk.screen());
    let mut empty = Desk::new(80, 24).of(World::default());
    empty.keys("R enter");
    assert_eq!(empty.notice(), "Show: no request has arrived");
}

#[test]
fn dropped_requests_are_counted() {
    let mut desk = desk();
    desk.receives(Message::RequestsDropped(1));
    assert!(desk.screen().contains("Received (3) · 1 older one was dropped"), "{}", desk.screen());
    let long = Received { body: vec![b'x'; 1 << 20].into(), ..(*sample::request(1)).clone() };
    let long = Arc::new(long);
    for _ in 0..20 {
        desk.receives(Message::Received(Arc::clone(&long).into()));
    }
    assert!(desk.screen().contains("Received (7) · 17 older ones were dropped"), "{}", desk.screen());
}

#[test]
fn hang_and_reset_are_worded_as_in_the_command() {
    let mut desk = Desk::new(80, 24).of(World::default());
    desk.keys("R j right j j right");
    assert!(desk.line("Hang").contains("‹ yes: no response ›"), "{}", desk.screen());
    assert!(desk.line("Fail the first").contains("1 of each delivery, with a hang"), "{}", desk.screen());
    desk.keys("right j right");
    assert!(desk.line("Reset").contains("‹ yes: the connection is closed ›"), "{}", desk.screen());
    assert!(desk.line("Fail the first").contains("1 of each delivery, with a reset"), "{}", desk.screen());
    assert!(desk.line("Delay").contains("‹ none ›"), "{}", desk.screen());
}

/// A request as the profile *Invoice mails* sends it, with this API key.
fn invoice(key: &str) -> Arc<Received> {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = [("content-type", "application/json"), ("x-source", "ringback"), ("api-key", key)];
    let body = r#"{"to":"6+sHPg0LMg==","status":"accepted"}"#;
    Arc::new(Received {
        headers: headers.map(|(name, value)| header(name, value)).into(),
        body: body.into(),
        body_length: body.len() as u64,
        ..(*sample::request(2)).clone()
    })
}

#[test]
fn script_headers_and_body_are_set_in_a_form() {
    let mut desk = desk();
    assert_eq!(desk.requested(), ["start receiver"]);
    desk.keys("e").types("500,429:5,200").keys("tab").types("Location: /b").keys("tab tab tab").types("[]");
    assert!(
        desk.shows("Responses, and what is shown") && desk.shows("Of every response"),
        "{}",
        desk.screen()
    );
    desk.keys("enter");
    let behaviour = desk.state.receiver.behaviour.clone();
    assert_eq!(behaviour.script.as_ref().map(ToString::to_string).as_deref(), Some("500,429:5,200"));
    assert_eq!((behaviour.headers.len(), behaviour.body.as_deref()), (1, Some(&b"[]"[..])));
    assert_eq!(desk.requested(), ["receiver answers 200"]);
    assert!(
        desk.line("Script, body").contains("‹ 500,429:5,200 · 1 header · own body ›"),
        "{}",
        desk.screen()
    );
    assert!(desk.line("Respond with").contains("‹ by the script ›"), "{}", desk.screen());
    desk.keys("right");
    assert_eq!(desk.notice(), "Change: the script decides that: e changes it");
    // What is there can be changed and removed.
    desk.keys("j j j j j right ctrl+u tab ctrl+u enter");
    assert_eq!(desk.state.receiver.behaviour.script, None);
    assert!(desk.line("Script, body").contains("‹ own body ›"), "{}", desk.screen());
    desk.keys("e").types("x").keys("esc");
    assert_eq!(desk.state.receiver.behaviour.script, None, "nothing is changed");
    assert!(matches!(desk.state.overlay, Some(Overlay::Receiver(_))));
}

#[test]
fn a_wrong_response_is_named_and_its_field_focused() {
    let mut desk = desk();
    desk.keys("e").types("500,never").keys("tab").types("x").keys("enter");
    assert!(desk.shows("✗ response 2, `never`"), "{}", desk.screen());
    desk.keys("ctrl+u enter");
    assert!(desk.shows("✗ use `Name: value`"), "{}", desk.screen());
    assert!(matches!(&desk.state.overlay, Some(Overlay::Responses(form)) if form.at == 1));
    arrive(&mut desk, 4);
    desk.keys("ctrl+u enter");
    assert!(desk.shows("Received (4)"), "{}", desk.screen());
}

/// Each request says whether it is what the profile sends: those that are there, and those that arrive.
#[test]
fn requests_are_verified_with_a_profile() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    let titles: Vec<String> = desk.state.profiles.found().map(|row| row.title.clone()).collect();
    let at = titles.iter().position(|title| title == "Invoice mails").unwrap();
    desk.keys("R space j j j j j j");
    desk.receives(Message::Received(invoice("k-123").into()));
    assert!(desk.line("Verify with").contains("‹ no profile ›"), "{}", desk.screen());
    for title in &titles[..=at] {
        desk.keys("right");
        assert!(desk.line("Verify with").contains(&format!("‹ {title} ›")), "{}", desk.screen());
    }
    let right = "✓ verified: API key in api-key, header x-source, 1 encrypted value";
    assert!(desk.shows("→ 200       ✓ /sms") && desk.shows(right), "{}", desk.screen());
    assert!(desk.shows("to = DELIVRD  (decrypted, unverified)"), "{}", desk.screen());
    desk.receives(Message::Received(invoice("k-124").into()));
    assert!(
        desk.shows("→ 200       ✗ /sms") && desk.shows("✗ API key in api-key: wrong key"),
        "{}",
        desk.screen()
    );
    assert!(!desk.shows("k-12"), "{}", desk.screen());
    desk.keys("enter");
    assert!(desk.shows("✗ API key in api-key: wrong key") && !desk.shows("k-12"), "{}", desk.screen());
    desk.keys("esc");
    // Another session changes the key: the requests are verified anew.
    desk.happens(|world| {
        let saved =
            world.tables().profiles.iter().find(|profile| profile.title.as_str() == "Invoice mails").cloned();
        let mut changed = saved.unwrap();
        changed.auth = Auth::ApiKey { header: "api-key".to_owned(), key: Secret::new("k-124") };
        world.save(changed);
    });
    let marks = |desk: &Desk| {
        let verified = |at| desk.state.receiver.arrived.verification(at).and_then(|of| of.is_verified());
        [verified(0), verified(1)]
    };
    assert_eq!(marks(&desk), [Some(true), Some(false)]);
    // Through the other profiles, back to none.
    for _ in at..titles.len() {
        desk.keys("right");
    }
    assert!(desk.line("Verify with").contains("‹ no profile ›"), "{}", desk.screen());
    assert_eq!(marks(&desk), [None, None]);
    desk.keys("left");
    let last = titles.last().unwrap();
    assert!(desk.line("Verify with").contains(&format!("‹ {last} ›")), "{}", desk.screen());
    let mut empty = Desk::new(80, 24).of(World::default());
    empty.keys("R j j j j j j right");
    assert_eq!(empty.notice(), "Change: the list has no profile to verify with");
}

#[test]
fn without_its_profile_nothing_is_verified() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("R space j j j j j j right");
    let id = desk.state.receiver.verifying.as_ref().unwrap().profile.clone();
    desk.receives(Message::Received(invoice("k-123").into()));
    desk.receives(Message::Profile(id, None, Purpose::Verify));
    assert!(desk.line("Verify with").contains("‹ no profile ›"), "{}", desk.screen());
    assert!(desk.state.receiver.arrived.verification(0).is_none());
}

/// An endpoint that gives one response, and returns the request.
fn endpoint(response: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let received = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"{}") {
            let mut more = [0; 1024];
            let length = stream.read(&mut more).unwrap();
            request.extend_from_slice(&more[..length]);
        }
        stream.write_all(response.as_bytes()).unwrap();
        String::from_utf8(request).unwrap()
    });
    (address, received)
}

#[test]
fn a_request_is_sent_to_another_address() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let request = Received {
        method: "PUT".to_owned(),
        path: "/sms".to_owned(),
        query: "a=b".to_owned(),
        headers: vec![header("x-shop", "7"), header("webhook-id", "d-7")],
        left_out: vec!["authorization".to_owned()],
        body: b"{}"[..].into(),
        body_length: 2,
        ..(*sample::request(1)).clone()
    };
    desk.keys("R space");
    desk.receives(Message::Received(Arc::new(request).into()));
    desk.requested();
    desk.keys("p");
    assert!(desk.shows("PUT /sms, 2 bytes") && desk.shows("As it was received"), "{}", desk.screen());
    let (address, received) =
        endpoint("HTTP/1.1 503 Service Unavailable\r\nx-why: busy\r\ncontent-length: 5\r\n\r\nlater");
    desk.types(&format!("http://{address}")).keys("enter");
    assert!(desk.shows("→ 503 in ") && desk.shows("x-why: busy") && desk.shows("later"), "{}", desk.screen());
    assert!(
        desk.shows("sent without authorization: values of secret headers are not kept"),
        "{}",
        desk.screen()
    );
    let received = received.join().unwrap().to_lowercase();
    assert!(received.starts_with("put /sms?a=b http/1.1"), "{received}");
    assert!(received.contains("x-shop: 7") && received.contains("webhook-id: d-7"), "{received}");
    // From the request in full, with the address of before, and what is wrong with another one.
    desk.keys("esc enter p");
    assert!(desk.line("To ").contains(&address), "{}", desk.screen());
    desk.keys("ctrl+u").types("hooks.example").keys("enter");
    assert!(desk.shows("✗ the address: must start with https://"), "{}", desk.screen());
    desk.types("x");
    assert!(!desk.shows("✗ the address"), "{}", desk.screen());
    desk.keys("esc");
    assert!(matches!(desk.state.overlay, Some(Overlay::Receiver(_))));
}

#[test]
fn a_request_is_signed_anew_by_the_profile_it_is_verified_with() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("R space j j j j j j");
    let mut shown = 0;
    while !desk.line("Verify with").contains("‹ Invoice mails ›") {
        desk.keys("right");
        shown += 1;
        assert!(shown < 20, "{}", desk.screen());
    }
    let body = Received { body: b"{}"[..].into(), body_length: 2, ..(*invoice("old")).clone() };
    desk.receives(Message::Received(Arc::new(body).into()));
    desk.keys("p");
    assert!(desk.shows("Signed anew, with the credentials of Invoice mails"), "{}", desk.screen());
    let (address, received) = endpoint("HTTP/1.1 204 No Content\r\n\r\n");
    desk.types(&format!("http://{address}/other")).keys("enter");
    assert!(desk.shows("→ 204 in "), "{}", desk.screen());
    let received = received.join().unwrap().to_lowercase();
    assert!(received.contains("api-key: k-123") && !received.contains("old"), "{received}");
}

#[test]
fn nothing_is_replayed_while_the_settings_are_faulty_and_only_what_arrived() {
    let mut desk = Desk::new(80, 24).of(World::default());
    desk.keys("R p");
    assert_eq!(desk.notice(), "Send to: no request has arrived");
    desk.state.closed = Some("nothing is sent until config.toml:1 is fixed".to_owned());
    arrive(&mut desk, 1);
    desk.requested();
    desk.keys("p").types("http://127.0.0.1:1").keys("enter");
    assert!(desk.shows("✗ nothing is sent until config.toml:1 is fixed"), "{}", desk.screen());
    assert_eq!(desk.requested(), [""; 0]);
}

#[test]
fn requests_are_filtered_by_the_beginnings_of_their_paths() {
    let mut desk = desk();
    desk.requested();
    desk.keys("e tab tab tab tab tab").types("/sms  /voice");
    assert!(desk.shows("Only requests to paths that begin so are shown and kept"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(desk.requested(), ["receiver answers 200", "only requests to /sms /voice"]);
    assert!(desk.line("Script, body").contains("‹ only /sms /voice ›"), "{}", desk.screen());
    desk.keys("e enter");
    assert_eq!(desk.requested(), ["receiver answers 200"], "nothing has changed");
}
