//! The terminal: its input becomes messages, the state a frame; and the event loop in between.

pub mod event_loop;
pub mod grid;
pub mod keyboard;
pub mod pace;
pub mod program;
pub mod quiet;
pub mod screen;
pub mod session_sender;
pub mod signals;
pub mod timers;
