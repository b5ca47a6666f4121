//! One attempt: a job becomes a request with the current credentials, and its response an outcome.

mod header_memo;
mod outgoing;
mod progress;
mod redactor_memo;
mod response;
mod shown_memo;
mod time_limit;
mod transport;
mod url_cache;

pub use time_limit::Timer;
pub use transport::Transport;
