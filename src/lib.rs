//! Ringback: a terminal console and durable sender for callback profiles.
//!
//! Modules follow the life of a callback:
//!
//! ```text
//! profile ──► callback ──► delivery ──► outcome
//! (what)      (one exact     (attempts,    (live, stored,
//!              request)       retries)      resent on demand)
//! ```
//!
//! | module | what it is for | what it may use |
//! |---|---|---|
//! | [`profile`] | what a callback profile is; pure | `json` |
//! | [`callback`] | a profile and values become one request, to the byte; pure | `profile`, `json`, `text` |
//! | [`clock`] | the wall clock, read without ever failing | nothing here |
//! | [`threads`] | threads and runtimes, which the system may refuse | `files` |
//! | [`files`] | files read whole, within a limit | nothing here |
//! | [`json`] | JSON that people give, read without loss, with errors that say where and how to fix it; pure | `text` |
//! | [`record`] | deliveries and their attempts as they are recorded | `callback`, `profile`, `clock` |
//! | [`storage`] | what every store must do, as traits, and SQLite, which does it | `record`, `callback`, `profile`, `files`, `clock`, `threads` |
//! | [`delivery`] | the sender, over a store | `storage`, `record`, `callback`, `profile`, `files`, `text`, `clock`, `threads` |
//! | [`text`] | text and times for people, harmless for a terminal; pure | nothing here |
//! | [`receiver`] | the built-in endpoint to test against | `callback`, `profile`, `json`, `text`, `clock` |
//! | [`settings`] | the settings file | `profile`, `files` |
//! | [`keymap`] | actions, and the keys that do them | `settings` |
//! | [`console`] | the terminal | all of these |
//! | [`cli`] | the commands, and the start of the console | all of these |

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    warn(
        clippy::arithmetic_side_effects,
        clippy::disallowed_methods,
        clippy::print_stdout,
        clippy::print_stderr
    )
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod callback;
pub mod cli;
pub mod clock;
pub mod console;
pub mod delivery;
pub mod files;
pub mod json;
pub mod keymap;
pub mod profile;
pub mod receiver;
pub mod record;
pub mod settings;
pub mod storage;
pub mod text;
pub mod threads;
