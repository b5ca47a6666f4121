//! JSON values without quotes: numbers, three words, and what people write instead.

use super::error::SyntaxError;

/// Words of other languages, and the JSON equivalent of each.
const FOREIGN: [(&str, &str); 11] = [
    ("True", "true"),
    ("TRUE", "true"),
    ("False", "false"),
    ("FALSE", "false"),
    ("None", "null"),
    ("Null", "null"),
    ("NULL", "null"),
    ("nil", "null"),
    ("undefined", "null"),
    ("NaN", "null"),
    ("Infinity", "null"),
];

/// The start of a text up to the character that ends a word or number.
pub(super) fn word(text: &str) -> &str {
    let ends = |c: char| !(c.is_alphanumeric() || "+-._:@$%".contains(c));
    &text[..text.find(ends).unwrap_or(text.len())]
}

/// Why a word is not a value; none if it is one.
pub(super) fn mistake(word: &str) -> Option<SyntaxError> {
    if matches!(word, "true" | "false" | "null") || is_number(word) {
        return None;
    }
    let bare = word.trim_start_matches('-');
    let foreign = FOREIGN.into_iter().find(|(found, _)| *found == bare);
    if let Some((found, write)) = foreign {
        return Some(SyntaxError::Word { found, write });
    }
    // Rust parses numbers as people write them: with a plus, leading zeros, and no digits beside the dot.
    let is_loose_number = !word.starts_with(char::is_alphabetic) && word.parse::<f64>().is_ok();
    Some(if is_loose_number { SyntaxError::Number } else { SyntaxError::Unquoted })
}

/// Whether a text is a JSON number (RFC 8259, section 6).
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(is_digits)
}
