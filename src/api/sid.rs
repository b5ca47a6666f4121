//! Account ids in paths.

/// The longest account id in bytes (our decision).
const MAX_SID_BYTES: usize = 64;

/// The account id of a path, `{sid}`: any text of 1 to 64 letters, digits, `-`, `_` and `.`. It separates the
/// idempotency keys of accounts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sid(String);

impl Sid {
    /// Parses one.
    ///
    /// # Errors
    /// A sentence about the accepted form.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_fine = |c: u8| c.is_ascii_alphanumeric() || b"-_.".contains(&c);
        if (1..=MAX_SID_BYTES).contains(&text.len()) && text.bytes().all(is_fine) {
            return Ok(Self(text.to_owned()));
        }
        Err(format!(
            "the account id in the path must be 1 to {MAX_SID_BYTES} letters, digits, '-', '_' or '.': /v1/SID/callback/…"
        ))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_plain_text_is_an_account_id() {
        for text in ["A", "HXIN1751096165IN", "a-b_c.9", &"x".repeat(MAX_SID_BYTES)] {
            assert_eq!(Sid::parse(text).map(|sid| sid.as_str().to_owned()), Ok(text.to_owned()));
        }
        for text in ["", "a b", "a/b", "ä", "%41", &"x".repeat(MAX_SID_BYTES + 1)] {
            assert!(Sid::parse(text).unwrap_err().contains("1 to 64"), "{text}");
        }
    }
}
