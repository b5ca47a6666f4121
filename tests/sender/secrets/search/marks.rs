//! Marks: short texts that occur in one secret each and nowhere else, and all forms in which one could appear.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A secret's name, and its mark.
///
/// Letters and digits only, so that quoting and percent-encoding leave it unchanged; short, so that it is found if a
/// secret was truncated or wrapped.
pub const MARKS: [(&str, &str); 18] = [
    ("password", "zQ1pwKx7"),
    ("password in the URL", "zQ2urKx7"),
    ("API key", "zQ3akKx7"),
    ("Authorization", "zQ4auKx7"),
    ("X-Token", "zQ5tkKx7"),
    ("Cookie", "zQ6coKx7"),
    ("X-Session", "zQ7seKx7"),
    ("encryption key", "zQ8keKx7"),
    ("initialization vector", "zQ9ivKx7"),
    ("signing secret", "zQ0siKx7"),
    ("typed password", "zQAtyKx7"),
    ("typed signing secret", "zQBtsKx7"),
    ("client secret", "zQCcsKx7"),
    ("token field", "zQDtfKx7"),
    ("token header", "zQEthKx7"),
    ("access token", "zQFatKx7"),
    ("token URL", "zQGtuKx7"),
    ("older signing secret", "zQHosKx7"),
];

/// The mark of a secret.
pub fn mark(name: &str) -> &'static str {
    let found = MARKS.iter().find(|(n, _)| *n == name);
    found.map(|(_, mark)| *mark).expect("a secret that has a mark")
}

/// The signing secret: `whsec_` and the base64 of 24 bytes that contain the mark.
pub fn signing_secret(name: &str) -> String {
    format!("whsec_{}AbCdEfGhIjKlMnOpQrStUvWx", mark(name))
}

fn hex(text: &str) -> String {
    each(text, |out, byte| write!(out, "{byte:02x}"))
}

/// Each character percent-encoded.
pub fn percent(text: &str) -> String {
    each(text, |out, byte| write!(out, "%{byte:02X}"))
}

/// Each character as a JSON escape.
pub fn in_json(text: &str) -> String {
    each(text, |out, byte| write!(out, "\\u{byte:04x}"))
}

/// Each character as an HTML character reference.
pub fn in_html(text: &str) -> String {
    each(text, |out, byte| write!(out, "&#{byte};"))
}

fn each(text: &str, write: impl Fn(&mut String, u8) -> std::fmt::Result) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write(&mut out, byte);
        out
    })
}

/// The forms of a mark: itself, each character escaped, in hexadecimal, and in base64 at any offset.
fn forms(mark: &str) -> Vec<String> {
    let mut forms = vec![mark.to_owned(), hex(mark).to_uppercase(), hex(mark)];
    forms.extend([percent(mark), in_json(mark), in_html(mark)]);
    for before in 0..3 {
        let bytes = [&b"..."[..before], mark.as_bytes()].concat();
        // The characters that no neighbour contributes to.
        let inner = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        forms.push(STANDARD_NO_PAD.encode(&bytes)[inner.clone()].to_owned());
        forms.push(URL_SAFE_NO_PAD.encode(&bytes)[inner].to_owned());
    }
    forms
}

/// The names of the secrets that occur in these bytes.
pub fn found(bytes: &[u8]) -> Vec<&'static str> {
    let text = String::from_utf8_lossy(bytes);
    let stands = |mark: &str| forms(mark).iter().any(|form| text.contains(form.as_str()));
    MARKS.iter().filter(|(_, mark)| stands(mark)).map(|(name, _)| *name).collect()
}

/// Checks that no secret occurs in these bytes.
#[track_caller]
pub fn assert_none(bytes: &[u8], place: &str) {
    let found = found(bytes);
    assert!(found.is_empty(), "{found:?} in {place}:\n{}", String::from_utf8_lossy(bytes));
}

/// The search finds what it must find.
pub fn assert_search_works() {
    use base64::engine::general_purpose::STANDARD;
    for (name, mark) in MARKS {
        for neighbours in ["", "a", "ab", "abc"] {
            let secret = format!("{neighbours}{mark}xyz");
            let base64 = STANDARD.encode(&secret);
            let escaped = [percent(&secret), in_json(&secret), in_html(&secret)];
            let others = [hex(&secret).to_uppercase(), hex(&secret), base64, secret];
            for shown in escaped.into_iter().chain(others) {
                assert_eq!(found(format!("…{shown}…").as_bytes()), [name], "{shown}");
            }
        }
    }
    assert_eq!(found(b"zQ and Kx7, and nothing else"), [""; 0]);
}
