//! Renders a profile and values into a request.

use super::body::{ContentType, payload};
use super::resolve::Resolver;
use super::{Callback, Random, RenderError, Values, header, target};
use crate::profile::{Auth, Profile};

/// What a request needs besides the profile and the values.
pub struct Context<'a> {
    /// Sent as `webhook-id`: visible ASCII.
    pub delivery_id: &'a str,
    /// Only used for random initialization vectors.
    pub random: &'a mut Random<'a>,
}

/// The User-Agent of every request.
pub const USER_AGENT: &str = concat!("ringback/", env!("CARGO_PKG_VERSION"));

/// Makes the request, without credentials: see [`credentials`](super::credentials). `webhook-timestamp` is omitted
/// too, since it belongs to the attempt and not to the delivery: receivers that verify signatures accept five
/// minutes, and a retry may be later.
///
/// # Errors
/// A value is not allowed at its position.
pub fn render(profile: &Profile, values: &Values, context: &mut Context) -> Result<Callback, RenderError> {
    made(profile, context.delivery_id, &mut Resolver::new(profile, values, &mut *context.random))
}

/// The same, with the values of a resolver that may record their use.
pub(super) fn made(
    profile: &Profile,
    delivery_id: &str,
    resolver: &mut Resolver,
) -> Result<Callback, RenderError> {
    let url = target::url(&profile.endpoint, resolver)?;
    let body = payload(profile, resolver, delivery_id)?;
    let mut headers = Vec::with_capacity(3 + profile.headers.len());
    if !sets(profile, "user-agent") {
        headers.push(pair("User-Agent", USER_AGENT));
    }
    headers.push(pair("webhook-id", delivery_id));
    let mut own_type_stands = true;
    match &body.content_type {
        Some(ContentType::Usual(usual)) if !sets(profile, "content-type") => {
            headers.push(pair("Content-Type", usual));
        }
        Some(ContentType::Multipart(with_boundary)) => {
            headers.push(pair("Content-Type", with_boundary));
            own_type_stands = false;
        }
        _ => {}
    }
    for row in profile.headers.iter().filter(|row| !row.is_secret()) {
        let value = header::value(row, resolver)?;
        if own_type_stands || !row.name.eq_ignore_ascii_case("content-type") {
            headers.push((row.name.clone(), value));
        }
    }
    Ok(Callback { method: profile.method, url, headers, body: body.bytes })
}

/// Whether the profile sets this header.
fn sets(profile: &Profile, name: &str) -> bool {
    let key_header = match &profile.auth {
        Auth::ApiKey { header, .. } => Some(header),
        Auth::None | Auth::Basic { .. } | Auth::OAuth2(_) => None,
    };
    profile.headers.iter().map(|row| &row.name).chain(key_header).any(|n| n.eq_ignore_ascii_case(name))
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[cfg(test)]
mod tests;
