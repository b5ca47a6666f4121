//! JSON: one profile, or many, parsed one at a time.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::found::{Contents, Document};
use super::limits::{LONGEST_PROFILE, MAX_PROFILES};
use crate::json;
use crate::profile::document::response;

/// The text of each profile of an array, [`MAX_PROFILES`] at most.
struct Many<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Many<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(ManyVisitor)
    }
}

struct ManyVisitor;

impl<'de> Visitor<'de> for ManyVisitor {
    type Value = Many<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of profiles")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Many<'de>, A::Error> {
        let mut many = Vec::new();
        while let Some(raw) = from.next_element()? {
            if many.len() == MAX_PROFILES {
                return Err(A::Error::custom(format!("more than {MAX_PROFILES} profiles")));
            }
            many.push(raw);
        }
        Ok(Many(many))
    }
}

/// The profiles of a text.
///
/// # Errors
/// It is invalid JSON, with line and column, or does not describe profiles.
pub(super) fn each(text: &str) -> Result<Contents<'_>, String> {
    let broken = |error: serde_json::Error| {
        if error.is_data() { error.to_string() } else { json::mistake(text, &error).to_string() }
    };
    match text.trim_start().as_bytes().first() {
        Some(b'[') => {
            let Many(many) = serde_json::from_str(text).map_err(broken)?;
            if let Some(at) = many.iter().position(|raw| raw.get().len() > LONGEST_PROFILE) {
                return Err(format!("profiles[{at}] has more than {LONGEST_PROFILE} bytes"));
            }
            let document = |(at, raw)| Document::raw(format!("profiles[{at}]"), text, raw);
            Ok(Contents::here(many.into_iter().enumerate().map(document).collect()))
        }
        Some(b'{') if text.len() > LONGEST_PROFILE => {
            Err(format!("the profile has more than {LONGEST_PROFILE} bytes"))
        }
        Some(b'{') => {
            // Parsed here as well, to report errors with line and column.
            let value = json::read(text).map_err(|error| error.to_string())?;
            match response(&value)? {
                Some(response) => Ok(Contents::of_platform(response)),
                None => Ok(Contents::here(vec![Document::only(value)])),
            }
        }
        _ => {
            serde_json::from_str::<&RawValue>(text).map_err(broken)?;
            Err("must be an object or an array of objects".to_owned())
        }
    }
}
