//! The clipboard, by the way that works where we are.

use std::env;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Terminals drop longer OSC 52 sequences without a word.
const OSC_52_LIMIT: usize = 74_000;

/// How a text reaches the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Inside tmux, which drops OSC 52 by default: `tmux load-buffer -w -`.
    Tmux,
    /// Over SSH or without a display: the terminal itself is asked, by OSC 52.
    Terminal,
    /// The desktop of this machine.
    Desktop,
}

impl Route {
    /// The way for this environment.
    #[must_use]
    pub fn here() -> Self {
        let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        if set("TMUX") {
            Self::Tmux
        } else if set("SSH_CONNECTION") || set("SSH_TTY") {
            Self::Terminal
        } else if cfg!(target_os = "macos") || set("DISPLAY") || set("WAYLAND_DISPLAY") {
            Self::Desktop
        } else {
            Self::Terminal
        }
    }

    /// Which way it went, for the sentence at the bottom.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tmux => "through tmux",
            Self::Terminal => "through the terminal (OSC 52)",
            Self::Desktop => "to this desktop",
        }
    }
}

/// The bytes that ask the terminal to take a text.
///
/// # Errors
/// The text is longer than terminals take.
pub fn osc_52(text: &str) -> Result<Vec<u8>, String> {
    let encoded = STANDARD.encode(text);
    if encoded.len() > OSC_52_LIMIT {
        return Err(format!("{} bytes are more than a terminal takes", text.len()));
    }
    Ok(format!("\x1b]52;c;{encoded}\x07").into_bytes())
}

/// Hands a text to tmux, which passes it on to the terminal (`-w`).
///
/// # Errors
/// tmux cannot be run, or refuses.
pub fn to_tmux(text: &str) -> Result<(), String> {
    let run = || -> io::Result<std::process::Output> {
        let mut child = Command::new("tmux")
            .args(["load-buffer", "-w", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(text.as_bytes())?;
        }
        child.wait_with_output()
    };
    match run() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("tmux: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Err(format!("tmux: {error}")),
    }
}

/// Hands a text to the desktop. The clipboard is kept open: some desktops forget a text when its
/// owner closes it.
///
/// # Errors
/// There is no desktop, or it refuses.
pub fn to_desktop(text: &str) -> Result<(), String> {
    static CLIPBOARD: OnceLock<Mutex<Option<arboard::Clipboard>>> = OnceLock::new();
    let kept = CLIPBOARD.get_or_init(|| Mutex::new(arboard::Clipboard::new().ok()));
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let clipboard = kept.as_mut().ok_or("no desktop takes it")?;
    clipboard.set_text(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_for_the_terminal() {
        assert_eq!(osc_52("id=<id>"), Ok(b"\x1b]52;c;aWQ9PGlkPg==\x07".to_vec()));
        assert!(osc_52(&"x".repeat(60_000)).is_err());
    }
}
