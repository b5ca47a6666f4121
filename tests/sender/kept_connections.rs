//! Which requests share an idle connection. An endpoint may send an unsolicited response at any time: over HTTP/1.1
//! it must not reach another profile.

use crate::support::desk::Desk;
use crate::support::endpoint::{Endpoint, Manner};
use crate::support::profiles::profile;
use crate::support::secure::{Authority, Secure};
use ringback::profile::{Draft, Profile};
use ringback::record::DeliveryState;

/// Two deliveries of each of two profiles of one endpoint, alternating.
async fn deliver(desk: &Desk, url: &str, change: impl Fn(&mut Draft)) {
    let profiles: [Profile; 2] = [profile(url, &change), profile(url, &change)];
    for profile in profiles.iter().chain(&profiles) {
        assert_eq!(desk.only_attempt(profile).await.summary.state, DeliveryState::Delivered);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_profile_has_its_own_connections() {
    let endpoint =
        Endpoint::start(Manner::Says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".into())).await;
    deliver(&Desk::new(), &endpoint.url(), |_| ()).await;
    assert_eq!(endpoint.connections(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_too_and_over_http2_profiles_share_one() {
    let (desk, authority) = (Desk::new(), Authority::new());
    let ca = authority.file(desk.folder.path());
    // The first connection to a host that does not support HTTP/2 finds that out.
    for (spoken, http2, connections) in [("http/1.1", false, 2), ("http/1.1", true, 3), ("h2", true, 1)] {
        let endpoint = Secure::start(&authority.issue("localhost"), &[spoken.as_bytes()], None).await;
        deliver(&desk, &endpoint.url(), |draft| {
            draft.ca_file.clone_from(&ca);
            draft.http2 = http2;
        })
        .await;
        assert_eq!(endpoint.connections(), connections, "{spoken} {http2}");
    }
}

/// One token is shared by all profiles with the same authentication.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_not_fetched_over_an_idle_connection() {
    let token = r#"{"access_token":"t","expires_in":3600}"#;
    let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{token}", token.len());
    let endpoint = Endpoint::start(Manner::Says(response.into_bytes())).await;
    let desk = Desk::new();
    let with_token = |id: &str| {
        profile(&endpoint.url(), |draft| {
            draft.auth_kind = "oauth2".into();
            draft.oauth2.token_url = endpoint.url();
            draft.oauth2.client_id = id.into();
            draft.oauth2.client_secret = "hush".into();
        })
    };
    let first = with_token("me");
    let other = Profile { auth: with_token("you").auth, ..first.clone() };
    for profile in [&first, &other, &first] {
        assert_eq!(desk.only_attempt(profile).await.summary.state, DeliveryState::Delivered);
    }
    assert_eq!(endpoint.connections(), 3, "one for each token, and one of the profile");
}
