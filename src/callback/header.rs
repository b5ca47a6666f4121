//! The values of a profile's headers.

use super::RenderError;
use super::escape::Escaping;
use super::resolve::Resolver;
use super::trace::{RequestPart, Spot};
use crate::profile::{Header, TemplatePart};

/// A header's value with its variables.
///
/// CR, LF and NUL could start another header. The other ASCII control characters are rejected too: no HTTP client
/// sends them (RFC 9110, section 5.5). A tab is allowed.
pub(super) fn value(header: &Header, resolver: &mut Resolver) -> Result<String, RenderError> {
    resolver.at(|| RequestPart::Header { name: header.name.clone(), secret: header.is_secret() });
    let mut rendered = String::new();
    for part in header.value.parts() {
        match part {
            TemplatePart::Text(text) => rendered.push_str(text),
            TemplatePart::Variable(path) => {
                let text = resolver.text(path)?;
                if let Some(bad) = text.chars().find(|c| c.is_ascii_control() && *c != '\t') {
                    return Err(RenderError::HeaderValue {
                        header: header.name.clone(),
                        variable: path.as_str().to_owned(),
                        found: described(bad),
                    });
                }
                resolver.sent(Escaping::AsIs, Spot::Value, &text);
                rendered.push_str(&text);
            }
        }
    }
    Ok(rendered)
}

fn described(control: char) -> String {
    match control {
        '\r' => "a carriage return".to_owned(),
        '\n' => "a line feed".to_owned(),
        '\0' => "a NUL character".to_owned(),
        other => format!("the control character U+{:04X}", u32::from(other)),
    }
}
