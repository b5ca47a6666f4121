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
//! | [`profile`] | what a callback profile is; pure | `json`, `text` |
//! | [`callback`] | a profile and values become one request, to the byte; pure | `profile`, `json`, `text` |
//! | [`snippet`] | a receiver for one profile, as a program in several languages; pure | `callback`, `profile` |
//! | [`clock`] | the wall clock, read without ever failing | nothing here |
//! | [`threads`] | threads and runtimes, which the system may refuse | `files` |
//! | [`shell`] | commands that the settings name, run by `/bin/sh` within a time limit | `text` |
//! | [`files`] | files read whole, within a limit | nothing here |
//! | [`json`] | JSON that people give, read without loss, with errors that say where and how to fix it; pure | `text` |
//! | [`yaml`] | YAML that people give, read into JSON values, with the same kind of errors; JSON values written as YAML; pure | `json`, `text` |
//! | [`record`] | deliveries and their attempts as they are recorded | `callback`, `profile`, `clock` |
//! | [`storage`] | what every store must do, as traits, and the stores that do it: `sqlite`, `postgres`, and `memory` for tests | `record`, `callback`, `profile`, `files`, `clock`, `threads` |
//! | [`delivery`] | the sender, over a store | `storage`, `record`, `callback`, `profile`, `files`, `text`, `clock`, `threads` |
//! | [`intake`] | an event on its way to be accepted, for commands and the API | `storage`, `record`, `callback`, `profile`, `json`, `text` |
//! | [`documents`] | the JSON documents and filters that commands and the HTTP API share; pure | `storage`, `record`, `callback`, `profile`, `text`, `clock` |
//! | [`text`] | text and times for people, harmless for a terminal; pure | nothing here |
//! | [`listening`] | the listening socket of a server, and its connections | `clock` |
//! | [`receiver`] | the built-in endpoint to test against | `listening`, `callback`, `profile`, `json`, `files`, `text`, `clock` |
//! | [`settings`] | the settings file | `profile`, `text`, `files` |
//! | [`management`] | what people and programs do to profiles and deliveries, the same from a command and over the HTTP API; kept requests are replayed | `storage`, `record`, `callback`, `profile`, `delivery`, `receiver`, `settings`, `text`, `clock` |
//! | [`alerting`] | alerts of profiles that turned failing or recovered, given to a command and to a profile | `storage`, `record`, `callback`, `profile`, `documents`, `intake`, `delivery`, `settings`, `shell`, `text`, `clock` |
//! | [`remote`] | an account of the platform's API: what differs from the profiles here, pull and push | `management`, `delivery`, `storage`, `record`, `profile`, `json`, `settings`, `shell`, `text`, `files`, `clock` |
//! | [`api`] | the HTTP API | `listening`, `management`, `documents`, `intake`, `storage`, `delivery`, `record`, `callback`, `profile`, `json`, `settings`, `text`, `files`, `clock`, `threads` |
//! | [`keymap`] | actions, and the keys that do them | `settings`, `text` |
//! | [`console`] | the terminal | all of these |
//! | [`cli`] | the commands, and the start of the console | all of these |
//!
//! # Where is …?
//!
//! - **… a profile checked?** `check` in `src/profile/check.rs`: typed text (`Draft`) becomes a `Profile`, or all of its
//!   errors.
//! - **… a request made?** `src/callback/render.rs`; values are escaped in `src/callback/escape.rs`, credentials
//!   added at each attempt in `src/callback/credentials.rs`.
//! - **… an event accepted?** From the shell, `src/intake/event_line.rs` reads it and `src/intake/prepared.rs` makes a
//!   `NewDelivery`; over HTTP, `src/api/events/handler.rs` does so with the same two. The store keeps it:
//!   `Producer::enqueue` and `Producer::accept` (`src/storage/producer.rs`), on disk in
//!   `src/storage/sqlite/queue/enqueue.rs` and `src/storage/postgres/producer/mod.rs`.
//! - **… a repeated event recognized?** `Producer::accept` (`src/storage/producer.rs`) keeps a receipt in the same
//!   commit: `src/storage/receipts/mod.rs`.
//! - **… the next delivery to send selected?** The store picks what is due (`src/storage/sqlite/queue/scheduler.rs`,
//!   `src/storage/postgres/queue/claim.rs`), profiles in turn (`src/storage/queue/turns.rs`). The dispatcher shares its
//!   slots among endpoints and profiles (`src/delivery/dispatcher/endpoints/mod.rs`); how many of them are its own when
//!   there are several senders says `share` in `src/storage/queue/fleet.rs`.
//! - **… an attempt made?** `src/delivery/attempt/transport.rs`, over the HTTP clients of `src/delivery/http/clients.rs`.
//! - **… decided whether to retry?** `next` in `src/record/retry_decision.rs`, when an attempt has ended
//!   (`src/delivery/dispatcher/worker_pool/desk.rs`). The time is stored with the attempt.
//! - **… an attempt recorded?** `src/delivery/dispatcher/records.rs` hands outcomes to `Queue::record`
//!   (`src/storage/queue/mod.rs`). The embedded store writes rows with `insert_attempt` in
//!   `src/storage/sqlite/queue/record.rs`, PostgreSQL with `record_outcomes` in `src/storage/postgres/queue/record.rs`.
//! - **… decided that a profile is failing?** `src/storage/health/course.rs`, in the transaction that records the outcome.
//!   Alerts are given by `src/alerting/task.rs`.
//! - **… counted what happens?** Each commit keeps `RollupMark`s (`src/storage/rollups/mod.rs`), which are folded into
//!   numbers by profile, minute and hour (`src/storage/sqlite/rollups/fold.rs`,
//!   `src/storage/postgres/rollups/fold.rs`); `stats` in `src/storage/rollups/stats.rs` reads them.
//! - **… streamed what happens?** Each commit adds to the feed (`src/storage/feed/mod.rs`), and the API streams it:
//!   `src/api/stream/follow.rs`.
//! - **… specified what a store must do?** `src/storage/mod.rs`: small traits by subject, and `Queue` for the
//!   sender. The conformance tests are in `src/storage/conformance/mod.rs` and in
//!   `src/storage/conformance/queue/mod.rs`.
//! - **… an address refused?** `src/delivery/http/egress_filter.rs`, by the rules of `src/profile/network/mod.rs`.
//! - **… an API key checked?** `authenticate` in `src/api/auth/mod.rs`, for every route by `admit` in
//!   `src/api/routes.rs`.
//! - **… an account of the platform compared with the profiles here?** `src/remote/comparison.rs` says which side of a
//!   member has changed, for `src/remote/pull.rs` and `src/remote/push.rs`; `src/remote/listing.rs` reads the pages.
//! - **… a receiver printed?** `src/snippet/wanted.rs` says what a profile needs, and so which lines of a language's
//!   text (`src/snippet/python.txt`) are taken.
//! - **… a JSON document made?** `src/documents/mod.rs`, for commands and the API; `full_delivery` in
//!   `src/documents/delivery.rs` is that of `deliveries show --json`.
//! - **… a key handled?** Bytes become a `Key` in `src/console/terminal/keyboard/decoder.rs`, and
//!   `src/console/terminal/event_loop.rs` passes it on to `update` (`src/console/update/mod.rs`).
//!   `src/console/update/key.rs` turns it into text or an action, depending on the focus
//!   (`src/console/model/target.rs`), and `src/console/update/action.rs` runs the action. Which key does what:
//!   `src/keymap/table.rs`. Then the event loop draws the screen again.
//! - **… the screen drawn?** `view` in `src/console/view/mod.rs`; cells that changed reach the terminal in
//!   `src/console/terminal/screen.rs`.
//! - **… a store or the clock used by the console?** `src/console/effects/mod.rs`: `update` only requests effects.
//!
//! How to add a field, a command, a key, a pane or a store: `docs/development.md`.

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

pub mod alerting;
pub mod api;
pub mod callback;
pub mod cli;
pub mod clock;
pub mod console;
pub mod delivery;
pub mod documents;
pub mod files;
pub mod intake;
pub mod json;
pub mod keymap;
pub mod listening;
pub mod management;
pub mod profile;
pub mod receiver;
pub mod record;
pub mod remote;
pub mod settings;
pub mod shell;
pub mod snippet;
pub mod storage;
pub mod text;
pub mod threads;
pub mod yaml;
