//! The patterns to search for: a secret itself, or its base64 form.

use super::decodings::Unit;

/// Shorter texts occur in any response accidentally.
pub(in crate::delivery) const SHORTEST: usize = 4;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A sequence of elements.
pub(super) enum Pattern {
    /// The secret.
    Plain(Box<[u8]>),
    /// The secret in base64 of any alphabet: for each character, which of the 64 it may be. The first and the last
    /// also contain bits of neighbouring bytes.
    Base64(Box<[u64]>),
}

impl Pattern {
    /// All patterns of a secret. It has three base64 forms, depending on what precedes it; those of a short one would
    /// match accidentally.
    pub(super) fn of(secret: &[u8]) -> impl Iterator<Item = Self> {
        let before = if secret.len() >= SHORTEST { 0..3 } else { 0..0 };
        std::iter::once(Self::Plain(secret.into())).chain(before.map(|before| in_base64(secret, before)))
    }

    /// The number of elements.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Plain(secret) => secret.len(),
            Self::Base64(sets) => sets.len(),
        }
    }

    /// How many of the first elements are enough to hide the rest of a secret that was cut.
    pub(super) fn least_when_cut(&self) -> usize {
        match self {
            Self::Plain(_) => SHORTEST,
            Self::Base64(_) => (SHORTEST * 8).div_ceil(6),
        }
    }

    /// How many elements from `at` on a unit can match: one or two alternatives.
    pub(super) fn takes(&self, at: usize, unit: Unit) -> [Option<usize>; 2] {
        match self {
            Self::Plain(secret) => taken(&secret[at..], unit),
            Self::Base64(sets) => [in_set(sets, at, unit), None],
        }
    }

    /// The bytes of a text with which the element can start. Without escapes, and more where that is not simple.
    pub(super) fn bytes_of(&self, at: usize, mut found: impl FnMut(u8)) {
        match self {
            Self::Plain(secret) if at < secret.len() && secret[..=at].is_ascii() => {
                found(secret[at]);
                if secret[at] == b'+' {
                    found(b' ');
                }
            }
            Self::Plain(_) if at == 0 => (0x80..=u8::MAX).for_each(found),
            Self::Base64(sets) if at < sets.len() => {
                let mut left = sets[at];
                while left != 0 {
                    let value = left.trailing_zeros();
                    left &= left - 1;
                    found(ALPHABET[value as usize]);
                    if value >= 62 {
                        let others: &[u8] = if value == 62 { b"- " } else { b"_" };
                        others.iter().copied().for_each(&mut found);
                    }
                }
                if at > 0 {
                    [b'\r', b'\n'].into_iter().for_each(found);
                }
            }
            Self::Plain(_) | Self::Base64(_) => (0..=u8::MAX).for_each(found),
        }
    }
}

fn taken(secret: &[u8], unit: Unit) -> [Option<usize>; 2] {
    let begins_with = |c: char| {
        let mut utf_8 = [0; 4];
        let utf_8 = c.encode_utf8(&mut utf_8).as_bytes();
        secret.starts_with(utf_8).then_some(utf_8.len())
    };
    let is_next = |byte| secret.first() == Some(&byte);
    match unit {
        // Form decoders turn `+` into a space.
        Unit::Byte(b' ') => [(is_next(b' ') || is_next(b'+')).then_some(1), None],
        Unit::Byte(byte @ ..0x80) => [is_next(byte).then_some(1), None],
        // A byte of UTF-8, or a character in Latin-1.
        Unit::Byte(byte) => [is_next(byte).then_some(1), begins_with(char::from(byte))],
        // The same, each mistaken for the other.
        Unit::Char(c) => [begins_with(c), u8::try_from(c).ok().filter(|byte| is_next(*byte)).map(|_| 1)],
        Unit::End => [None, None],
    }
}

fn in_set(sets: &[u64], at: usize, unit: Unit) -> Option<usize> {
    match unit {
        // Long lines are wrapped.
        Unit::Byte(b'\r' | b'\n') if at > 0 => Some(0),
        Unit::Byte(byte) => sextet(byte).filter(|value| sets[at] >> value & 1 == 1).map(|_| 1),
        Unit::Char(_) | Unit::End => None,
    }
}

/// The 6 bits of a base64 character, in any alphabet.
pub(super) const fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' | b' ' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// The secret after this many other bytes.
fn in_base64(secret: &[u8], before: usize) -> Pattern {
    let bits = before * 8..(before + secret.len()) * 8;
    let characters = bits.start / 6..bits.end.div_ceil(6);
    let byte = |at: usize| at.checked_sub(before).and_then(|at| secret.get(at)).copied().unwrap_or(0);
    let sets = characters.map(|character| {
        let at = character * 6;
        let pair = u16::from_be_bytes([byte(at / 8), byte(at / 8 + 1)]);
        let value = pair >> (10 - at % 8) & 0x3F;
        let known = (at..at + 6).fold(0_u16, |known, at| known << 1 | u16::from(bits.contains(&at)));
        match known {
            0x3F => 1 << value,
            _ => (0..64).filter(|other| other & known == value).fold(0, |set, other| set | 1 << other),
        }
    });
    Pattern::Base64(sets.collect())
}
