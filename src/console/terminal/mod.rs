//! The terminal: its input becomes messages, the state a frame; and the event loop in between.

pub mod diff_backend;
pub mod event_loop;
pub mod frame_limiter;
pub mod grid;
pub mod keyboard;
pub mod program;
pub mod screen;
pub mod session_sender;
pub mod signals;
pub mod timers;
