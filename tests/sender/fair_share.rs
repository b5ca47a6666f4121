//! A profile that begins to hang while it is alone at its endpoint, and another one that comes then: the other one is
//! sent in what is left, and does not wait for the timeout.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::profiles::retried;
use ringback::callback::Values;
use ringback::delivery::{Limits, Sender, Transport};
use ringback::profile::{Event, Profile};
use ringback::record::NewDelivery;
use ringback::storage::Store;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How long a response takes.
const RESPONSE: Duration = Duration::from_millis(4);

/// What an endpoint sees.
#[derive(Default)]
struct Seen {
    /// Requests to `/hangs` get no response from now on.
    hangs: AtomicBool,
    /// Requests to it in flight, and those that the sender gave up.
    hanging: AtomicUsize,
    given_up: AtomicUsize,
    /// Requests to other paths that got a response.
    answered: AtomicUsize,
}

async fn start() -> (Arc<Seen>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let seen = Arc::new(Seen::default());
    let all = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&all)));
        }
    });
    (seen, url)
}

async fn serve(mut stream: TcpStream, seen: Arc<Seen>) {
    let mut request = vec![0; 16 * 1024];
    while let Ok(length) = stream.read(&mut request).await
        && length > 0
    {
        let may_hang = request.starts_with(b"POST /hangs");
        seen.hanging.fetch_add(usize::from(may_hang), Ordering::SeqCst);
        if may_hang && seen.hangs.load(Ordering::SeqCst) {
            // Until it is given up.
            while stream.read(&mut request).await.is_ok_and(|length| length > 0) {}
            seen.given_up.fetch_add(1, Ordering::SeqCst);
            return;
        }
        tokio::time::sleep(RESPONSE).await;
        seen.hanging.fetch_sub(usize::from(may_hang), Ordering::SeqCst);
        let response = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        if stream.write_all(response).await.is_err() {
            return;
        }
        seen.answered.fetch_add(usize::from(!may_hang), Ordering::SeqCst);
    }
}

async fn accept(store: &Store, profile: &Profile, count: usize) {
    let event = || {
        let mut values = Values::default();
        values.set("id", "42".into());
        NewDelivery::event(profile, Some(Event::SmsSend), values)
    };
    store.enqueue((0..count).map(|_| event()).collect()).await.expect("accepted");
}

async fn until(is_so: impl Fn() -> bool) {
    let latest = Instant::now() + Duration::from_mins(1);
    while !is_so() {
        assert!(Instant::now() < latest, "it takes too long");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_profile_is_sent_beside_one_that_begins_to_hang() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path().join("a.db")).expect("a store");
    let (seen, url) = start().await;
    // Without retries the timeout is 10 s.
    let [hanging, other] = ["hangs", "other"].map(|path| retried(&format!("{url}/{path}"), 0, 1, 10_000));
    store.save_profiles(vec![hanging.clone(), other.clone()]).await.expect("saved");
    let sender = Sender::start(Arc::new(store.clone()), Transport::new(Arc::default()), Limits::default());
    // Both are known to be fast.
    accept(&store, &other, 200).await;
    until(|| seen.answered.load(Ordering::SeqCst) == 200).await;
    accept(&store, &hanging, 4000).await;
    until(|| seen.hanging.load(Ordering::SeqCst) >= 12).await;
    seen.hangs.store(true, Ordering::SeqCst);
    until(|| seen.hanging.load(Ordering::SeqCst) == 15).await;
    accept(&store, &other, 200).await;
    until(|| seen.answered.load(Ordering::SeqCst) == 400).await;
    assert_eq!(seen.given_up.load(Ordering::SeqCst), 0, "they did not wait for the timeout");
    drop(sender);
}
