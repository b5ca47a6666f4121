//! Which addresses are dialled: names whose address changes between save and dial, and the settings as a person has
//! them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use crate::support::cli::Place;
use crate::support::desk::{Desk, failure};
use crate::support::endpoint::{Endpoint, Manner};
use crate::support::profiles::{profile, retried};
use futures_util::future::BoxFuture;
use ringback::delivery::{LookupError, Resolver, Transport};
use ringback::profile::network::{Network, NetworkEntry, Reach};
use ringback::record::{DeliveryState, ErrorClass};
use serde_json::json;

/// The names of a domain, as currently served by its owner.
#[derive(Clone, Default)]
struct Zone(Arc<Mutex<HashMap<String, Vec<IpAddr>>>>);

impl Zone {
    fn points(&self, name: &str, to: &[&str]) {
        let addresses = to.iter().map(|text| text.parse().unwrap()).collect();
        self.0.lock().unwrap().insert(name.to_owned(), addresses);
    }
}

impl Resolver for Zone {
    fn find<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
        let found = self.0.lock().unwrap().get(host).cloned();
        Box::pin(async { found.ok_or(LookupError::NoSuchName) })
    }
}

fn public(allow: &[&str], deny: &[&str]) -> Network {
    let entries = |list: &[&str]| list.iter().map(|text| NetworkEntry::parse(text).unwrap()).collect();
    Network { reach: Reach::Public, allow: entries(allow), deny: entries(deny) }
}

fn desk(network: Network, zone: &Zone) -> Desk {
    Desk::over(Transport::with_resolver(Arc::new(network), Arc::new(zone.clone())))
}

/// Responds, and closes: the next request needs its own connection.
async fn endpoint() -> Endpoint {
    let answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    Endpoint::start(Manner::Says(answer.to_vec())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_checked_at_every_dial() {
    let endpoint = endpoint().await;
    let zone = Zone::default();
    let desk = desk(public(&["127.0.0.1"], &[]), &zone);
    let profile = retried(&format!("https://hooks.test:{}/cb", endpoint.addr.port()), 1, 1, 2000);
    let plain = retried(&format!("http://hooks.test:{}/cb", endpoint.addr.port()), 1, 1, 2000);
    zone.points("hooks.test", &["127.0.0.1"]);
    desk.store.save_profiles(vec![profile.clone(), plain.clone()]).await.unwrap();
    let details = desk.ended(desk.accept(&plain).await).await;
    assert_eq!(details.summary.state, DeliveryState::Delivered);
    assert_eq!(details.attempts[0].address, Some(endpoint.addr));

    for (to, why) in [
        (&["169.254.169.254"][..], "169.254.169.254 is link-local, which is never dialled"),
        (&["::ffff:169.254.169.254"], "::ffff:169.254.169.254 is link-local, which is never dialled"),
        (&["64:ff9b::a9fe:a9fe"], "64:ff9b::a9fe:a9fe is link-local, which is never dialled"),
        (
            &["127.0.0.2"],
            "127.0.0.2 is loopback, which network = \"public\" refuses unless network_allow names it",
        ),
        (&["10.0.0.1", "fd00:ec2::254"], "fd00:ec2::254 is a metadata service, which is never dialled"),
    ] {
        zone.points("hooks.test", to);
        for profile in [&profile, &plain] {
            let details = desk.ended(desk.accept(profile).await).await;
            assert_eq!(failure(&details), (ErrorClass::RefusedAddress, why.to_owned()));
            assert_eq!(details.attempts.len(), 1, "no retry can succeed");
            assert_eq!(details.attempts[0].address, None, "nothing was dialled");
        }
    }
    assert_eq!(endpoint.connections(), 1);

    zone.points("hooks.test", &["169.254.169.254", "127.0.0.1"]);
    let details = desk.ended(desk.accept(&plain).await).await;
    assert_eq!(details.attempts[0].address, Some(endpoint.addr), "only what is open is dialled");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_token_server_is_checked_at_every_dial() {
    let (endpoint, tokens) = (endpoint().await, endpoint().await);
    let zone = Zone::default();
    let desk = desk(Network::default(), &zone);
    zone.points("hooks.test", &["127.0.0.1"]);
    zone.points("tokens.test", &["100.100.100.200"]);
    let profile = profile(&format!("http://hooks.test:{}/cb", endpoint.addr.port()), |draft| {
        draft.auth_kind = "oauth2".into();
        draft.oauth2.token_url = format!("http://tokens.test:{}/", tokens.addr.port());
        draft.oauth2.client_id = "me".into();
        draft.oauth2.client_secret = "hush".into();
    });
    let (class, message) = failure(&desk.only_attempt(&profile).await);
    assert_eq!(class, ErrorClass::RefusedAddress);
    assert_eq!(message, "no token: 100.100.100.200 is a metadata service, which is never dialled");
    assert_eq!((endpoint.connections(), tokens.connections()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_can_be_allowed_or_denied_whatever_its_address() {
    let endpoint = endpoint().await;
    let zone = Zone::default();
    let desk = desk(public(&[".corp.test"], &["old.corp.test"]), &zone);
    for name in ["hooks.corp.test", "old.corp.test", "corp.test"] {
        zone.points(name, &["127.0.0.1"]);
    }
    let to = |name: &str| profile(&format!("http://{name}:{}/cb", endpoint.addr.port()), |_| ());
    assert_eq!(desk.only_attempt(&to("hooks.corp.test")).await.summary.state, DeliveryState::Delivered);
    let (class, message) = failure(&desk.only_attempt(&to("OLD.corp.test")).await);
    assert_eq!(class, ErrorClass::RefusedAddress);
    assert_eq!(message, "old.corp.test is refused: network_deny has \"old.corp.test\"");
    assert_eq!(failure(&desk.only_attempt(&to("corp.test")).await).0, ErrorClass::RefusedAddress);
    assert_eq!(failure(&desk.only_attempt(&to("nobody.test")).await).0, ErrorClass::Dns);
}

fn document(url: &str) -> serde_json::Value {
    json!({"title": "Order SMS", "channel": "sms", "http_method": "POST", "url": url, "body": "id=<id>"})
}

#[test]
fn the_settings_apply_when_saving_and_to_profiles_saved_before() {
    let place = Place::new();
    let id = place.apply(&document("http://127.0.0.1:9/cb")).remove(0);
    let config = place.file("public.toml", "network = \"public\"\nnetwork_deny = [\".bad.example\"]\n");
    let apply = |config: &str, document: &serde_json::Value| {
        place.run_with_input(&["--config", config, "profiles", "apply", "-"], &document.to_string())
    };
    for host in ["127.0.0.1:9", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"] {
        let refused = apply(&config, &document(&format!("http://{host}/cb")));
        refused.refused(2, &["url: ", "is loopback, which network = \"public\" refuses"]);
    }
    apply(&config, &document("https://x.bad.example/"))
        .refused(2, &["url: ", "network_deny has \".bad.example\""]);
    let mut with_tokens = document("https://hooks.example/cb");
    with_tokens["auth"] = json!({"type": "oauth2", "token_url": "https://10.0.0.1/token",
                                 "client_id": "me", "client_secret": "hush"});
    apply(&config, &with_tokens).refused(2, &["auth.token_url: 10.0.0.1 is private"]);
    assert_eq!(apply(&config, &document("https://hooks.example/cb")).code, Some(0));
    let operator = place.file("operator.toml", "network = \"operator\"\n");
    apply(&operator, &document("https://169.254.169.254/")).refused(2, &["url: ", "never dialled"]);
    let open = place.file("open.toml", "network = \"public\"\nnetwork_allow = [\"127.0.0.0/8\"]\n");
    assert_eq!(apply(&open, &document("http://127.0.0.1:9/cb")).code, Some(0));

    let tested = place.run(&["--config", &config, "test", &id, "--json"]);
    assert_eq!(tested.code, Some(1));
    let attempt = &tested.json()["attempts"][0];
    assert_eq!(attempt["error"]["class"], "refused-address");
    assert_eq!(attempt["address"], json!(null));
    let preview = place.run(&["--config", &config, "preview", &id]);
    assert!(preview.err.contains("it would not be sent: 127.0.0.1 is loopback"), "{preview:?}");

    let wrong = place.file("wrong.toml", "network = \"pubic\"\n");
    let output = place.run(&["--config", &wrong, "preview", &id]);
    assert!(output.err.contains("wrong.toml:1: network must be one of"), "{output:?}");
    assert!(output.err.contains("it would not be sent"), "what is misspelt opens nothing: {output:?}");
}
