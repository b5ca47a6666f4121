//! Bytes from outside as text.

use std::borrow::Cow;
use std::fmt::Write;

/// Bytes as text; those that are not UTF-8 are written as `\xNN`.
pub(super) fn bytes_escaped(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_utf_8_is_escaped() {
        assert_eq!(bytes_escaped(b"a\xff\xc3\xbc\xc3"), "a\\xffü\\xc3");
    }
}
