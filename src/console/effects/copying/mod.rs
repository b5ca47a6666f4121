//! Copying: through tmux inside tmux, through the terminal itself over SSH, otherwise to this machine's desktop; if
//! none of them accepts the text, to a file.
//!
//! Each route reports what it did, so that people know where the text is.

mod desktop;
mod file;
mod osc52;
mod program;
mod route;
mod tmux;

pub use file::to_file;

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use crate::threads;

use crate::console::model::effect::Ticket;
use crate::console::model::message::Message;
use crate::console::terminal::screen;
pub use route::Route;

/// The timeout of a route. A display behind a lost connection never responds.
const PATIENCE: Duration = Duration::from_secs(3);

/// The report of a copy by a terminal.
const THROUGH_TERMINAL: &str = "through the terminal (OSC 52)";

/// The reports of all routes.
#[cfg(test)]
pub const REPORTS: [&str; 4] = [THROUGH_TERMINAL, tmux::THROUGH, tmux::TOO_LONG, tmux::NOT_PASSED_ON];

/// Copies a text; the result is a [`report`].
pub fn copy(ticket: Ticket, text: String, what: String, tx: UnboundedSender<Message>) {
    tokio::spawn(async move {
        let route = copied(&text).await;
        let _ = tx.send(Message::Result(ticket, vec![report(text, what, route)]));
    });
}

/// Reports that a text was copied by this route, or why it could not be copied.
#[must_use]
pub fn report(text: String, what: String, route: Result<String, String>) -> Message {
    match route {
        Ok(route) => Message::Done(format!("Copied {what} {route}")),
        Err(why) => Message::CopyFailed(text, what, why),
    }
}

/// The report of the route that worked, or why none did.
async fn copied(text: &str) -> Result<String, String> {
    match Route::here() {
        Route::Tmux => timed("tmux", tmux::load(text)).await,
        Route::Terminal => ask_terminal(text).await.map(str::to_owned),
        Route::Desktop => match timed("the desktop", desktop::set(text.to_owned())).await {
            Ok(route) => Ok(route),
            Err(why) => match ask_terminal(text).await {
                Ok(route) => Ok(format!("{route}, as {why}")),
                Err(too) => Err(format!("{why}; {too}")),
            },
        },
        Route::None => Err("this terminal has no clipboard, and there is no desktop here".to_owned()),
    }
}

async fn ask_terminal(text: &str) -> Result<&'static str, String> {
    let bytes = osc52::sequence(text)?;
    // Writing to a terminal that accepts no more bytes would block all tasks.
    let written = threads::blocking(move || screen::write_between_frames(&bytes)).await;
    written.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    Ok(THROUGH_TERMINAL)
}

async fn timed<T>(name: &str, route: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    tokio::time::timeout(PATIENCE, route)
        .await
        .unwrap_or_else(|_| Err(format!("{name} does not respond within {} s", PATIENCE.as_secs())))
}
