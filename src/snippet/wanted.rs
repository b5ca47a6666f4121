//! What the receiver of a profile needs, as words and texts of its template.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use super::encrypted::{self, EncryptedPlaces};
use super::format::Format;
use super::language::Language;
use super::text::Facts;
use crate::profile::{Auth, Choice as _, Encryption, Iv, Profile, Template};

/// How a request shows that it is from its sender, besides its signature.
enum Known {
    /// By user and password.
    Basic,
    /// By a key in this header, which the exported profile has at this place.
    Key { header: String, place: String },
    /// By a token of somebody else.
    Token,
    /// Not at all.
    No,
}

impl Known {
    fn of(profile: &Profile) -> Self {
        match &profile.auth {
            Auth::Basic { .. } => Self::Basic,
            Auth::ApiKey { header, .. } => Self::Key { header: header.clone(), place: "auth.key".to_owned() },
            Auth::OAuth2(_) => Self::Token,
            Auth::None => {
                let is_fixed = |value: &Template| value.variables().next().is_none();
                let mut headers =
                    profile.headers.iter().filter(|row| row.is_secret() && is_fixed(&row.value));
                headers.next().map_or(Self::No, |row| Self::Key {
                    header: row.name.clone(),
                    place: format!("headers.{}", row.name),
                })
            }
        }
    }
}

/// The facts for the template of this language.
pub(super) fn wanted(profile: &Profile, language: Language, listen: SocketAddr) -> Facts {
    let known = Known::of(profile);
    let places = encrypted::places(profile);
    let mut facts = Facts { words: words(profile, &known, &places), texts: BTreeMap::new() };
    let fields: Vec<String> = places.fields.iter().map(|name| language.quoted(name)).collect();
    let header = match &known {
        Known::Key { header, .. } => header,
        Known::Basic | Known::Token | Known::No => "Authorization",
    };
    let algorithm = profile.encryption.as_ref().map_or("", |encryption| encryption.algorithm.name());
    facts.texts.extend([
        ("title", profile.title.to_string()),
        ("id", profile.id.to_string()),
        ("secrets", secrets(profile, &known, &places)),
        ("listen", listen.to_string()),
        ("host", listen.ip().to_string()),
        ("port", listen.port().to_string()),
        ("method", profile.method.name().to_owned()),
        ("timeout", profile.retry.timeout_ms().to_string()),
        ("header", language.quoted(header)),
        ("header_lower", language.quoted(&header.to_ascii_lowercase())),
        ("header_php", language.quoted(&format!("HTTP_{}", header.to_ascii_uppercase().replace('-', "_")))),
        ("fields", fields.join(", ")),
        ("algorithm", algorithm.to_ascii_lowercase()),
        ("bits", algorithm.get(4..7).unwrap_or_default().to_owned()),
    ]);
    facts
}

fn words(profile: &Profile, known: &Known, places: &EncryptedPlaces) -> BTreeSet<&'static str> {
    let format = Format::of(profile);
    let is_signed = !profile.signing_secrets.is_empty();
    let mut words = BTreeSet::from([format.name()]);
    words.extend(match known {
        Known::Basic => &["basic", "auth", "secrets"][..],
        Known::Key { .. } => &["key", "auth", "secrets"],
        Known::Token => &["oauth"],
        Known::No => &[],
    });
    if is_signed {
        words.extend(["signed", "secrets"]);
    }
    if is_signed || format != Format::Query {
        words.insert("body");
    }
    if matches!(format, Format::Form | Format::Query | Format::Multipart) {
        words.insert("map");
    }
    if let Some(Encryption { algorithm, iv, .. }) = &profile.encryption {
        words.extend(["enc", "secrets"]);
        words.insert(if algorithm.name().ends_with("GCM") { "gcm" } else { "cfb" });
        words.insert(if *iv == Iv::Random { "random" } else { "fixed" });
    }
    if !places.fields.is_empty() {
        words.insert("fields");
    }
    if places.whole && format == Format::Text {
        words.insert("whole");
    }
    words
}

/// The variables of the environment, each with its member in the exported profile.
fn secrets(profile: &Profile, known: &Known, places: &EncryptedPlaces) -> String {
    let mut all = Vec::new();
    match profile.signing_secrets.len() {
        0 => {}
        1 => all.push("CALLBACK_SIGNING_SECRETS (signing_secret)".to_owned()),
        _ => all.push("CALLBACK_SIGNING_SECRETS (signing_secrets, separated by spaces)".to_owned()),
    }
    match known {
        Known::Basic => all.push("CALLBACK_BASIC_AUTH (auth.user:auth.password)".to_owned()),
        Known::Key { place, .. } => all.push(format!("CALLBACK_API_KEY ({place})")),
        Known::Token | Known::No => {}
    }
    if let Some(encryption) = &profile.encryption {
        all.push("CALLBACK_ENC_KEY (enc.key)".to_owned());
        if encryption.iv != Iv::Random {
            all.push("CALLBACK_ENC_IV (enc.IV)".to_owned());
        }
    }
    let others = if places.others { "; decrypt(…) other encrypted values" } else { "" };
    all.join(", ") + others
}
