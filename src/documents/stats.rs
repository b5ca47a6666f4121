//! The numbers of a time range.

use serde_json::{Value, json};

use crate::storage::{AttemptPart, PhaseSums, Stats, StatsRow};
use crate::text::rfc3339;

/// Decimal places of a success rate.
const PLACES: f64 = 1_000_000.0;

/// Numbers, as `stats --json` prints them and the HTTP API returns them. What has no meaning for a row is null.
#[must_use]
pub fn stats(stats: &Stats) -> Value {
    json!({
        "since": rfc3339(stats.since),
        "until": rfc3339(stats.until),
        "rows": stats.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn row(row: &StatsRow) -> Value {
    json!({
        "key": row.key,
        "accepted": row.accepted,
        "delivered": row.delivered,
        "failed": row.failed,
        "cancelled": row.cancelled,
        "pending": row.pending,
        "attempts": row.attempts,
        "success_rate": row.success_rate.map(|rate| (rate * PLACES).round() / PLACES),
        "p50_ms": row.p50_ms,
        "p95_ms": row.p95_ms,
        "p99_ms": row.p99_ms,
        "phases": row.phases.as_ref().map(phases),
        "failures": row.failures,
    })
}

/// Sums over the attempts, in milliseconds with up to three decimals.
#[allow(clippy::cast_precision_loss, reason = "exact below 285 years")]
fn phases(sums: &PhaseSums) -> Value {
    let ms = |part| sums.micros(part) as f64 / 1000.0;
    json!({
        "attempts": sums.attempts,
        "new_connections": sums.new_connections,
        "dns_ms": ms(AttemptPart::Dns),
        "connect_ms": ms(AttemptPart::Connect),
        "tls_ms": ms(AttemptPart::Tls),
        "wait_ms": ms(AttemptPart::Wait),
        "read_ms": ms(AttemptPart::Read),
        "other_ms": ms(AttemptPart::Other),
        "slowest": sums.slowest().map(AttemptPart::name),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::*;
    use crate::storage::StatsBy;

    #[test]
    fn a_row_has_the_fields_of_the_contract() {
        let mut phases = PhaseSums::of(5, 2);
        phases.add(AttemptPart::Connect, 1_500);
        phases.add(AttemptPart::Wait, 420_071);
        let row = StatsRow {
            phases: Some(phases),
            key: "IN_1".to_owned(),
            accepted: Some(4),
            delivered: Some(2),
            failed: Some(1),
            cancelled: Some(0),
            attempts: Some(5),
            success_rate: Some(2.0 / 3.0),
            p50_ms: Some(84),
            failures: BTreeMap::from([("timeout", 3)]),
            ..StatsRow::default()
        };
        let until = Timestamp::from_second(60).unwrap();
        let all = Stats { since: Timestamp::UNIX_EPOCH, until, by: StatsBy::Profile, rows: vec![row] };
        assert_eq!(
            stats(&all),
            json!({"since": "1970-01-01T00:00:00.000Z", "until": "1970-01-01T00:01:00.000Z", "rows": [{
                "key": "IN_1", "accepted": 4, "delivered": 2, "failed": 1, "cancelled": 0, "pending": null,
                "attempts": 5, "success_rate": 0.666_667, "p50_ms": 84, "p95_ms": null, "p99_ms": null,
                "phases": {
                    "attempts": 5, "new_connections": 2, "dns_ms": 0.0, "connect_ms": 1.5, "tls_ms": 0.0,
                    "wait_ms": 420.071, "read_ms": 0.0, "other_ms": 0.0, "slowest": "wait",
                },
                "failures": {"timeout": 3},
            }]})
        );
    }
}
