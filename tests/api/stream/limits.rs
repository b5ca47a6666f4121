//! Streams have limits of their own, and end with their keys.

use std::time::{Duration, Instant};

use super::{STREAM, Stream};
use crate::keys::create;
use crate::serving::{Serving, until};
use crate::support::cli::Place;

#[test]
fn streams_are_limited_in_all_and_by_key_and_take_no_room_of_requests() {
    let place = Place::new();
    place.settings("[api]\nrequests_per_key = 1\nstreams = 3\nstreams_per_key = 2\n");
    let (one, other) =
        (create(&place, "one", &["--scope", "read"]), create(&place, "other", &["--scope", "read"]));
    let serving = Serving::start(&place, &[]);
    let open = |key: &str| Stream::open(&serving.addr, STREAM, &[("api-key", key)]);
    let mut streams: Vec<Stream> = [&one, &one, &other].into_iter().map(|key| open(key)).collect();
    assert!(streams.iter().all(|stream| stream.status == 200));
    let refused = |key: &str| serving.request("GET", STREAM, &[("api-key", key)], "");
    let full = refused(&one);
    assert_eq!(full.status, 429, "{full:?}");
    assert!(full.text.contains("`streams`"), "{full:?}");
    assert_eq!(full.header("retry-after"), "5");
    streams.truncate(2);
    // The place is free once the server has seen the end of the connection.
    let again = || {
        let refused = refused(&one);
        assert_eq!(refused.status, 429, "{refused:?}");
        refused
    };
    let of_key = until("the place is free", again, |refused| refused.text.contains("`streams_per_key`"));
    assert!(of_key.text.contains("2 streams of this key"), "{of_key:?}");
    // Two streams and a request at a time.
    let listed = serving.request("GET", "/v1/shop/callback/deliveries", &[("api-key", &one)], "");
    assert_eq!(listed.status, 200, "{listed:?}");
    assert_eq!(open(&other).status, 200);
}

#[test]
fn the_streams_of_a_revoked_key_end_within_two_seconds() {
    let place = Place::new();
    let (key, other) =
        (create(&place, "key", &["--scope", "read"]), create(&place, "other", &["--scope", "manage"]));
    let serving = Serving::start(&place, &[]);
    let mut stream = Stream::open(&serving.addr, STREAM, &[("api-key", &key)]);
    let mut stays = Stream::open(&serving.addr, STREAM, &[("authorization", &format!("Bearer {other}"))]);
    assert_eq!((stream.status, stays.status), (200, 200));
    assert_eq!(place.run(&["keys", "revoke", "key"]).code, Some(0));
    let revoked = Instant::now();
    assert_eq!(stream.next(), None);
    let took = revoked.elapsed();
    // Two seconds, and what a busy machine adds.
    assert!(took < Duration::from_secs(5), "{took:?}");
    println!("ended after {took:?}");
    let profile =
        serde_json::json!({"title": "Orders", "channel": "sms", "url": "http://127.0.0.1:9/"}).to_string();
    let headers = [("api-key", &*other), ("content-type", "application/json")];
    assert_eq!(serving.request("POST", "/v1/shop/callback/profiles", &headers, profile).status, 201);
    assert_eq!(stays.next().unwrap().data["change"], "created");
}
