//! `kill -9` under load, with clients that repeat their requests.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::serving::Serving;
use crate::support::cli::{On, Place, Running};
use crate::support::recorder::{Recorder, event};

/// How often it is killed.
const KILLS: u64 = 50;
/// How many clients there are.
const CLIENTS: usize = 4;

/// The response to a request, if one came whole.
pub fn post(addr: SocketAddr, key: &str, body: &str) -> Option<Value> {
    let mut stream = TcpStream::connect(addr).ok()?;
    stream.set_read_timeout(Some(Duration::from_mins(1))).ok()?;
    let request = format!(
        "POST /v1/shop/callback/events HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         idempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    head.starts_with("HTTP/1.1 202").then(|| serde_json::from_str(body).ok())?
}

#[test]
fn nothing_accepted_is_lost_and_nothing_is_accepted_twice() {
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let mut serving = Serving::open(&place);
    let addr: SocketAddr = serving.addr.parse().unwrap();
    // The delivery of each event, as the first whole response said.
    let accepted: Mutex<HashMap<String, String>> = Mutex::default();
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while !stop.load(Ordering::SeqCst) {
                    let name = format!("e{}", next.fetch_add(1, Ordering::SeqCst));
                    let body = event(&profile, &name);
                    let response = loop {
                        if let Some(response) = post(addr, &name, &body) {
                            break response;
                        }
                    };
                    let id = response["data"]["accepted"][0]["delivery_id"].as_str().unwrap().to_owned();
                    accepted.lock().unwrap().insert(name, id);
                }
            });
        }
        let mut seen = 0;
        for kill in 0..KILLS {
            // Somewhere in the middle of something: after a different number of events each time.
            let until = seen + 1 + (kill * 7) % 23;
            while (accepted.lock().unwrap().len() as u64) < until {
                std::thread::yield_now();
            }
            assert!(serving.program.kill9(), "it was running");
            seen = accepted.lock().unwrap().len() as u64;
            let args = ["serve", "--listen", &addr.to_string(), "--insecure-no-auth"];
            serving.program = Running::start(place.command(&args));
            serving.program.line(On::Out, "listening on http://");
        }
        stop.store(true, Ordering::SeqCst);
    });
    let accepted = accepted.into_inner().unwrap();
    println!("{} events over {KILLS} kills", accepted.len());
    endpoint.wait("every event", |book| book.len() >= accepted.len());
    let listed = place.run(&["deliveries", "list", "--limit", "0", "--json"]).json();
    assert_eq!(listed.as_array().unwrap().len(), accepted.len(), "each event is in the log once");
    let book = endpoint.book();
    for (name, id) in &accepted {
        let body = format!("{{\"ref\": \"{name}\"}}");
        assert_eq!(book.get(id).map(|arrived| &*arrived.body), Some(&*body), "{name}");
    }
}
