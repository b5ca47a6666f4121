//! Searches a text for patterns, in all encodings at once.

use std::ops::Range;

use super::decodings::{Unit, glance, is_escape, read};
use super::pattern::Pattern;

/// The maximum number of steps per byte of text, on average. A text that takes more, such as long runs of one letter
/// for a secret that is one, is hidden from there on.
const STEPS: usize = 16;
/// Additional free steps.
const FREE_STEPS: usize = 1 << 14;

/// The steps left for a text and everything decoded from it.
pub(super) struct Steps(usize);

impl Steps {
    pub(super) const fn new() -> Self {
        Self(FREE_STEPS)
    }

    /// Whether the search took too long.
    pub(super) const fn are_spent(&self) -> bool {
        self.0 == 0
    }

    const fn add_for(&mut self, text: &[u8]) {
        self.0 = self.0.saturating_add(STEPS * text.len());
    }

    const fn take(&mut self, steps: usize) {
        self.0 = self.0.saturating_sub(steps);
    }
}

/// Whether a text is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::delivery) enum Extent {
    /// Complete.
    Whole,
    /// Its end was not received or not kept. A secret may have been cut there: its rest is hidden too.
    Cut,
}

/// The bit for anything that starts with an escape.
const ESCAPE: u64 = 1 << Group::MOST;

/// Patterns, and where they cannot start.
pub(super) struct Group {
    patterns: Vec<Pattern>,
    /// For the first and the second byte of a text, which patterns can start there: one bit each.
    filter: [[u64; 256]; 2],
}

impl Group {
    /// The number of patterns that are searched together.
    pub(super) const MOST: usize = u64::BITS as usize - 1;

    pub(super) fn new(patterns: Vec<Pattern>) -> Self {
        let mut filter = [[0; 256]; 2];
        let [first, second] = &mut filter;
        for (bit, pattern) in patterns.iter().enumerate() {
            pattern.bytes_of(0, |byte| first[usize::from(byte)] |= 1 << bit);
            pattern.bytes_of(1, |byte| second[usize::from(byte)] |= 1 << bit);
        }
        for (byte, (first, second)) in (0..=u8::MAX).zip(first.iter_mut().zip(second)) {
            *second |= ESCAPE;
            if is_escape(byte) {
                *first |= ESCAPE;
                // Any element may follow it.
                *second = u64::MAX;
            }
        }
        Self { patterns, filter }
    }

    /// The bits of the patterns that may start a text; and [`ESCAPE`].
    fn may_begin(&self, first: u8, second: Option<u8>) -> u64 {
        let [firsts, seconds] = &self.filter;
        firsts[usize::from(first)] & second.map_or(u64::MAX, |second| seconds[usize::from(second)])
    }

    /// The bits of those that may start with a unit.
    fn may_begin_with(&self, unit: Unit) -> u64 {
        let first = &self.filter[0];
        match unit {
            Unit::Byte(byte) => first[usize::from(byte)] & !ESCAPE,
            Unit::Char(_) => first[0x80],
            Unit::End => 0,
        }
    }
}

/// A unit matches at most four elements, so prefixes of this many lengths are known at a time.
const SPAN: usize = 5;

/// One search.
pub(super) struct Search<'a> {
    text: &'a [u8],
    extent: Extent,
    /// Positions in the text reached by a prefix of a pattern, by its number of elements modulo [`SPAN`].
    reached: [Vec<usize>; SPAN],
    steps: &'a mut Steps,
}

impl<'a> Search<'a> {
    pub(super) fn new(text: &'a [u8], extent: Extent, steps: &'a mut Steps) -> Self {
        steps.add_for(text);
        Self { text, extent, reached: Default::default(), steps }
    }

    /// The matches of the patterns of a group, by their starts.
    pub(super) fn all(&mut self, group: &Group, found: &mut Vec<Range<usize>>) {
        for (start, first) in self.text.iter().enumerate() {
            let bits = group.may_begin(*first, self.text.get(start + 1).copied());
            if bits != 0
                && let Some(end) = self.longest_of(start, bits, group)
            {
                found.push(start..end);
                if self.steps.are_spent() {
                    break;
                }
            }
        }
    }

    /// The end of the longest match of the patterns with these bits.
    fn longest_of(&mut self, start: usize, mut bits: u64, group: &Group) -> Option<usize> {
        if bits & ESCAPE != 0 {
            bits = 0;
            match glance(self.text, start) {
                Some(bytes) => {
                    bits = bytes.iter().fold(0, |bits, byte| bits | group.may_begin_with(Unit::Byte(*byte)));
                }
                None => read(self.text, start, &mut |unit, _| {
                    self.steps.take(1);
                    bits |= group.may_begin_with(unit);
                }),
            }
        }
        let mut end = None;
        while bits != 0 {
            end = end.max(self.longest(start, &group.patterns[bits.trailing_zeros() as usize]));
            bits &= bits - 1;
        }
        if self.steps.are_spent() { Some(self.text.len()) } else { end }
    }

    /// The end of the longest match that starts at a position; the end of the text too if it is cut in the middle of
    /// one.
    fn longest(&mut self, start: usize, pattern: &Pattern) -> Option<usize> {
        let Self { text, extent, reached, steps } = self;
        steps.take(1);
        let (mut waiting, mut is_cut) = (1, false);
        reached[0].push(start);
        for taken in 0..pattern.len() {
            let mut here = std::mem::take(&mut reached[taken % SPAN]);
            while let Some(at) = here.pop() {
                waiting -= 1;
                read(text, at, &mut |unit, next| {
                    is_cut |= unit == Unit::End && taken >= pattern.least_when_cut();
                    for more in pattern.takes(taken, unit).into_iter().flatten() {
                        let places = if more == 0 { &mut here } else { &mut reached[(taken + more) % SPAN] };
                        steps.take(1 + places.len());
                        if !places.contains(&next) {
                            places.push(next);
                            waiting += 1;
                        }
                    }
                });
            }
            reached[taken % SPAN] = here;
            if steps.are_spent() {
                reached.iter_mut().for_each(Vec::clear);
                return Some(text.len());
            }
            if waiting == 0 {
                break;
            }
        }
        let end = reached[pattern.len() % SPAN].drain(..).max();
        if is_cut && *extent == Extent::Cut { Some(text.len()) } else { end }
    }
}
