//! Advice on valid drafts: shown beside a field, never preventing a save.

use std::collections::HashSet;

use super::body::{BYTE_ORDER_MARK, Body, BodyForm};
use super::braces;
use super::channel::Channel;
use super::draft::Draft;
use super::endpoint::Endpoint;
use super::field::{Field, FieldError};
use super::path::Path;
use super::tags::tags_sent_as_variables;
use super::template::Template;

/// Names of query parameters that usually carry a secret (our decision).
const SECRET_PARAMETERS: [&str; 11] = [
    "access_token",
    "api-key",
    "api_key",
    "apikey",
    "key",
    "password",
    "passwd",
    "secret",
    "sig",
    "signature",
    "token",
];

impl Draft {
    /// Advice on a draft. `known` says whether a variable with this name exists; with Default every name is allowed.
    #[must_use]
    pub fn advice(&self, known: &dyn Fn(&str) -> bool) -> Vec<FieldError> {
        self.advice_with(&self.parsed_body(), known)
    }

    /// The same, with the body already parsed.
    #[must_use]
    pub fn advice_with(&self, body: &Body, known: &dyn Fn(&str) -> bool) -> Vec<FieldError> {
        let mut out = Vec::new();
        let mut say = |field, message: String| out.push(FieldError { field, message });
        let sends_body = self.method().is_none_or(super::Method::has_body);
        if !sends_body {
            if !self.body.trim().is_empty() {
                say(Field::Body, format!("kept, but not sent with {}", self.method));
            }
            if !self.data_format.is_empty() {
                say(Field::DataFormat, format!("kept, but not used with {}", self.method));
            }
        } else if let BodyForm::Text { json_error: Some(error), .. } = body.form()
            && self.data_format.is_empty()
        {
            say(Field::Body, format!("sent as plain text: {error}"));
        }
        // With Default every name is known, but a tag is still a tag.
        let named = |name: &str| self.channel() != Some(Channel::Default) && known(name);
        if let Some(message) = tags_sent_as_variables(body, &named).filter(|_| sends_body) {
            say(Field::Body, message);
        }
        if self.channel() != Some(Channel::Default) {
            let endpoint = Template::parse(&self.endpoint);
            if let Some(message) = unknown(endpoint.variables(), known) {
                say(Field::Endpoint, message);
            }
            if let Some(message) = unknown(body.variables().into_iter(), known).filter(|_| sends_body) {
                say(Field::Body, message);
            }
            for (at, header) in self.headers.iter().enumerate() {
                let value = Template::parse(&header.value);
                if let Some(message) = unknown(value.variables(), known) {
                    say(Field::HeaderValue(at), message);
                }
            }
        }
        if self.channel() == Some(Channel::Voice) {
            let fields = [(Field::Endpoint, &self.endpoint, true), (Field::Body, &self.body, sends_body)];
            for (field, text, _) in fields.into_iter().filter(|(.., is_sent)| *is_sent) {
                if let Some(message) = braces_sent(text, known) {
                    say(field, message);
                }
            }
        }
        if self.body.starts_with(BYTE_ORDER_MARK) && sends_body {
            say(Field::Body, "starts with a byte order mark (U+FEFF), which is sent: delete it".to_owned());
        }
        if matches!(Endpoint::parse(&self.endpoint, true), Ok((_, Some(_)))) {
            say(Field::Endpoint, "user and password move to Basic authentication".to_owned());
        }
        if let Some(names) = secrets_in_query(&self.endpoint) {
            say(
                Field::Endpoint,
                format!(
                    "{names}: a secret in the URL is shown and logged; send it in a header such as X-Api-Key"
                ),
            );
        }
        if self.encryption && !self.enc_random_iv && !self.enc_iv.is_empty() {
            say(Field::EncIv, "fixed IV: equal values give equal ciphertext".to_owned());
        }
        out
    }
}

/// Such as `{id} is sent as text: write <id>`: Voice's older placeholders are only read on import.
fn braces_sent(text: &str, known: &dyn Fn(&str) -> bool) -> Option<String> {
    let found = braces::placeholders(text, known);
    let first = found.first()?;
    let list = found.iter().map(|old| old.written.as_str()).collect::<Vec<_>>().join(" ");
    let are = if found.len() == 1 { "is" } else { "are" };
    Some(format!("{list} {are} sent as text: write {}", first.path))
}

/// The names of query parameters with a fixed secret; none if there are none.
fn secrets_in_query(endpoint: &str) -> Option<String> {
    let (_, query) = endpoint.split_once('?')?;
    let carries_secret = |name: &str, value: &str| {
        // A value from a placeholder is not part of the profile.
        let is_fixed = !value.is_empty() && Template::parse(value).variables().next().is_none();
        is_fixed && SECRET_PARAMETERS.contains(&name.to_ascii_lowercase().as_str())
    };
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut names: Vec<&str> =
        pairs.filter(|(name, value)| carries_secret(name, value)).map(|(name, _)| name).collect();
    names.dedup();
    (!names.is_empty()).then(|| names.join(", "))
}

fn unknown<'a>(variables: impl Iterator<Item = &'a Path>, known: &dyn Fn(&str) -> bool) -> Option<String> {
    let (mut seen, mut reported) = (HashSet::new(), HashSet::new());
    let mut names: Vec<&str> = Vec::new();
    for path in variables {
        // A long body uses the same few variables repeatedly.
        let is_known = |path: &Path| known(path.name()) || known(path.as_str());
        if seen.insert(path.as_str()) && !is_known(path) && reported.insert(path.name()) {
            names.push(path.name());
        }
    }
    let list = names.iter().map(|name| format!("<{name}>")).collect::<Vec<_>>().join(" ");
    (!names.is_empty()).then(|| format!("unknown, will be sent empty: {list}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(change: impl Fn(&mut Draft)) -> Vec<String> {
        let mut draft = Draft::new(Channel::Sms);
        change(&mut draft);
        draft.advice(&|name| name == "id").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn unknown_names_are_reported_once_each() {
        let output = advice(|d| d.body = "a=<id>&b=<x>&c=<x>&d=<y>".into());
        assert_eq!(output, ["body: unknown, will be sent empty: <x> <y>"]);
        assert!(advice(|d| (d.channel, d.body) = ("default".into(), "<x>".into())).is_empty());
    }

    #[test]
    fn tags_are_distinguished_from_variables_with_default_too() {
        let output =
            advice(|d| (d.channel, d.body) = ("default".into(), "{\"html\":\"a<br><status>\"}".into()));
        assert_eq!(
            output,
            ["body: <br> looks like a tag and is sent as a variable: close with </br>, or write <<br>"]
        );
        let closed =
            advice(|d| (d.channel, d.body) = ("default".into(), "{\"html\":\"<b>hi</b> <status>\"}".into()));
        assert!(closed.is_empty(), "{closed:?}");
    }

    #[test]
    fn braces_of_voice_and_a_byte_order_mark_are_sent_as_text() {
        let voice = |body: &str| {
            advice(|d| {
                (d.channel, d.endpoint) = ("voice".into(), "https://x.example/{id}/{color:red}".into());
                d.body = body.into();
            })
        };
        assert_eq!(
            voice("{keypress:1} {id} {name}"),
            [
                "body: sent as plain text: invalid JSON at line 1: names require double quotes (\")",
                "url: {id} is sent as text: write <id>",
                "body: {keypress:1} {id} are sent as text: write <keypress:1>",
            ]
        );
        assert!(advice(|d| d.body = "a={id}".into()).is_empty());
        let marked = advice(|d| d.body = "\u{feff}a=<id>".into());
        assert_eq!(marked, ["body: starts with a byte order mark (U+FEFF), which is sent: delete it"]);
    }

    #[test]
    fn a_secret_in_the_query_is_named_without_its_value() {
        let output = |endpoint: &str| advice(|d| d.endpoint = endpoint.into());
        assert_eq!(
            output("https://x.example/cb?id=<id>&Token=hunter2&api_key=hunter2"),
            [
                "url: Token, api_key: a secret in the URL is shown and logged; send it in a header such as X-Api-Key"
            ]
        );
        for url in ["/cb", "/token?id=<id>", "/cb?token=<id>", "/cb?token=&sig", "/cb?tokens=5&monkey=1"] {
            assert!(output(&format!("https://x.example{url}")).is_empty(), "{url}");
        }
    }

    #[test]
    fn a_body_that_is_not_sent_is_reported() {
        let output = advice(|d| (d.method, d.body) = ("GET".into(), "{}".into()));
        assert_eq!(output, ["body: kept, but not sent with GET"]);
    }
}
