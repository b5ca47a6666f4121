//! The progress of a run, in one line.

use super::run_counts::RunCounts;
use crate::record::DeliveryState;

/// The width of the bar.
const BAR: usize = 20;

/// How much of the input was read.
#[derive(Debug, Clone, Copy)]
pub enum Read {
    /// This many bytes, out of a total that is unknown for a pipe.
    Part { bytes: u64, of: Option<u64> },
    /// All of it.
    Whole,
}

/// The line for this many columns; parts that do not fit are omitted, least important first.
pub fn text(tally: &RunCounts, read: Read, checking: bool, pace: Option<String>, columns: usize) -> String {
    let mut parts = Vec::new();
    match read {
        Read::Part { bytes, of } => {
            let part = of.map(|of| format!(" {} %", percent(bytes, of))).unwrap_or_default();
            parts.push(format!("{}{part}", if checking { "checking" } else { "reading" }));
            if !checking {
                parts.push(format!("{} accepted", tally.accepted));
                parts.push(format!("{} delivered", tally.of(DeliveryState::Delivered)));
            }
        }
        Read::Whole => {
            let (ended, all) = (tally.ended(), tally.accepted);
            let filled = usize::try_from(percent(ended, all)).unwrap_or(0) * BAR / 100;
            let bar = "#".repeat(filled) + &"-".repeat(BAR - filled);
            parts.push(format!("[{bar}] {} %", percent(ended, all)));
            parts.push(format!("{ended} of {all}"));
        }
    }
    let failed = tally.of(DeliveryState::Failed);
    let numbers = [
        (failed, "failed"),
        (tally.of(DeliveryState::Waiting), "waiting"),
        (tally.repeated, "repeated"),
        (tally.refused, "bad lines"),
    ];
    parts.extend(numbers.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
    parts.extend(pace);
    while parts.len() > 1 && parts.join(" · ").chars().count() > columns {
        parts.pop();
    }
    parts.join(" · ")
}

/// Rounded down, so that 100 % means all.
fn percent(part: u64, of: u64) -> u64 {
    (part.saturating_mul(100)).checked_div(of).unwrap_or(100).min(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RunId;

    #[test]
    fn the_progress_line_fits() {
        let mut tally = RunCounts::default();
        tally.refused(2);
        tally.took(RunId::generate(), 10);
        let part = |bytes, of| Read::Part { bytes, of };
        let line = |read, columns| text(&tally, read, false, Some("812/s".to_owned()), columns);
        assert_eq!(
            line(part(35, Some(100)), 80),
            "reading 35 % · 10 accepted · 0 delivered · 2 bad lines · 812/s"
        );
        assert_eq!(line(part(35, None), 40), "reading · 10 accepted · 0 delivered");
        assert_eq!(text(&tally, part(35, None), true, None, 80), "checking · 2 bad lines");
        assert_eq!(line(Read::Whole, 80), "[--------------------] 0 % · 0 of 10 · 2 bad lines · 812/s");
        assert_eq!(line(Read::Whole, 10), "[--------------------] 0 %");
    }

    #[test]
    fn a_hundred_percent_means_all() {
        assert_eq!((percent(999, 1000), percent(1000, 1000), percent(0, 0)), (99, 100, 100));
    }
}
