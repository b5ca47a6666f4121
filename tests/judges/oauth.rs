//! Advanced authentication verified by a real OAuth 2.0 server: Authlib, with its own bearer check.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::support::desk::{Desk, failure};
use crate::support::profiles::profile;
use ringback::profile::{Draft, Profile};
use ringback::record::{DeliveryState, ErrorClass};
use serde_json::{Value, json};

/// The server in a separate process, ended when dropped.
struct Authlib {
    url: String,
    process: Child,
}

impl Authlib {
    /// Starts it; `None` if the tools are missing and not required.
    fn start() -> Option<Self> {
        let python = crate::python::python("Advanced authentication")?;
        let mut process = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/oauth_server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the Python that RINGBACK_JUDGES names");
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        assert!(!port.is_empty(), "the server ended; what it said stands above");
        Some(Self { url: format!("http://127.0.0.1:{}", port.trim()), process })
    }

    async fn counts(&self) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.get(format!("{}/counts", self.url)).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    async fn revoke(&self) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.post(format!("{}/revoke", self.url)).send().await.unwrap().error_for_status().unwrap();
    }

    fn profile(&self, sent_as: &str, client: &str, secret: &str, change: impl FnOnce(&mut Draft)) -> Profile {
        profile(&format!("{}/cb", self.url), |draft| {
            draft.auth_kind = "oauth2".into();
            draft.oauth2.token_url = format!("{}/token", self.url);
            draft.oauth2.sent_as = sent_as.into();
            draft.oauth2.client_id = client.into();
            draft.oauth2.client_secret = secret.into();
            draft.oauth2.scope = "callbacks".into();
            change(draft);
        })
    }
}

impl Drop for Authlib {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const BODY: (&str, &str, &str) = ("body", "by-body", "s3cret & p=q+ü");
const BASIC: (&str, &str, &str) = ("basic", "by-basic", "s3cret: of+basic%20ü");

#[tokio::test(flavor = "multi_thread")]
async fn a_real_server_grants_and_accepts_tokens() {
    let Some(server) = Authlib::start() else { return };
    let desk = Desk::new();
    let mut delivered = Vec::new();
    for (at, (sent_as, client, secret)) in [BODY, BASIC].into_iter().enumerate() {
        let profile = server.profile(sent_as, client, secret, |_| ());
        for _ in 0..3 {
            let details = desk.only_attempt(&profile).await;
            assert_eq!(details.summary.state, DeliveryState::Delivered, "{sent_as}: {:?}", details.attempts);
            assert_eq!(details.attempts[0].response_body, b"thank you");
            delivered.push(r#"{"id":"42"}"#);
        }
        assert_eq!(
            server.counts().await,
            json!({"tokens": at + 1, "delivered": delivered, "refused": 0}),
            "one token for three deliveries"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_the_server_revoked_is_fetched_again() {
    let Some(server) = Authlib::start() else { return };
    let desk = Desk::new();
    let (sent_as, client, secret) = BODY;
    let profile = server.profile(sent_as, client, secret, |_| ());
    desk.only_attempt(&profile).await;
    server.revoke().await;
    assert_eq!(desk.only_attempt(&profile).await.summary.state, DeliveryState::Delivered);
    let sent = r#"{"id":"42"}"#;
    assert_eq!(server.counts().await, json!({"tokens": 2, "delivered": [sent, sent], "refused": 1}));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_a_real_server_are_reported_in_its_words() {
    let Some(server) = Authlib::start() else { return };
    let desk = Desk::new();
    let (sent_as, client, _) = BASIC;
    let wrong = desk.only_attempt(&server.profile(sent_as, client, "wr0ng", |_| ())).await;
    let (class, message) = failure(&wrong);
    assert_eq!(class, ErrorClass::Status);
    assert!(message.starts_with("no token: 401 Unauthorized (invalid_client"), "{message}");
    let (sent_as, client, secret) = BODY;
    let no_scope = server.profile(sent_as, client, secret, |draft| draft.oauth2.scope = "reports".into());
    let (class, message) = failure(&desk.only_attempt(&no_scope).await);
    assert_eq!((class, message.as_str()), (ErrorClass::Status, "403 Forbidden"), "a token, but not for this");
    assert_eq!(server.counts().await, json!({"tokens": 1, "delivered": [], "refused": 0}));
}
