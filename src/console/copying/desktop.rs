//! The desktop of this machine.

use std::sync::{Mutex, OnceLock, PoisonError};

/// Kept open: some desktops forget a text when its owner closes it.
static CLIPBOARD: OnceLock<Mutex<Option<arboard::Clipboard>>> = OnceLock::new();

/// Hands a text to the desktop.
///
/// # Errors
/// There is no desktop, or it refuses.
pub async fn set(text: String) -> Result<(), String> {
    // It may wait for a display that is far away.
    let set = tokio::task::spawn_blocking(move || set_now(&text));
    set.await.unwrap_or_else(|error| Err(error.to_string()))
}

fn set_now(text: &str) -> Result<(), String> {
    let kept = CLIPBOARD.get_or_init(Mutex::default);
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.is_none() {
        *kept = arboard::Clipboard::new().ok();
    }
    let clipboard = kept.as_mut().ok_or("no desktop takes it")?;
    clipboard.set_text(text).map_err(|error| {
        // Next time another desktop may be there.
        let why = format!("the desktop does not take it ({error})");
        *kept = None;
        why
    })
}

/// Gives up what was handed over: where a clipboard manager runs it takes the text, which would go
/// with this process otherwise. May take a moment.
pub fn hand_over() {
    if let Some(kept) = CLIPBOARD.get() {
        drop(kept.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}
