//! The outcomes of the deliveries of a run.

use super::*;
use crate::record::{LogPosition, RunId, RunRange};
use crate::storage::{BatchProgress, Counts};

fn of(run: RunId) -> NewDelivery {
    NewDelivery { run: Some(run), ..delivery("https://hooks.example") }
}

pub async fn only_its_own_are_counted_and_what_has_ended_once(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let (run, other) = (RunId::generate(), RunId::generate());
    let all: Vec<NewDelivery> = (0..6).map(|_| of(run)).collect();
    let ids: Vec<DeliveryId> = all.iter().map(|new| new.id).collect();
    store.enqueue(all).await.unwrap();
    store.enqueue(vec![of(other), delivery("https://hooks.example")]).await.unwrap();
    let standing =
        async |from| store.batch_progress(RunRange { from, ..RunRange::whole(run) }).await.unwrap();
    let position = async |place: usize| store.position(ids[place]).await.unwrap();

    let queued = |queued| Counts { queued, ..Counts::default() };
    let start = standing(LogPosition::FIRST).await;
    assert_eq!((start.settled, start.rest, start.low_watermark), (queued(0), queued(6), position(0).await));

    for id in [ids[0], ids[1], ids[3]] {
        assert!(store.cancel(id).await.unwrap());
    }
    let later = standing(start.low_watermark).await;
    assert_eq!(later.settled, Counts { cancelled: 2, ..Counts::default() });
    assert_eq!(later.rest, Counts { queued: 3, cancelled: 1, ..Counts::default() });
    assert_eq!(later.low_watermark, position(2).await);
    assert_eq!(
        standing(later.low_watermark).await,
        BatchProgress { settled: queued(0), ..later },
        "told once"
    );

    for id in [ids[2], ids[4], ids[5]] {
        assert!(store.cancel(id).await.unwrap());
    }
    let end = standing(later.low_watermark).await;
    assert_eq!(end.settled, Counts { cancelled: 4, ..Counts::default() });
    assert_eq!(end.rest, queued(0));
    // Later deliveries count from there on.
    let more = of(run);
    store.enqueue(vec![more.clone()]).await.unwrap();
    assert!(store.position(more.id).await.unwrap() >= end.low_watermark);
    assert_eq!(standing(end.low_watermark).await.rest, queued(1));
}

pub async fn some_are_read_by_their_ids_in_the_order_asked_for(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let (one, two) = (delivery("https://hooks.example"), delivery("https://hooks.example"));
    let (first, second) = (one.id, two.id);
    store.enqueue(vec![one, two]).await.unwrap();
    let found = store.summaries(vec![second, DeliveryId::generate(), first]).await.unwrap();
    assert_eq!(found.iter().map(|summary| summary.id).collect::<Vec<_>>(), [second, first]);
}

pub async fn those_in_a_state_are_read_page_by_page_the_newest_first(subject: &dyn StoreUnderTest) {
    let store = subject.store();
    let (run, other) = (RunId::generate(), RunId::generate());
    let all: Vec<NewDelivery> = [run, run, other, run, run].map(of).into();
    let ids: Vec<DeliveryId> = all.iter().map(|new| new.id).collect();
    store.enqueue(all).await.unwrap();
    for id in &ids[1..] {
        assert!(store.cancel(*id).await.unwrap());
    }
    let mut range = RunRange::whole(run);
    let mut read = Vec::new();
    loop {
        let page = store.deliveries_of_run(range, DeliveryState::Cancelled, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        range.to = last.position;
        read.extend(page.iter().map(|summary| summary.id));
    }
    assert_eq!(read, [ids[4], ids[3], ids[1]]);
    let own = store.of_run(run, vec![ids[0], ids[2], DeliveryId::generate()]).await.unwrap();
    assert_eq!(own.into_iter().collect::<Vec<_>>(), [ids[0]]);
}
