//! Numbers for people: a table that fits into 80 columns.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr as _;

use crate::cli::table::table;
use crate::profile::Choice as _;
use crate::storage::{Stats, StatsBy, StatsRow};
use crate::text::{cut, escape_controls, failure_words, group_digits, percent, whole_percent};

/// The longest title or time that is shown.
const KEY_WIDTH: usize = 18;

/// The columns of the slowest parts, beside their label.
const SLOWEST_WIDTH: usize = 66;

/// In place of what has no meaning.
const NONE: &str = "-";

/// The table, and below it since when, and failures by class.
pub fn text(stats: &Stats, titles: &BTreeMap<String, String>) -> String {
    let name = |row: &StatsRow| name(stats.by, row, titles);
    let mut out = match stats.by {
        StatsBy::Status | StatsBy::Class => results(stats, name),
        _ => deliveries(stats, name),
    };
    // Of one there is room for more.
    if let [row] = &stats.rows[..]
        && let Some(slowest) = slowest(row)
    {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "slowest part: {slowest}");
    }
    if stats.by == StatsBy::Profile || stats.by == StatsBy::Total {
        for row in &stats.rows {
            let besides = besides(row);
            if !besides.is_empty() {
                // Writing to a string cannot fail.
                let _ = writeln!(
                    out,
                    "{}: {}",
                    escape_controls(&cut(&name(row), KEY_WIDTH)),
                    besides.join(" · ")
                );
            }
        }
    }
    let _ = writeln!(out, "since {}, until {}", time(stats.since), time(stats.until));
    out
}

fn deliveries(stats: &Stats, name: impl Fn(&StatsRow) -> String) -> String {
    let rows: Vec<[String; 8]> = stats
        .rows
        .iter()
        .map(|row| {
            [
                cut(&name(row), KEY_WIDTH),
                number(row.accepted),
                number(row.delivered),
                number(row.failed),
                row.success_rate.map_or_else(|| NONE.to_owned(), percent),
                number(row.p50_ms.map(u64::from)),
                number(row.p95_ms.map(u64::from)),
                number(row.p99_ms.map(u64::from)),
            ]
        })
        .collect();
    let heading = heading(stats.by);
    table([heading, "ACCEPTED", "DELIVERED", "FAILED", "SUCCESS", "P50", "P95", "P99 MS"], &rows)
}

fn results(stats: &Stats, name: impl Fn(&StatsRow) -> String) -> String {
    let all: u64 = stats.rows.iter().filter_map(|row| row.attempts).sum();
    let rows: Vec<[String; 4]> = stats
        .rows
        .iter()
        .map(|row| {
            let share = row.attempts.filter(|_| all > 0).map(|n| percent(ratio(n, all)));
            let failed = if stats.by == StatsBy::Class {
                number(row.failed)
            } else {
                failures(row).unwrap_or_default()
            };
            [cut(&name(row), KEY_WIDTH), number(row.attempts), share.unwrap_or_default(), failed]
        })
        .collect();
    let last = if stats.by == StatsBy::Class { "FAILED DELIVERIES" } else { "FAILURES" };
    table([heading(stats.by), "ATTEMPTS", "SHARE", last], &rows)
}

fn heading(by: StatsBy) -> &'static str {
    match by {
        StatsBy::Profile => "PROFILE",
        StatsBy::Status => "STATUS",
        StatsBy::Class => "CLASS",
        StatsBy::Minute | StatsBy::Hour => "FROM (UTC)",
        StatsBy::Total => "",
    }
}

fn name(by: StatsBy, row: &StatsRow, titles: &BTreeMap<String, String>) -> String {
    match by {
        StatsBy::Profile if row.key.is_empty() => "(unreadable)".to_owned(),
        StatsBy::Profile => titles.get(&row.key).unwrap_or(&row.key).clone(),
        StatsBy::Minute | StatsBy::Hour => row
            .key
            .parse::<Timestamp>()
            .map_or_else(|_| row.key.clone(), |at| at.strftime("%Y-%m-%d %H:%M").to_string()),
        StatsBy::Total => StatsBy::Total.name().to_owned(),
        StatsBy::Status | StatsBy::Class => row.key.clone(),
    }
}

/// What the columns leave out: pending and cancelled deliveries, and failures by class.
fn besides(row: &StatsRow) -> Vec<String> {
    let some =
        |n: Option<u64>, what: &str| n.filter(|n| *n > 0).map(|n| format!("{} {what}", group_digits(n)));
    [some(row.pending, "pending"), some(row.cancelled, "cancelled"), failures(row)]
        .into_iter()
        .flatten()
        .collect()
}

/// The parts of the attempts and their shares of the time, the slowest first, such as `waiting for the response 84% ·
/// connect 9%`: as many as a line of 80 columns has room for. None if no time is known.
fn slowest(row: &StatsRow) -> Option<String> {
    let shares = row.phases.as_ref()?.shares();
    let ((first, share), others) = shares.split_first()?;
    let mut text = format!("{} {}", first.words(), whole_percent(*share));
    for (part, share) in others {
        let next = format!(" · {} {}", part.name(), whole_percent(*share));
        if text.width() + next.width() > SLOWEST_WIDTH {
            break;
        }
        text.push_str(&next);
    }
    Some(text)
}

/// Failures by status and class, the most frequent first; none without failures.
fn failures(row: &StatsRow) -> Option<String> {
    let words = failure_words(&row.failures, &row.failed_statuses);
    (!words.is_empty()).then(|| words.join(", "))
}

fn number(n: Option<u64>) -> String {
    n.map_or_else(|| NONE.to_owned(), group_digits)
}

#[allow(clippy::cast_precision_loss, reason = "a ratio")]
fn ratio(part: u64, all: u64) -> f64 {
    part as f64 / all as f64
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::storage::{AttemptPart, PhaseSums};

    fn row(key: &str) -> StatsRow {
        StatsRow {
            key: key.to_owned(),
            accepted: Some(1_240_500),
            delivered: Some(1_240_000),
            failed: Some(500),
            cancelled: Some(0),
            pending: Some(12_000),
            attempts: Some(1_250_000),
            success_rate: Some(0.999_96),
            p50_ms: Some(84),
            p95_ms: Some(210),
            p99_ms: Some(5_000),
            phases: Some(phases()),
            failures: BTreeMap::from([("timeout", 9_000), ("status", 31), ("dns", 0)]),
            failed_statuses: BTreeMap::from([(503, 31)]),
        }
    }

    fn phases() -> PhaseSums {
        let mut phases = PhaseSums::of(1_250_000, 40);
        let all = [2_000_u64, 90_000, 60_000, 840_000, 7_000, 1_000];
        for (part, micros) in AttemptPart::ALL.into_iter().zip(all) {
            phases.add(part, micros);
        }
        phases
    }

    #[test]
    fn the_slowest_part_of_one_profile_is_said() {
        let told = shown(StatsBy::Profile, vec![row("IN_1")]);
        let slowest = "slowest part: waiting for the response 84% · connect 9% · tls 6% · read 1%";
        assert!(told.lines().any(|line| line == slowest), "{told}");
        assert!(told.lines().map(UnicodeWidthStr::width).max() <= Some(80), "{told}");
        assert!(!shown(StatsBy::Profile, vec![StatsRow::default()]).contains("slowest"));
    }

    fn shown(by: StatsBy, rows: Vec<StatsRow>) -> String {
        let until = Timestamp::from_second(3600).unwrap();
        let titles = BTreeMap::from([("IN_1".to_owned(), "Order confirmations by SMS".to_owned())]);
        text(&Stats { since: Timestamp::UNIX_EPOCH, until, by, rows }, &titles)
    }

    #[test]
    fn a_table_of_profiles_is_readable_at_80_columns() {
        let told = shown(StatsBy::Profile, vec![row("IN_1"), row("IN_2")]);
        let widest = told.lines().map(UnicodeWidthStr::width).max();
        assert!(widest <= Some(80), "{told}");
        assert_eq!(
            told.lines().skip(3).collect::<Vec<_>>(),
            [
                "Order confirmatio…: 12 000 pending · 9 000 × timeout, 31 × status 503",
                "IN_2: 12 000 pending · 9 000 × timeout, 31 × status 503",
                "since 1970-01-01 00:00:00 UTC, until 1970-01-01 01:00:00 UTC"
            ]
        );
        assert!(told.contains("99.9 %"), "rounding hides no failure: {told}");
    }

    #[test]
    fn results_have_their_share() {
        let some = |key: &str, attempts| StatsRow {
            key: key.to_owned(),
            attempts: Some(attempts),
            failed: Some(1),
            failures: BTreeMap::from([("status", attempts)]),
            ..StatsRow::default()
        };
        let told = shown(StatsBy::Status, vec![some("500", 1), some("503", 3)]);
        assert!(told.contains("503     3         75.0 %  3 × status"), "{told}");
        let told = shown(StatsBy::Class, vec![some("status", 4)]);
        assert!(told.contains("FAILED DELIVERIES\nstatus  4         100.0 %  1"), "{told}");
    }
}
