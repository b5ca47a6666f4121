//! tmux: `load-buffer -w` takes a text into tmux's own buffer, and passes it on to the terminal.

use super::osc52;
use super::program::{Refusal, feed};

pub(super) const THROUGH: &str = "through tmux";

/// The terminal would not accept it.
pub(super) const TOO_LONG: &str = "to tmux's buffer only: too long";

/// tmux passes nothing on to its terminal.
pub(super) const NOT_PASSED_ON: &str = "to tmux's buffer only: old tmux";

/// Hands a text to tmux. Reports how far it got: to the terminal, or only to tmux's own buffer, from which it can be
/// pasted with tmux's key.
///
/// # Errors
/// tmux cannot be run, or refuses.
pub async fn load(text: &str) -> Result<String, String> {
    if !osc52::takes(text.len()) {
        run(&["load-buffer", "-"], text).await?;
        return Ok(TOO_LONG.to_owned());
    }
    match run(&["load-buffer", "-w", "-"], text).await {
        Ok(()) => Ok(THROUGH.to_owned()),
        // Before 3.2 it cannot pass a text on.
        Err(why) => match run(&["load-buffer", "-"], text).await {
            Ok(()) => Ok(NOT_PASSED_ON.to_owned()),
            Err(_) => Err(why),
        },
    }
}

async fn run(args: &[&str], text: &str) -> Result<(), String> {
    feed("tmux", args, text).await.map_err(|refusal| match refusal {
        Refusal::Missing => "tmux is not installed".to_owned(),
        Refusal::Failed(why) => why,
    })
}
