//! Numbers by profile and time: always those of the log.

use std::collections::BTreeMap;

use super::*;
use crate::profile::Choice as _;
use crate::record::{Details, Phase, Phases};
use crate::storage::conformance::samples;
use crate::storage::rollups::mark::minute_of;
use crate::storage::{
    AttemptPart, Filter, RetentionPolicy, Rollup, RollupBy, RollupKey, RollupQuery, RollupRange, RollupStep,
    StatsBy, StatsRequest, stats,
};

/// A number of the log or of the rollups: the profile, the minute, and what is counted.
type Counted = BTreeMap<(String, u32, String), u64>;

/// Later than everything, and not so much later that minutes are no longer kept.
fn now() -> Timestamp {
    at(3_600_000)
}

fn all_time() -> RollupRange {
    RollupRange::of(at(-3_600_000), now(), now())
}

/// The rollups of a profile by minute, as counts with names.
async fn counted(subject: &impl QueueUnderTest, profiles: &[u128]) -> Counted {
    let mut all = Counted::new();
    for profile in profiles {
        let id = samples::profile_id(*profile);
        let query = RollupQuery {
            range: all_time(),
            profiles: Some(vec![id.clone()]),
            by: RollupBy::Time(RollupStep::Minute),
        };
        for (key, rollup) in subject.store().rollups(query).await.unwrap() {
            let RollupKey::Time(minute) = key else { panic!("{key:?}") };
            let mut put = |what: String, n: u64| {
                if n > 0 {
                    all.insert((id.to_string(), minute, what), n);
                }
            };
            put("accepted".to_owned(), rollup.accepted());
            put("delivered".to_owned(), rollup.delivered());
            put("cancelled".to_owned(), rollup.cancelled());
            for (class, n) in rollup.failed_by_class() {
                put(format!("failed {class}"), n);
            }
            for result in rollup.results() {
                let status = result.status.unwrap_or(0);
                put(format!("attempt {} {status}", result.class.unwrap_or("ok")), result.attempts);
            }
            let sums = rollup.phase_sums();
            assert_eq!(sums.attempts, rollup.attempts());
            put("new connections".to_owned(), sums.new_connections);
            for part in AttemptPart::ALL {
                put(format!("us of {}", part.name()), sums.micros(part));
            }
        }
    }
    all
}

/// The same, from all rows of the log. The end of a delivery is the end of the attempt that has its outcome; `cancelled`
/// says when those were cancelled.
async fn scanned(subject: &impl QueueUnderTest, cancelled: &BTreeMap<DeliveryId, i64>) -> Counted {
    let mut all = Counted::new();
    let rows = subject.store().deliveries(&Filter { limit: 10_000, ..Filter::default() }).await.unwrap();
    for row in rows {
        let Details { summary, attempts, .. } = subject.store().delivery(row.id).await.unwrap().unwrap();
        let mut add = |ms: i64, what: String, n: u64| {
            if n > 0 {
                *all.entry((summary.profile_id.to_string(), minute_of(ms), what)).or_default() += n;
            }
        };
        add(summary.accepted_at.as_millisecond(), "accepted".to_owned(), 1);
        let end = |attempt: &Attempt| attempt.started_at.as_millisecond() + i64::from(attempt.duration_ms);
        // An expired delivery has an entry in the log in place of an attempt.
        let is_sent = |attempt: &&Attempt| {
            !attempt.error.as_ref().is_some_and(|failure| failure.class == ErrorClass::Expired)
        };
        for attempt in attempts.iter().filter(is_sent) {
            let phases = attempt.phases.unwrap_or_default();
            for (phase, micros) in phases.iter() {
                add(end(attempt), format!("us of {}", phase.name()), micros.into());
            }
            let named: u64 = phases.iter().map(|(_, micros)| u64::from(micros)).sum();
            let other = (u64::from(attempt.duration_ms) * 1000).saturating_sub(named);
            add(end(attempt), "us of other".to_owned(), if other >= 1000 { other } else { 0 });
            let is_new = !phases.reused && phases.micros(Phase::Connect).is_some();
            add(end(attempt), "new connections".to_owned(), is_new.into());
            let class = attempt.error.as_ref().map_or("ok", |failure| failure.class.name());
            add(end(attempt), format!("attempt {class} {}", attempt.status.unwrap_or(0)), 1);
        }
        let ended_at = attempts.last().map_or(summary.accepted_at.as_millisecond(), end);
        match summary.state {
            DeliveryState::Delivered => add(ended_at, "delivered".to_owned(), 1),
            DeliveryState::Failed => {
                let class = summary.last_error.as_ref().map_or("other", |failure| failure.class.name());
                add(ended_at, format!("failed {class}"), 1);
            }
            DeliveryState::Cancelled => add(cancelled[&row.id], "cancelled".to_owned(), 1),
            DeliveryState::Queued | DeliveryState::Waiting => {}
        }
    }
    all
}

/// An attempt with one of several results.
fn attempted(job: &Job, at_ms: i64, duration_ms: u32, status: u16) -> Attempt {
    let error = match status {
        200 => None,
        0 => Some(Failure { class: ErrorClass::Timeout, message: "timed out".to_owned() }),
        1 => Some(Failure { class: ErrorClass::Expired, message: "expired".to_owned() }),
        _ => Some(Failure { class: ErrorClass::Status, message: status.to_string() }),
    };
    // Some have none, and some went over a kept connection.
    let mut phases = Phases::over(duration_ms % 5 == 1);
    if duration_ms % 5 != 1 {
        phases.add(Phase::Connect, Duration::from_micros(u64::from(duration_ms / 4)));
    }
    phases.add(Phase::Wait, Duration::from_millis(u64::from(duration_ms / 2)));
    Attempt {
        started_at: at(at_ms),
        duration_ms,
        phases: (!duration_ms.is_multiple_of(5)).then_some(phases),
        status: (status > 1).then_some(status),
        error,
        ..outcome(job, Next::Delivered).attempt
    }
}

/// Whatever happens, in whatever order, the numbers are those that a scan of the log has: also where outcomes are
/// recorded twice, or after their deliveries were cancelled.
pub async fn the_sums_are_those_of_the_log(subject: &impl QueueUnderTest) {
    let mut seed = 11_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut cancelled = BTreeMap::new();
    // Enough transactions that changes are folded in between.
    for round in 0..60_i64 {
        let mut new: Vec<NewDelivery> = (0..=random(3))
            .map(|_| {
                let made = match random(8) {
                    0 => manual(u128::from(random(3)), 'b'),
                    _ => event(u128::from(random(3)), 'a'),
                };
                NewDelivery { accepted_at: at(round * 20_000), ..made }
            })
            .collect();
        if random(6) == 0 {
            new[0].request = Err(Failure::no_request("a value is missing"));
        }
        let ids = accept(subject, new).await;
        if random(4) == 0 && subject.store().cancel(ids[0]).await.unwrap() {
            cancelled.insert(ids[0], jiff::Timestamp::now().as_millisecond());
        }
        let jobs = claim(subject, round * 20_000, 4).await;
        let mut outcomes = Vec::new();
        for job in &jobs {
            let status = [200, 200, 200, 503, 404, 0, 1][usize::try_from(random(7)).unwrap()];
            let attempt = attempted(job, round * 20_000, u32::try_from(random(30_000)).unwrap(), status);
            let next = match status {
                200 => Next::Delivered,
                _ if status != 1 && random(2) == 0 => Next::Retry(at(round * 20_000)),
                _ => Next::Failed,
            };
            if random(7) == 0 && subject.store().cancel(job.id()).await.unwrap() {
                cancelled.insert(job.id(), jiff::Timestamp::now().as_millisecond());
            }
            outcomes.push(Outcome { attempt, ..outcome(job, next) });
        }
        for _ in 0..=random(2) {
            subject.queue().record(outcomes.clone().into()).await.unwrap();
        }
    }
    let told = counted(subject, &[0, 1, 2]).await;
    let mut expected = scanned(subject, &cancelled).await;
    // People cancel at the present time, which is not within this range.
    expected.retain(|(_, _, what), _| what != "cancelled");
    assert!(expected.values().sum::<u64>() > 200, "{expected:?}");
    assert_eq!(told, expected);

    let present = jiff::Timestamp::now();
    let query =
        RollupQuery { range: RollupRange::of(at(0), present, present), profiles: None, by: RollupBy::Total };
    let total = subject.store().rollups(query).await.unwrap();
    assert_eq!(total[&RollupKey::Total].cancelled(), cancelled.len() as u64);
}

async fn record_by<Q: Queue>(queue: &Q, job: &Job, attempt: Attempt, next: Next) {
    queue.record([Outcome { attempt, ..outcome(job, next) }].into()).await.unwrap();
}

async fn total(subject: &impl QueueUnderTest) -> Rollup {
    let query = RollupQuery { range: all_time(), profiles: None, by: RollupBy::Total };
    subject.store().rollups(query).await.unwrap().remove(&RollupKey::Total).unwrap_or_default()
}

/// An outcome changes after its delivery has ended: an attempt that was in flight fails otherwise, or succeeds.
pub async fn a_late_attempt_changes_what_is_counted(subject: &impl QueueUnderTest) {
    accept(subject, vec![event(1, 'a')]).await;
    let jobs = claim(subject, 0, 9).await;
    record_by(subject.queue(), &jobs[0], attempted(&jobs[0], 0, 40, 500), Next::Failed).await;
    assert_eq!(total(subject).await.failed_by_class(), BTreeMap::from([("status", 1)]));
    // The same delivery, sent by somebody else.
    record_by(subject.queue(), &jobs[0], attempted(&jobs[0], 7, 5000, 0), Next::Failed).await;
    let details = subject.store().delivery(jobs[0].id()).await.unwrap().unwrap();
    let rollup = total(subject).await;
    let class = details.summary.last_error.map_or("none", |failure| failure.class.name());
    assert_eq!(rollup.failed_by_class(), BTreeMap::from([(class, 1)]), "{rollup:?}");
    assert_eq!(rollup.attempts(), details.attempts.len() as u64);
    record_by(subject.queue(), &jobs[0], attempted(&jobs[0], 9, 3, 200), Next::Delivered).await;
    let state = subject.store().delivery(jobs[0].id()).await.unwrap().unwrap().summary.state;
    let rollup = total(subject).await;
    let expected = if state == DeliveryState::Delivered { (1, 0) } else { (0, 1) };
    assert_eq!((rollup.delivered(), rollup.failed()), expected, "{state:?}");
}

/// What is not folded counts for each question as what is.
pub async fn numbers_are_added_up_by_what_is_asked_for(subject: &impl QueueUnderTest) {
    for round in 0..70 {
        let new = NewDelivery { accepted_at: at(round * 60_000), ..event(u128::from(round == 69), 'a') };
        accept(subject, vec![new]).await;
    }
    let later = at(70 * 60_000);
    let ask = async |by, profiles| {
        let range = RollupRange::of(at(0), later, later);
        subject.store().rollups(RollupQuery { range, profiles, by }).await.unwrap()
    };
    let accepted = |sums: &BTreeMap<RollupKey, Rollup>| -> Vec<(RollupKey, u64)> {
        sums.iter().map(|(key, rollup)| (key.clone(), rollup.accepted())).collect()
    };
    let (zero, one) = (samples::profile_id(0), samples::profile_id(1));
    assert_eq!(accepted(&ask(RollupBy::Total, None).await), [(RollupKey::Total, 70)]);
    assert_eq!(accepted(&ask(RollupBy::Total, Some(vec![one.clone()])).await), [(RollupKey::Total, 1)]);
    let by_profile = accepted(&ask(RollupBy::Profile, None).await);
    let key = |id: &ProfileId| RollupKey::Profile(id.to_string());
    assert_eq!(by_profile, [(key(&zero), 69), (key(&one), 1)]);
    let minutes = ask(RollupBy::Time(RollupStep::Minute), None).await;
    assert_eq!(minutes.len(), 70);
    let hours = ask(RollupBy::Time(RollupStep::Hour), None).await;
    assert_eq!(hours.values().map(Rollup::accepted).sum::<u64>(), 70);
    assert!(hours.len() <= 3, "{hours:?}");
    for (step, id, n) in [(RollupStep::Minute, &zero, 69), (RollupStep::Hour, &one, 1)] {
        let sums = ask(RollupBy::ProfileTime(step), Some(vec![id.clone()])).await;
        let is_of = |key: &RollupKey| matches!(key, RollupKey::ProfileTime(of, _) if of == id.as_str());
        assert!(sums.keys().all(is_of), "{sums:?}");
        assert_eq!(sums.values().map(Rollup::accepted).sum::<u64>(), n, "{sums:?}");
        assert!(sums.len() == if step == RollupStep::Minute { 69 } else { 1 }, "{sums:?}");
    }

    let pending = subject.store().pending_by_profile(None).await.unwrap();
    assert_eq!(pending, BTreeMap::from([(zero.to_string(), 69), (one.to_string(), 1)]));
    let pending = subject.store().pending_by_profile(Some(vec![one])).await.unwrap();
    assert_eq!(pending.into_values().collect::<Vec<_>>(), [1]);
}

/// Minutes are kept for two days, and hours with the log.
pub async fn old_rollups_go(subject: &impl QueueUnderTest) {
    // Enough for a fold.
    for _ in 0..64 {
        accept(subject, vec![event(1, 'a')]).await;
    }
    let day = 24 * 3_600_000;
    let policy = RetentionPolicy { days: 7, deliveries: 0 };
    let hours = async |now: Timestamp| {
        subject.store().prune_rollups(policy, now).await.unwrap();
        let range = RollupRange::of(at(-day), now, now);
        let query = RollupQuery { range, profiles: None, by: RollupBy::Time(RollupStep::Hour) };
        let sums = subject.store().rollups(query).await.unwrap();
        sums.values().map(Rollup::accepted).sum::<u64>()
    };
    assert_eq!(hours(at(day)).await, 64);
    assert_eq!(hours(at(3 * day)).await, 64, "minutes have gone, and hours have not");
    let before = subject.store().counted_since().await.unwrap();
    assert_eq!(hours(at(9 * day)).await, 0);
    assert!(subject.store().counted_since().await.unwrap() >= before.max(at(day)));
}

/// The rows that people see.
pub async fn rows_have_what_a_key_stands_for(subject: &impl QueueUnderTest) {
    let present = jiff::Timestamp::now();
    let ms = present.as_millisecond() - at(0).as_millisecond();
    let made = |profile, host| NewDelivery { accepted_at: present, ..event(profile, host) };
    let unmade = NewDelivery { request: Err(Failure::no_request("a value is missing")), ..made(1, 'a') };
    let new = vec![made(0, 'a'), made(0, 'a'), made(0, 'a'), unmade, made(1, 'b')];
    let last = accept(subject, new).await[4];
    let jobs = claim(subject, ms, 9).await;
    for (job, status) in jobs.iter().filter(|job| job.id() != last).zip([200, 503, 0]) {
        let next = if status == 200 { Next::Delivered } else { Next::Failed };
        record_by(subject.queue(), job, attempted(job, ms, 84, status), next).await;
    }
    let rows = async |by| {
        let request = StatsRequest { since: at(ms - 3_600_000), until: None, profiles: None, by };
        stats(subject.store(), request, jiff::Timestamp::now()).await.unwrap().rows
    };
    let told: Vec<_> = rows(StatsBy::Profile).await;
    let numbers: Vec<_> = told
        .iter()
        .map(|row| (row.accepted, row.delivered, row.failed, row.pending, row.attempts, row.success_rate))
        .collect();
    assert_eq!(
        numbers,
        [
            (Some(3), Some(1), Some(2), Some(0), Some(3), Some(1.0 / 3.0)),
            (Some(2), Some(0), Some(1), Some(1), Some(0), Some(0.0)),
        ]
    );
    assert_eq!(told[0].failures, BTreeMap::from([("status", 1), ("timeout", 1)]));
    assert_eq!(told[1].failures, BTreeMap::from([("request", 1)]));
    let statuses = rows(StatsBy::Status).await;
    let keys: Vec<_> = statuses.iter().map(|row| (row.key.as_str(), row.attempts)).collect();
    assert_eq!(keys, [("none", Some(1)), ("200", Some(1)), ("503", Some(1))]);
    let classes = rows(StatsBy::Class).await;
    let keys: Vec<_> = classes.iter().map(|row| (row.key.as_str(), row.failed, row.attempts)).collect();
    assert_eq!(
        keys,
        [("request", Some(1), Some(0)), ("status", Some(1), Some(1)), ("timeout", Some(1), Some(1))]
    );
    let total = &rows(StatsBy::Total).await[0];
    assert_eq!((total.accepted, total.pending), (Some(5), Some(1)));
    assert!(total.p50_ms.is_some_and(|ms| ms.abs_diff(84) <= 3), "{total:?}");
    for by in [StatsBy::Minute, StatsBy::Hour] {
        let times = rows(by).await;
        assert!(times.iter().all(|row| row.pending.is_none()), "{times:?}");
        assert_eq!(times.iter().filter_map(|row| row.accepted).sum::<u64>(), 5, "{times:?}");
    }
}
