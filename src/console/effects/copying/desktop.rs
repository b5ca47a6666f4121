//! The desktop of this machine.
//!
//! Under X11 and Wayland, clipboard contents belong to a process and are lost when it exits. The usual clipboard
//! programs (`wl-copy`, `xclip`, `xsel`) leave a process behind that keeps them, so a copied text can still be pasted
//! after the console has exited, and this program need not speak two display protocols.

/// Hands a text to the desktop. Returns the name of the program that took it.
///
/// # Errors
/// There is no desktop, it refuses, or no program for it is installed.
#[cfg(target_os = "macos")]
pub async fn set(text: String) -> Result<String, String> {
    let set = crate::threads::blocking(move || arboard::Clipboard::new()?.set_text(text));
    match set.await {
        Ok(Ok(())) => Ok("to this desktop".to_owned()),
        Ok(Err(error)) => Err(format!("the desktop refused it ({error})")),
        Err(error) => Err(error.to_string()),
    }
}

/// Hands a text to the desktop. Returns the name of the program that took it.
///
/// # Errors
/// There is no desktop, it refuses, or no program for it is installed.
#[cfg(not(target_os = "macos"))]
pub async fn set(text: String) -> Result<String, String> {
    use super::program::{Refusal, feed};

    let programs = programs(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    let mut refused = None;
    for (name, args) in programs {
        match feed(name, args, &text).await {
            Ok(()) => return Ok(format!("to this desktop ({name})")),
            Err(Refusal::Missing) => {}
            // The error of the most preferred program that is installed is the most useful one.
            Err(Refusal::Failed(why)) => refused = refused.or(Some(why)),
        }
    }
    Err(refused.unwrap_or_else(|| {
        let names: Vec<&str> = programs.iter().map(|(name, _)| *name).collect();
        format!("{} is not installed", names.join(" or "))
    }))
}

/// A program that copies its input to the clipboard, with its arguments.
#[cfg(not(target_os = "macos"))]
type Taker = (&'static str, &'static [&'static str]);

#[cfg(not(target_os = "macos"))]
const TAKERS: [Taker; 3] = [
    // Explicit, since wl-copy would guess the type of its input.
    ("wl-copy", &["--type", "text/plain;charset=utf-8"]),
    ("xclip", &["-in", "-selection", "clipboard"]),
    ("xsel", &["--input", "--clipboard"]),
];

/// The programs for this desktop, best first.
#[cfg(not(target_os = "macos"))]
fn programs(set: impl Fn(&str) -> bool) -> &'static [Taker] {
    match (set("WAYLAND_DISPLAY"), set("DISPLAY")) {
        (true, true) => &TAKERS,
        (true, false) => &TAKERS[..1],
        (false, _) => &TAKERS[1..],
    }
}

#[cfg(all(test, not(target_os = "macos")))]
mod tests {
    use super::*;

    #[test]
    fn clipboard_programs_match_the_display() {
        for (set, names) in [
            (&["WAYLAND_DISPLAY", "DISPLAY"][..], &["wl-copy", "xclip", "xsel"][..]),
            (&["WAYLAND_DISPLAY"], &["wl-copy"]),
            (&["DISPLAY"], &["xclip", "xsel"]),
        ] {
            let found: Vec<&str> =
                programs(|name| set.contains(&name)).iter().map(|(name, _)| *name).collect();
            assert_eq!(found, names, "{set:?}");
        }
    }
}
