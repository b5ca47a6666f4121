//! What a person has typed so far: text, unchecked.

use serde::{Deserialize, Serialize};

use super::Profile;
use super::auth::Auth;
use super::auto_enable::AutoEnable;
use super::body::Body;
use super::channel::Channel;
use super::choice::Choice;
use super::encryption::{Algorithm, Iv};
use super::method::Method;
use super::oauth2::{Extra, OAuth2, SentAs};
use super::secret::Secret;
use super::status::Status;

/// A profile as text. [`Draft::check`] turns it into a [`Profile`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "each is named for its field, see Field")]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the editor")]
pub struct Draft {
    pub title: String,
    pub channel: String,
    pub events: Vec<String>,
    pub method: String,
    pub endpoint: String,
    pub body: String,
    pub retry_count: String,
    pub retry_interval: String,
    pub retry_timeout: String,
    /// Empty follows the channel.
    pub retry_backoff: String,
    /// Empty follows the body.
    pub data_format: String,
    pub headers: Vec<DraftHeader>,
    pub auth_kind: String,
    pub auth_user: String,
    pub auth_password: String,
    pub auth_header: String,
    pub auth_key: String,
    pub oauth2: DraftOAuth2,
    pub encryption: bool,
    pub enc_algorithm: String,
    pub enc_key: String,
    pub enc_iv: String,
    pub enc_random_iv: bool,
    pub enc_parameters: Vec<String>,
    pub signing_secret: String,
    /// Secrets that sign too, until the endpoint knows the current one.
    pub older_secrets: Vec<String>,
    pub ca_file: String,
    pub client_certificate: String,
    pub client_key: String,
    pub http2: bool,
    /// Empty is never.
    pub expires_after: String,
    /// Empty is no limit.
    pub max_in_flight: String,
    /// Empty is no limit.
    pub rate_limit: String,
    pub ordered: bool,
    /// Whether an auto-disabled profile is probed.
    pub probe: bool,
    pub status: String,
}

/// Advanced authentication of a draft.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "each is named for its field, see Field")]
pub struct DraftOAuth2 {
    pub token_url: String,
    pub client_id: String,
    pub client_secret: String,
    pub sent_as: String,
    pub scope: String,
    pub fields: Vec<DraftHeader>,
    pub headers: Vec<DraftHeader>,
}

/// A row of a draft: a header, or a field or header of its token request.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named for what they are")]
pub struct DraftHeader {
    pub name: String,
    pub value: String,
}

impl Default for Draft {
    fn default() -> Self {
        Self::new(Channel::Default)
    }
}

impl Default for DraftOAuth2 {
    fn default() -> Self {
        Self {
            token_url: String::new(),
            client_id: String::new(),
            client_secret: String::new(),
            sent_as: SentAs::default().name().to_owned(),
            scope: String::new(),
            fields: Vec::new(),
            headers: Vec::new(),
        }
    }
}

impl Draft {
    /// An empty draft with the initial values: POST, no retry, the channel's interval.
    #[must_use]
    pub fn new(channel: Channel) -> Self {
        Self {
            title: String::new(),
            channel: channel.name().to_owned(),
            events: channel.events().iter().take(1).map(|e| e.name().to_owned()).collect(),
            method: Method::default().name().to_owned(),
            endpoint: String::new(),
            body: String::new(),
            retry_count: "0".to_owned(),
            retry_interval: channel.usual_interval_s().to_string(),
            retry_timeout: String::new(),
            retry_backoff: String::new(),
            data_format: String::new(),
            headers: Vec::new(),
            auth_kind: "none".to_owned(),
            auth_user: String::new(),
            auth_password: String::new(),
            auth_header: String::new(),
            auth_key: String::new(),
            oauth2: DraftOAuth2::default(),
            encryption: false,
            enc_algorithm: Algorithm::default().name().to_owned(),
            enc_key: String::new(),
            enc_iv: String::new(),
            enc_random_iv: false,
            enc_parameters: Vec::new(),
            signing_secret: String::new(),
            older_secrets: Vec::new(),
            ca_file: String::new(),
            client_certificate: String::new(),
            client_key: String::new(),
            http2: false,
            expires_after: String::new(),
            max_in_flight: String::new(),
            rate_limit: String::new(),
            ordered: false,
            probe: false,
            status: Status::default().name().to_owned(),
        }
    }

    /// The channel, if its name is valid.
    #[must_use]
    pub fn channel(&self) -> Option<Channel> {
        Channel::from_name(&self.channel)
    }

    /// The method, if its name is valid.
    #[must_use]
    pub fn method(&self) -> Option<Method> {
        Method::from_name(&self.method)
    }

    /// The body, parsed according to the Content-Type among the headers.
    #[must_use]
    pub fn parsed_body(&self) -> Body {
        let mut rows = self.headers.iter();
        let row = rows.find(|row| row.name.trim().eq_ignore_ascii_case("content-type"));
        Body::parse(&self.body, row.map(|row| row.value.as_str()))
    }
}

/// Secrets are omitted from debug output: a draft contains them as plain text.
impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("title", &self.title).finish_non_exhaustive()
    }
}

impl From<&Profile> for Draft {
    fn from(profile: &Profile) -> Self {
        let mut draft = Self {
            title: profile.title.to_string(),
            events: profile.events.iter().map(|e| e.name().to_owned()).collect(),
            method: profile.method.name().to_owned(),
            endpoint: profile.endpoint.template().to_string(),
            body: profile.body.text().to_owned(),
            retry_count: profile.retry.count().to_string(),
            data_format: profile.data_format.map(|f| f.name().to_owned()).unwrap_or_default(),
            headers: profile
                .headers
                .iter()
                .map(|h| DraftHeader { name: h.name.clone(), value: h.value.to_string() })
                .collect(),
            auth_kind: profile.auth.kind().name().to_owned(),
            signing_secret: profile.signing_secrets.first().map(text).unwrap_or_default(),
            older_secrets: profile.signing_secrets.iter().skip(1).map(text).collect(),
            ca_file: profile.tls.ca_file.clone().unwrap_or_default(),
            http2: profile.http2,
            expires_after: profile.expires_after_s.map(|s| s.to_string()).unwrap_or_default(),
            max_in_flight: profile.pacing.max_in_flight.map(|n| n.to_string()).unwrap_or_default(),
            rate_limit: profile.pacing.rate_limit.map(|rate| rate.to_string()).unwrap_or_default(),
            ordered: profile.pacing.ordered,
            probe: profile.auto_enable == AutoEnable::Probe,
            status: profile.status.name().to_owned(),
            ..Self::new(profile.channel)
        };
        if let Some(identity) = &profile.tls.identity {
            draft.client_certificate.clone_from(&identity.certificate);
            draft.client_key = identity.key.clone().unwrap_or_default();
        }
        if profile.retry.count() > 0 {
            draft.retry_interval = profile.retry.interval_s().to_string();
            draft.retry_timeout = profile.retry.timeout_ms().to_string();
        }
        match &profile.auth {
            Auth::None => {}
            Auth::Basic { user, password } => {
                draft.auth_user.clone_from(user);
                draft.auth_password = text(password);
            }
            Auth::ApiKey { header, key } => {
                draft.auth_header.clone_from(header);
                draft.auth_key = text(key);
            }
            Auth::OAuth2(oauth2) => draft.oauth2 = oauth2.as_ref().into(),
        }
        if let Some(encryption) = &profile.encryption {
            draft.encryption = true;
            encryption.algorithm.name().clone_into(&mut draft.enc_algorithm);
            draft.enc_key = text(&encryption.key);
            match &encryption.iv {
                Iv::Fixed(iv) => draft.enc_iv = text(iv),
                Iv::Random => draft.enc_random_iv = true,
            }
            draft.enc_parameters.clone_from(&encryption.parameters);
        }
        draft
    }
}

impl From<&OAuth2> for DraftOAuth2 {
    fn from(oauth2: &OAuth2) -> Self {
        let rows = |extras: &[Extra]| {
            extras.iter().map(|e| DraftHeader { name: e.name.clone(), value: text(&e.value) }).collect()
        };
        Self {
            token_url: oauth2.token_url.as_str().to_owned(),
            client_id: oauth2.client_id.clone(),
            client_secret: text(&oauth2.client_secret),
            sent_as: oauth2.sent_as.name().to_owned(),
            scope: oauth2.scope.clone().unwrap_or_default(),
            fields: rows(&oauth2.fields),
            headers: rows(&oauth2.headers),
        }
    }
}

fn text(secret: &Secret) -> String {
    secret.reveal().to_owned()
}
