//! More lanes than a query examines.

use crate::record::Origin;
use crate::storage::OriginLoad;

use super::*;

const LANES: usize = 10_000;

fn origin(n: usize) -> String {
    format!("https://h{n}.example")
}

/// A lane for each of this many endpoints, none of which has a free slot.
async fn held(store: &Store) -> Demand {
    let all: Vec<_> = (0..LANES).map(|n| delivery(&origin(n))).collect();
    store.enqueue(all).await.unwrap();
    let suspended = OriginLoad { suspended: true, ..OriginLoad::default() };
    let origins = (0..LANES).map(|n| (Origin::from(origin(n)), suspended)).collect();
    Demand { origins, ..Demand::idle(at(0), 2048, 16) }
}

/// Queries until one finds something, or has completed the round. Returns the results, and the number of queries.
async fn ask(store: &Store, demand: &mut Demand) -> (Vec<String>, usize) {
    let mut questions = 0;
    loop {
        let due = store.claim(demand.clone()).await.unwrap();
        release(store, &due).await;
        questions += 1;
        let wrapped = due.after < demand.after;
        demand.after = due.after;
        if !due.jobs.is_empty() || wrapped || !due.is_partial {
            return (due.jobs.iter().map(|job| job.origin.to_string()).collect(), questions);
        }
    }
}

#[tokio::test]
async fn every_lane_is_reached_in_turn() {
    let (_folder, store) = store();
    let mut demand = held(&store).await;
    for (n, questions) in [(5_000, 5), (9_500, 5), (0, 10), (4_999, 5)] {
        let name = Origin::from(origin(n));
        let held = demand.origins.remove(&name).unwrap();
        assert_eq!(ask(&store, &mut demand).await, (vec![origin(n)], questions));
        demand.origins.insert(name, held);
    }
}

/// However far away they are in the round.
#[tokio::test]
async fn the_lanes_of_the_newest_are_looked_at_by_every_question() {
    let (_folder, store) = store();
    let mut demand = held(&store).await;
    let name = Origin::from(origin(8_000));
    demand.origins.remove(&name);
    store.enqueue(vec![delivery(&name)]).await.unwrap();
    let (found, questions) = ask(&store, &mut demand).await;
    assert_eq!((found.len(), questions), (2, 1), "the older one of its lane, and the newest");
    assert_eq!(ask(&store, &mut demand).await.1, 1, "and again, while it is not in flight");
    assert_eq!(demand.after, Some(LaneId::new(2_048)), "they do not lead the way round");
}

/// Of many that can start, those that were not selected come next.
#[tokio::test]
async fn a_question_with_little_room_skips_no_lane() {
    let (_folder, store) = store();
    let mut demand = held(&store).await;
    demand.origins.clear();
    let mut met = std::collections::HashSet::new();
    while met.len() < LANES {
        let due = store.claim(Demand { limit: 1_000, ..demand.clone() }).await.unwrap();
        let new = due.jobs.iter().filter(|job| met.insert(job.id())).count();
        // A few of the newest are found before their turn.
        assert!(new >= 700, "{new} after {}", met.len());
        demand.after = due.after;
    }
}

#[tokio::test]
async fn what_is_released_is_claimed_before_what_was_accepted_later() {
    let (_folder, store) = store();
    let all: Vec<_> = (0..8).map(|_| delivery("https://hooks.example")).collect();
    store.enqueue(all.clone()).await.unwrap();
    let claim = async |limit| store.claim(Demand::idle(at(0), limit, 16)).await.unwrap().jobs;
    let ids = |jobs: &[Job]| jobs.iter().map(Job::id).collect::<Vec<_>>();
    let of = |places: &[usize]| places.iter().map(|place| all[*place].id).collect::<Vec<_>>();
    let first = claim(5).await;
    assert_eq!(ids(&first), of(&[0, 1, 2, 3, 4]));
    store.release(&[first[1].reference, first[3].reference]).await.unwrap();
    let second = claim(3).await;
    assert_eq!(ids(&second), of(&[1, 3, 5]));
    store.release(&[second[0].reference]).await.unwrap();
    assert_eq!(ids(&claim(9).await), of(&[1, 6, 7]));
    assert!(claim(9).await.is_empty());
}
