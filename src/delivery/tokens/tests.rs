use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use futures_util::future::{join, join_all};
use tokio::sync::Semaphore;

use super::*;
use crate::delivery::http::egress_filter::EgressFilter;
use crate::profile::{OAuth2, Secret, SentAs, Tls, TokenUrl};

/// A token server that responds to one request for each permit of its gate.
struct Server {
    wanted: TokenKey,
    gate: Arc<Semaphore>,
    asked: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// The first `failing` responses are failures.
    async fn start(failing: usize) -> Self {
        let (gate, asked) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let (opened, counted) = (Arc::clone(&gate), Arc::clone(&asked));
        let answer = move || {
            let n = counted.fetch_add(1, Ordering::SeqCst) + 1;
            let gate = Arc::clone(&opened);
            async move {
                gate.acquire().await.unwrap().forget();
                let status = if n <= failing { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
                (status, format!(r#"{{"access_token":"t{n}","expires_in":3600}}"#))
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer);
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let oauth2 = OAuth2 {
            token_url: TokenUrl::parse(&url, false).unwrap(),
            client_id: "me".to_owned(),
            client_secret: Secret::new("hush"),
            sent_as: SentAs::Body,
            scope: None,
            fields: Vec::new(),
            headers: Vec::new(),
        };
        Self { wanted: TokenKey { oauth2, tls: Tls::default() }, gate, asked, task }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn clients() -> Arc<Clients> {
    Arc::new(Clients::new(EgressFilter::new(Arc::default())))
}

/// The token, or the reason why there is none.
fn text_of(result: &Result<Arc<Token>, ExchangeError>) -> &str {
    match result {
        Ok(token) => token.header.to_str().unwrap(),
        Err(ExchangeError::Failed(failure)) => &failure.message,
        Err(ExchangeError::Local(trouble)) => panic!("{trouble}"),
    }
}

#[tokio::test]
async fn a_failure_is_returned_to_all_that_wait_and_the_next_fetches_anew() {
    let server = Server::start(1).await;
    let (tokens, clients) = (Tokens::default(), clients());
    // All of them are polled once before the first one can end.
    let all = join_all((0..64).map(|_| tokens.get(&clients, &server.wanted)));
    server.gate.add_permits(2);
    for result in all.await {
        assert_eq!(text_of(&result), "502 Bad Gateway");
    }
    assert_eq!(server.asked(), 1);
    for _ in 0..2 {
        assert_eq!(text_of(&tokens.get(&clients, &server.wanted).await), "Bearer t2");
    }
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn who_gives_up_leaves_the_others_waiting_and_nobody_joins_them() {
    let server = Server::start(0).await;
    let (tokens, clients) = (Tokens::default(), clients());
    let mut patient = Box::pin(tokens.get(&clients, &server.wanted));
    assert!(patient.as_mut().now_or_never().is_none());
    assert!(tokens.get(&clients, &server.wanted).now_or_never().is_none(), "one gives up at once");
    let late = tokens.get(&clients, &server.wanted);
    server.gate.add_permits(2);
    let (patient, late) = join(patient, late).await;
    let mut both = [text_of(&patient), text_of(&late)];
    both.sort_unstable();
    assert_eq!(both, ["Bearer t1", "Bearer t2"]);
    assert!(text_of(&tokens.get(&clients, &server.wanted).await).starts_with("Bearer t"));
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_refused_token_goes_and_a_newer_one_stays() {
    let server = Server::start(0).await;
    let (tokens, clients) = (Tokens::default(), clients());
    server.gate.add_permits(2);
    let old = tokens.get(&clients, &server.wanted).await.unwrap();
    tokens.forget(&server.wanted, &old);
    let new = tokens.get(&clients, &server.wanted).await.unwrap();
    tokens.forget(&server.wanted, &old);
    let kept = tokens.get(&clients, &server.wanted).await.unwrap();
    assert!(Arc::ptr_eq(&new, &kept) && !Arc::ptr_eq(&old, &new));
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn what_is_no_longer_good_goes_when_something_is_kept() {
    let (one, other) = (Server::start(0).await, Server::start(0).await);
    let (tokens, clients) = (Tokens::default(), clients());
    one.gate.add_permits(1);
    other.gate.add_permits(1);
    let old = tokens.get(&clients, &one.wanted).await.unwrap();
    old.refuse();
    tokens.get(&clients, &other.wanted).await.unwrap();
    assert_eq!(tokens.slots().len(), 1);
    assert!(!format!("{tokens:?}").contains("hush"));
}
