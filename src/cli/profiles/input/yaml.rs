//! YAML: one profile, or many, in one document or several, parsed one at a time.

use super::found::{Contents, Document};
use super::limits::{LONGEST_PROFILE, MAX_PROFILES};
use crate::json;
use crate::profile::document::response;
use crate::yaml::{YamlPart, YamlParts};

/// The profiles of a text: of each document, or of each item of a document that is a list.
///
/// # Errors
/// It is invalid YAML, with line and column, or does not describe profiles.
pub(super) fn each(text: &str) -> Result<Contents<'static>, String> {
    let mut all: Vec<String> = Vec::new();
    let mut has_lists = false;
    for part in YamlParts::new(text, LONGEST_PROFILE) {
        if all.len() == MAX_PROFILES {
            return Err(format!("more than {MAX_PROFILES} profiles"));
        }
        let value = match part.map_err(|error| error.to_string())? {
            YamlPart::Document(value) => value,
            YamlPart::Item(item) => {
                has_lists = true;
                item
            }
        };
        let json = value.to_string();
        if json.len() > LONGEST_PROFILE {
            return Err(format!("profiles[{}] has more than {LONGEST_PROFILE} bytes as JSON", all.len()));
        }
        all.push(json);
    }
    match &all[..] {
        [only] if !has_lists => {
            let value = json::read(only).map_err(|error| error.to_string())?;
            if !value.is_object() {
                return Err(
                    "must be an object or an array of objects: in YAML, a mapping or a list of mappings"
                        .to_owned(),
                );
            }
            match response(&value)? {
                Some(response) => Ok(Contents::of_platform(response)),
                None => Ok(Contents::here(vec![Document::only(value)])),
            }
        }
        _ => {
            let document = |(at, json)| Document::written(format!("profiles[{at}]"), json);
            Ok(Contents::here(all.into_iter().enumerate().map(document).collect()))
        }
    }
}
