use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hyper::header::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

fn redactor(header: &str) -> Redactor {
    let mut value = HeaderValue::try_from(header).unwrap();
    value.set_sensitive(true);
    let mut headers = HeaderMap::new();
    headers.insert("authorization", value);
    headers.insert("x-shop", HeaderValue::from_static("north"));
    Redactor::new(of_headers(&headers))
}

fn knowing(secret: &str) -> Redactor {
    Redactor::new(vec![secret.into()])
}

fn shown(redactor: &Redactor, text: &str, extent: Extent) -> String {
    let hidden = redactor.hide(text.as_bytes(), extent).unwrap_or(text.into());
    String::from_utf8(hidden).unwrap()
}

fn whole(redactor: &Redactor, text: &str) -> String {
    shown(redactor, text, Extent::Whole)
}

#[test]
fn each_part_of_basic_is_hidden() {
    let text = "Basic YW5uOnMzY3JldCE= or YW5uOnMzY3JldCE= or s3cret! from north";
    assert_eq!(whole(&redactor("Basic YW5uOnMzY3JldCE="), text), "•••• or •••• or •••• from north");
}

#[test]
fn spaces_around_and_escapes_within_hide_nothing_from_us() {
    let text = r#"a"b\c {"was": "Key a\"b\\c", "key": "a\"b\\c"}"#;
    assert_eq!(whole(&redactor(r#"Key a"b\c  "#), text), r#"•••• {"was": "••••", "key": "••••"}"#);
}

#[test]
fn what_is_left_of_a_secret_at_a_cut_is_hidden() {
    let redactor = redactor("Bearer t0ken-1");
    let shown = |text: &str| shown(&redactor, text, Extent::Cut);
    assert_eq!(shown("got Bearer t0k"), "got ••••");
    assert_eq!(shown("got t0ken-"), "got ••••");
    assert_eq!(shown("got t0ken-1"), "got ••••");
    assert_eq!(shown("got t0ke%6"), "got ••••");
    assert_eq!(shown(r"got t0ke\u00"), "got ••••");
    assert_eq!(shown("got t0ke&#11"), "got ••••");
    assert_eq!(shown("got dDBrZW"), "got ••••", "6 characters of base64 are 4 bytes");
    assert_eq!(shown("got dDBrZ"), "got dDBrZ");
    assert_eq!(shown("t0ken-1 and t0k"), "•••• and t0k", "three letters stand anywhere by chance");
    assert_eq!(whole(&redactor, "got t0ken-"), "got t0ken-");
}

#[test]
fn secrets_are_hidden_as_programs_repeat_them() {
    let redactor = knowing("Kü=/+ <&\"7\\");
    for spelled in [
        // PHP, Python, Go and JavaScript.
        r#"K\u00fc=\/+ <&\"7\\"#,
        r#"K\u00FC=/+ \u003c\u0026\"7\\"#,
        r#"K\xc3\xbc=/+ <&"7\\"#,
        r"K%u00FC%3D/+%20%3C%26%227%5C",
        "K%C3%BC%3D%2F%2B+%3C%26%227%5C",
        "K%c3%bc%3d/%2b%20%3c&%227%5c",
        "K%25C3%25BC%253D%252F%252B%2520%253C%2526%25227%255C",
        "Kü=/+ &lt;&amp;&quot;7\\",
        "K&uuml;&equals;&sol;&plus; &LT&amp;amp;&#34;7&bsol;",
        "K&#252;&#x3D;&#0047;&#x2b; &lt;&#38;&#x000022;7&#92",
        // Read as Latin-1, and in each of these.
        "KÃ¼=/+ <&\"7\\",
        r#"K\u00c3\u00bc=/+ <&\"7\\"#,
        "K%FC=/+ <&\"7\\",
        // JSON text nested in JSON twice.
        r#"K\\\\u00fc=\\\\\\\/+ <&\\\"7\\\\\\\\"#,
        // A form that was not encoded.
        "Kü=/  <&\"7\\",
        "S8O8PS8rIDwmIjdc",
        "S8O8PS8rIDwm\r\nIjdc",
        r"S8O8PS8rIDwm\nIjdc",
    ] {
        assert_eq!(whole(&redactor, &format!("<{spelled}>")), "<••••>", "{spelled}");
    }
}

#[test]
fn characters_beyond_sixteen_bits_are_known() {
    for spelled in
        [r"\ud83d\uDE00", r"\\ud83d\\ude00", "%uD83D%uDE00", "%F0%9F%98%80", "&#128512;", "&#x1f600"]
    {
        assert_eq!(whole(&knowing("😀-!"), &format!("<{spelled}-!>")), "<••••>", "{spelled}");
    }
}

#[test]
fn what_distinguishes_two_escapes_may_begin_another_escape() {
    let (space, x) = (knowing("<<-- -->>"), knowing("<<--x-->>"));
    for (redactor, spelled) in [
        // `%20`, the 2 of which is `\u0032`, the u of which is `\u0075`.
        (&space, r"%\\u007500320"),
        // `&#x20;`, the x of which is `\x78`, the x of which is `\u0078`.
        (&space, r"&#\\u00787820;"),
        // `&#x78;`, the x of which is `\u0078`, the backslash of which is `\\`.
        (&x, r"&#\\u007878;"),
        // `&#120;`, the 1 of which is `\x31`, the x of which is `\u0078`.
        (&x, r"&#\\u00783120;"),
        // `&quot;`, the u of which is `\u0075`, the u of which is `\u0075`.
        (&knowing("<<--\"-->>"), r"&q\\u00750075ot;"),
        // `&quot;`, the semicolon of which is `\u003b`, the u of which is `\u0075`.
        (&knowing("<<--\"-->>"), r"&quot\\u0075003b"),
        (&x, r"%\u00750078"),
        (&x, r"%\\u00750078"),
    ] {
        assert_eq!(whole(redactor, &format!("(<<--{spelled}-->>)")), "(••••)", "{spelled}");
    }
}

#[test]
fn base64_is_known_in_each_alphabet_and_encoded_again() {
    let redactor = knowing("~~~???");
    for spelled in ["fn5+Pz8/", "fn5-Pz8_", "fn5%2bPz8%2F", r"fn5\u002BPz8\/", "fn5&#43;Pz8&sol;", "fn5 Pz8/"]
    {
        assert_eq!(whole(&redactor, &format!("<{spelled}>")), "<••••>", "{spelled}");
    }
}

#[test]
fn base64_of_what_is_encoded_is_hidden() {
    let secret = "Zq9/ab&c-Ef";
    let redactor = knowing(secret);
    let once = STANDARD.encode(secret);
    for inner in [
        "Zq9%2Fab%26c-Ef",
        "Zq9%2fab%26c-Ef",
        "Zq9/ab&amp;c-Ef",
        "Zq9\\/ab&c-Ef",
        r"Zq9/ab\u0026c-Ef",
        r"Zq9\u002fab\u0026c\u002DEf",
        &once,
        &STANDARD.encode(&once),
        &STANDARD.encode("Zq9%2Fab%26c-Ef"),
        &STANDARD.encode("Zq9/ab&amp;c-Ef"),
        &once.replace('=', "%3D"),
    ] {
        for before in ["", "k=", "key="] {
            let text = STANDARD_NO_PAD.encode(format!("{before}{inner}"));
            let from = (before.len() * 8).div_ceil(6);
            for written in [text.clone(), spelled(&text, &[2]), spelled(&text, &[4]), spelled(&text, &[0, 9])]
            {
                let hidden = whole(&redactor, &format!("<i>{written}</i>"));
                let left = hidden.len() - "<i>••••</i>".len();
                // The text before it, and the encoded padding.
                let most = spelled(&text, &[0]).len() / text.len() * (from + 8);
                assert!(hidden.contains("••••") && left <= most, "{inner}: {written}: {hidden}");
            }
        }
    }
}

#[test]
fn what_is_left_of_encoded_base64_at_a_cut_is_hidden() {
    let text = "WnE5JTJGYWIlMjZj";
    let redactor = knowing("Zq9/ab&c-Ef");
    assert_eq!(shown(&redactor, &format!("<{text}"), Extent::Cut), "<••••");
    assert_eq!(shown(&redactor, &format!("<{text}%4"), Extent::Cut), "<••••");
    assert_eq!(whole(&redactor, &format!("<{text}")), format!("<{text}"));
    assert_eq!(shown(&redactor, &format!("<{text}>"), Extent::Cut), format!("<{text}>"));
}

#[test]
fn base64_that_takes_too_long_hides_the_rest() {
    let (secret, text) = ("a".repeat(8 << 10), "a".repeat(12 << 10));
    assert_eq!(whole(&knowing(&secret), &format!("<{}>b", STANDARD.encode(text))), "<••••");
}

#[test]
fn overlapping_secrets_leave_nothing() {
    let redactor = Redactor::new(vec![b"abcd1234".to_vec(), b"xxabcd".to_vec()]);
    assert_eq!(whole(&redactor, "(xxabcd1234) abcd123"), "(••••) abcd123");
}

#[test]
fn short_secrets_and_what_looks_like_one_are_left() {
    let of_three = redactor("Bearer abc");
    assert_eq!(whole(&of_three, "abc YWJj and Bearer abc"), "abc YWJj and ••••");
    let text =
        "The usual 100% of {\"a\": \"b\\n\\u0041\"} & <b>1 + 1 &lt; 3</b>, /a?b=%20%zz&c=\\ \\u12 &#; &x;";
    assert_eq!(redactor("Bearer hush-hush").hide(text.as_bytes(), Extent::Cut), None);
}

#[test]
fn a_search_that_takes_too_long_hides_the_rest() {
    let (secret, text) = ("a".repeat(8 << 10), "a".repeat(16 << 10));
    assert_eq!(whole(&knowing(&secret), &format!("{text}b")), "••••");
    let short = "a".repeat(6);
    assert_eq!(whole(&knowing(&short), &format!("{text}b")), "••••b");
}

#[test]
fn many_secrets_are_all_known() {
    let secrets: Vec<Vec<u8>> = (0..500).map(|n| format!("secret-{n:03}").into()).collect();
    let redactor = Redactor::new(secrets.clone());
    for secret in secrets {
        assert_eq!(whole(&redactor, &STANDARD_NO_PAD.encode(&secret)), "••••");
        assert_eq!(redactor.hide(&secret, Extent::Whole).unwrap(), HIDDEN);
    }
}

/// The encodings of a character.
fn written(c: char, way: u8) -> String {
    let each_byte = |write: fn(u8) -> String| c.to_string().bytes().map(write).collect::<String>();
    match way {
        0 => format!("\\u{:04x}", u32::from(c)),
        1 => format!("\\u{:04X}", u32::from(c)),
        2 => each_byte(|byte| format!("%{byte:02x}")),
        3 => each_byte(|byte| format!("%{byte:02X}")),
        4 => format!("&#{};", u32::from(c)),
        5 => format!("&#x{:X};", u32::from(c)),
        6 => each_byte(|byte| format!("\\x{byte:02x}")),
        7 if c.is_ascii_punctuation() => format!("\\{c}"),
        8 if c == ' ' => "+".to_owned(),
        9 => match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '"' => "&quot;".to_owned(),
            'ü' => "&uuml;".to_owned(),
            _ => c.to_string(),
        },
        _ => c.to_string(),
    }
}

fn spelled(text: &str, ways: &[u8]) -> String {
    text.chars().zip(ways.iter().cycle()).fold(String::new(), |mut out, (c, way)| {
        let _ = write!(out, "{}", written(c, *way));
        out
    })
}

fn secret() -> impl Strategy<Value = String> {
    r"[ -~]{0,30}|[!-~ü€]{0,8}|[\\%&+;ux0-9]{0,8}"
        .prop_filter("long enough", |text| text.len() >= SHORTEST && text.trim() == text)
}

#[derive(Debug, Clone)]
enum Layer {
    Escapes(Vec<u8>),
    Base64 { is_url_safe: bool },
}

fn layer() -> impl Strategy<Value = Layer> {
    prop_oneof![
        prop::collection::vec(0..12_u8, 1..9).prop_map(Layer::Escapes),
        any::<bool>().prop_map(|is_url_safe| Layer::Base64 { is_url_safe }),
    ]
}

proptest! {
    #[test]
    fn every_spelling_is_hidden(
        secret in secret(),
        ways in prop::collection::vec(prop::collection::vec(0..12_u8, 1..9), 0..3),
    ) {
        let text = ways.iter().fold(secret.clone(), |text, ways| spelled(&text, ways));
        prop_assert_eq!(whole(&knowing(&secret), &format!("({text})")), "(••••)", "{}", text);
    }

    #[test]
    fn base64_is_hidden_wherever_it_begins_and_however_it_is_written(
        secret in secret(),
        before in "[a-z:]{0,4}",
        after in "[a-z:]{0,4}",
        alphabet in any::<Index>(),
        ways in prop::collection::vec(0..12_u8, 1..9),
    ) {
        let plain = format!("{before}{secret}{after}");
        let all = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
        let text = alphabet.get(&all).encode(&plain);
        let redactor = knowing(&secret);
        // The characters that no neighbour contributes to.
        let inner = (before.len() * 8).div_ceil(6)..(before.len() + secret.len()) * 8 / 6;
        let inner = &text[inner];
        let hidden = whole(&redactor, &text);
        prop_assert!(!hidden.contains(inner), "{} in {}", inner, hidden);
        prop_assert!(hidden.len() < text.len() + HIDDEN.len() - inner.len() + 1);
        let hidden = whole(&redactor, &spelled(&text, &ways));
        prop_assert!(hidden.contains("••••") && !hidden.contains(&spelled(inner, &ways)), "{}", hidden);
    }

    #[test]
    fn every_mixture_of_three_encodings_is_hidden(secret in secret(), layers in prop::collection::vec(layer(), 0..4)) {
        let text = layers.iter().fold(secret.clone(), |text, layer| match layer {
            Layer::Escapes(ways) => spelled(&text, ways),
            Layer::Base64 { is_url_safe: false } => STANDARD_NO_PAD.encode(text),
            Layer::Base64 { is_url_safe: true } => URL_SAFE_NO_PAD.encode(text),
        });
        prop_assert_eq!(whole(&knowing(&secret), &format!("({text})")), "(••••)", "{}", text);
    }

    #[test]
    fn base64_of_escapes_is_hidden_wherever_it_begins(
        secret in secret(),
        before in "[a-z/+ ]{0,5}",
        within in "[a-z:]{0,4}",
        after in "[a-z:]{0,4}",
        ways in prop::collection::vec(0..12_u8, 1..9),
    ) {
        let encoded = spelled(&secret, &ways);
        let text = STANDARD.encode(format!("{within}{encoded}{after}"));
        let inner = (within.len() * 8).div_ceil(6)..(within.len() + encoded.len()) * 8 / 6;
        let hidden = whole(&knowing(&secret), &format!("{before}{text}"));
        prop_assert!(hidden.contains("••••") && !hidden.contains(&text[inner]), "{}", hidden);
    }

    #[test]
    fn a_text_without_the_secret_is_left(
        // No text can mean one of these: that takes a 5, or an 8 or 9 in decimal.
        secret in "[Q-Z]{4,12}",
        text in r#"([a-f0-467%\\&+;# "{}:,]|\\u00[46]|%[46]|&#x[46]|&amp;|&quot;|&auml;|ü|%25){0,200}"#,
    ) {
        prop_assert_eq!(knowing(&secret).hide(text.as_bytes(), Extent::Whole), None, "{}", text);
    }

    #[test]
    fn no_text_is_too_odd(secret in any::<Vec<u8>>(), text in any::<Vec<u8>>(), cut in any::<bool>()) {
        let extent = if cut { Extent::Cut } else { Extent::Whole };
        let found = Redactor::new(vec![secret]).find(&text, extent);
        for range in &found {
            prop_assert!(!range.is_empty() && range.end <= text.len());
        }
        for pair in found.windows(2) {
            prop_assert!(pair[0].end < pair[1].start);
        }
    }
}
