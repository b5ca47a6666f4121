//! The console in the terminal.
//!
//! - [`model`]: what is on the screen, as plain data.
//! - [`update`]: a message changes the model and asks for effects; touches nothing else.
//! - [`view`]: draws the model, and only reads it.
//! - `effects`: carries effects out against storage and receiver; results come back as messages.
//! - `terminal`: keys, frames, signals, and the loop that joins the others.
//!
//! No file of the console uses another that uses it (`tests/module_map`).

mod effects;
pub mod model;
mod pass_on;
mod run;
pub mod signs;
mod terminal;
#[cfg(test)]
mod tests;
pub mod theme;
pub mod update;
pub mod view;

pub use effects::copying::Route;
pub use run::{Left, Start, run};
pub use terminal::signals::Ended;
