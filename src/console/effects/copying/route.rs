//! Selects the route to the clipboard that a person pastes from.

use std::env;
use std::ffi::OsString;

/// The route of a text to the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Inside tmux, which by default drops OSC 52 from the programs in it.
    Tmux,
    /// Over SSH, or without a display: asks the terminal, by OSC 52.
    Terminal,
    /// The desktop of this machine.
    Desktop,
    /// The Linux console, which has no clipboard.
    None,
}

impl Route {
    /// The route for this environment.
    #[must_use]
    pub fn here() -> Self {
        Self::of(|name| env::var_os(name))
    }

    /// The route in words, for the text "copies go …".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tmux => "through tmux",
            Self::Terminal => "through the terminal (OSC 52)",
            Self::Desktop => "to this desktop",
            Self::None => "nowhere: this terminal has no clipboard",
        }
    }

    fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        if set("TMUX") {
            Self::Tmux
        } else if set("SSH_CONNECTION") || set("SSH_TTY") {
            // Over SSH, a desktop would be that of another machine.
            Self::Terminal
        } else if cfg!(target_os = "macos") || set("DISPLAY") || set("WAYLAND_DISPLAY") {
            Self::Desktop
        } else if variable("TERM").is_some_and(|name| name == "linux") {
            Self::None
        } else {
            Self::Terminal
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_route_follows_the_environment() {
        for (set, route) in [
            (&["TMUX", "SSH_TTY", "DISPLAY"][..], Route::Tmux),
            (&["SSH_CONNECTION", "DISPLAY"], Route::Terminal),
            (&["SSH_TTY"], Route::Terminal),
            (&["DISPLAY"], Route::Desktop),
            (&["WAYLAND_DISPLAY"], Route::Desktop),
            (&["LINUX"], Route::None),
            (&["SSH_TTY", "LINUX"], Route::Terminal),
        ] {
            let found = Route::of(|name| match name {
                "TERM" => Some(if set.contains(&"LINUX") { "linux" } else { "xterm" }.into()),
                _ => set.contains(&name).then(|| "x".into()),
            });
            if cfg!(target_os = "linux") {
                assert_eq!(found, route, "{set:?}");
            }
        }
    }
}
