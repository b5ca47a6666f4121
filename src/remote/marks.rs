//! What both sides of a link had when they last agreed. Pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::content::{Content, Dialect, OF_RINGBACK, fingerprint};
use super::side::RemoteSide;
use crate::profile::{Profile, Status};

/// For each member the fingerprints of its values on the account and here. They contain no values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks(BTreeMap<String, Mark>);

/// The fingerprints of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// As the account returned it.
    pub remote: String,
    /// As stored here.
    pub local: String,
}

impl Marks {
    /// Reads what a link has; marks of another form are none.
    #[must_use]
    pub fn read(seen: &str) -> Self {
        let Ok(Value::Object(all)) = serde_json::from_str(seen) else { return Self::default() };
        let mark = |value: &Value| {
            let [remote, local] = value.as_array()?.as_slice() else { return None };
            Some(Mark { remote: remote.as_str()?.to_owned(), local: local.as_str()?.to_owned() })
        };
        Self(all.iter().filter_map(|(name, value)| Some((name.clone(), mark(value)?))).collect())
    }

    /// As a link keeps them.
    #[must_use]
    pub fn write(&self) -> String {
        let all = self.0.iter().map(|(name, mark)| (name.clone(), json!([mark.remote, mark.local])));
        Value::Object(all.collect()).to_string()
    }

    /// Those of a member. One that neither side had is not marked.
    #[must_use]
    pub fn get(&self, member: &str) -> Mark {
        let none = || Mark { remote: fingerprint(None), local: fingerprint(None) };
        self.0.get(member).cloned().unwrap_or_else(none)
    }

    /// Whether a profile here is no longer as both sides had it.
    #[must_use]
    pub fn is_changed_here(&self, profile: &Profile) -> bool {
        let content = Content::of(profile);
        let is_automatic = profile.status == Status::AutoDisabled;
        let names = content.names().chain(self.0.keys().map(String::as_str));
        let mut compared = names.filter(|name| self.is_compared(name, is_automatic));
        compared.any(|name| self.get(name).local != fingerprint(content.get(name)))
    }

    /// Whether a profile of the account is no longer as both sides had it.
    #[must_use]
    pub fn is_changed_there(&self, side: &RemoteSide) -> bool {
        let is_automatic = side.profile.status == Status::AutoDisabled;
        let names = side.content.names().chain(self.0.keys().map(String::as_str));
        let mut compared = names.filter(|name| side.has(name) && self.is_compared(name, is_automatic));
        compared.any(|name| self.get(name).remote != fingerprint(side.as_returned(name)))
    }

    /// Whether it was known of a member what both had: one that an account does not carry has no mark, one that
    /// neither side had has none either.
    fn is_compared(&self, member: &str, is_automatic: bool) -> bool {
        let is_ours = self.0.contains_key(OF_RINGBACK);
        let dialect = if is_ours { Dialect::Ringback } else { Dialect::Platform };
        // Its automatic status is the state of the side that sends.
        dialect.carries(member) && !(member == "status" && is_automatic)
    }

    /// Both sides agree about a member now.
    pub fn agree(&mut self, member: &str, remote: Option<&Value>, local: &Content) {
        let mark = Mark { remote: fingerprint(remote), local: fingerprint(local.get(member)) };
        self.0.insert(member.to_owned(), mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_as_they_were_written() {
        let mut marks = Marks::default();
        let mark = |text: &str| Mark { remote: fingerprint(Some(&json!(text))), local: fingerprint(None) };
        marks.0.insert("url".to_owned(), mark("a"));
        marks.0.insert("enc".to_owned(), mark("b"));
        assert_eq!(Marks::read(&marks.write()), marks);
        for other in ["", "[]", "{\"url\":1}", "{\"url\":[\"a\"]}"] {
            assert_eq!(Marks::read(other), Marks::default(), "{other}");
        }
        assert_ne!(fingerprint(Some(&json!(""))), fingerprint(None));
        assert_ne!(mark("a"), mark("b"));
    }
}
