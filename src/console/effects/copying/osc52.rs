//! OSC 52: asks the terminal to copy a text to the clipboard of the machine that it runs on.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Terminals silently drop longer sequences; in bytes of base64.
const MAX_SEQUENCE_BYTES: usize = 74_000;

/// Whether a terminal accepts a text of this many bytes.
#[must_use]
pub fn takes(bytes: usize) -> bool {
    bytes.div_ceil(3) * 4 <= MAX_SEQUENCE_BYTES
}

/// The escape sequence that asks the terminal.
///
/// # Errors
/// The text is longer than terminals accept.
pub fn sequence(text: &str) -> Result<Vec<u8>, String> {
    if !takes(text.len()) {
        return Err(format!("{} bytes are more than a terminal accepts", text.len()));
    }
    Ok(format!("\x1b]52;c;{}\x07", STANDARD.encode(text)).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_osc_52() {
        assert_eq!(sequence("id=<id>"), Ok(b"\x1b]52;c;aWQ9PGlkPg==\x07".to_vec()));
    }

    #[test]
    fn the_limit_applies_to_the_encoded_text() {
        let most = MAX_SEQUENCE_BYTES / 4 * 3;
        assert_eq!(sequence(&"x".repeat(most)).unwrap().len(), MAX_SEQUENCE_BYTES + "\x1b]52;c;\x07".len());
        let error = sequence(&"x".repeat(most + 1)).unwrap_err();
        assert_eq!(error, "55501 bytes are more than a terminal accepts");
    }
}
