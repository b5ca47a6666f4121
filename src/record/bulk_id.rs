//! Identifies a bulk retry or resend, so that its result can be looked up while and after its deliveries are sent.

use std::fmt;

use super::random::random_number;

/// A bulk action: a random number, unique in practice; for people twelve hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BulkId(i64);

impl BulkId {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(random_number())
    }

    /// As stored.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number, as stored.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// Parses twelve hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_id = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        i64::from_str_radix(text, 16).ok().filter(|_| is_id).map(Self)
    }
}

/// Such as `00c3a91f5e20`.
impl fmt::Display for BulkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let (one, other) = (BulkId::generate(), BulkId::generate());
        assert_ne!(one, other);
        assert_eq!(BulkId::parse(&one.to_string()), Some(one));
        assert_eq!(BulkId::parse(&one.to_string().to_uppercase()), Some(one));
        assert_eq!(BulkId::parse("00c3a91f5e20").map(BulkId::number), Some(0xc3_a91f_5e20));
        for text in ["", "c3a91f5e20", "00c3a91f5e2g", "-0c3a91f5e20", "+0c3a91f5e20", "00c3a91f5e200"] {
            assert_eq!(BulkId::parse(text), None, "{text}");
        }
    }
}
