//! Profiles and values that are difficult for HTTP, shells and curl.

use std::net::SocketAddr;

use proptest::prelude::*;
use ringback::callback::Values;
use ringback::profile::{Draft, DraftHeader, Profile};

use crate::support::profiles;

/// A profile without its address, and the values for it.
#[derive(Debug, Clone)]
pub struct Case {
    draft: Draft,
    pub values: Values,
}

impl Case {
    pub fn profile(&self, to: SocketAddr) -> Profile {
        profiles::profile("http://127.0.0.1", |draft| {
            let title = draft.title.clone();
            *draft = Draft {
                title,
                endpoint: format!("http://{to}{}", self.draft.endpoint),
                ..self.draft.clone()
            };
        })
    }
}

/// Characters that are special in a shell, curl, a URL, JSON or a terminal.
fn text(control: bool) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "['\"\\\\$`!@<>&;|*?\\[\\]{}()#~%+= ,:/.^_-]",
        2 => "[a-z0-9]{1,3}",
        1 => "[é€日😀\u{a0}\u{202e}\u{200b}]",
        1 => Just("$(exit 3)".to_owned()),
        1 => Just("%s\\n\\101".to_owned()),
        1 => Just("'\\''".to_owned()),
        1 => Just("\t".to_owned()),
        2 => if control { "[\\x00-\\x1f\\x7f\\n]" } else { "[~]" },
    ];
    let any = proptest::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat());
    prop_oneof![4 => any, 1 => Just(String::new()), 1 => "@[a-z/]{0,8}", 1 => "[-][-]?[a-z]{1,6}"]
}

fn endpoint() -> impl Strategy<Value = String> {
    let path = prop_oneof![
        Just(""),
        Just("/cb"),
        Just("/a'b/(c)!*;$x/{d}/[1-3]/<id>x"),
        Just("/a/../b//c/./d|e^f\\g`h"),
        Just("/é 日/%2e%2E/%41~"),
    ];
    let query = prop_oneof![
        Just(""),
        Just("?"),
        Just("?a=<id>&a=<other>"),
        Just("?q='{x,y}'[0-9]$HOME\"|^`\\&&=#".trim_end_matches('#')),
        Just("?x=<gone>&é=+%2B"),
    ];
    (path, query).prop_map(|(path, query)| format!("{path}{query}"))
}

fn body() -> impl Strategy<Value = (&'static str, &'static str)> {
    let pairs = "a=<id>&b=x<other>y&<word>=1&a=<gone>";
    let json = r#"{ "id": "<id>", "part": "x<other>y", "bare": <other>, "deep": {"<word>": ["<id>", <id>]},
 "e": 1E400 }"#;
    prop::sample::select(vec![
        ("", ""),
        (json, ""),
        (json, "url-encoded"),
        (json, "form-data"),
        (pairs, ""),
        (pairs, "json"),
        (pairs, "form-data"),
        ("<id>", ""),
        ("<id>\n<other>\n", ""),
        ("@<id>", ""),
        ("\"<id>\"", ""),
    ])
}

fn headers() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let name = prop::sample::select(vec![
        "X-One",
        "x-one",
        "X-Token",
        "X-Two",
        "Authorization",
        "Accept",
        "Accept-Encoding",
        "User-Agent",
        "Cookie",
        "X-!#$%&'*+.^_`|~",
        "X-Secret-$`'",
        "Referer",
        "Range",
    ]);
    let value = prop::sample::select(vec![
        "",
        "plain",
        "<line>",
        "a <line> b",
        "'<line>'",
        "Bearer <line>",
        "a\tb",
        "é <word>",
        "@file",
        "-x; y",
    ]);
    proptest::collection::vec((name, value), 0..6)
}

pub fn any_case() -> impl Strategy<Value = Case> {
    let auth = prop_oneof![
        2 => Just(("none", "")),
        1 => text(false).prop_map(|_| ("basic", "pa:ss 'ü\"")),
        1 => Just(("api-key", "k'$HOME\"`x\\")),
    ];
    (
        (
            prop::sample::select(vec!["GET", "POST", "POST", "PUT", "DELETE"]),
            endpoint(),
            body(),
            headers(),
            auth,
        ),
        (any::<bool>(), any::<bool>()),
        (text(true), text(true), text(false), "[a-z]{1,5}"),
    )
        .prop_map(
            |((method, endpoint, (body, format), mut headers, (kind, key)), (signed, encrypted), texts)| {
                if kind == "basic" {
                    headers.retain(|(name, _)| *name != "Authorization");
                }
                let mut seen = std::collections::HashSet::new();
                headers.retain(|(name, _)| seen.insert(name.to_ascii_lowercase()));
                let mut values = Values::default();
                for (name, text) in
                    [("id", &texts.0), ("other", &texts.1), ("line", &texts.2), ("word", &texts.3)]
                {
                    values.set(name, text.as_str().into());
                }
                // A dot segment is rejected when rendering, which is tested elsewhere.
                let owned = |text: &str| text.to_owned();
                let draft = Draft {
                    method: owned(method),
                    endpoint,
                    body: owned(body),
                    data_format: owned(format),
                    headers: headers
                        .into_iter()
                        .map(|(name, value)| DraftHeader { name: owned(name), value: owned(value) })
                        .collect(),
                    auth_kind: owned(kind),
                    auth_user: owned("me$x'"),
                    auth_password: owned(key),
                    auth_header: owned("Api-Key"),
                    auth_key: owned(key),
                    signing_secret: owned(if signed { "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" } else { "" }),
                    encryption: encrypted,
                    enc_algorithm: owned("AES-128-GCM"),
                    enc_key: owned("K1abcdefghijkl2P"),
                    enc_iv: owned("POabcdefghijklLY"),
                    enc_parameters: vec![owned("other"), owned("word")],
                    ..Draft::default()
                };
                Case { draft, values }
            },
        )
}
