use std::sync::Mutex;
use std::sync::mpsc;

use super::*;
use crate::callback::{Callback, Values};
use crate::delivery::http::tls::Configs;
use crate::profile::{Backoff, Channel, Draft, Identity, Method, ProfileId, Region, RetryPolicy, Rules};
use crate::record::{DeliveryId, ErrorClass, JobRef, LaneId};

#[test]
fn one_beside_another_has_its_tokens_and_connections_of_its_own() {
    let one = Transport::new(Arc::default());
    let other = one.beside();
    assert!(Arc::ptr_eq(&one.tokens, &other.tokens));
    assert!(!Arc::ptr_eq(&one.clients, &other.clients));
}

fn job(url: &str, ca_file: &str, timeout_ms: u32) -> Job {
    let mut draft = Draft::new(Channel::Sms);
    draft.title = "Test".into();
    draft.endpoint = url.into();
    draft.body = "id=<id>".into();
    draft.ca_file = ca_file.into();
    let now = clock::now();
    let id = ProfileId::new(Region::In, uuid::Uuid::new_v4());
    let identity = Identity { id, created_at: now, modified_at: now };
    let profile = draft.check(Rules::STORED, identity).unwrap();
    let callback =
        Callback { method: Method::Get, url: url.to_owned(), headers: Vec::new(), body: Vec::new() };
    Job {
        reference: JobRef::new(DeliveryId::generate(), 1),
        lane: LaneId::new(1),
        subject: Arc::default(),
        origin: Arc::from(url),
        callback: callback.into(),
        values: Values::default(),
        policy: RetryPolicy::new(0, 10, timeout_ms, Backoff::Fixed),
        accepted_at: now,
        attempts: 0,
        probes: 0,
        is_probe: false,
        manual: false,
        last_outcome: None,
        profile: Some(Arc::new(profile)),
    }
}

#[tokio::test]
async fn an_attempt_ends_in_time_while_the_files_of_its_tls_hang_and_says_so() {
    let (release, hangs) = mpsc::channel::<()>();
    let hangs = Mutex::new(hangs);
    let configs = Configs::reading(move |_| {
        let _ = hangs.lock().unwrap().recv();
        panic!("released");
    });
    let transport = Transport::of(Clients::reading(EgressFilter::new(Arc::default()), configs));
    for (ca_file, said) in [
        ("", "timed out after 100 ms reading the system's CA certificates"),
        ("/mnt/gone/ca.pem", "timed out after 100 ms reading /mnt/gone/ca.pem"),
    ] {
        let tried = transport.attempt(&job("https://127.0.0.1:9/", ca_file, 100)).await.unwrap();
        let error = tried.attempt.error.unwrap();
        assert_eq!((error.class, error.message.as_str()), (ErrorClass::Timeout, said));
    }
    drop(release);
}

/// What is moved and kept for each attempt in flight. Rare code paths are boxed.
#[test]
fn an_attempt_is_small() {
    let (transport, job) = (Transport::new(Arc::default()), job("http://127.0.0.1:9/", "", 100));
    let mut timer = Timer::default();
    let size = size_of_val(&transport.attempt_with(&job, &mut timer));
    assert!(size <= 4096, "{size} bytes");
}
