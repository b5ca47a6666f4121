//! Clients that stop half-way.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::serving::Serving;
use crate::support::cli::Place;
use crate::support::recorder::{Recorder, event};

/// How many connections send a byte a second.
const SLOW: usize = 1000;
/// How many requests a healthy client makes beside them.
const HEALTHY: usize = 200;

#[test]
fn healthy_clients_go_on_beside_a_thousand_slow_ones() {
    ringback::delivery::raise_limit();
    let (place, endpoint) = (Place::new(), Recorder::taking());
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let client = reqwest::Client::new();
    let post = || {
        let began = Instant::now();
        let url = serving.url("/v1/shop/callback/events");
        let json = [("content-type", "application/json")];
        let response = crate::serving::send(&client, "POST", &url, &json, event(&profile, "a"));
        assert_eq!(response.status, 202, "{response:?}");
        began.elapsed()
    };
    let alone: Duration = (0..HEALTHY).map(|_| post()).sum();
    let mut slow: Vec<TcpStream> = (0..SLOW).map(|_| serving.connect()).collect();
    let stop = AtomicBool::new(false);
    let beside: Duration = std::thread::scope(|scope| {
        scope.spawn(|| {
            let head =
                b"POST /v1/shop/callback/events HTTP/1.1\r\nhost: x\r\nx-long: aaaaaaaaaaaaaaaaaaaaaaaa";
            for byte in head {
                for stream in &mut slow {
                    // The server may have closed it, which is its right.
                    let _ = stream.write_all(&[*byte]);
                }
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                std::thread::sleep(Duration::from_secs(1));
            }
        });
        let beside = (0..HEALTHY).map(|_| post()).sum();
        stop.store(true, Ordering::SeqCst);
        beside
    });
    println!("{HEALTHY} requests: {alone:?} alone, {beside:?} beside {SLOW} slow connections");
    // Generous, since other tests run meanwhile: who waits for the slow ones waits for minutes.
    assert!(beside < alone * 5 + Duration::from_secs(5), "{alone:?} alone, {beside:?} beside the slow ones");
}
