//! The keys among control sequences: those of xterm and the Linux console, and those of the kitty protocol and
//! xterm's modifyOtherKeys (not requested here, but a program that crashed may have enabled them).
//!
//! Sources: xterm's `ctlseqs`, and the pages of the kitty keyboard protocol.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::keymap::Key;

/// Bits of modifiers other than the usual three: Super, Hyper and Meta are the desktop's.
const DESKTOP: u32 = 8 | 16 | 32;
/// The event type of a released key in kitty's protocol.
const RELEASED: u32 = 3;

/// The key of `ESC [ parameters last`; `None` for everything else, such as reports and responses.
pub fn key(parameters: &[u8], last: u8) -> Option<Key> {
    let numbers = Numbers::of(parameters)?;
    match last {
        b'Z' => Some(KeyEvent::from(KeyCode::BackTab).into()),
        b'u' => unicode(numbers.first(0)?, numbers.shifted(), numbers.modifiers()),
        // modifyOtherKeys: `27;modifiers;code~`.
        b'~' if numbers.first(0) == Some(27) => unicode(numbers.first(2)?, None, numbers.modifiers()),
        b'~' => with(numbered(numbers.first(0)?)?, numbers.modifiers()),
        // Only 1 may precede the modifiers: a cursor report has other numbers, and is not a key.
        _ if numbers.first(0).is_none_or(|n| n <= 1) => with(lettered(last)?, numbers.modifiers()),
        _ => None,
    }
}

/// The key of `ESC O last`, as terminals send it in application mode.
pub fn single_shift(last: u8) -> Option<Key> {
    let code = match last {
        b'M' => KeyCode::Enter,
        // The keypad.
        b'j'..=b'y' => KeyCode::Char(char::from(last - b'j' + b'*')),
        b'X' => KeyCode::Char('='),
        b'R' => KeyCode::F(3),
        _ => lettered(last)?,
    };
    Some(KeyEvent::from(code).into())
}

/// The key of `ESC [ [ last`.
pub fn linux_function(last: u8) -> Option<Key> {
    matches!(last, b'A'..=b'E').then(|| KeyEvent::from(KeyCode::F(last - b'A' + 1)).into())
}

fn lettered(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'S' => KeyCode::F(4),
        _ => return None,
    })
}

fn numbered(number: u32) -> Option<KeyCode> {
    let function = |first: u32, name: u8| u8::try_from(number - first).ok().map(|n| KeyCode::F(name + n));
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        // The numbering has gaps, like the keys of a VT220.
        11..=15 => function(11, 1),
        17..=21 => function(17, 6),
        23..=26 => function(23, 11),
        28..=29 => function(28, 15),
        31..=34 => function(31, 17),
        _ => None,
    }
}

/// The key with this code point, as kitty and xterm report it.
fn unicode(code: u32, shifted: Option<u32>, modifiers: Modifiers) -> Option<Key> {
    let code = match code {
        8 | 127 => KeyCode::Backspace,
        9 => KeyCode::Tab,
        13 | 57414 => KeyCode::Enter,
        27 => KeyCode::Esc,
        57399..=57408 => KeyCode::Char(char::from_digit(code - 57399, 10)?),
        57409..=57413 => KeyCode::Char(['.', '/', '*', '-', '+'][usize::try_from(code - 57409).ok()?]),
        57415 => KeyCode::Char('='),
        57416 => KeyCode::Char(','),
        57417 => KeyCode::Left,
        57418 => KeyCode::Right,
        57419 => KeyCode::Up,
        57420 => KeyCode::Down,
        57421 => KeyCode::PageUp,
        57422 => KeyCode::PageDown,
        57423 => KeyCode::Home,
        57424 => KeyCode::End,
        57425 => KeyCode::Insert,
        57426 => KeyCode::Delete,
        // Modifier, lock and media keys.
        57344..=63743 => return None,
        _ => {
            let plain = char::from_u32(code).filter(|c| !c.is_control())?;
            let shifted = shifted.and_then(char::from_u32).filter(|c| !c.is_control());
            let capital = shifted.or_else(|| plain.to_uppercase().next()).unwrap_or(plain);
            KeyCode::Char(if modifiers.modifiers.contains(KeyModifiers::SHIFT) { capital } else { plain })
        }
    };
    with(code, modifiers)
}

/// The key with its modifiers; `None` if it is released, or meant for the desktop.
fn with(code: KeyCode, modifiers: Modifiers) -> Option<Key> {
    let code = match code {
        KeyCode::Tab if modifiers.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        code => code,
    };
    modifiers.is_ours.then(|| KeyEvent::new(code, modifiers.modifiers).into())
}

/// The modifiers of a key.
#[derive(Debug, Clone, Copy)]
struct Modifiers {
    modifiers: KeyModifiers,
    is_ours: bool,
}

/// The numbers of a sequence: separated by `;`, with subparameters separated by `:`.
struct Numbers(Vec<Vec<Option<u32>>>);

impl Numbers {
    /// `None` if there is anything but numbers: a report, or a response.
    fn of(parameters: &[u8]) -> Option<Self> {
        let part = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
        let text = std::str::from_utf8(parameters).ok()?;
        let numbers = text.split(';').map(|all| all.split(':').map(part).collect()).collect::<Option<_>>()?;
        Some(Self(numbers))
    }

    fn first(&self, at: usize) -> Option<u32> {
        *self.0.get(at)?.first()?
    }

    /// The character of the key with Shift, as kitty reports it.
    fn shifted(&self) -> Option<u32> {
        *self.0.first()?.get(1)?
    }

    /// The second number: the modifiers, and whether the key is released.
    fn modifiers(&self) -> Modifiers {
        let bits = self.first(1).unwrap_or(1).saturating_sub(1);
        let kind = self.0.get(1).and_then(|parts| parts.get(1).copied().flatten());
        let mut modifiers = KeyModifiers::empty();
        modifiers.set(KeyModifiers::SHIFT, bits & 1 != 0);
        modifiers.set(KeyModifiers::ALT, bits & 2 != 0);
        modifiers.set(KeyModifiers::CONTROL, bits & 4 != 0);
        Modifiers { modifiers, is_ours: bits & DESKTOP == 0 && kind != Some(RELEASED) }
    }
}
