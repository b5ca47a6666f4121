//! Numbers for spreadsheets: CSV (RFC 4180, with line feeds).

use std::collections::BTreeMap;

use crate::cli::csv::push_line;
use crate::profile::Choice as _;
use crate::record::ErrorClass;
use crate::storage::{AttemptPart, Stats, StatsBy, StatsRow};

const COLUMNS: [&str; 11] = [
    "accepted",
    "delivered",
    "failed",
    "cancelled",
    "pending",
    "attempts",
    "success_rate",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "failures",
];

/// A heading, and a line for each row: the fields of the JSON; `failures` is their sum, and each class follows in a
/// column of its own. A number that has no meaning is empty.
pub fn csv(stats: &Stats, titles: &BTreeMap<String, String>) -> String {
    let has_titles = stats.by == StatsBy::Profile;
    let mut heading = vec![stats.by.name().to_owned()];
    heading.extend(has_titles.then(|| "title".to_owned()));
    heading.extend(COLUMNS.map(str::to_owned));
    heading
        .extend(ErrorClass::ALL.iter().map(|class| format!("failures_{}", class.name().replace('-', "_"))));
    heading.extend(["phases_attempts", "phases_new_connections"].map(str::to_owned));
    heading.extend(AttemptPart::ALL.map(|part| format!("phases_{}_ms", part.name())));
    let mut out = String::new();
    push_line(&mut out, &heading);
    for row in &stats.rows {
        let mut cells = vec![row.key.clone()];
        cells.extend(has_titles.then(|| titles.get(&row.key).cloned().unwrap_or_default()));
        cells.extend(numbers(row));
        let of_class = |class: &ErrorClass| row.failures.get(class.name()).copied().unwrap_or(0).to_string();
        cells.extend(ErrorClass::ALL.iter().map(of_class));
        cells.extend(phases(row));
        push_line(&mut out, &cells);
    }
    out
}

fn phases(row: &StatsRow) -> impl Iterator<Item = String> {
    let or_empty = |n: Option<String>| n.unwrap_or_default();
    let sums = row.phases;
    let counts = [sums.map(|sums| sums.attempts), sums.map(|sums| sums.new_connections)];
    // Whole ones and thousandths: exact, however many there are.
    let ms = |micros: u64| format!("{}.{:03}", micros / 1000, micros % 1000);
    let times = AttemptPart::ALL.map(|part| sums.map(|sums| ms(sums.micros(part))));
    counts.map(|n| or_empty(n.map(|n| n.to_string()))).into_iter().chain(times.map(or_empty))
}

fn numbers(row: &StatsRow) -> [String; 11] {
    let or_empty = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    let ms = |ms: Option<u32>| or_empty(ms.map(u64::from));
    [
        or_empty(row.accepted),
        or_empty(row.delivered),
        or_empty(row.failed),
        or_empty(row.cancelled),
        or_empty(row.pending),
        or_empty(row.attempts),
        row.success_rate.map(|rate| format!("{rate:.6}")).unwrap_or_default(),
        ms(row.p50_ms),
        ms(row.p95_ms),
        ms(row.p99_ms),
        row.failure_count().to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::storage::PhaseSums;

    fn stats(by: StatsBy, rows: Vec<StatsRow>) -> Stats {
        Stats { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH, by, rows }
    }

    #[test]
    fn each_row_is_a_line_with_as_many_cells_as_the_heading() {
        let row = StatsRow {
            key: "IN_1".to_owned(),
            accepted: Some(7),
            success_rate: Some(0.5),
            failures: BTreeMap::from([("timeout", 2), ("status", 3)]),
            ..StatsRow::default()
        };
        let titles = BTreeMap::from([("IN_1".to_owned(), "Order \"SMS\", new".to_owned())]);
        let told = csv(&stats(StatsBy::Profile, vec![row.clone()]), &titles);
        let lines: Vec<&str> = told.split('\n').collect();
        assert!(lines[0].starts_with("profile,title,accepted,delivered,failed,"), "{told}");
        assert!(lines[0].contains(",failures,failures_timeout,failures_connect,"), "{told}");
        assert!(lines[1].starts_with("IN_1,\"Order \"\"SMS\"\", new\",7,,,,,,0.500000,,,,5,2,0,"), "{told}");
        assert_eq!((lines.len(), lines[2]), (3, ""));
        let mut phases = PhaseSums::of(7, 1);
        phases.add(AttemptPart::Wait, 43_071);
        let measured =
            csv(&stats(StatsBy::Total, vec![StatsRow { phases: Some(phases), ..row.clone() }]), &titles);
        let heading = ",phases_attempts,phases_new_connections,phases_dns_ms,phases_connect_ms,phases_tls_ms,\
                       phases_wait_ms,phases_read_ms,phases_other_ms\n";
        assert!(measured.contains(heading), "{measured}");
        assert!(measured.ends_with(",7,1,0.000,0.000,0.000,43.071,0.000,0.000\n"), "{measured}");
        let times = csv(&stats(StatsBy::Hour, vec![row]), &BTreeMap::new());
        assert!(times.starts_with("hour,accepted,"), "{times}");
        let cells = |line: usize| times.split('\n').nth(line).unwrap().split(',').count();
        assert_eq!(cells(0), cells(1));
    }

    #[test]
    fn a_title_is_no_formula() {
        let mut out = String::new();
        push_line(&mut out, &["=1+1".to_owned(), "-2".to_owned(), "a".to_owned()]);
        assert_eq!(out, "'=1+1,'-2,a\n");
    }
}
