//! Text and times for people. Text from outside is made harmless for a terminal first: as escapes in
//! lines that are printed, as pictures on a screen that is drawn.
//!
//! Control characters drive a terminal; bidirectional controls change the order in which what follows
//! is read; characters that are not seen hide something. None of them comes through as it is.

mod bytes;
mod characters;
mod display;
mod fit;
mod number;
mod sanitize;
pub mod time;
mod wrap;

pub use bytes::escape_bytes;
pub use characters::is_hidden;
pub use display::{displayable, displayable_grapheme};
pub use fit::{cut, fit, start, whole};
pub use number::{group_digits, millis};
pub use sanitize::{escape_controls, escape_json, escape_lines, escape_start};
pub use wrap::{chop, wrap};
