//! The URL of a request.

use percent_encoding::utf8_percent_encode;
use url::Url;

use super::RenderError;
use super::escape::{Escaping, IN_URL};
use super::resolve::Resolver;
use super::trace::Spot;
use crate::profile::{Endpoint, Path, TemplatePart};

/// The endpoint with its values, normalized according to the URL standard. A value cannot escape its position:
/// neither to another path nor to another host.
pub(super) fn url(endpoint: &Endpoint, resolver: &mut Resolver) -> Result<String, RenderError> {
    if let Some(fixed) = endpoint.fixed() {
        return Ok(fixed.to_owned());
    }
    let mut writer = Writer::default();
    for part in endpoint.template().parts() {
        match part {
            TemplatePart::Text(text) => writer.text(text)?,
            TemplatePart::Variable(path) => {
                let start = writer.written.len();
                writer.written.extend(utf8_percent_encode(&resolver.text(path)?, IN_URL));
                resolver.sent(Escaping::Percent, Spot::Value, &writer.written[start..]);
                writer.variable = Some(path);
            }
        }
    }
    writer.end_segment()?;
    // Placeholders come after the host, so this is true for every checked endpoint.
    Url::parse(&writer.written)
        .ok()
        .filter(|url| url.origin().ascii_serialization() == endpoint.origin())
        .map(String::from)
        .ok_or_else(|| RenderError::Url { origin: endpoint.origin().to_owned() })
}

/// Tracks the segments of the path while the URL is written.
#[derive(Default)]
struct Writer<'a> {
    written: String,
    segment_start: usize,
    /// The last variable in this segment.
    variable: Option<&'a Path>,
    in_query: bool,
}

impl Writer<'_> {
    fn text(&mut self, text: &str) -> Result<(), RenderError> {
        for c in text.chars() {
            // The URL standard treats `\` as `/` with http and https.
            if matches!(c, '/' | '\\' | '?') {
                self.end_segment()?;
                self.in_query |= c == '?';
                self.segment_start = self.written.len() + 1;
            }
            self.written.push(c);
        }
        Ok(())
    }

    /// A segment of dots that was typed is kept; one that a value contributed to is not.
    fn end_segment(&mut self) -> Result<(), RenderError> {
        let Some(variable) = self.variable.take() else { return Ok(()) };
        let segment = &self.written[self.segment_start..];
        if !self.in_query && is_dots(segment) {
            return Err(RenderError::DotSegment {
                variable: variable.as_str().to_owned(),
                segment: segment.to_owned(),
            });
        }
        Ok(())
    }
}

/// Whether URL parsers remove this segment: `.` or `..`, with each dot possibly as `%2e`.
fn is_dots(segment: &str) -> bool {
    segment.len() <= 6 && matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::callback::Values;
    use crate::callback::test_samples::{profile, values};

    fn rendered(endpoint: &str, values: &Values) -> Result<String, RenderError> {
        let profile = profile(|draft| draft.endpoint = endpoint.to_owned());
        url(&profile.endpoint, &mut Resolver::new(&profile, values, &mut |_| panic!("no randomness")))
    }

    #[test]
    fn values_are_encoded_completely() {
        let values = values(json!({"id": "a/b?c=d&e#f+ü", "n": 12}));
        assert_eq!(
            rendered("https://x.example/p/<id>/q?id=<id>&n=<n>&none=<gone>", &values).unwrap(),
            "https://x.example/p/a%2Fb%3Fc%3Dd%26e%23f%2B%C3%BC/q\
             ?id=a%2Fb%3Fc%3Dd%26e%23f%2B%C3%BC&n=12&none="
        );
    }

    #[test]
    fn typed_urls_are_normalized() {
        let none = Values::default();
        for (typed, sent) in [
            ("https://X.example", "https://x.example/"),
            ("https://x.example:443/a b?q=a b", "https://x.example/a%20b?q=a%20b"),
            ("https://x.example/a/../b", "https://x.example/b"),
            ("https://x.example/a<?b<", "https://x.example/a%3C?b%3C"),
        ] {
            assert_eq!(rendered(typed, &none).unwrap(), sent);
        }
    }

    #[test]
    fn a_value_cannot_create_a_dot_segment() {
        let values = values(json!({"one": ".", "two": "..", "none": "", "e": "2e", "name": "..."}));
        for (endpoint, variable) in [
            ("https://x.example/a/<two>", "two"),
            ("https://x.example/a/<two>/b", "two"),
            ("https://x.example/a/<one>?q", "one"),
            ("https://x.example/a/<one><one>/b", "one"),
            ("https://x.example\\<two>\\b", "two"),
            ("https://x.example/a/%2e<one>/b", "one"),
            ("https://x.example/a/%2E%<e>/b", "e"),
            ("https://x.example/a/.<none>./b", "none"),
        ] {
            let error = rendered(endpoint, &values).unwrap_err();
            assert!(error.to_string().starts_with(&format!("URL: the value of <{variable}>")), "{error}");
        }
        assert_eq!(
            rendered("https://x.example/<name>/.<two>/<none>/<two>.x?q=/<two>/", &values).unwrap(),
            "https://x.example/.../...//...x?q=/../"
        );
    }
}
