//! What a command becomes: fields of a draft, and notes.

use crate::profile::auth::AuthKind;
use crate::profile::choice::Choice as _;
use crate::profile::draft::{Draft, DraftHeader};

/// The fields of a draft that a command sets.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Fields {
    pub method: String,
    pub endpoint: String,
    pub body: String,
    pub data_format: String,
    pub headers: Vec<DraftHeader>,
    pub user: Option<(String, String)>,
    pub ca_file: String,
    pub certificate: String,
    pub key: String,
    pub http2: bool,
    pub retries: Option<Retries>,
}

/// The policy that `--retry` asks for.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Retries {
    pub count: u32,
    pub interval: Option<String>,
    pub timeout: String,
}

impl Fields {
    pub fn apply_to(&self, draft: &mut Draft) {
        let of = self.clone();
        draft.method = of.method;
        draft.endpoint = of.endpoint;
        draft.body = of.body;
        draft.data_format = of.data_format;
        draft.headers = of.headers;
        let (user, password) = of.user.clone().unwrap_or_default();
        let kind = if of.user.is_some() { AuthKind::Basic } else { AuthKind::None };
        kind.name().clone_into(&mut draft.auth_kind);
        draft.auth_user = user;
        draft.auth_password = password;
        draft.ca_file = of.ca_file;
        draft.client_certificate = of.certificate;
        draft.client_key = of.key;
        draft.http2 = of.http2;
        if let Some(retries) = of.retries {
            draft.retry_count = retries.count.to_string();
            draft.retry_timeout = retries.timeout;
            if let Some(interval) = retries.interval {
                draft.retry_interval = interval;
            }
        }
    }
}

/// The fields that a command has.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ImportedCurl {
    pub(super) fields: Fields,
    /// What has no place in a profile, and what differs: a sentence each.
    pub notes: Vec<String>,
}

impl ImportedCurl {
    /// Sets the fields that a command has: method, endpoint, body, data format, headers, authentication, TLS files and,
    /// if the command has them, retries. The others stay.
    pub fn apply_to(&self, draft: &mut Draft) {
        self.fields.apply_to(draft);
    }
}

/// Without the fields, which may hold secrets.
impl std::fmt::Debug for ImportedCurl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportedCurl").field("notes", &self.notes).finish_non_exhaustive()
    }
}
