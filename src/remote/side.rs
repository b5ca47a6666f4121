//! A profile of the account, read so that it can be compared with one here.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::content::{Content, Dialect};
use super::listing::RemoteDocument;
use super::placeholder;
use crate::management::{DocumentSource, ProfileCheck};
use crate::profile::document::Document;
use crate::profile::{Field, Identity, Profile, Rules};

/// A profile of the account.
#[derive(Debug, Clone)]
pub struct RemoteSide {
    /// As a profile. Secrets that the account does not return are those stored here.
    pub profile: Profile,
    /// Its contents.
    pub content: Content,
    /// What the account carries.
    pub dialect: Dialect,
    /// The members that it returned, of those that it carries.
    given: BTreeSet<String>,
    /// The members of which it did not return all secrets.
    secret: BTreeSet<&'static str>,
    /// The paths of the secrets that it did not return, each with its member.
    hidden: Vec<(&'static str, String)>,
    /// The members with secrets that neither side gives, and the paths of those.
    of_unknown: BTreeSet<&'static str>,
    unknown: Vec<String>,
    /// What a person should know about it: what cannot be carried over, and what was changed.
    pub notes: Vec<String>,
}

impl RemoteSide {
    /// Reads a profile of the account. `local` is its counterpart, whose secrets stand for those that the account
    /// does not return.
    ///
    /// # Errors
    /// A sentence: it is no profile.
    pub fn read(
        check: &ProfileCheck<'_>,
        remote: &RemoteDocument,
        local: Option<&Profile>,
    ) -> Result<Self, String> {
        let dialect = Dialect::of(&remote.document);
        let given = given(&remote.document, dialect);
        let read = check.read(remote.document.clone(), DocumentSource::Platform);
        let mut document = read.map_err(|fault| fault.to_string())?;
        let secret: BTreeSet<&'static str> =
            document.left_out.iter().filter_map(|field| member(*field)).collect();
        let path = |field: &Field| Some((member(*field)?, placeholder::path(*field, &document)));
        let hidden = document.left_out.iter().filter_map(path).collect();
        if let Some(local) = local {
            document.keep_secrets(local);
        }
        let of_unknown = document.left_out.iter().filter_map(|field| member(*field)).collect();
        let unknown = placeholder::fill(&mut document);
        let now = document.modified_at.or(document.created_at).unwrap_or_default();
        let created_at = document.created_at.unwrap_or(now);
        let identity = Identity { id: remote.id.clone(), created_at, modified_at: now };
        let profile = document
            .draft
            .check(Rules::STORED, identity)
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        let mut notes = Vec::new();
        if !document.unused.is_empty() {
            notes.push(format!("not carried over: {}", document.unused.join(", ")));
        }
        notes.extend(document.changed.iter().map(ToString::to_string));
        let content = Content::of(&profile);
        Ok(Self { profile, content, dialect, given, secret, hidden, of_unknown, unknown, notes })
    }

    /// Why members cannot be stored here: they have secrets that neither side gives.
    #[must_use]
    pub fn untakable(&self, members: &[String]) -> Option<String> {
        let is_unknown = |member: &String| self.of_unknown.contains(member.as_str());
        members.iter().any(is_unknown).then(|| unknown_secrets(&self.unknown))
    }

    /// Whether a member can be compared: the account carries it and has returned it.
    #[must_use]
    pub fn has(&self, member: &str) -> bool {
        self.given.contains(member) || (self.dialect == Dialect::Ringback && self.dialect.carries(member))
    }

    /// Whether the account did not return all secrets of a member.
    #[must_use]
    pub fn hides(&self, member: &str) -> bool {
        self.secret.contains(member)
    }

    /// The paths of the secrets that the account did not return, in other members than these.
    #[must_use]
    pub fn hidden_secrets(&self, but: &[String]) -> Vec<String> {
        let is_other = |(member, _): &&(&str, String)| !but.iter().any(|one| one == member);
        self.hidden.iter().filter(is_other).map(|(_, path)| path.clone()).collect()
    }

    /// The value of a member as the account returned it: without the secrets that it does not return.
    #[must_use]
    pub fn as_returned(&self, member: &str) -> Option<&Value> {
        if self.hides(member) { self.content.without_secrets(member) } else { self.content.get(member) }
    }
}

/// Checks a profile of the account as a new one here.
///
/// # Errors
/// A sentence: why it cannot be stored.
pub fn new_profile(
    check: &ProfileCheck<'_>,
    remote: &RemoteDocument,
) -> Result<(Profile, Vec<String>), String> {
    let read = check.read(remote.document.clone(), DocumentSource::Platform);
    let document = read.map_err(|fault| fault.to_string())?;
    if let Some(why) = missing(&document) {
        return Err(why);
    }
    let checked = check.check(document, None, Uuid::nil());
    let checked =
        checked.map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    Ok((checked.profile, checked.notes))
}

/// What is said about secrets that neither side gives.
fn unknown_secrets(fields: &[String]) -> String {
    let why = "the account does not return it and none is stored here: apply the profile with its ID and its secrets \
               first (`ringback profiles export --secrets` where it is from, `ringback profiles apply` here), then pull \
               again";
    format!("{}: {why}", fields.join(", "))
}

/// The same of a document, if it has such.
fn missing(document: &Document) -> Option<String> {
    let fields = document.left_out.iter().map(|field| placeholder::path(*field, document));
    let fields: Vec<String> = fields.collect();
    (!fields.is_empty()).then(|| unknown_secrets(&fields))
}

/// The members that a document has, of those that are compared.
fn given(document: &Value, dialect: Dialect) -> BTreeSet<String> {
    let names = document.as_object().into_iter().flat_map(|members| members.keys());
    names.filter(|name| dialect.carries(name)).cloned().collect()
}

/// The member of the contents that a secret belongs to.
fn member(field: Field) -> Option<&'static str> {
    Some(match field {
        Field::HeaderValue(_) => "headers",
        Field::EncKey | Field::EncIv => "enc",
        Field::AuthPassword
        | Field::AuthKey
        | Field::AuthClientSecret
        | Field::TokenFieldValue(_)
        | Field::TokenHeaderValue(_) => "auth",
        Field::SigningSecret | Field::OlderSecret(_) => "signing_secrets",
        _ => return None,
    })
}
