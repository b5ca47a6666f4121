//! The request to send: as it was received, with another address.

use hyper::header::HeaderName;
use jiff::Timestamp;
use url::Url;

use crate::callback::{self, Random, RenderError, Signed, Values};
use crate::delivery::ExchangeRequest;
use crate::profile::{Auth, Endpoint, Profile, Secret};
use crate::receiver::Received;

/// Headers that belong to a connection, or that are made anew for each request (RFC 9110, section 7.6.1).
const NOT_REPEATED: [&str; 13] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Why a request cannot be replayed. Displays no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The address cannot be used.
    #[error("the address: {0}")]
    Address(String),
    /// The body was too long to be kept whole.
    #[error("only the first {kept} of {sent} bytes of its body are kept")]
    BodyCut {
        /// Bytes.
        kept: usize,
        /// Bytes.
        sent: u64,
    },
    /// A header has a name that cannot be sent.
    #[error("the header {0} cannot be sent")]
    Header(String),
    /// The profile authenticates with a token.
    #[error(
        "the profile authenticates with an access token, which is fetched only for deliveries: \
         `ringback test PROFILE --endpoint URL` sends one to another address"
    )]
    Token,
    /// The credentials of the profile cannot be made.
    #[error("the credentials of the profile: {0}")]
    Credentials(#[from] RenderError),
}

/// The request to send, with method, headers and body as they were received.
///
/// An address without a path, such as `http://127.0.0.1:9978`, keeps path and query of the request; one with a path but
/// without a query keeps the query. Plain http is for this machine only, unless `plain_http`.
///
/// With a profile, its credentials and the headers that are secret by name replace those that were received, and
/// timestamp and signature are made for `now`. Variables in such headers have no value.
///
/// # Errors
/// It cannot be replayed.
pub fn replayed(
    received: &Received,
    address: &str,
    plain_http: bool,
    profile: Option<&Profile>,
    now: Timestamp,
    random: &mut Random,
) -> Result<ExchangeRequest, ReplayError> {
    if received.body_cut() {
        return Err(ReplayError::BodyCut { kept: received.body.len(), sent: received.body_length });
    }
    let url = target(received, address, plain_http)?;
    let of_connection: Vec<String> = received
        .headers
        .iter()
        .filter(|(name, _)| name == "connection")
        .flat_map(|(_, value)| value.split(',').map(|name| name.trim().to_ascii_lowercase()))
        .collect();
    let is_repeated =
        |name: &str| !NOT_REPEATED.contains(&name) && !of_connection.iter().any(|other| other == name);
    let mut headers: Vec<(String, Secret)> = received
        .headers
        .iter()
        .filter(|(name, _)| is_repeated(name))
        .map(|(name, value)| (name.clone(), Secret::new(value.as_str())))
        .collect();
    if let Some(profile) = profile {
        renew(&mut headers, received, profile, now, random)?;
    }
    Ok(ExchangeRequest {
        method: received.method.clone().into(),
        url,
        headers: headers.into_iter().map(named).collect::<Result<_, _>>()?,
        body: received.body.to_vec(),
        is_repeatable: false,
    })
}

fn named((name, value): (String, Secret)) -> Result<(HeaderName, Secret), ReplayError> {
    HeaderName::try_from(name.as_str()).map(|name| (name, value)).map_err(|_| ReplayError::Header(name))
}

/// The headers whose values are not kept, and which a replay with this profile does not make either.
#[must_use]
pub fn left_out<'a>(received: &'a Received, profile: Option<&Profile>) -> Vec<&'a str> {
    let made = |name: &str| {
        profile.is_some_and(|profile| {
            let of_rows = profile.headers.iter().any(|row| row.name.eq_ignore_ascii_case(name));
            of_rows
                || match &profile.auth {
                    Auth::Basic { .. } => name == "authorization",
                    Auth::ApiKey { header, .. } => header.eq_ignore_ascii_case(name),
                    Auth::None | Auth::OAuth2(_) => false,
                }
        })
    };
    received.left_out.iter().map(String::as_str).filter(|name| !made(name)).collect()
}

/// Replaces credentials, secret headers, timestamp and signature by those of the profile.
fn renew(
    headers: &mut Vec<(String, Secret)>,
    received: &Received,
    profile: &Profile,
    now: Timestamp,
    random: &mut Random,
) -> Result<(), ReplayError> {
    if matches!(profile.auth, Auth::OAuth2(_)) {
        return Err(ReplayError::Token);
    }
    let delivery_id = received.header("webhook-id").unwrap_or(&received.id).to_owned();
    let signed = Signed { delivery_id: &delivery_id, unix_seconds: now.as_second(), body: &received.body };
    let mut made = callback::credentials(profile, &Values::default(), &signed, random)?;
    made.push(("webhook-id".to_owned(), delivery_id.clone()));
    let of_another = ["authorization", "webhook-signature"];
    headers.retain(|(name, _)| {
        !of_another.contains(&name.as_str())
            && !made.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
    });
    headers.extend(made.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), Secret::new(value))));
    Ok(())
}

fn target(received: &Received, address: &str, plain_http: bool) -> Result<Url, ReplayError> {
    let (endpoint, user) = Endpoint::parse(address, plain_http).map_err(ReplayError::Address)?;
    if user.is_some() {
        return Err(ReplayError::Address("must contain no user and no password".to_owned()));
    }
    let fixed = endpoint.fixed().and_then(|fixed| Url::parse(fixed).ok());
    let mut url =
        fixed.ok_or_else(|| ReplayError::Address("must contain no placeholder and be a URL".to_owned()))?;
    // The parser adds the path `/`: only the text says whether there was one.
    let has_path = address.trim().splitn(4, '/').nth(3).is_some();
    let has_query = address.contains('?');
    if !has_path && !has_query {
        url.set_path(&received.path);
    }
    if !has_query && !received.query.is_empty() {
        url.set_query(Some(&received.query));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::signer;
    use crate::profile::{Channel, Draft, DraftHeader, Identity, ProfileId, Region, Rules};
    use crate::receiver::PlannedResponse;

    fn received() -> Received {
        let header = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let headers = [
            ("host", "127.0.0.1:9977"),
            ("user-agent", "shop/1"),
            ("connection", "x-hop, close"),
            ("x-hop", "1"),
            ("content-length", "2"),
            ("content-type", "application/json"),
            ("x-a", "1"),
            ("x-a", "2"),
            ("webhook-id", "d-1"),
            ("webhook-timestamp", "1"),
            ("webhook-signature", "v1,old"),
        ];
        Received {
            id: "0123abcd".to_owned(),
            method: "PUT".to_owned(),
            path: "/sms/a%20b".to_owned(),
            query: "a=1&b=%2F".to_owned(),
            headers: headers.map(header).into(),
            left_out: vec!["authorization".to_owned(), "x-token".to_owned()],
            body: b"{}"[..].into(),
            body_length: 2,
            received_at: Timestamp::UNIX_EPOCH,
            attempt: 1,
            response: PlannedResponse::status(200),
        }
    }

    fn profile(change: impl FnOnce(&mut Draft)) -> Profile {
        let mut draft = Draft::new(Channel::Default);
        "Order SMS".clone_into(&mut draft.title);
        "https://x.example/cb".clone_into(&mut draft.endpoint);
        change(&mut draft);
        let at = Timestamp::UNIX_EPOCH;
        let id = ProfileId::new(Region::In, uuid::Uuid::from_u128(7));
        draft.check(Rules::STORED, Identity { id, created_at: at, modified_at: at }).unwrap()
    }

    fn sent(to: &str, profile: Option<&Profile>) -> Result<ExchangeRequest, ReplayError> {
        let now = "2026-01-02T03:04:05Z".parse().unwrap();
        replayed(&received(), to, false, profile, now, &mut |bytes| bytes.fill(0))
    }

    fn headers(request: &ExchangeRequest) -> Vec<(&str, &str)> {
        request.headers.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect()
    }

    #[test]
    fn everything_but_the_headers_of_the_connection_is_as_it_was() {
        let request = sent("http://127.0.0.1:9978", None).unwrap();
        assert_eq!((request.method.as_ref(), &request.body[..]), ("PUT", &b"{}"[..]));
        assert_eq!(
            headers(&request),
            [
                ("user-agent", "shop/1"),
                ("content-type", "application/json"),
                ("x-a", "1"),
                ("x-a", "2"),
                ("webhook-id", "d-1"),
                ("webhook-timestamp", "1"),
                ("webhook-signature", "v1,old"),
            ]
        );
        assert_eq!(left_out(&received(), None), ["authorization", "x-token"]);
    }

    #[test]
    fn an_address_replaces_what_it_has() {
        for (to, url) in [
            ("https://h.example", "https://h.example/sms/a%20b?a=1&b=%2F"),
            ("https://h.example/", "https://h.example/?a=1&b=%2F"),
            ("https://h.example/x", "https://h.example/x?a=1&b=%2F"),
            ("https://h.example/x?c", "https://h.example/x?c"),
            ("https://h.example?c=d", "https://h.example/?c=d"),
        ] {
            assert_eq!(sent(to, None).unwrap().url.as_str(), url);
        }
        for to in [
            "",
            "h.example",
            "ftp://h.example",
            "http://h.example/",
            "https://u:p@h.example",
            "https://h/<a>",
        ] {
            assert!(matches!(sent(to, None), Err(ReplayError::Address(_))), "{to}");
        }
    }

    #[test]
    fn with_a_profile_credentials_and_signature_are_made_anew() {
        let profile = profile(|draft| {
            "basic".clone_into(&mut draft.auth_kind);
            "shop".clone_into(&mut draft.auth_user);
            "pw".clone_into(&mut draft.auth_password);
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".clone_into(&mut draft.signing_secret);
            draft.headers = vec![DraftHeader { name: "X-Token".to_owned(), value: "t".to_owned() }];
        });
        let request = sent("https://h.example", Some(&profile)).unwrap();
        let header = |wanted: &str| {
            let mut found = headers(&request).into_iter().filter(|(name, _)| *name == wanted);
            let value = found.next().map(|(_, value)| value.to_owned());
            assert_eq!(found.next(), None, "{wanted} is repeated");
            value.unwrap()
        };
        assert_eq!(header("authorization"), "Basic c2hvcDpwdw==");
        assert_eq!(
            (header("x-token"), header("webhook-timestamp")),
            ("t".to_owned(), "1767323045".to_owned())
        );
        let signed = Signed { delivery_id: "d-1", unix_seconds: 1_767_323_045, body: b"{}" };
        assert_eq!(signer(&profile.signing_secrets, &signed, &header("webhook-signature")), Some(0));
        assert_eq!(left_out(&received(), Some(&profile)), [""; 0]);
        assert!(!format!("{request:?}").contains("c2hvcDpwdw"));
    }

    #[test]
    fn what_cannot_be_replayed_says_why() {
        let cut = Received { body_length: 9, ..received() };
        let random = &mut |_: &mut [u8]| ();
        let why = replayed(&cut, "https://h.example", false, None, Timestamp::UNIX_EPOCH, random);
        assert_eq!(why.unwrap_err(), ReplayError::BodyCut { kept: 2, sent: 9 });
        let token = profile(|draft| {
            "oauth2".clone_into(&mut draft.auth_kind);
            draft.oauth2.token_url = "https://x.example/token".to_owned();
            draft.oauth2.client_id = "shop".to_owned();
            draft.oauth2.client_secret = "s".to_owned();
        });
        assert_eq!(sent("https://h.example", Some(&token)).unwrap_err(), ReplayError::Token);
    }
}
