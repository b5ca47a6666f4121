//! The possible meanings of the bytes of a text: themselves, and the results of percent-encoding, backslash escapes
//! and HTML entities, each of which may be encoded in the others.

use super::entities;

/// How many encodings may be nested, such as a URL in JSON in JSON.
const DEPTH: u8 = 3;
/// The maximum number of digits of an HTML character reference.
const MOST_DIGITS: usize = 8;
/// The maximum length of an escape, without nested ones, after its first byte.
const LONGEST: usize = entities::Name::LONGEST + 1;

/// One meaning of the bytes at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A byte; one below 0x80 is its character too.
    Byte(u8),
    /// A character above U+007F, however it is encoded.
    Char(char),
    /// None: the text ends before it, or within its escape.
    End,
}

/// Why an escape cannot be parsed.
enum Stop {
    /// It is not an escape.
    NotOne,
    /// The text ends within it.
    End,
}

/// A part of an escape, and the position after it.
type Part<T> = Result<(T, usize), Stop>;

/// Whether a byte may start something with another meaning.
pub(super) const fn is_escape(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&' | b'+')
}

/// The bytes that can be the meaning of an escape at this position, or more than those; none if only [`read`] can
/// say.
pub(super) fn glance(text: &[u8], at: usize) -> Option<[u8; 2]> {
    let rest = &text[at..];
    match rest.first()? {
        b'+' => Some([b'+', b' ']),
        b'\\' => {
            let behind = rest.iter().take(1 << DEPTH).position(|byte| *byte != b'\\');
            match behind.map(|behind| rest[behind]) {
                // Only its end is visible.
                None if rest.len() < 1 << DEPTH => None,
                // This many are never less than one.
                None => Some([b'\\'; 2]),
                Some(b'u' | b'x') => None,
                Some(byte) if is_escape(byte) => None,
                Some(byte) => Some([b'\\', control(byte)]),
            }
        }
        _ => None,
    }
}

/// The meaning of a letter after a backslash.
const fn control(byte: u8) -> u8 {
    match byte {
        b't' => b'\t',
        b'n' => b'\n',
        b'r' => b'\r',
        _ => byte,
    }
}

/// Finds the meanings at a position, each with the position after it, some more than once.
pub(super) fn read(text: &[u8], at: usize, found: &mut dyn FnMut(Unit, usize)) {
    Reader { text, most: DEPTH }.read(at, &mut |unit, next, _| found(unit, next));
}

/// Receives a meaning, the position after it, and the nesting depth of encodings there.
type Found<'a> = &'a mut dyn FnMut(Unit, usize, u8);

/// Parses a text with this maximum nesting depth of encodings.
#[derive(Clone, Copy)]
struct Reader<'a> {
    text: &'a [u8],
    most: u8,
}

impl Reader<'_> {
    fn read(self, at: usize, found: Found) {
        let Some(&byte) = self.text.get(at) else { return found(Unit::End, at, 0) };
        if is_escape(byte) {
            return self.expand(Unit::Byte(byte), at + 1, 0, found);
        }
        found(Unit::Byte(byte), at + 1, 0);
        // A byte that was taken for Latin-1, and written as UTF-8.
        if let (0xC2 | 0xC3, Some(&next @ 0x80..=0xBF)) = (byte, self.text.get(at + 1)) {
            found(Unit::Char(char::from((byte & 3) << 6 | next & 0x3F)), at + 2, 0);
        }
    }

    /// Finds a meaning, and those of the escape that it may start.
    fn expand(self, unit: Unit, next: usize, depth: u8, found: Found) {
        found(unit, next, depth);
        if depth == self.most {
            return;
        }
        match unit {
            // One text may be either of two: what looks like the `u` or the `x` that distinguishes them may start a
            // digit in another encoding.
            Unit::Byte(b'%') => {
                self.escape(next, depth, false, Self::byte_in_hex, found);
                self.escape(next, depth, false, Self::percent_u, found);
            }
            Unit::Byte(b'&') => {
                self.escape(next, depth, true, Self::entity, found);
                self.escape(next, depth, true, Self::entity_in_hex, found);
            }
            Unit::Byte(b'+') => self.expand(Unit::Byte(b' '), next, depth + 1, found),
            Unit::Byte(b'\\') => {
                let within = Self { most: self.most - 1, ..self };
                within.read(next, &mut |unit, next, of_unit| {
                    self.backslash(unit, next, depth.max(of_unit), found);
                });
            }
            Unit::Byte(_) | Unit::Char(_) | Unit::End => {}
        }
    }

    /// Parses the rest of an escape, whose parts may be encoded in the other encodings. An open one has no known
    /// length.
    fn escape(
        self,
        at: usize,
        depth: u8,
        is_open: bool,
        rest: impl Fn(Self, usize) -> Part<Unit>,
        found: Found,
    ) {
        let mut last = None;
        for depth in depth..self.most {
            let part = rest(Self { most: depth, ..self }, at);
            match part {
                Ok(part) if last == Some(part) => {}
                Ok((unit, next)) => {
                    last = Some((unit, next));
                    self.expand(unit, next, depth + 1, found);
                }
                Err(Stop::NotOne) => {}
                Err(Stop::End) => found(Unit::End, self.text.len(), depth),
            }
            // Some continue, or are valid, if more is read as encoded in the others.
            let end = match last {
                Some((_, next)) if !is_open => next,
                _ => (at + LONGEST).min(self.text.len()),
            };
            if !self.text[at..end].iter().any(|byte| is_escape(*byte)) {
                break;
            }
        }
        // Its last digits may be missing.
        if last.is_some_and(|(_, next)| next == self.text.len()) {
            found(Unit::End, self.text.len(), depth);
        }
    }

    /// `\/`, `\u002f` or `\x2f`, as in JSON, JavaScript, Python and shells: with this after the backslash.
    fn backslash(self, unit: Unit, next: usize, depth: u8, found: Found) {
        let byte = match unit {
            Unit::Byte(b'u') => {
                return self.escape(next, depth, false, |text, at| text.utf_16(at, b'\\'), found);
            }
            Unit::Byte(b'x') => return self.escape(next, depth, false, Self::byte_in_hex, found),
            Unit::Byte(byte @ (b't' | b'n' | b'r')) => control(byte),
            Unit::Byte(byte) if byte.is_ascii_punctuation() => byte,
            Unit::End => return found(unit, next, depth),
            Unit::Byte(_) | Unit::Char(_) => return,
        };
        self.expand(Unit::Byte(byte), next, depth + 1, found);
    }

    /// `%u002F`, as JavaScript's `escape` writes it.
    fn percent_u(self, at: usize) -> Part<Unit> {
        self.behind(at, |byte| byte == b'u', |at| self.utf_16(at, b'%'))
    }

    /// `&#47;` or `&sol;`, with the semicolon or without.
    fn entity(self, at: usize) -> Part<Unit> {
        let code = match self.literal(at, b'#') {
            Ok(((), at)) => self.number(at, 10, MOST_DIGITS),
            Err(Stop::NotOne) => self.named(at),
            Err(Stop::End) => Err(Stop::End),
        };
        self.end_of_entity(code?)
    }

    /// `&#x2f;`, with the semicolon or without.
    fn entity_in_hex(self, at: usize) -> Part<Unit> {
        let ((), at) = self.literal(at, b'#')?;
        let number = |at| self.end_of_entity(self.number(at, 16, MOST_DIGITS)?);
        self.behind(at, |byte| matches!(byte, b'x' | b'X'), number)
    }

    fn end_of_entity(self, (code, at): (u32, usize)) -> Part<Unit> {
        let at = self.literal(at, b';').map_or(at, |((), at)| at);
        character(code, at)
    }

    /// The longest name: the text after it may look like more letters.
    fn named(self, mut at: usize) -> Part<u32> {
        let (mut name, mut best) = (entities::Name::default(), Err(Stop::NotOne));
        loop {
            match self.ascii(at, |byte| byte.is_ascii_alphanumeric().then_some(byte)) {
                Ok((byte, next)) if name.push(byte) => {
                    at = next;
                    best = name.character().map_or(best, |c| Ok((c.into(), at)));
                }
                Err(Stop::End) if best.is_err() => return Err(Stop::End),
                Ok(_) | Err(_) => return best,
            }
        }
    }

    /// A UTF-16 unit in four digits; or two, if the second starts like the first.
    fn utf_16(self, at: usize, introduced_by: u8) -> Part<Unit> {
        let (high, at) = self.exactly(at, 4)?;
        if !(0xD800..0xDC00).contains(&high) {
            return character(high, at);
        }
        let mut low = Err(Stop::NotOne);
        self.read(at, &mut |unit, next, _| match unit {
            Unit::Byte(byte) if low.is_err() && byte == introduced_by => {
                low = self.literal(next, b'u').and_then(|((), at)| self.exactly(at, 4));
            }
            Unit::End if low.is_err() => low = Err(Stop::End),
            Unit::Byte(_) | Unit::Char(_) | Unit::End => {}
        });
        let (low, at) = low?;
        if !(0xDC00..0xE000).contains(&low) {
            return Err(Stop::NotOne);
        }
        character(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), at)
    }

    fn byte_in_hex(self, at: usize) -> Part<Unit> {
        let (value, at) = self.exactly(at, 2)?;
        u8::try_from(value).map(|byte| (Unit::Byte(byte), at)).map_err(|_| Stop::NotOne)
    }

    /// Exactly this many hexadecimal digits.
    fn exactly(self, mut at: usize, digits: usize) -> Part<u32> {
        let mut value = 0;
        for _ in 0..digits {
            let (digit, next) = self.ascii(at, |byte| char::from(byte).to_digit(16))?;
            (value, at) = (value << 4 | digit, next);
        }
        Ok((value, at))
    }

    /// At least one digit, and at most `most`.
    fn number(self, at: usize, radix: u32, most: usize) -> Part<u32> {
        let digit = |at| self.ascii(at, |byte| char::from(byte).to_digit(radix));
        let (mut value, mut at) = digit(at)?;
        for _ in 1..most {
            let Ok((digit, next)) = digit(at) else { break };
            (value, at) = (value * radix + digit, next);
        }
        Ok((value, at))
    }

    fn literal(self, at: usize, wanted: u8) -> Part<()> {
        self.ascii(at, |byte| (byte == wanted).then_some(()))
    }

    /// The result of `rest` for the text after an expected byte: with the longest encoding of it with which the rest
    /// is an escape.
    fn behind(
        self,
        at: usize,
        wanted: impl Fn(u8) -> bool,
        rest: impl Fn(usize) -> Part<Unit>,
    ) -> Part<Unit> {
        let (mut best, mut reached) = (Err(Stop::NotOne), at);
        self.read(at, &mut |unit, next, _| match unit {
            Unit::Byte(byte) if wanted(byte) && next > reached => match rest(next) {
                Ok(part) => (best, reached) = (Ok(part), next),
                Err(Stop::End) if best.is_err() => best = Err(Stop::End),
                Err(Stop::NotOne | Stop::End) => {}
            },
            Unit::End if best.is_err() => best = Err(Stop::End),
            Unit::Byte(_) | Unit::Char(_) | Unit::End => {}
        });
        best
    }

    /// The longest encoding of an expected byte at this position.
    fn ascii<T>(self, at: usize, wanted: impl Fn(u8) -> Option<T>) -> Part<T> {
        let (mut best, mut reached) = (Err(Stop::NotOne), at);
        self.read(at, &mut |unit, next, _| match unit {
            Unit::Byte(byte) if next > reached => {
                if let Some(value) = wanted(byte) {
                    (best, reached) = (Ok((value, next)), next);
                }
            }
            Unit::End if best.is_err() => best = Err(Stop::End),
            Unit::Byte(_) | Unit::Char(_) | Unit::End => {}
        });
        best
    }
}

fn character(code: u32, at: usize) -> Part<Unit> {
    match (u8::try_from(code), char::from_u32(code)) {
        (Ok(byte @ ..0x80), _) => Ok((Unit::Byte(byte), at)),
        (_, Some(c)) => Ok((Unit::Char(c), at)),
        (_, None) => Err(Stop::NotOne),
    }
}
