//! The names of keys, and the bytes xterm sends for them.

/// The bytes of a key by its name, such as `q`, `enter`, `ctrl+s`, `alt+enter`, `shift+tab`, `f5` or `ctrl+left`.
/// `application` says that the program asked for application cursor keys. None if there is no such key, or if xterm
/// sends nothing specific for it.
pub fn bytes_of(key: &str, application: bool) -> Option<Vec<u8>> {
    let (held, name) = Held::parse(key);
    if let Some(last) = cursor(name) {
        let lead: &[u8] = if application { b"\x1bO" } else { b"\x1b[" };
        return Some(match held.number() {
            1 => [lead, &[last]].concat(),
            n => format!("\x1b[1;{n}{}", char::from(last)).into_bytes(),
        });
    }
    if let Some(last) = low_function(name) {
        return Some(match held.number() {
            1 => format!("\x1bO{last}").into_bytes(),
            n => format!("\x1b[1;{n}{last}").into_bytes(),
        });
    }
    if let Some(code) = editing(name) {
        return Some(match held.number() {
            1 => format!("\x1b[{code}~").into_bytes(),
            n => format!("\x1b[{code};{n}~").into_bytes(),
        });
    }
    let plain = match name {
        "backtab" => b"\x1b[Z".to_vec(),
        "tab" if held.shift => b"\x1b[Z".to_vec(),
        "tab" if !held.ctrl => b"\t".to_vec(),
        "enter" if !held.ctrl => b"\r".to_vec(),
        "esc" => b"\x1b".to_vec(),
        "backspace" if held.ctrl => b"\x08".to_vec(),
        "backspace" => b"\x7f".to_vec(),
        "space" if held.ctrl => b"\0".to_vec(),
        "space" => b" ".to_vec(),
        _ => character(name, held)?,
    };
    Some(if held.alt { [b"\x1b".as_slice(), &plain].concat() } else { plain })
}

/// The modifiers held down while a key is pressed.
#[derive(Clone, Copy, Default)]
struct Held {
    shift: bool,
    alt: bool,
    ctrl: bool,
}

impl Held {
    fn parse(key: &str) -> (Self, &str) {
        let (mut held, mut name) = (Self::default(), key);
        loop {
            let (flag, rest) = if let Some(rest) = name.strip_prefix("ctrl+") {
                (&mut held.ctrl, rest)
            } else if let Some(rest) = name.strip_prefix("alt+") {
                (&mut held.alt, rest)
            } else if let Some(rest) = name.strip_prefix("shift+") {
                (&mut held.shift, rest)
            } else {
                return (held, name);
            };
            *flag = true;
            name = rest;
        }
    }

    /// xterm's number for the modifiers; 1 means none.
    fn number(self) -> u8 {
        1 + u8::from(self.shift) + 2 * u8::from(self.alt) + 4 * u8::from(self.ctrl)
    }
}

fn cursor(name: &str) -> Option<u8> {
    Some(match name {
        "up" => b'A',
        "down" => b'B',
        "right" => b'C',
        "left" => b'D',
        "home" => b'H',
        "end" => b'F',
        _ => return None,
    })
}

fn low_function(name: &str) -> Option<char> {
    Some(match name {
        "f1" => 'P',
        "f2" => 'Q',
        "f3" => 'R',
        "f4" => 'S',
        _ => return None,
    })
}

fn editing(name: &str) -> Option<u8> {
    Some(match name {
        "insert" => 2,
        "delete" => 3,
        "pgup" => 5,
        "pgdn" => 6,
        "f5" => 15,
        "f6" => 17,
        "f7" => 18,
        "f8" => 19,
        "f9" => 20,
        "f10" => 21,
        "f11" => 23,
        "f12" => 24,
        _ => return None,
    })
}

fn character(name: &str, held: Held) -> Option<Vec<u8>> {
    let mut rest = name.chars();
    let (first, None) = (rest.next()?, rest.next()) else { return None };
    if held.ctrl {
        let control = match first.to_ascii_lowercase() {
            letter @ 'a'..='z' => letter as u8 & 0x1f,
            '@' => 0x00,
            '[' => 0x1b,
            '\\' => 0x1c,
            ']' => 0x1d,
            '^' => 0x1e,
            '_' | '/' => 0x1f,
            _ => return None,
        };
        return Some(vec![control]);
    }
    let typed = if held.shift { first.to_uppercase().to_string() } else { first.to_string() };
    Some(typed.into_bytes())
}
