//! Blocked deliveries, for people and scripts: what blocks them, and the command that resumes them.

use jiff::Timestamp;

use crate::profile::Choice as _;
use crate::storage::{Block, BlockReason, BlockedCounts};
use crate::text::{escape_controls, group_digits};

use super::output::eprint_line;

/// How many blocks are listed; the rest are counted.
const NAMED: usize = 5;

/// Reports what is blocked and how to resume it, if anything is.
pub fn report(blocked: &BlockedCounts) {
    for line in lines(blocked) {
        eprint_line(&format!("ringback: {line}"));
    }
}

/// Such as ``12 blocked: all deliveries have been paused since …; run `ringback deliveries resume` to
/// resume``; a line for each block.
pub fn lines(blocked: &BlockedCounts) -> Vec<String> {
    if blocked.total() == 0 {
        return Vec::new();
    }
    let mut lines: Vec<String> = blocked.by.iter().take(NAMED).map(sentence).collect();
    if let Some(more) = blocked.by.len().checked_sub(NAMED).filter(|more| *more > 0) {
        lines.push(format!("and {more} more profiles"));
    }
    if let Some(first) = lines.first_mut() {
        *first = format!("{} blocked: {first}", group_digits(blocked.total()));
    }
    lines
}

/// One block in words, and the command that ends it.
pub fn sentence(block: &Block) -> String {
    let (what, command) = (what(block), command(block));
    match block.restorable_until() {
        Some(until) => {
            format!("{what}: `{command}` resumes them until {}; after that, they fail", clock(until))
        }
        None => format!("{what}; run `{command}` to resume"),
    }
}

/// One block in words, and since when.
pub fn what(block: &Block) -> String {
    let since = clock(block.since);
    let Some(id) = &block.profile_id else {
        return format!("all deliveries have been paused since {since}");
    };
    let title = escape_controls(if block.title.is_empty() { id.as_str() } else { &block.title });
    let why = block.why.name();
    let cause = match cause(block) {
        cause if cause.is_empty() => cause,
        cause => format!(" ({cause})"),
    };
    let cause = match block.next_probe {
        Some(at) => format!("{cause}, next probe at {}", clock(at)),
        None => cause,
    };
    match block.why {
        BlockReason::Deleted => format!("'{title}' was deleted at {since}"),
        _ => format!("'{title}' has been {why} since {since}{cause}"),
    }
}

/// The command that ends a block.
pub fn command(block: &Block) -> String {
    let Some(id) = &block.profile_id else { return "ringback deliveries resume".to_owned() };
    let verb = match block.why {
        BlockReason::Paused => "deliveries resume",
        BlockReason::Disabled | BlockReason::AutoDisabled => "profiles enable",
        BlockReason::Deleted => "profiles restore",
    };
    format!("ringback {verb} {id}")
}

/// Such as `2 pending deliveries`.
pub fn pending(count: u64) -> String {
    let noun = if count == 1 { "delivery" } else { "deliveries" };
    format!("{} pending {noun}", group_digits(count))
}

/// Such as `20 consecutive failures, the last, <id>: 500 Internal Server Error`.
pub fn cause(block: &Block) -> String {
    block.cause.as_ref().map_or_else(String::new, |cause| {
        let (failed, id, message) = (cause.failed, cause.delivery, escape_controls(&cause.message));
        format!("{failed} consecutive failures, the last, {id}: {message}")
    })
}

/// Date and time in UTC, to the second.
pub fn clock(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{ProfileId, Region};
    use crate::record::DeliveryId;
    use crate::storage::AutoDisableCause;

    fn block(why: BlockReason) -> Block {
        let profile_id = Some(ProfileId::new(Region::In, uuid::Uuid::nil()));
        Block {
            profile_id,
            title: "A\u{1b}".to_owned(),
            why,
            since: Timestamp::UNIX_EPOCH,
            cause: None,
            next_probe: None,
        }
    }

    #[test]
    fn each_block_names_the_command_that_ends_it() {
        let id = "IN_00000000-0000-0000-0000-000000000000";
        let since = "1970-01-01 00:00:00Z";
        assert_eq!(
            sentence(&Block { profile_id: None, ..block(BlockReason::Paused) }),
            format!(
                "all deliveries have been paused since {since}; run `ringback deliveries resume` to resume"
            )
        );
        assert_eq!(
            sentence(&block(BlockReason::Paused)),
            format!(
                "'A\\u{{1b}}' has been paused since {since}; run `ringback deliveries resume {id}` to resume"
            )
        );
        let delivery = DeliveryId::from_bytes([1; 16]);
        let cause = Some(AutoDisableCause { failed: 20, delivery, message: "404 Not Found".to_owned() });
        let reported = sentence(&Block { cause, title: String::new(), ..block(BlockReason::AutoDisabled) });
        let why = format!("20 consecutive failures, the last, {delivery}: 404 Not Found");
        assert_eq!(
            reported,
            format!(
                "'{id}' has been auto-disabled since {since} ({why}); run `ringback profiles enable {id}` to resume"
            )
        );
        let probed = Block { next_probe: Some(Timestamp::UNIX_EPOCH), ..block(BlockReason::AutoDisabled) };
        let probed = what(&probed);
        assert!(probed.ends_with(&format!("auto-disabled since {since}, next probe at {since}")), "{probed}");
        assert_eq!(
            sentence(&block(BlockReason::Deleted)),
            format!(
                "'A\\u{{1b}}' was deleted at {since}: `ringback profiles restore {id}` resumes them \
                 until 1970-01-08 00:00:00Z; after that, they fail"
            )
        );
    }

    #[test]
    fn many_blocks_are_counted() {
        let by = vec![block(BlockReason::Disabled); NAMED + 2];
        let lines = lines(&BlockedCounts { queued: 1_200, waiting: 34, by });
        assert_eq!(lines.len(), NAMED + 1);
        assert!(lines[0].starts_with("1 234 blocked: 'A"), "{lines:?}");
        assert_eq!(lines[NAMED], "and 2 more profiles");
        assert_eq!(super::lines(&BlockedCounts::default()), [""; 0]);
    }
}
