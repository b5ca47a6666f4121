//! The receivers that `ringback snippet` prints, in their languages: each accepts what the sender delivers and reads its
//! values, rejects what was made with another secret, and takes a repeated delivery once.

mod language;
mod rust;
mod syntax;
mod variant;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::cli::{Place, Running};
use variant::{Variant, variants};

/// The value that a receiver prints once it has read it. No language escapes a part of it.
const STATUS: &str = "nr 7 + %2B;";

/// An address on which nothing listens.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// The receiver of a profile, as printed into this folder.
fn print(place: &Place, profile: &str, language: &str, listen: SocketAddr, file: &str) -> PathBuf {
    let listen = listen.to_string();
    let ran = place.run(&["snippet", profile, "--language", language, "--listen", &listen]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.lines().count() <= 40, "{}", ran.out);
    place.file(file, &ran.out).into()
}

/// Starts a receiver with the secrets of a variant, and waits until it listens.
fn start(mut command: Command, place: &Place, variant: &Variant, listen: SocketAddr) -> Running {
    // Secrets may be in any characters.
    command.envs(variant.secrets.iter().copied()).env("LC_ALL", "C.UTF-8").env("TMPDIR", place.path("."));
    let running = Running::start(command);
    let until = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(listen).is_err() {
        assert!(Instant::now() < until, "{} does not listen", variant.name);
        std::thread::sleep(Duration::from_millis(20));
    }
    running
}

/// Sends a test of the profile, as it is now, to the receiver.
fn test(place: &Place, profile: &str) -> Value {
    place.run(&["test", profile, "--json", "--set", &format!("status={STATUS}")]).json()
}

/// Delivers a variant to its receiver. `command` makes it from the printed program in this folder.
fn judge(language: &str, file: &str, variant: &Variant, command: &dyn Fn(&Place, SocketAddr) -> Command) {
    let place = Place::new();
    let listen = free_address();
    let mut document = variant.document.clone();
    document["title"] = json!("Order SMS");
    document["channel"] = json!("sms");
    document["url"] = json!(format!("http://{listen}/cb{}", variant.query));
    let id = place.apply(&document).remove(0);
    print(&place, &id, language, listen, file);
    let mut receiver = start(command(&place, listen), &place, variant, listen);

    let what = format!("{language}, {}", variant.name);
    let accepted = test(&place, &id);
    assert_eq!(accepted["state"], "delivered", "{what}: {accepted}");
    document["profile_id"] = json!(id);
    for (path, other) in &variant.wrong {
        let mut changed = document.clone();
        *changed.pointer_mut(path).unwrap() = other.clone();
        place.apply(&changed);
        let rejected = test(&place, &id);
        assert_eq!(rejected["state"], "failed", "{what} with another {path}: {rejected}");
        // What cannot be decrypted is no matter of who sent it.
        let status = &rejected["attempts"][0]["status"];
        assert!(path.starts_with("/enc") || status == 401, "{what} with another {path}: {rejected}");
    }
    if variant.secrets.is_empty() {
        for _ in 0..2 {
            let status = post(listen, "again-1", r#"{"id": "1", "status": "sent twice"}"#);
            assert!((200..300).contains(&status), "{what}: {status}");
        }
    }
    receiver.kill9();
    let lines = [receiver.rest(), receiver.rest_of_errors()].concat();
    let with = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
    assert_eq!(with(STATUS), 1, "{what}: {lines:#?}");
    assert_eq!(with("sent twice"), usize::from(variant.secrets.is_empty()), "{what}: {lines:#?}");
}

/// The status of the response to a request with this ID.
fn post(to: SocketAddr, id: &str, body: &str) -> u16 {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST /cb HTTP/1.1\r\nHost: {to}\r\nwebhook-id: {id}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut response = Vec::new();
    // One of them resets the connection after the response.
    let _ = stream.read_to_end(&mut response);
    let response = String::from_utf8_lossy(&response);
    response.split(' ').nth(1).unwrap_or_else(|| panic!("{response}")).parse().unwrap()
}
