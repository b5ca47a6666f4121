//! The request as it would be sent now, exact to the byte, and how each variable is used. It is made by the renderer
//! that makes real requests; nothing here renders separately.

use std::collections::HashMap;

use url::Url;

use super::resolve::Resolver;
use super::trace::{RequestPart, Use};
use super::wire::{self, WireHeader};
use super::{Callback, Random, RenderError, Signed, Values, credentials, render};
use crate::profile::catalogue::{self, VariableOrigin};
use crate::profile::{Choice as _, Encryption, Iv, Profile, Tls};

/// The origin of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueOrigin {
    /// A sample of the platform's catalogue.
    Catalogue,
    /// The sample of an own variable.
    Own,
    /// Changed manually.
    Hand,
    /// From the last test.
    LastTest,
    /// From an earlier delivery.
    Delivery,
    /// From a file.
    File,
    /// From an event.
    Event,
}

impl ValueOrigin {
    /// For people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Own => "own sample",
            Self::Hand => "edited",
            Self::LastTest => "last test",
            Self::Delivery => "earlier delivery",
            Self::File => "file",
            Self::Event => "event",
        }
    }

    /// For scripts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Own => "own",
            Self::Hand => "hand",
            Self::LastTest => "last-test",
            Self::Delivery => "delivery",
            Self::File => "file",
            Self::Event => "event",
        }
    }
}

/// The origins of values, by variable name. Values without an entry came with the event.
pub type Origins = HashMap<String, ValueOrigin>;

/// The origins of the samples of these variables.
#[must_use]
pub fn origins_of(variables: &[catalogue::Variable]) -> Origins {
    let origin = |variable: &catalogue::Variable| match variable.origin {
        VariableOrigin::Documented | VariableOrigin::Derived => ValueOrigin::Catalogue,
        VariableOrigin::Own => ValueOrigin::Own,
    };
    variables.iter().map(|variable| (variable.name.clone(), origin(variable))).collect()
}

/// What a preview needs besides the profile and the values.
pub struct Moment<'a> {
    /// As in `webhook-id`: visible ASCII.
    pub delivery_id: &'a str,
    /// As in `webhook-timestamp`: seconds since 1970.
    pub unix_seconds: i64,
    /// Only used for random initialization vectors.
    pub random: &'a mut Random<'a>,
}

/// A request that was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The request without credentials, as the delivery log would keep it.
    pub callback: Callback,
    /// Path and query, as in the request line.
    pub target: String,
    /// All headers in sending order.
    pub headers: Vec<WireHeader>,
    /// The placeholders, in rendering order, including repeated ones.
    pub variables: Vec<PreviewVariable>,
    /// The algorithm's name if values are encrypted.
    pub algorithm: Option<&'static str>,
    /// The parts that are regenerated for each request, so that the real request will differ from this one.
    pub renewed: Vec<&'static str>,
    /// How the connection is secured.
    pub tls: Tls,
    /// Whether HTTP/2 is offered over TLS.
    pub http2: bool,
}

/// A placeholder of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewVariable {
    /// How it is used.
    pub used: Use,
    /// The origin of its value; none if it has no value.
    pub origin: Option<ValueOrigin>,
}

impl PreviewVariable {
    /// Whether it has no value.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.used.value.is_none()
    }

    /// Whether its value is shown only on request: it is part of a secret header.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        matches!(self.used.part, RequestPart::Header { secret: true, .. })
    }
}

/// Makes the request with its credentials, and records how each placeholder is used.
///
/// # Errors
/// A value is not allowed at its position, as when sending.
pub fn preview(
    profile: &Profile,
    values: &Values,
    origins: &Origins,
    moment: &mut Moment,
) -> Result<Preview, RenderError> {
    let mut uses = Vec::new();
    let mut resolver = Resolver::new(profile, values, &mut *moment.random).traced(&mut uses);
    let callback = render::made(profile, moment.delivery_id, &mut resolver)?;
    let signed =
        Signed { delivery_id: moment.delivery_id, unix_seconds: moment.unix_seconds, body: &callback.body };
    let secrets = credentials::made(profile, &signed, &mut resolver)?;
    // The renderer has parsed the URL already.
    let url = Url::parse(&callback.url)
        .map_err(|_| RenderError::Url { origin: profile.endpoint.origin().to_owned() })?;
    let headers = wire::headers(&callback, &secrets, &profile.auth, &url);
    let variables: Vec<PreviewVariable> = uses.into_iter().map(|used| variable(used, origins)).collect();
    let encryption = profile.encryption.as_ref().filter(|_| variables.iter().any(|v| v.used.encrypted));
    Ok(Preview {
        target: wire::target(&url),
        renewed: renewed(&headers, encryption),
        tls: profile.tls.clone(),
        http2: profile.http2,
        algorithm: encryption.map(|e| e.algorithm.name()),
        callback,
        headers,
        variables,
    })
}

fn variable(used: Use, origins: &Origins) -> PreviewVariable {
    let known = || origins.get(used.path.name()).copied().unwrap_or(ValueOrigin::Event);
    let origin = used.value.as_ref().map(|_| known());
    PreviewVariable { used, origin }
}

fn renewed(headers: &[WireHeader], encryption: Option<&Encryption>) -> Vec<&'static str> {
    let mut all = vec!["webhook-id", "webhook-timestamp"];
    if headers.iter().any(|header| header.name == "webhook-signature") {
        all.push("webhook-signature");
    }
    if headers.iter().any(|header| header.fetched) {
        all.push("authorization (an access token)");
    }
    if encryption.is_some_and(|e| e.iv == Iv::Random) {
        all.push("each encrypted value (random initialization vector)");
    }
    all
}

impl Preview {
    /// The request line, without its line end.
    #[must_use]
    pub fn request_line(&self) -> String {
        format!("{} {} HTTP/1.1", self.callback.method.name(), self.target)
    }

    /// Every byte that is sent: request line, headers, an empty line, the body. An access token is not included.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = self.request_line() + "\r\n";
        for header in &self.headers {
            head.extend([&header.name, ": ", &header.value, "\r\n"]);
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.callback.body);
        bytes
    }

    /// The same as text: lines end with a line feed, secrets are masked unless requested, and invalid UTF-8 is
    /// written as `\xNN`.
    #[must_use]
    pub fn text(&self, secrets: bool) -> String {
        let mut text = self.request_line() + "\n";
        for header in &self.headers {
            text.extend([&header.name, ": ", header.shown(secrets), "\n"]);
        }
        text + "\n" + &self.body_text()
    }

    /// The body as text; invalid UTF-8 is written as `\xNN`.
    #[must_use]
    pub fn body_text(&self) -> String {
        let mut text = String::new();
        for chunk in self.callback.body.utf8_chunks() {
            text.push_str(chunk.valid());
            text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
        }
        text
    }

    /// The placeholders without a value, each once.
    #[must_use]
    pub fn missing(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for variable in self.variables.iter().filter(|v| v.is_missing()) {
            let name = variable.used.path.as_str();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether there are secrets to show or hide.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        self.headers.iter().any(|header| header.secret && !header.fetched)
    }
}

#[cfg(test)]
mod tests;
