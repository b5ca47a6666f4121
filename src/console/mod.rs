//! The console in the terminal.
//!
//! - [`model`]: what is on the screen, as plain data.
//! - [`update`]: a message changes the model and asks for effects; touches nothing else.
//! - [`view`]: draws the model, and only reads it.
//! - `effects`: runs effects against storage and receiver, and returns the results as messages.
//! - `terminal`: keys, frames, signals, and the event loop that connects the others.
//!
//! There are no import cycles among the files of the console (`tests/module_map` checks this).

mod effects;
pub mod glyphs;
pub mod model;
mod pass_on;
mod run;
mod terminal;
#[cfg(test)]
mod tests;
pub mod theme;
pub mod update;
pub mod view;

pub use effects::copying::Route;
pub use run::{ConsoleExit, Start, run};
pub use terminal::signals::Ended;
