//! The desktop of this machine.
//!
//! Under X11 and Wayland a copied text belongs to a process and goes with it. The programs that each desktop's
//! users have for it (`wl-copy`, `xclip`, `xsel`) leave such a process behind, so that what was copied can be
//! pasted after the console has ended; and the protocols of two display servers stay out of this program.

/// Hands a text to the desktop. Says who took it.
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

/// Hands a text to the desktop. Says who took it.
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
            // The first that is installed knows best why.
            Err(Refusal::Failed(why)) => refused = refused.or(Some(why)),
        }
    }
    Err(refused.unwrap_or_else(|| {
        let names: Vec<&str> = programs.iter().map(|(name, _)| *name).collect();
        format!("{} is not installed", names.join(" or "))
    }))
}

/// A program and its arguments for taking a text for the clipboard.
#[cfg(not(target_os = "macos"))]
type Taker = (&'static str, &'static [&'static str]);

#[cfg(not(target_os = "macos"))]
const TAKERS: [Taker; 3] = [
    // Named, since wl-copy guesses the type of what it is given.
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
    fn each_display_has_its_programs() {
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
