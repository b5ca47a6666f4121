//! TLS for each profile: whom it trusts, what it presents, which HTTP version it uses; with real handshakes.

use crate::support::desk::{Desk, failure};
use crate::support::profiles::profile;
use crate::support::secure::{Authority, Secure};
use ringback::profile::{Draft, Profile};
use ringback::record::ErrorClass;

const H1: &[&[u8]] = &[b"http/1.1"];
const BOTH: &[&[u8]] = &[b"h2", b"http/1.1"];

fn trusting(endpoint: &Secure, ca: &str, change: impl FnOnce(&mut Draft)) -> Profile {
    profile(&endpoint.url(), |draft| {
        draft.ca_file = ca.into();
        change(draft);
    })
}

/// What the endpoint reports about the connection.
async fn connection(desk: &Desk, profile: &Profile) -> String {
    let details = desk.only_attempt(profile).await;
    let attempt = &details.attempts[0];
    assert_eq!(attempt.error, None);
    String::from_utf8(attempt.response_body.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_authority_is_trusted_by_the_profile_that_names_it() {
    let (desk, authority) = (Desk::new(), Authority::new());
    let ca = authority.file(desk.folder.path());
    let endpoint = Secure::start(&authority.issue("localhost"), H1, None).await;
    assert_eq!(connection(&desk, &trusting(&endpoint, &ca, |_| ())).await, "HTTP/1.1 0");

    let (class, message) = failure(&desk.only_attempt(&profile(&endpoint.url(), |_| ())).await);
    assert_eq!(class, ErrorClass::Tls);
    assert!(message.contains("the certificate is not valid: its issuer is not known"), "{message}");

    let other = Secure::start(&authority.issue("other.example"), H1, None).await;
    let (class, message) = failure(&desk.only_attempt(&trusting(&other, &ca, |_| ())).await);
    assert_eq!(class, ErrorClass::Tls);
    assert!(
        message.contains("the certificate is not valid: it is for other.example, not for localhost"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_certificate_of_a_server_is_reported() {
    let (desk, issued) = (Desk::new(), Authority::of_itself("localhost"));
    let (ca, _) = issued.files(desk.folder.path(), "self");
    let endpoint = Secure::start(&issued, H1, None).await;
    let (class, message) = failure(&desk.only_attempt(&trusting(&endpoint, &ca, |_| ())).await);
    assert_eq!(class, ErrorClass::Tls);
    assert!(message.contains("it is an authority's (CA:TRUE), not a server's"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_is_presented_on_request() {
    let (desk, authority) = (Desk::new(), Authority::new());
    let ca = authority.file(desk.folder.path());
    let (certificate, key) = authority.issue("sender").files(desk.folder.path(), "sender");
    let endpoint = Secure::start(&authority.issue("localhost"), H1, Some(&authority)).await;
    let shows = |draft: &mut Draft| {
        (draft.client_certificate, draft.client_key) = (certificate.clone(), key.clone());
    };
    assert_eq!(connection(&desk, &trusting(&endpoint, &ca, shows)).await, "HTTP/1.1 1");

    let (class, message) = failure(&desk.only_attempt(&trusting(&endpoint, &ca, |_| ())).await);
    assert_eq!(class, ErrorClass::Tls, "{message}");
    assert!(message.contains("the server asks for a client certificate"), "{message}");

    let stranger = Authority::new().issue("sender").files(desk.folder.path(), "stranger");
    let refused = desk
        .only_attempt(&trusting(&endpoint, &ca, |draft| {
            (draft.client_certificate, draft.client_key) = stranger;
        }))
        .await;
    let (class, message) = failure(&refused);
    assert_eq!(class, ErrorClass::Tls, "{message}");
    assert!(message.contains("the server refuses the client certificate"), "{message}");
    let kept = std::fs::read(desk.store.path()).unwrap();
    let line = std::fs::read_to_string(&key).unwrap().lines().nth(1).unwrap().to_owned();
    assert!(!kept.windows(line.len()).any(|window| window == line.as_bytes()), "the key stays in its file");
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_is_used_if_profile_and_endpoint_support_it() {
    let (desk, authority) = (Desk::new(), Authority::new());
    let ca = authority.file(desk.folder.path());
    let certificate = authority.issue("localhost");
    let (both, old) =
        (Secure::start(&certificate, BOTH, None).await, Secure::start(&certificate, H1, None).await);
    let offers = |draft: &mut Draft| draft.http2 = true;
    assert_eq!(connection(&desk, &trusting(&both, &ca, |_| ())).await, "HTTP/1.1 0");
    assert_eq!(connection(&desk, &trusting(&both, &ca, offers)).await, "HTTP/2.0 0");
    assert_eq!(
        connection(&desk, &trusting(&both, &ca, offers)).await,
        "HTTP/2.0 0",
        "over the same connection"
    );
    assert_eq!(connection(&desk, &trusting(&old, &ca, offers)).await, "HTTP/1.1 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_reread_when_they_change_and_missing_ones_reported() {
    let (desk, old, new) = (Desk::new(), Authority::new(), Authority::new());
    let ca = old.file(desk.folder.path());
    let endpoint = Secure::start(&old.issue("localhost"), H1, None).await;
    let profile = trusting(&endpoint, &ca, |_| ());
    assert_eq!(connection(&desk, &profile).await, "HTTP/1.1 0");
    let endpoint = Secure::start(&new.issue("localhost"), H1, None).await;
    let profile = trusting(&endpoint, &ca, |_| ());
    assert_eq!(failure(&desk.only_attempt(&profile).await).0, ErrorClass::Tls);

    new.file(desk.folder.path());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while desk.only_attempt(&profile).await.attempts[0].error.is_some() {
        assert!(std::time::Instant::now() < deadline, "the new authority is not seen");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }

    let lost = desk.folder.path().join("lost.pem").to_str().unwrap().to_owned();
    let (class, message) = failure(&desk.only_attempt(&trusting(&endpoint, &lost, |_| ())).await);
    assert_eq!(class, ErrorClass::Tls);
    assert!(message.ends_with(&format!("CA file: {lost}: there is no such file")), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_reported() {
    let desk = Desk::new();
    let plain = crate::support::endpoint::Endpoint::start(crate::support::endpoint::Manner::Says(
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_vec(),
    ))
    .await;
    let url = plain.url().replace("http://", "https://");
    let (class, message) = failure(&desk.only_attempt(&profile(&url, |_| ())).await);
    assert_eq!(class, ErrorClass::Tls, "{message}");
    assert!(message.contains("does not speak TLS"), "{message}");

    let closes = crate::support::endpoint::Endpoint::start(crate::support::endpoint::Manner::Closes).await;
    let url = closes.url().replace("http://", "https://");
    let details = desk.only_attempt(&profile(&url, |_| ())).await;
    let (class, message) = failure(&details);
    assert_eq!(class, ErrorClass::Tls, "{message}");
    assert!(message.contains("reset in the TLS handshake"), "{message}");
    assert_eq!(details.attempts[0].address, Some(closes.addr));

    let hangs = crate::support::endpoint::Endpoint::start(crate::support::endpoint::Manner::Hangs).await;
    let url = hangs.url().replace("http://", "https://");
    let id = desk.accept(&crate::support::profiles::retried(&url, 1, 1, 200)).await;
    let (class, message) = failure(&desk.ended(id).await);
    assert_eq!(class, ErrorClass::Timeout);
    assert_eq!(message, format!("timed out after 200 ms securing the connection to {}", hangs.addr));
}
