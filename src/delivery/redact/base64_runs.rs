//! Runs of base64 in a text, however their characters are encoded, and what they decode to.

use std::ops::Range;

use super::decodings::{Unit, glance, is_escape, read};
use super::pattern::{SHORTEST, sextet};

/// Fewer characters contain no encoded secret: it has one byte more than the secret.
const FEWEST: usize = ((SHORTEST + 1) * 8).div_ceil(6);

/// Characters of base64, of any alphabet, with nothing but line breaks between them.
#[derive(Default)]
pub(super) struct Run {
    /// For each character its 6 bits, and its position in the text.
    characters: Vec<(u8, Range<usize>)>,
}

impl Run {
    /// This many characters make whole bytes, so decoding starts at each of the first ones: text before the encoded
    /// part may look like base64, too.
    pub(super) const PHASES: usize = 4;

    /// Decodes from the character `phase` on.
    pub(super) fn decode(&self, phase: usize) -> Vec<u8> {
        let characters = self.characters.get(phase..).unwrap_or_default();
        let mut bytes = Vec::with_capacity(characters.len() * 6 / 8);
        let (mut bits, mut count) = (0_u16, 0);
        for (sextet, _) in characters {
            bits = bits << 6 | u16::from(*sextet);
            count += 6;
            if count >= 8 {
                count -= 8;
                let [_, byte] = (bits >> count).to_be_bytes();
                bytes.push(byte);
            }
        }
        bytes
    }

    /// The position of the characters that decode to these bytes, at least one.
    pub(super) fn place(&self, phase: usize, decoded: &Range<usize>) -> Range<usize> {
        let first = phase + decoded.start * 8 / 6;
        let last = phase + (decoded.end * 8).div_ceil(6) - 1;
        self.characters[first].1.start..self.characters[last].1.end
    }

    /// The position of the run, if it has a character.
    pub(super) fn range(&self) -> Option<Range<usize>> {
        Some(self.characters.first()?.1.start..self.characters.last()?.1.end)
    }
}

/// Calls `found` for each run that is long enough to contain an encoded secret, with whether it reaches the end of
/// the text; until `found` returns false.
pub(super) fn each_run(text: &[u8], mut found: impl FnMut(&Run, bool) -> bool) {
    let (mut run, mut at) = (Run::default(), 0);
    while at <= text.len() {
        match next(text, at) {
            Next::Character(sextet, end) => {
                run.characters.push((sextet, at..end));
                at = end;
            }
            Next::LineBreak(end) => at = end,
            stop @ (Next::Other | Next::End) => {
                let is_long = run.characters.len() >= FEWEST;
                if is_long && !found(&run, matches!(stop, Next::End)) {
                    return;
                }
                run.characters.clear();
                at += 1;
            }
        }
    }
}

/// What starts at a position in a text.
enum Next {
    /// Six bits, and the position after their character.
    Character(u8, usize),
    LineBreak(usize),
    Other,
    /// The text ends here, or within the escape that starts here.
    End,
}

fn next(text: &[u8], at: usize) -> Next {
    let of_byte = |byte: u8, end: usize| match (byte, sextet(byte)) {
        (b'\r' | b'\n', _) => Next::LineBreak(end),
        (_, Some(sextet)) => Next::Character(sextet, end),
        (_, None) => Next::Other,
    };
    let Some(&byte) = text.get(at) else { return Next::End };
    // `+` and the space that it may mean are one character of base64.
    if byte == b'+' || !is_escape(byte) {
        return of_byte(byte, at + 1);
    }
    let is_of_use = |byte: &u8| !matches!(of_byte(*byte, at), Next::Other);
    if glance(text, at).is_some_and(|bytes| !bytes.iter().any(is_of_use)) {
        return Next::Other;
    }
    // No base64 character starts an escape except `+`, so the longest interpretation is the innermost.
    let (mut best, mut reached) = (Next::Other, at);
    read(text, at, &mut |unit, end| match unit {
        Unit::Byte(byte) if is_of_use(&byte) && end > reached => (best, reached) = (of_byte(byte, end), end),
        Unit::End if matches!(best, Next::Other) => best = Next::End,
        Unit::Byte(_) | Unit::Char(_) | Unit::End => {}
    });
    best
}
