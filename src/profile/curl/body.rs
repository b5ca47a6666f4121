//! The body that a command's data options make.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::arguments::Given;
use super::error::CurlError;
use super::inputs::CurlInputs;
use super::options::Meaning;
use crate::profile::path::placeholder_at;
use crate::profile::template::Template;

/// What curl encodes: all but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The values of a command.
pub(super) struct Source<'a> {
    pub inputs: &'a dyn CurlInputs,
    /// What is piped to it.
    pub input: Option<Vec<u8>>,
    /// Whether `<name>` is text.
    pub literal: bool,
}

impl Source<'_> {
    /// A value as text.
    pub fn text(option: &str, value: Vec<u8>) -> Result<String, CurlError> {
        String::from_utf8(value).map_err(|_| CurlError::Value {
            option: option.to_owned(),
            message: "is not UTF-8, and the body of a profile is text".to_owned(),
        })
    }

    /// A file that an option names; `-` is standard input.
    pub fn file(&self, option: &str, path: &str) -> Result<Vec<u8>, CurlError> {
        let wrong = |message: String| CurlError::Value { option: option.to_owned(), message };
        if path == "-" {
            return self
                .input
                .clone()
                .ok_or_else(|| wrong("reads standard input, which is not there".to_owned()));
        }
        self.inputs.file(path).map_err(wrong)
    }

    /// One piece of data.
    pub fn data(&self, given: Given) -> Result<Vec<u8>, CurlError> {
        let Given { name, meaning, value } = given;
        match (meaning, value.strip_prefix(b"@")) {
            (Meaning::DataUrlEncode | Meaning::UrlQuery, _) => {
                Ok(self.encoded(&name, &Self::text(&name, value)?)?.into_bytes())
            }
            (Meaning::DataRaw, _) | (_, None) => Ok(value),
            (meaning, Some(path)) => {
                let mut content = self.file(&name, &String::from_utf8_lossy(path))?;
                if meaning == Meaning::Data {
                    content.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
                }
                Ok(content)
            }
        }
    }

    /// `content`, `=content`, `name=content`, `@file` or `name@file`; for `--url-query` also `+raw`.
    fn encoded(&self, option: &str, value: &str) -> Result<String, CurlError> {
        if option == "--url-query"
            && let Some(raw) = value.strip_prefix('+')
        {
            return Ok(raw.to_owned());
        }
        let Some(at) = value.find('=').or_else(|| value.find('@')) else { return Ok(self.escaped(value)) };
        let (name, rest) = value.split_at(at);
        let content = match rest.strip_prefix('@') {
            Some(path) => Self::text(option, self.file(option, path)?)?,
            None => rest.chars().skip(1).collect(),
        };
        let equals = if name.is_empty() { "" } else { "=" };
        Ok(format!("{name}{equals}{}", self.escaped(&content)))
    }

    /// Percent-encoded, except placeholders.
    pub fn escaped(&self, text: &str) -> String {
        let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
        if self.literal { encode(text) } else { Template::parse(text).map_text(encode).to_string() }
    }

    /// A field of `--form`, and notes about it; none if it is a file.
    pub fn field(
        &self,
        given: Given,
        notes: &mut Vec<String>,
    ) -> Result<Option<(String, String)>, CurlError> {
        let Given { name: option, meaning, value } = given;
        let text = Self::text(&option, value)?;
        let Some((name, content)) = text.split_once('=') else {
            return Err(CurlError::Value { option, message: "write name=value".to_owned() });
        };
        if meaning == Meaning::FormString {
            return Ok(Some((name.to_owned(), content.to_owned())));
        }
        if content.starts_with('@') {
            notes.push(format!("the part '{name}' is a file: not carried"));
            return Ok(None);
        }
        // `name=<file` takes the file's content, but nobody has a file that is named `id>`.
        let is_placeholder = placeholder_at(content).is_some_and(|(_, length)| length == content.len());
        if let Some(path) = content.strip_prefix('<').filter(|_| !is_placeholder) {
            let content = Self::text(&option, self.file(&option, path)?)?;
            return Ok(Some((name.to_owned(), content)));
        }
        let (content, rest) = form_value(content);
        if !rest.is_empty() {
            notes.push(format!("{rest} of the part '{name}': not carried"));
        }
        Ok(Some((name.to_owned(), content)))
    }

    /// Fields as the text of a body: `a=<a>&b=<b>`.
    pub fn pairs(&self, fields: &[(String, String)]) -> String {
        let pair =
            |(name, value): &(String, String)| format!("{}={}", self.escaped(name), self.escaped(value));
        fields.iter().map(pair).collect::<Vec<_>>().join("&")
    }
}

/// The value of a form's field up to a `;`, which quotes protect, and the rest, such as `type=text/plain`.
fn form_value(text: &str) -> (String, String) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_once(';').unwrap_or((text, ""));
        return (value.to_owned(), rest.trim().to_owned());
    };
    let mut value = String::new();
    let mut rest = quoted.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => value.extend(rest.next()),
            other => value.push(other),
        }
    }
    (value, rest.as_str().trim_start_matches(';').trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::curl::inputs::NoInputs;

    #[test]
    fn data_is_encoded_as_curl_encodes_it() {
        let source = Source { inputs: &NoInputs, input: Some(b"a\nb".to_vec()), literal: false };
        for (value, wanted) in [
            ("a b&c", "a%20b%26c"),
            ("=a=b", "a%3Db"),
            ("n=<id> é", "n=<id>%20%C3%A9"),
            ("n@-", "n=a%0Ab"),
            ("@-", "a%0Ab"),
        ] {
            assert_eq!(source.encoded("--data-urlencode", value).unwrap(), wanted, "{value}");
        }
        assert_eq!(source.encoded("--url-query", "+a b").unwrap(), "a b");
        assert!(source.encoded("--data-urlencode", "@x").is_err());
    }

    #[test]
    fn a_field_has_its_value_and_its_rest() {
        assert_eq!(form_value("a b;type=x"), ("a b".to_owned(), "type=x".to_owned()));
        assert_eq!(form_value("\"a;\\\"b\";type=x"), ("a;\"b".to_owned(), "type=x".to_owned()));
    }
}
