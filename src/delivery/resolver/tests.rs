use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use super::*;

/// Look-ups at a time.
const MOST: usize = 64;

/// A name server that is silent for names with `silent` in them until it is released.
fn partly_silent() -> (Resolver, Arc<AtomicUsize>, mpsc::Sender<()>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let (release, silence) = mpsc::channel::<()>();
    let silence = Arc::new(Mutex::new(silence));
    let count = Arc::clone(&asked);
    let resolver = Resolver::new(MOST, move |host| {
        count.fetch_add(1, Ordering::SeqCst);
        if host.contains("silent") {
            // Until the other end is dropped.
            let _ = silence.lock().unwrap_or_else(PoisonError::into_inner).recv();
            return Err(LookupError::NoServer);
        }
        Ok(vec![IpAddr::from([127, 0, 0, 1])])
    });
    (resolver, asked, release)
}

/// Whether the look-up of this name is still pending after a moment's waiting for it.
async fn gives_up_on(resolver: &Resolver, host: &str) {
    let waited = tokio::time::timeout(Duration::from_millis(1), resolver.find(host)).await;
    assert!(waited.is_err(), "{host}");
}

async fn until(mut what: impl FnMut() -> bool) {
    while !what() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn one_lookup_serves_all_who_wait_for_a_name_and_those_who_come_after_a_timeout() {
    let (resolver, asked, release) = partly_silent();
    for _ in 0..20 {
        gives_up_on(&resolver, "silent.example").await;
    }
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let resolver = resolver.clone();
            tokio::spawn(async move { resolver.find("silent.example").await })
        })
        .collect();
    until(|| asked.load(Ordering::SeqCst) == 1).await;
    drop(release);
    for one in waiting {
        assert!(matches!(one.await.unwrap(), Err(LookupError::NoServer)));
    }
    assert!(resolver.state().pending.is_empty());
}

#[tokio::test]
async fn silent_names_never_take_the_threads_kept_for_names_that_resolved() {
    let (resolver, asked, release) = partly_silent();
    assert_eq!(resolver.find("fine.example").await.unwrap(), [IpAddr::from([127, 0, 0, 1])]);
    let waiting: Vec<_> = (0..3 * MOST)
        .map(|n| {
            let resolver = resolver.clone();
            tokio::spawn(async move { resolver.find(&format!("silent{n}.example")).await })
        })
        .collect();
    until(|| asked.load(Ordering::SeqCst) == 1 + MOST).await;
    until(|| resolver.state().pending.len() == 3 * MOST).await;
    for _ in 0..100 {
        assert!(resolver.find("fine.example").await.is_ok());
    }
    assert_eq!(resolver.state().threads, MOST, "no more than the bound");
    drop(release);
    for one in waiting {
        assert!(one.await.unwrap().is_err());
    }
    until(|| resolver.state().threads == 0).await;
}

#[tokio::test]
async fn a_name_that_nobody_waits_for_is_not_looked_up() {
    let (resolver, asked, release) = partly_silent();
    let waiting: Vec<_> = (0..MOST)
        .map(|n| {
            let resolver = resolver.clone();
            tokio::spawn(async move { resolver.find(&format!("silent{n}.example")).await })
        })
        .collect();
    until(|| asked.load(Ordering::SeqCst) == MOST).await;
    for n in 0..1000 {
        gives_up_on(&resolver, &format!("late{n}.example")).await;
    }
    drop(release);
    for one in waiting {
        assert!(one.await.unwrap().is_err());
    }
    until(|| resolver.state().threads == 0).await;
    assert_eq!(asked.load(Ordering::SeqCst), MOST);
    assert!(resolver.state().pending.is_empty());
}

#[tokio::test]
async fn a_look_up_that_panics_is_told_to_those_who_wait_and_leaves_room() {
    let resolver = Resolver::new(MOST, |_| panic!("not in my library"));
    assert!(matches!(resolver.find("a.example").await, Err(LookupError::Local(_))));
    until(|| resolver.state().threads == 0).await;
}

#[tokio::test]
async fn the_system_is_asked() {
    let found = Resolver::default().find("localhost").await.unwrap();
    assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
    let mut once = found.clone();
    once.dedup();
    assert_eq!(found, once);
}
