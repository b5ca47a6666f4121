//! The HTTP API of a process is known to all who use the store.

use super::*;
use crate::storage::RunningApi;

const URL: &str = "http://127.0.0.1:9979";

async fn urls(subject: &impl QueueUnderTest) -> Vec<String> {
    let running = subject.store().running_apis().await.unwrap();
    assert!(running.iter().all(|api| api.pid == std::process::id() && api.is_on_this_host()), "{running:?}");
    running.into_iter().map(|RunningApi { url, .. }| url).collect()
}

pub async fn an_api_is_known_from_its_start_to_its_end(subject: &impl QueueUnderTest) {
    let store = subject.store();
    let mut last = store.revision().await.unwrap().apis;
    let mut has_grown = async || {
        let now = store.revision().await.unwrap().apis;
        std::mem::replace(&mut last, now) < now
    };
    assert_eq!(urls(subject).await, Vec::<String>::new());
    store.announce_api(Some(URL.to_owned())).await.unwrap();
    let seat = soon(subject.queue().join(|_| ())).await.unwrap();
    assert!(has_grown().await, "started");
    assert_eq!(urls(subject).await, [URL]);
    let senders = store.senders().await.unwrap();
    assert_eq!(senders.iter().map(|sender| sender.api.as_deref()).collect::<Vec<_>>(), [Some(URL)]);
    // Once more, elsewhere: the process has one.
    store.announce_api(Some("https://[::1]:1".to_owned())).await.unwrap();
    assert!(has_grown().await, "moved");
    assert_eq!(urls(subject).await, ["https://[::1]:1"]);
    store.announce_api(None).await.unwrap();
    assert!(has_grown().await, "stopped");
    assert_eq!(urls(subject).await, Vec::<String>::new());
    subject.queue().leave(seat).await.unwrap();
}
