//! Worlds to start a test with.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use crate::callback::Values;
use crate::console::model::window::overview::{OverviewNumbers, OverviewRange};
use crate::delivery::{InFlight, SenderRole, SenderStatus};
use crate::profile::{Channel, Draft, DraftHeader, Identity, Profile, Rules};
use crate::receiver::{PlannedResponse, Received};
use crate::record::{DeliveryState, ErrorClass, Kind};
use crate::storage::{AttemptPart, PhaseSums, SenderInfo, Stats, StatsBy, StatsRow};

use super::desk::START;
use super::world::{World, delivery_id, profile_id};

/// The time at which every desk starts.
pub fn start() -> Timestamp {
    START.parse().unwrap()
}

/// A profile of a checked draft.
pub fn profile(n: u128, draft: &Draft) -> Profile {
    let at = start();
    draft.check(Rules::default(), Identity { id: profile_id(n), created_at: at, modified_at: at }).unwrap()
}

fn draft(channel: Channel, title: &str, method: &str, endpoint: &str) -> Draft {
    Draft { title: title.into(), method: method.into(), endpoint: endpoint.into(), ..Draft::new(channel) }
}

/// The first profile of [`world`]: an SMS with two retries.
pub fn order_sms() -> Draft {
    Draft {
        body: "{\"id\": \"<id>\", \"status\": \"<status>\"}".into(),
        retry_count: "2".into(),
        retry_interval: "10".into(),
        retry_timeout: "5000".into(),
        ..draft(Channel::Sms, "Order SMS", "POST", "https://hooks.example/sms")
    }
}

/// One profile per channel; each method, each status, and each kind of authentication.
pub fn world() -> World {
    let bookings = Draft {
        events: vec!["message_status".into(), "payment_status".into()],
        retry_count: "1".into(),
        retry_timeout: "10000".into(),
        ..draft(Channel::Whatsapp, "Bookings", "GET", "https://hooks.example/wa?id=<id>&status=<status>")
    };
    let nightly = Draft {
        body: "run=<run>&rows=<rows>".into(),
        data_format: "url-encoded".into(),
        status: "disabled".into(),
        ..draft(Channel::Default, "Nightly report", "POST", "https://reports.example/nightly")
    };
    let calls = Draft {
        body: "caller=<caller>&status=<status>".into(),
        auth_kind: "basic".into(),
        auth_user: "crm".into(),
        auth_password: "open sesame".into(),
        status: "auto-disabled".into(),
        ..draft(Channel::Voice, "Call log", "PUT", "https://crm.example/calls")
    };
    let invoices = Draft {
        body: "{\"to\": \"<to>\", \"status\": \"<status>\"}".into(),
        data_format: "json".into(),
        headers: vec![DraftHeader { name: "X-Source".into(), value: "ringback".into() }],
        auth_kind: "api-key".into(),
        auth_header: "api-key".into(),
        auth_key: "k-123".into(),
        encryption: true,
        enc_algorithm: "AES-128-CFB".into(),
        enc_key: "K1abcdefghijkl2P".into(),
        enc_iv: "POabcdefghijklLY".into(),
        enc_parameters: vec!["to".into()],
        ..draft(Channel::Email, "Invoice mails", "POST", "https://hooks.example/mail")
    };
    let drafts = [order_sms(), bookings, nightly, calls, invoices];
    let world = World::default();
    drafts.iter().zip(1..).for_each(|(draft, n)| world.save(profile(n, draft)));
    world
}

/// Deliveries in every state, oldest first.
pub fn log() -> World {
    let world = world();
    let now = start();
    let ago = |seconds| now - std::time::Duration::from_secs(seconds);
    for n in 1..=9u64 {
        let profile = world.tables().profiles[usize::from(n % 2 == 0)].clone();
        let event = profile.events.first().copied();
        let kind = if n == 3 { Kind::Event } else { Kind::Test };
        world.accept(kind, &profile, event, &Values::samples(event, &[]), ago(100 - 10 * n));
    }
    world.answered(1, 200, ago(90));
    world.answered(2, 503, ago(80));
    world.answered(2, 200, ago(20));
    for seconds in [70, 60, 50] {
        world.failed(3, ErrorClass::Timeout, "timed out after 5000 ms", ago(seconds));
    }
    world.failed(4, ErrorClass::RefusedAddress, "169.254.169.254 is a link-local address", ago(60));
    world.tables().deliveries[4].details.summary.state = DeliveryState::Cancelled;
    world.answered(7, 500, ago(3));
    world.failed(8, ErrorClass::Connect, "connection refused", ago(15));
    world
}

/// The sender during an attempt of delivery 9 of [`log`].
pub fn sender_status() -> SenderStatus {
    let flight = InFlight { n: 1, started_at: start() - std::time::Duration::from_millis(1300) };
    SenderStatus {
        role: SenderRole::Active,
        in_flight: [(delivery_id(9), flight)].into(),
        ..SenderStatus::default()
    }
}

/// A request that reached the receiver.
pub fn request(n: u32) -> Arc<Received> {
    let body = json!({"id": format!("m-{n}"), "status": "DELIVRD"}).to_string();
    Arc::new(Received {
        id: format!("{n:08x}"),
        left_out: Vec::new(),
        method: "POST".into(),
        path: "/sms".into(),
        query: String::new(),
        headers: vec![("content-type".into(), "application/json".into())],
        body_length: body.len() as u64,
        body: body.into(),
        received_at: start(),
        attempt: n,
        response: PlannedResponse::status(if n == 1 { 500 } else { 200 }),
    })
}

/// Three senders: one of them in trouble, one whose lease ran out and of which little is known.
pub fn senders() -> Vec<SenderInfo> {
    let sender = |host: &str, pid, lease_s: i64| SenderInfo {
        name: format!("{host}/{pid}/1744898400"),
        host: host.to_owned(),
        pid,
        command: Some(if pid == 4242 { "serve" } else { "work" }.to_owned()),
        version: Some("0.1.0".to_owned()),
        since: Some(start() - std::time::Duration::from_hours(26)),
        lease_until: Some(start() + jiff::SignedDuration::from_secs(lease_s)),
        in_flight: Some(16),
        rate: Some(1204),
        trouble: None,
        api: (pid == 4242).then(|| "https://10.0.0.4:443".to_owned()),
    };
    let trouble =
        Some("cannot send for now: no route to any endpoint; check this machine's network".to_owned());
    let of_this_morning = Some(start() - std::time::Duration::from_mins(130));
    vec![
        sender("send-1.ops.example", 4242, 12),
        SenderInfo {
            since: of_this_morning,
            in_flight: Some(0),
            rate: Some(0),
            trouble,
            ..sender("send-2.ops.example", 918, 9)
        },
        SenderInfo {
            command: None,
            version: None,
            in_flight: None,
            rate: None,
            ..sender("a-host-with-quite-a-long-name.ops.example", 77, -3)
        },
    ]
}

/// Numbers of the profiles of the sample, of an hour: one was deleted for good, and one had failures.
pub fn overview(ids: &[&str]) -> OverviewNumbers {
    let row = |id: &str, delivered: u64, failed: u64| StatsRow {
        key: id.to_owned(),
        accepted: Some(delivered + failed + 13),
        delivered: Some(delivered),
        failed: Some(failed),
        cancelled: Some(0),
        pending: Some(13),
        attempts: Some(delivered + 3 * failed),
        success_rate: Some(rate(delivered, failed)),
        p50_ms: Some(84),
        p95_ms: Some(213),
        p99_ms: Some(5000),
        phases: Some(phases(delivered)),
        failures: BTreeMap::from([("status", failed), ("timeout", 2 * failed)])
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .collect(),
        failed_statuses: (failed > 0).then_some((503, failed)).into_iter().collect(),
    };
    let rows: Vec<StatsRow> =
        (0..).zip(ids).map(|(n, id)| row(id, 1200 / (n * 40 + 1), if n == 0 { 31 } else { 0 })).collect();
    let until = start();
    let stats =
        Stats { since: until - jiff::SignedDuration::from_hours(1), until, by: StatsBy::Profile, rows };
    OverviewNumbers {
        range: OverviewRange::Hour,
        stats,
        minutes: (0..)
            .zip(ids)
            .map(|(n, id)| {
                ((*id).to_owned(), (0..60).map(|minute: u64| minute * minute % (37 + n)).collect())
            })
            .collect(),
        took: std::time::Duration::ZERO,
    }
}

/// Those of attempts of which most waited for their responses.
fn phases(attempts: u64) -> PhaseSums {
    let mut sums = PhaseSums::of(attempts, attempts.div_ceil(90));
    let micros = [200, 9_000, 5_900, 84_000, 1_000, 0];
    for (part, micros) in AttemptPart::ALL.into_iter().zip(micros) {
        sums.add(part, micros * attempts);
    }
    sums
}

#[allow(clippy::cast_precision_loss, reason = "a ratio")]
fn rate(delivered: u64, failed: u64) -> f64 {
    delivered as f64 / (delivered + failed) as f64
}
