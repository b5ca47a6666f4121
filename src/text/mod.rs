//! Text and times for people. Text from outside is sanitized for terminals first: with escapes in printed lines, with
//! symbols on a drawn screen.
//!
//! Control characters have effects in a terminal; bidirectional controls reorder the text after them; invisible
//! characters hide something. None of them is output unchanged.

mod bytes;
mod characters;
mod display;
mod failures;
mod fit;
mod nearest;
mod number;
mod rfc3339;
mod sanitize;
pub mod time;
mod wrap;

pub use bytes::escape_bytes;
pub use characters::is_hidden;
pub use display::{displayable, displayable_grapheme};
pub use failures::failure_words;
pub use fit::{cut, fit, start, whole};
pub use nearest::{fold_name, nearest};
pub use number::{group_digits, millis, percent, push_millis, whole_percent};
pub use rfc3339::rfc3339;
pub use sanitize::{escape_controls, escape_json, escape_lines, escape_start, push_escaped};
pub use wrap::{chop, wrap};
