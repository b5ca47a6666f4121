//! Everything on the screen, as plain data. No drawing, no effects: nothing here uses [`update`](super::update) or
//! [`view`](super::view).

pub mod apis;
pub mod arrived;
pub mod awaited;
pub mod bulk_results;
pub mod clock;
pub mod deliveries;
pub mod disabled_reason;
pub mod editor;
pub mod effect;
pub mod find;
pub mod guide;
pub mod health;
pub mod input;
pub mod layout;
pub mod list;
pub mod message;
pub mod mouse;
pub mod notice;
pub mod offer;
pub mod pane;
pub mod pausing;
pub mod preview_input;
pub mod profiles;
pub mod program;
pub mod receiver;
pub mod recent;
pub mod refresh;
pub mod scroll;
pub mod settings;
pub mod state;
pub mod target;
pub mod variable_rows;
pub mod variables;
pub mod verifying;
pub mod window;
