//! The console in the terminal.
//!
//! [`update`](update::update) takes a message and gives effects, and touches nothing else;
//! [`view`](view::view) draws the state, and reads only. Effects are carried out by one loop, which
//! brings the answers back as messages. Each pane has a folder with its state, its actions and its
//! view; the windows above the panes stand in [`overlay`].

mod ahead;
mod alone;
pub mod arrived;
pub mod clock;
mod copying;
pub mod deliveries;
pub mod editor;
mod find;
mod footer;
mod frame;
mod grid;
pub mod input;
mod input_view;
mod keyboard;
mod list;
mod looping;
mod many;
mod mark;
pub mod message;
pub mod opening;
mod outside;
pub mod overlay;
mod pace;
mod pass_on;
pub mod pausing;
pub mod pointer;
pub mod possible;
pub mod preview;
pub mod profiles;
pub mod programs;
mod quiet;
mod run;
mod scroll;
mod search_line;
mod session_sender;
mod signals;
pub mod signs;
pub mod state;
pub mod target;
mod terminal;
pub mod testing;
#[cfg(test)]
mod tests;
pub mod theme;
mod timers;
pub mod update;
pub mod variables;
pub mod view;

pub use copying::Route;
pub use run::{Left, Start, run};
pub use signals::Ended;
