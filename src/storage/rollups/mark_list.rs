//! The marks of a transaction as bytes. Equal ones are counted, and numbers are written as their distance from the one
//! before: a hundred deliveries of one profile take about as many bytes as there are different durations, and a few for
//! where their time went.

use crate::storage::rollups::mark::RollupMark;
use crate::storage::rollups::varint;

/// A mark, with its lane, and how often it was there.
pub type LaneMark = (i64, RollupMark, i64);

/// The marks, in order; empties the list.
pub fn encode(marks: &mut Vec<LaneMark>) -> Vec<u8> {
    marks.sort_unstable();
    let mut bytes = Vec::with_capacity(marks.len().saturating_mul(4));
    let (mut last_lane, mut last_mark) = (0_i64, 0_i64);
    for equal in marks.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)) {
        let Some((lane, mark, _)) = equal.first() else { continue };
        let times = equal.iter().fold(0_i64, |sum, (.., times)| sum.saturating_add(*times));
        // Wrapping: a damaged file may have any number for a lane.
        varint::push_signed(&mut bytes, lane.wrapping_sub(last_lane));
        varint::push_signed(&mut bytes, mark.number().wrapping_sub(last_mark));
        varint::push(&mut bytes, u64::try_from(times).unwrap_or(0));
        (last_lane, last_mark) = (*lane, mark.number());
    }
    marks.clear();
    bytes
}

/// Hands over each mark with its lane, and how often it was there. What follows a damaged part is skipped.
pub fn each(mut bytes: &[u8], mut then: impl FnMut(i64, RollupMark, i64)) {
    let (mut lane, mut mark) = (0_i64, 0_i64);
    while let (Some(lane_step), Some(mark_step), Some(times)) =
        (varint::take_signed(&mut bytes), varint::take_signed(&mut bytes), varint::take(&mut bytes))
    {
        lane = lane.wrapping_add(lane_step);
        mark = mark.wrapping_add(mark_step);
        then(lane, RollupMark::from_number(mark), i64::try_from(times).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(i64, RollupMark, i64)> {
        let mut all = Vec::new();
        each(bytes, |lane, mark, times| all.push((lane, mark, times)));
        all
    }

    #[test]
    fn marks_are_read_as_they_were_written() {
        let mark = |minute: i64| RollupMark::accepted(minute * 60_000, None);
        let mut marks = vec![
            (7, mark(29_000_000), 1),
            (3, mark(5), 1),
            (7, mark(29_000_000), 4_000_000_000),
            (7, mark(6), 1),
            (i64::MIN, mark(1), 1),
        ];
        let bytes = encode(&mut marks);
        assert!(marks.is_empty());
        assert_eq!(
            read(&bytes),
            [(i64::MIN, mark(1), 1), (3, mark(5), 1), (7, mark(6), 1), (7, mark(29_000_000), 4_000_000_001)]
        );
        assert_eq!(read(&bytes[..bytes.len() - 1]).len(), 3, "the last one is not whole");
    }

    #[test]
    fn many_of_one_kind_take_a_few_bytes() {
        let mut marks = vec![(1, RollupMark::accepted(1_790_000_000_000, None), 1); 1000];
        assert!(encode(&mut marks).len() < 16);
    }
}
