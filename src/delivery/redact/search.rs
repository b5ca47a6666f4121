//! The search for patterns in a text, all spellings at once.

use std::ops::Range;

use super::pattern::Pattern;
use super::spelling::{Unit, glance, is_escape, read};

/// The most steps for a byte of text, on average. A text that takes more, such as long runs of
/// one letter against a secret that is one, is hidden from there on.
const STEPS: usize = 16;
/// So many more are free.
const FREE_STEPS: usize = 1 << 14;

/// The steps that are left for a text and for all that is decoded from it.
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

/// Whether a text is all that there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::delivery) enum Extent {
    /// It is.
    Whole,
    /// Its end was not received or not kept. A secret may have been cut there: what is left of it is
    /// hidden too.
    Cut,
}

/// The bit of what begins with an escape.
const ESCAPE: u64 = 1 << Group::MOST;

/// Patterns, and where they cannot begin.
pub(super) struct Group {
    patterns: Vec<Pattern>,
    /// For the first and the second byte of a text, which patterns can begin it: each has a bit.
    filter: [[u64; 256]; 2],
}

impl Group {
    /// As many patterns as are looked for together.
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
                // Any element may be behind it.
                *second = u64::MAX;
            }
        }
        Self { patterns, filter }
    }

    /// The bits of the patterns that may begin a text; and [`ESCAPE`].
    fn may_begin(&self, first: u8, second: Option<u8>) -> u64 {
        let [firsts, seconds] = &self.filter;
        firsts[usize::from(first)] & second.map_or(u64::MAX, |second| seconds[usize::from(second)])
    }

    /// The bits of those that may begin with a unit.
    fn may_begin_with(&self, unit: Unit) -> u64 {
        let first = &self.filter[0];
        match unit {
            Unit::Byte(byte) => first[usize::from(byte)] & !ESCAPE,
            Unit::Char(_) => first[0x80],
            Unit::End => 0,
        }
    }
}

/// A unit takes four elements at most, so beginnings of no more lengths are known at a time.
const SPAN: usize = 5;

/// One search.
pub(super) struct Search<'a> {
    text: &'a [u8],
    extent: Extent,
    /// Places in the text that a beginning of a pattern reaches, by the number of its elements modulo
    /// [`SPAN`].
    reached: [Vec<usize>; SPAN],
    steps: &'a mut Steps,
}

impl<'a> Search<'a> {
    pub(super) fn new(text: &'a [u8], extent: Extent, steps: &'a mut Steps) -> Self {
        steps.add_for(text);
        Self { text, extent, reached: Default::default(), steps }
    }

    /// Where patterns of a group stand, in the order of their starts.
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

    /// Where the longest match ends of the patterns with these bits.
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

    /// Where the longest match ends that begins at a place; the end of the text too where it is cut in
    /// the middle of one.
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
                    is_cut |= unit == Unit::End && taken >= pattern.telling();
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
