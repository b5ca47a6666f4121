//! tmux: `load-buffer -w` takes a text into tmux's own buffer, and passes it on to the terminal.

use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::osc52;

/// Hands a text to tmux. Says which way it went: all of it, or to tmux's own buffer only, where it
/// can be pasted with tmux's key.
///
/// # Errors
/// tmux cannot be run, or refuses.
pub async fn load(text: &str) -> Result<String, String> {
    if !osc52::takes(text.len()) {
        run(&["load-buffer", "-"], text).await?;
        return Ok("to tmux's buffer only, as it is more than a terminal takes".to_owned());
    }
    match run(&["load-buffer", "-w", "-"], text).await {
        Ok(()) => Ok("through tmux".to_owned()),
        // Before 3.2 it cannot pass a text on.
        Err(why) => match run(&["load-buffer", "-"], text).await {
            Ok(()) => Ok("to tmux's buffer only, as it passes nothing on".to_owned()),
            Err(_) => Err(why),
        },
    }
}

async fn run(args: &[&str], text: &str) -> Result<(), String> {
    let told = |error: std::io::Error| format!("tmux: {error}");
    let mut child = Command::new("tmux")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(told)?;
    let input = child.stdin.take();
    let hand_over = async {
        // A tmux that refuses reads nothing; what it says tells why.
        if let Some(mut input) = input {
            let _ = input.write_all(text.as_bytes()).await;
        }
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), hand_over);
    let output = output.map_err(told)?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("tmux: {}", crate::shown::shown(String::from_utf8_lossy(&output.stderr).trim())))
    }
}
