//! Terminal, clipboard and certificates.

use std::env;
use std::io::{IsTerminal as _, stdin, stdout};
use std::process::Command;

use crate::clock;
use crate::console::Route;
use crate::console::glyphs::is_utf8;
use crate::console::model::layout::{LEAST, too_small};
use crate::console::theme::Depth;

use super::finding::Finding;

pub fn check() -> Vec<Finding> {
    let mut all = vec![terminal()];
    all.extend(size());
    all.push(locale());
    all.extend(colours());
    all.extend([clipboard(), certificates()]);
    all.extend(clock());
    all
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "writes nothing")]
fn terminal() -> Finding {
    let name = variable("TERM").unwrap_or_default();
    let places = [("TMUX", "tmux"), ("STY", "screen"), ("SSH_CONNECTION", "SSH")];
    let places: Vec<&str> =
        places.iter().filter(|(v, _)| variable(v).is_some()).map(|(_, name)| *name).collect();
    let place = if places.is_empty() { String::new() } else { format!(", in {}", places.join(" over ")) };
    let depth = Depth::of(variable).words();
    if !(stdin().is_terminal() && stdout().is_terminal()) {
        return Finding::note("terminal", "none here", "run the console in a terminal; commands need none");
    }
    match name.as_str() {
        "dumb" => {
            Finding::problem("terminal", "TERM=dumb cannot draw", "use the commands: `ringback --help`")
        }
        "" => Finding::problem(
            "terminal",
            "TERM is not set",
            "set it to your terminal's type, such as xterm-256color",
        ),
        name => Finding::ok("terminal", format!("{name}, {depth}{place}")),
    }
}

#[expect(clippy::disallowed_methods, reason = "writes nothing")]
fn size() -> Option<Finding> {
    let (columns, lines) = crossterm::terminal::size().ok().filter(|_| stdout().is_terminal())?;
    let found = format!("{columns}×{lines}");
    Some(if too_small((columns, lines)) {
        Finding::problem("size", found, format!("enlarge the window to {}×{} or more", LEAST.0, LEAST.1))
    } else {
        Finding::ok("size", found)
    })
}

fn locale() -> Finding {
    let known = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| Some((name, variable(name)?)));
    let found = known.map_or("none is set".to_owned(), |(name, value)| format!("{name}={value}"));
    if is_utf8(variable) {
        Finding::ok("locale", found)
    } else {
        let fix = "set LANG to a UTF-8 locale such as C.UTF-8 if your terminal supports it; or set borders = \"unicode\"";
        Finding::note("locale", format!("{found}: the console uses ASCII"), fix)
    }
}

fn colours() -> Option<Finding> {
    let set = variable("NO_COLOR")?;
    Some(Finding::note(
        "colours",
        format!("NO_COLOR={set}: the console uses no colours"),
        "unset it for colours",
    ))
}

fn clipboard() -> Finding {
    let route = Route::here();
    let found = format!("copies go {}", route.name());
    match route {
        Route::Tmux => {
            let answer = Command::new("tmux").args(["show-options", "-gsv", "set-clipboard"]).output();
            match answer {
                Ok(answer) if answer.status.success() => {
                    let set = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
                    if set == "off" {
                        let found = format!("{found}, where set-clipboard is off: they stay inside tmux");
                        Finding::note("clipboard", found, "tmux set -s set-clipboard external")
                    } else {
                        Finding::ok("clipboard", format!("{found} (set-clipboard {set})"))
                    }
                }
                _ => Finding::problem(
                    "clipboard",
                    "TMUX is set, but tmux does not respond",
                    "add tmux to PATH, or unset TMUX",
                ),
            }
        }
        Route::Terminal => {
            let fix = "none needed if the terminal supports OSC 52; some ask first or need it enabled";
            Finding::note("clipboard", found, fix)
        }
        Route::Desktop => Finding::ok("clipboard", found),
        Route::None => {
            Finding::note("clipboard", found, "use tmux or SSH; here, the text is shown in full instead")
        }
    }
}

/// Reports a clock that is certainly wrong; none otherwise.
fn clock() -> Option<Finding> {
    let found = "it is outside the years 1970 to 9998: https endpoints and the receiver will fail";
    (!clock::is_plausible()).then(|| Finding::problem("clock", found, "set this machine's clock"))
}

fn certificates() -> Finding {
    let found = rustls_native_certs::load_native_certs();
    let fix = "install the package ca-certificates, or check SSL_CERT_FILE and SSL_CERT_DIR";
    match (found.certs.len(), found.errors.first()) {
        (0, Some(error)) => Finding::problem("certificates", format!("none: {error}"), fix),
        (0, None) => Finding::problem("certificates", "none: no https endpoint can be trusted", fix),
        (count, Some(error)) => Finding::note("certificates", format!("{count}, but {error}"), fix),
        (count, None) => Finding::ok("certificates", format!("{count} authorities are trusted")),
    }
}
