//! Numbers for spreadsheets: CSV (RFC 4180, with line feeds).

use std::collections::BTreeMap;

use crate::cli::csv::push_line;
use crate::profile::Choice as _;
use crate::record::ErrorClass;
use crate::storage::{Stats, StatsBy, StatsRow};

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
    let mut out = String::new();
    push_line(&mut out, &heading);
    for row in &stats.rows {
        let mut cells = vec![row.key.clone()];
        cells.extend(has_titles.then(|| titles.get(&row.key).cloned().unwrap_or_default()));
        cells.extend(numbers(row));
        let of_class = |class: &ErrorClass| row.failures.get(class.name()).copied().unwrap_or(0).to_string();
        cells.extend(ErrorClass::ALL.iter().map(of_class));
        push_line(&mut out, &cells);
    }
    out
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
