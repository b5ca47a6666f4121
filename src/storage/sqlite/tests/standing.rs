//! How the deliveries of a series stand.

use crate::record::Series;
use crate::storage::{BatchProgress, Counts};

use super::*;

fn of(series: &mut Series) -> NewDelivery {
    NewDelivery { id: series.make(), ..delivery("https://hooks.example") }
}

#[tokio::test]
async fn only_its_own_are_counted_and_what_has_ended_once() {
    let (_folder, store) = store();
    let (mut series, mut other) = (Series::start(), Series::start());
    let all: Vec<NewDelivery> = (0..6).map(|_| of(&mut series)).collect();
    let ids: Vec<DeliveryId> = all.iter().map(|new| new.id).collect();
    let (from, to) = (ids[0], ids[5].after());
    store.enqueue(all).await.unwrap();
    store.enqueue(vec![of(&mut other), delivery("https://hooks.example")]).await.unwrap();
    let standing = async |from| store.batch_progress(series.mark(), from, to).await.unwrap();

    let queued = |queued| Counts { queued, ..Counts::default() };
    let start = standing(from).await;
    assert_eq!((start.settled, start.rest, start.low_watermark), (queued(0), queued(6), ids[0]));

    for id in [ids[0], ids[1], ids[3]] {
        assert!(store.cancel(id).await.unwrap());
    }
    let later = standing(start.low_watermark).await;
    assert_eq!(later.settled, Counts { cancelled: 2, ..Counts::default() });
    assert_eq!(later.rest, Counts { queued: 3, cancelled: 1, ..Counts::default() });
    assert_eq!(later.low_watermark, ids[2]);
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
    assert_eq!((end.rest, end.low_watermark), (queued(0), to));
}

#[tokio::test]
async fn some_are_read_by_their_ids_in_the_order_asked_for() {
    let (_folder, store) = store();
    let mut series = Series::start();
    let (one, two) = (of(&mut series), of(&mut series));
    let (first, second) = (one.id, two.id);
    store.enqueue(vec![one, two]).await.unwrap();
    let found = store.summaries(vec![second, series.make(), first]).await.unwrap();
    assert_eq!(found.iter().map(|summary| summary.id).collect::<Vec<_>>(), [second, first]);
}
