//! A problem of this machine: no attempt is counted, the sender says why, and resumes when it is over.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::support::desk::Desk;
use crate::support::profiles::{profile, retried};
use crate::support::server::{Reply, Server};
use futures_util::future::BoxFuture;
use ringback::delivery::{LocalTrouble, LookupError, Resolver, SenderStatus, Transport};
use ringback::profile::Profile;
use ringback::record::{DeliveryState, Details};
use serde_json::json;

/// Names of this machine, which cannot be resolved during the problem.
struct Troubled {
    trouble: Mutex<Option<LookupError>>,
    /// Whether resolution hangs meanwhile.
    hangs: AtomicBool,
    asked: AtomicUsize,
}

impl Resolver for Troubled {
    fn find<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let trouble = self.trouble.lock().unwrap().clone();
        let hangs = trouble.is_some() && self.hangs.load(Ordering::SeqCst);
        Box::pin(async move {
            match trouble {
                _ if hangs => std::future::pending().await,
                Some(error) => Err(error),
                None => Ok(vec![[127, 0, 0, 1].into()]),
            }
        })
    }
}

struct Machine {
    desk: Desk,
    names: Arc<Troubled>,
    endpoint: Server,
}

impl Machine {
    async fn in_trouble(error: LookupError) -> Self {
        let trouble = Mutex::new(Some(error));
        let names = Arc::new(Troubled { trouble, hangs: false.into(), asked: 0.into() });
        let desk =
            Desk::over(Transport::with_resolver(Arc::default(), Arc::clone(&names) as Arc<dyn Resolver>));
        let token = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 3600}).to_string();
        Self { desk, names, endpoint: Server::start(move |_, _| Reply::new(200, token.clone())).await }
    }

    fn by_name(&self, path: &str) -> String {
        format!("http://hooks.test:{}{path}", self.endpoint.addr.port())
    }

    fn is_over(&self) {
        *self.names.trouble.lock().unwrap() = None;
    }

    async fn wait_for_status(&self, wanted: impl FnMut(&SenderStatus) -> bool) -> SenderStatus {
        let mut status = self.desk.sender.as_ref().unwrap().status();
        status.wait_for(wanted).await.unwrap().clone()
    }

    /// Accepts a delivery, and waits until more than one attempt has met the problem.
    async fn meets_it(&self, profile: &Profile) -> (ringback::record::DeliveryId, SenderStatus) {
        let id = self.desk.accept(profile).await;
        let message = self.wait_for_status(|status| status.local.is_some() && status.trouble.is_some()).await;
        while self.names.asked.load(Ordering::SeqCst) < 3 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        (id, message)
    }

    async fn delivered(&self, id: ringback::record::DeliveryId) -> Details {
        let details = self.desk.ended(id).await;
        assert_eq!(details.summary.state, DeliveryState::Delivered);
        assert_eq!(details.attempts.len(), 1, "the first attempt that could be made");
        let message = self.wait_for_status(|status| status.local.is_none() && status.trouble.is_none()).await;
        assert_eq!(message.trouble, None);
        details
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_descriptors_nothing_is_counted_and_sending_resumes() {
    // EMFILE has this number on every Unix.
    let error = LookupError::Local(Arc::new(io::Error::from_raw_os_error(24)));
    let machine = Machine::in_trouble(error).await;
    let profile = retried(&machine.by_name("/cb"), 1, 1, 2000);
    let (id, message) = machine.meets_it(&profile).await;
    assert_eq!(message.local, Some(LocalTrouble::Descriptors));
    assert!(message.trouble.unwrap().contains("too many open files"));
    let details = machine.desk.store.delivery(id).await.unwrap().unwrap();
    assert_eq!((details.summary.state, details.attempts.len()), (DeliveryState::Queued, 0));
    let by_address = profile_at(&machine.endpoint.url());
    let other = machine.desk.ended(machine.desk.accept(&by_address).await).await;
    assert_eq!(other.summary.state, DeliveryState::Delivered, "others do not wait for it");
    machine.is_over();
    machine.delivered(id).await;
}

fn profile_at(url: &str) -> Profile {
    profile(url, |_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_server_that_is_gone_or_silent_is_not_the_endpoints_fault() {
    for hangs in [false, true] {
        let machine = Machine::in_trouble(LookupError::NoServer).await;
        machine.names.hangs.store(hangs, Ordering::SeqCst);
        let (id, message) = machine.meets_it(&retried(&machine.by_name("/cb"), 1, 1, 1000)).await;
        // If the tests run without any network, this is the problem.
        assert!(
            matches!(message.local, Some(LocalTrouble::NoResolver | LocalTrouble::NoRoute)),
            "{message:?}"
        );
        machine.is_over();
        machine.delivered(id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_this_machine_cannot_fetch_is_not_a_failure() {
    let error = LookupError::Local(Arc::new(io::Error::from_raw_os_error(24)));
    let machine = Machine::in_trouble(error).await;
    let tokens = machine.by_name("/token");
    let advanced = profile(&machine.endpoint.url(), |draft| {
        draft.auth_kind = "oauth2".into();
        draft.oauth2.token_url = tokens;
        draft.oauth2.client_id = "ringback".into();
        draft.oauth2.client_secret = "s3cret-of-client".into();
    });
    let (id, message) = machine.meets_it(&advanced).await;
    assert_eq!(message.local, Some(LocalTrouble::Descriptors));
    machine.is_over();
    machine.delivered(id).await;
}
