//! What an interrupted run leaves queued, and how to continue.

use super::run_counts::RunCounts;
use super::source::Named;

/// `becomes` says what becomes of queued deliveries, `unread` is the input if there may be more of it, and `to_line` the
/// last line that was processed.
pub fn left(
    tally: &RunCounts,
    database: &str,
    becomes: &str,
    unread: Option<&Named>,
    to_line: u64,
) -> String {
    if tally.accepted == 0 && to_line == 0 {
        return "stopped: nothing was accepted".to_owned();
    }
    let mut ends = vec![tally.ends()];
    ends.retain(|part| !part.is_empty());
    let stay = match tally.pending() {
        0 => None,
        1 => Some("1 stays"),
        n => Some(&*format!("{n} stay")),
    };
    ends.extend(stay.map(|stay| format!("{stay} queued in {database}; {becomes}")));
    let unpolled = Some(tally.unpolled()).filter(|n| *n > 0);
    ends.extend(unpolled.map(|n| format!("{n} not counted, since the database cannot be read")));
    let rest = unread.map(|input| {
        let next = match input {
            Named::Stdin => "what follows".to_owned(),
            // Always quoted: the command must be correct when pasted.
            Named::File(name) => format!("tail -n +{} '{}'", to_line + 1, name.replace('\'', r"'\''")),
        };
        format!("\n{input} was accepted up to line {to_line}; continue with: {next} | ringback send --from -")
    });
    format!("stopped: {} accepted: {}{}", tally.accepted, ends.join(", "), rest.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RunId;
    use crate::storage::Counts;

    #[test]
    fn the_printed_command_can_be_pasted() {
        let mut tally = RunCounts::default();
        let name = Named::File("o'clock.ndjson".to_owned());
        let becomes = "run `ringback work` to continue";
        let reported = |tally: &RunCounts, input, line| left(tally, "/a.db", becomes, input, line);
        assert_eq!(reported(&tally, Some(&name), 0), "stopped: nothing was accepted");
        tally.took(RunId::generate(), 3);
        assert_eq!(
            reported(&tally, None, 3),
            "stopped: 3 accepted: 3 not counted, since the database cannot be read"
        );
        tally.add_poll(
            Counts { delivered: 1, ..Counts::default() },
            Counts { queued: 2, ..Counts::default() },
        );
        let stay =
            "stopped: 3 accepted: 1 delivered, 2 stay queued in /a.db; run `ringback work` to continue";
        assert_eq!(reported(&tally, None, 4), stay);
        assert_eq!(
            reported(&tally, Some(&name), 4),
            format!(
                "{stay}\no'clock.ndjson was accepted up to line 4; continue with: \
                 tail -n +5 'o'\\''clock.ndjson' | ringback send --from -"
            )
        );
        assert!(
            reported(&tally, Some(&Named::Stdin), 4).ends_with("with: what follows | ringback send --from -")
        );
    }
}
