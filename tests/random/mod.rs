//! Profiles and values made at random, and what must come of them, worked out apart from the
//! program: from the pieces of which the texts were made, never from the texts.

pub mod body;
pub mod case;
pub mod check;
pub mod decode;
pub mod model;
pub mod piece;
pub mod tally;
pub mod value;
