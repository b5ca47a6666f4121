//! Alerts: each turn is given once, those of a minute together.

use std::time::Duration;

use super::*;
use crate::storage::conformance::samples::profile;
use crate::storage::{Alert, AlertPace, HealthRules, NextAlert};

const AT_ONCE: AlertPace = AlertPace::USUAL.at_once();
const WITHOUT_PAUSE: AlertPace = AlertPace { every: Duration::ZERO, ..AT_ONCE };

/// These profiles turn failing, in turns that are given as alerts or not.
async fn fail(subject: &impl QueueUnderTest, profiles: &[u128], alerts: bool) {
    let rules = HealthRules { failing_after: 1, alerts, ..HealthRules::disabling_after(0) };
    subject.store().judge_by(rules);
    for n in profiles {
        subject.store().save_profiles(vec![profile(*n, "Order SMS")]).await.unwrap();
        accept(subject, vec![event(*n, 'a')]).await;
        for job in claim(subject, 0, 9).await {
            assert!(record(subject, &job, Next::Failed).await);
        }
    }
}

async fn take(subject: &impl QueueUnderTest, pace: AlertPace) -> NextAlert {
    subject.store().take_alert(pace).await.unwrap()
}

pub async fn a_turn_is_given_once_and_later_ones_a_minute_after_it(subject: &impl QueueUnderTest) {
    assert_eq!(take(subject, AT_ONCE).await, NextAlert::Nothing);
    fail(subject, &[1], true).await;
    let NextAlert::After(wait) = take(subject, AlertPace::USUAL).await else { panic!("it waits for more") };
    assert!(wait <= AlertPace::USUAL.quiet, "{wait:?}");
    let NextAlert::Taken(Alert { id, turns }) = take(subject, AT_ONCE).await else { panic!("it is due") };
    assert_eq!(turns, subject.store().health_turns(None, 9).await.unwrap());
    assert_eq!(take(subject, WITHOUT_PAUSE).await, NextAlert::Nothing, "it was taken");

    fail(subject, &[2, 3], true).await;
    let NextAlert::After(wait) = take(subject, AT_ONCE).await else { panic!("the minute is not over") };
    assert!(wait > Duration::from_secs(20), "{wait:?}");
    let all: Vec<_> =
        subject.store().health_turns(None, 9).await.unwrap().iter().map(|turn| turn.id).collect();
    let mut waiting = subject.store().waiting_turns(all.clone()).await.unwrap();
    waiting.retain(|turn| turns.iter().all(|given| given.id != *turn));
    assert_eq!(waiting.len(), 2, "those that are to be given next");
    assert_eq!(subject.store().waiting_turns(all).await.unwrap().len(), 2, "and no others");
    let NextAlert::Taken(second) = take(subject, WITHOUT_PAUSE).await else { panic!("it is due") };
    let given: Vec<_> = second.turns.iter().map(|turn| turn.profile_id.clone()).collect();
    let id_of = |n: u128| ProfileId::new(Region::In, uuid::Uuid::from_u128(n));
    assert_eq!(given, [id_of(2), id_of(3)]);
    assert_ne!(second.id, id);

    subject.store().finish_alert(id, None).await.unwrap();
    subject.store().finish_alert(second.id, Some("exit status 3".to_owned())).await.unwrap();
    let mut asked: Vec<_> = turns.iter().map(|turn| turn.id).collect();
    asked.push(second.turns[1].id);
    let mut became = subject.store().given_alerts(asked.clone()).await.unwrap();
    became.sort_by_key(|given| asked.iter().position(|turn| *turn == given.turn));
    let became: Vec<_> =
        became.iter().map(|given| (given.alert, given.has_ended, given.failure.as_deref())).collect();
    assert_eq!(became, [(id, true, None), (second.id, true, Some("exit status 3"))]);
    assert!(subject.store().waiting_turns(asked).await.unwrap().is_empty());
    assert_eq!(take(subject, WITHOUT_PAUSE).await, NextAlert::Nothing);
}

pub async fn what_a_process_without_alerts_records_is_not_given(subject: &impl QueueUnderTest) {
    fail(subject, &[1, 2], false).await;
    let turns = subject.store().health_turns(None, 9).await.unwrap();
    assert_eq!(turns.len(), 2);
    let turns = turns.iter().map(|turn| turn.id).collect();
    assert!(subject.store().waiting_turns(turns).await.unwrap().is_empty());
    assert_eq!(take(subject, WITHOUT_PAUSE).await, NextAlert::Nothing);
}
