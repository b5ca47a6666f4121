//! More lanes than a question looks at.

use crate::record::Origin;
use crate::storage::{Busy, OriginLoad, Outbox};

use super::*;

const LANES: usize = 10_000;

fn origin(n: usize) -> String {
    format!("https://h{n}.example")
}

/// A lane for each of so many endpoints, and nothing is to be read of any of them.
async fn held(store: &Store) -> Busy {
    let all: Vec<_> = (0..LANES).map(|n| delivery(&origin(n))).collect();
    store.accept(all).await.unwrap();
    let held = OriginLoad { held: true, ..OriginLoad::default() };
    let origins = (0..LANES).map(|n| (Origin::from(origin(n)), held)).collect();
    Busy { origins, ..Busy::idle(16) }
}

/// The questions until one finds something, or has been round. What it found, and how many they were.
async fn ask(store: &Store, busy: &mut Busy) -> (Vec<String>, usize) {
    let mut questions = 0;
    loop {
        let due = store.due(at(0), 2048, busy.clone()).await.unwrap();
        questions += 1;
        let wrapped = due.after < busy.after;
        busy.after = due.after;
        if !due.jobs.is_empty() || wrapped || !due.is_partial {
            return (due.jobs.iter().map(|job| job.origin.to_string()).collect(), questions);
        }
    }
}

#[tokio::test]
async fn every_lane_is_reached_in_turn() {
    let (_folder, store) = store();
    let mut busy = held(&store).await;
    for (n, questions) in [(5_000, 5), (9_500, 5), (0, 10), (4_999, 5)] {
        let name = Origin::from(origin(n));
        let held = busy.origins.remove(&name).unwrap();
        assert_eq!(ask(&store, &mut busy).await, (vec![origin(n)], questions));
        busy.origins.insert(name, held);
    }
}

/// However far the way to them is.
#[tokio::test]
async fn the_lanes_of_the_newest_are_looked_at_by_every_question() {
    let (_folder, store) = store();
    let mut busy = held(&store).await;
    let name = Origin::from(origin(8_000));
    busy.origins.remove(&name);
    store.accept(vec![delivery(&name)]).await.unwrap();
    let (found, questions) = ask(&store, &mut busy).await;
    assert_eq!((found.len(), questions), (2, 1), "the older one of its lane, and the newest");
    assert_eq!(ask(&store, &mut busy).await.1, 1, "and again, while it is not in flight");
    assert_eq!(busy.after, Some(2_048), "they do not lead the way round");
}

/// Of many that can start, those that were not chosen come next.
#[tokio::test]
async fn a_question_with_little_room_skips_no_lane() {
    let (_folder, store) = store();
    let mut busy = held(&store).await;
    busy.origins.clear();
    let mut met = std::collections::HashSet::new();
    while met.len() < LANES {
        let due = store.due(at(0), 1_000, busy.clone()).await.unwrap();
        let new = due.jobs.iter().filter(|job| met.insert(job.id)).count();
        // A few of the newest are met sooner than their turn.
        assert!(new >= 700, "{new} after {}", met.len());
        busy.known.extend(due.jobs.iter().map(|job| job.place.row));
        busy.after = due.after;
    }
}
