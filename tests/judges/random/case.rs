//! A random profile that passes the check, and values for it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use ringback::callback::Values;
use ringback::profile::{
    Algorithm, Channel, Choice as _, Draft, DraftHeader, IV_BYTES, Identity, Profile, ProfileId, Region,
    Rules,
};
use serde_json::Value;

use super::body::{Body, any_body};
use super::piece::{Piece, encoded_pieces, header_pieces, typed};
use super::value::{NAMES, any_value, regex};

/// One test case.
#[derive(Debug, Clone)]
pub struct Case {
    pub method: &'static str,
    /// Empty for the default.
    pub format: &'static str,
    pub origin: &'static str,
    pub segments: Vec<Vec<Piece>>,
    pub query: Vec<(Vec<Piece>, Vec<Piece>)>,
    pub body: Body,
    pub blank: &'static str,
    pub headers: Vec<(String, Vec<Piece>)>,
    pub encryption: Option<Sealing>,
    pub values: Values,
}

/// How values are encrypted.
#[derive(Debug, Clone)]
pub struct Sealing {
    pub algorithm: Algorithm,
    pub key: String,
    /// None generates one for each value.
    pub iv: Option<String>,
    /// Empty means all.
    pub parameters: Vec<&'static str>,
}

const ORIGINS: [&str; 4] =
    ["https://x.example", "https://x.example:8443", "http://127.0.0.1:9", "https://[::1]:1"];

impl Case {
    /// Whether the method sends a body.
    pub fn has_body(&self) -> bool {
        matches!(self.method, "POST" | "PUT")
    }

    /// The profile, which passes the check.
    pub fn profile(&self) -> Profile {
        let mut draft = Draft::new(Channel::Default);
        "Random".clone_into(&mut draft.title);
        self.method.clone_into(&mut draft.method);
        self.format.clone_into(&mut draft.data_format);
        draft.endpoint = self.endpoint();
        draft.body = self.body.typed(self.blank);
        draft.headers = self
            .headers
            .iter()
            .map(|(name, value)| DraftHeader { name: name.clone(), value: typed(value, str::to_owned) })
            .collect();
        if let Some(sealing) = &self.encryption {
            draft.encryption = true;
            sealing.algorithm.name().clone_into(&mut draft.enc_algorithm);
            draft.enc_key.clone_from(&sealing.key);
            draft.enc_random_iv = sealing.iv.is_none();
            draft.enc_iv = sealing.iv.clone().unwrap_or_default();
            draft.enc_parameters = sealing.parameters.iter().map(|name| (*name).to_owned()).collect();
        }
        let id = ProfileId::new(Region::In, uuid::Uuid::from_u128(7));
        let at = jiff::Timestamp::UNIX_EPOCH;
        draft
            .check(Rules::default(), Identity { id, created_at: at, modified_at: at })
            .expect("a good profile")
    }

    fn endpoint(&self) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let segments: Vec<String> = self.segments.iter().map(|segment| typed(segment, encoded)).collect();
        let pair = |(name, value): &(Vec<Piece>, Vec<Piece>)| {
            format!("{}={}", typed(name, encoded), typed(value, encoded))
        };
        let query: Vec<String> = self.query.iter().map(pair).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}/{}{mark}{}", self.origin, segments.join("/"), query.join("&"))
    }
}

fn any_values() -> impl Strategy<Value = Values> {
    // The last name never has a value, and the others not always.
    let value = || proptest::option::weighted(0.9, any_value());
    [value(), value(), value(), value(), value()].prop_map(|found: [Option<Value>; 5]| {
        let mut values = Values::default();
        for (name, value) in NAMES.iter().zip(found) {
            if let Some(value) = value {
                values.set(*name, value);
            }
        }
        values
    })
}

/// Text of exactly this many bytes, one character of which may take two.
fn secret(bytes: usize) -> impl Strategy<Value = String> {
    regex(&format!("[ -~]{{{}}}([ -~]{{2}}|[à-ÿ])", bytes - 2))
}

fn any_sealing() -> impl Strategy<Value = Sealing> {
    let of = |algorithm: Algorithm| {
        let iv = proptest::option::of(secret(IV_BYTES));
        let parameters = proptest::sample::subsequence(NAMES.to_vec(), 0..=3);
        (secret(algorithm.key_bytes()), iv, parameters).prop_map(move |(key, iv, parameters)| Sealing {
            algorithm,
            key,
            iv,
            parameters,
        })
    };
    proptest::strategy::Union::new(Algorithm::ALL.iter().map(|algorithm| of(*algorithm)))
}

/// Rows with distinct names; half of the names are secret.
fn any_headers() -> impl Strategy<Value = Vec<(String, Vec<Piece>)>> {
    proptest::collection::vec((any::<bool>(), header_pieces()), 0..4).prop_map(|rows| {
        let named = rows.into_iter().enumerate().map(|(at, (is_secret, value))| {
            (if is_secret { format!("X-Token-{at}") } else { format!("X-Row-{at}") }, value)
        });
        named.collect()
    })
}

/// Segments of a path. Segments of dots alone, as typed by the author, change the path intentionally, so they are
/// excluded.
fn any_segments() -> impl Strategy<Value = Vec<Vec<Piece>>> {
    let segment = encoded_pieces().prop_map(|segment| {
        let has_var = segment.iter().any(|piece| matches!(piece, Piece::Var(_)));
        let stands = has_var || typed(&segment, str::to_owned).chars().any(|c| c != '.');
        if stands { segment } else { vec![Piece::Text("s".to_owned())] }
    });
    proptest::collection::vec(segment, 1..4)
}

/// Any case.
pub fn any_case() -> impl Strategy<Value = Case> {
    let method = proptest::sample::select(vec!["GET", "POST", "POST", "POST", "PUT", "DELETE"]);
    let format = proptest::sample::select(vec!["", "form-data", "url-encoded", "json"]);
    let query = proptest::collection::vec((encoded_pieces(), encoded_pieces()), 0..4);
    let place = (proptest::sample::select(ORIGINS.to_vec()), any_segments(), query);
    let blank = proptest::sample::select(vec!["", " ", "\n  ", "\t\r\n"]);
    let rest = (any_headers(), proptest::option::weighted(0.3, any_sealing()), any_values(), any::<bool>());
    (method, format, place, any_body(), blank, rest).prop_map(
        |(
            method,
            format,
            (origin, segments, query),
            body,
            blank,
            (mut headers, encryption, values, own_type),
        )| {
            let has_body = matches!(method, "POST" | "PUT");
            let fits = match format {
                "" => true,
                "json" => !matches!(body, Body::Text(_)),
                _ => body.has_fields(),
            };
            let format = if fits || !has_body { format } else { "" };
            if own_type && format != "form-data" && headers.len() < 3 {
                headers.push(("content-TYPE".to_owned(), vec![Piece::Text("application/x-own".to_owned())]));
            }
            Case { method, format, origin, segments, query, body, blank, headers, encryption, values }
        },
    )
}
