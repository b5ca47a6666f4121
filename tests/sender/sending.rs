//! The sender with a real store and real endpoints, healthy and faulty.

use std::sync::Arc;

use crate::support::desk::{Desk, failure};
use crate::support::endpoint::{Endpoint, Manner};
use crate::support::profiles::{profile, retried};
use ringback::callback::Values;
use ringback::receiver::{Behaviour, Receiver};
use ringback::record::{DeliveryId, DeliveryState, ErrorClass, NewDelivery};

async fn receiver(behaviour: Behaviour) -> Receiver {
    Receiver::start(([127, 0, 0, 1], 0).into(), behaviour).await.expect("a receiver")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_retried_with_the_same_bytes() {
    let desk = Desk::new();
    let endpoint = receiver(Behaviour { fail_first: 1, ..Behaviour::default() }).await;
    let mut requests = endpoint.requests();
    let profile = retried(&format!("http://{}/cb", endpoint.addr()), 2, 1, 5000);
    let id = desk.accept(&profile).await;
    let details = desk.ended(id).await;
    assert_eq!(details.summary.state, DeliveryState::Delivered);
    assert_eq!(details.attempts.iter().map(|a| a.status).collect::<Vec<_>>(), [Some(500), Some(200)]);
    let (first, second) = (requests.recv().await.unwrap(), requests.recv().await.unwrap());
    assert_eq!(&first.body[..], br#"{"id":"42"}"#);
    assert_eq!(first.body, second.body);
    let header = |r: &ringback::receiver::Received, name: &str| {
        r.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone())
    };
    assert_eq!(header(&first, "webhook-id"), Some(id.to_string()));
    assert_eq!(header(&first, "webhook-id"), header(&second, "webhook-id"));
    assert_eq!(header(&first, "accept-encoding").as_deref(), Some("identity"));
    let waited = second.received_at.duration_since(first.received_at);
    assert!(waited.as_millis() >= 1000, "waited only {} ms", waited.as_millis());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_has_its_class_and_message() {
    let desk = Desk::new();
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let refuses = desk.only_attempt(&profile(&format!("http://{closed}/"), |_| ())).await;
    assert_eq!(
        failure(&refuses),
        (ErrorClass::Connect, format!("{closed} refuses the connection: nothing is listening there"))
    );

    let silent = Endpoint::start(Manner::Closes).await;
    let (class, message) = failure(&desk.only_attempt(&profile(&silent.url(), |_| ())).await);
    assert_eq!(class, ErrorClass::Connect);
    assert!(
        message.contains("without a complete response") || message.contains("reset the connection"),
        "{message}"
    );

    let nonsense = Endpoint::start(Manner::Says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec())).await;
    let (class, message) = failure(&desk.only_attempt(&profile(&nonsense.url(), |_| ())).await);
    assert_eq!(class, ErrorClass::Protocol, "{message}");
    assert!(message.contains("not HTTP"), "{message}");

    let (class, message) = failure(&desk.only_attempt(&profile("https://nobody.invalid/cb", |_| ())).await);
    assert_eq!((class, message.as_str()), (ErrorClass::Dns, "the name nobody.invalid does not resolve"));

    let (class, message) = failure(&desk.only_attempt(&profile("https://169.254.169.254/cb", |_| ())).await);
    assert_eq!(class, ErrorClass::RefusedAddress);
    assert_eq!(message, "169.254.169.254 is link-local, which is never dialled");

    let other = Endpoint::start(Manner::Says(
        b"HTTP/1.1 301 Moved Permanently\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
            .to_vec(),
    ))
    .await;
    let (class, message) = failure(&desk.only_attempt(&profile(&other.url(), |_| ())).await);
    assert_eq!(class, ErrorClass::Status);
    assert_eq!(message, "301 Moved Permanently, to http://127.0.0.1:1/: redirects are not followed");

    for status in [404, 500] {
        let answers = receiver(Behaviour { status, ..Behaviour::default() }).await;
        let details = desk.only_attempt(&profile(&format!("http://{}/", answers.addr()), |_| ())).await;
        assert_eq!(failure(&details).0, ErrorClass::Status);
        assert_eq!(details.attempts[0].status, Some(status));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_responses_have_their_class_and_message() {
    let desk = Desk::new();
    let long = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(1 << 20));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X-A: b\r\n".repeat(1001));
    let too_long = "the headers of the response of {} are too long: the limit is 256 KiB and 1000 headers";
    let two_lengths = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\nokay";
    let length =
        "the response of {} is invalid: its Content-Length is not a number, or there are several that differ";
    let version = "the response of {} is invalid: HTTP/1.0 has no Transfer-Encoding";
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (answer, class, sentence) in [
        (long.as_str(), ErrorClass::Protocol, too_long),
        (many.as_str(), ErrorClass::Protocol, too_long),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", ErrorClass::Protocol, length),
        (two_lengths, ErrorClass::Protocol, length),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", ErrorClass::Protocol, version),
        ("HTTP/1.1 2000 OK\r\n\r\n", ErrorClass::Protocol, "the response of {} is not HTTP: "),
        ("<html>no</html>\r\n\r\n", ErrorClass::Protocol, "the response of {} is not HTTP: "),
    ] {
        let endpoint = Endpoint::start(Manner::Says(answer.as_bytes().to_vec())).await;
        let profile = profile(&endpoint.url(), |_| ());
        let details = desk.only_attempt(&profile).await;
        let (found, message) = failure(&details);
        assert_eq!(found, class, "{message}");
        desk.only_attempt(&profile).await;
        assert_eq!(endpoint.connections(), 2, "no request goes over such a connection: {answer}");
        let sentence = sentence.replace("{}", &endpoint.addr.to_string());
        assert!(message.starts_with(&sentence), "{sentence}: {message}");
        assert_eq!(details.attempts[0].address, Some(endpoint.addr));
    }
    for answer in ["HTTP/1.1 20", "HTTP/1.1 200 OK\r\nX-A: "] {
        let endpoint = Endpoint::start(Manner::SaysAndCloses(answer.as_bytes().to_vec())).await;
        let (class, message) = failure(&desk.only_attempt(&profile(&endpoint.url(), |_| ())).await);
        assert_eq!(class, ErrorClass::Connect, "{message}");
        let ends = ["closed the connection without a complete response", "reset the connection"];
        assert!(ends.iter().any(|end| message.ends_with(end)), "{message}");
    }
    let chunked = format!("{chunks}nonsense\r\n");
    let (half, cut) = ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", format!("{chunks}5\r\nhal"));
    let closed = "the connection closed before its end";
    for (answer, why, body) in [
        (half, closed, "half"),
        (cut.as_str(), closed, "hal"),
        (chunked.as_str(), "its chunks are not valid HTTP", ""),
    ] {
        let endpoint = Endpoint::start(Manner::SaysAndCloses(answer.as_bytes().to_vec())).await;
        let details = desk.only_attempt(&profile(&endpoint.url(), |_| ())).await;
        assert_eq!(details.summary.state, DeliveryState::Delivered, "{answer}: the status was received");
        let attempt = &details.attempts[0];
        assert_eq!((attempt.status, &attempt.error), (Some(200), &None));
        assert_eq!(attempt.response_incomplete.as_deref(), Some(why), "{answer}");
        assert_eq!(attempt.response_body, body.as_bytes());
        let failed = answer.replacen("200 OK", "503 Busy", 1);
        let endpoint = Endpoint::start(Manner::SaysAndCloses(failed.into_bytes())).await;
        let details = desk.only_attempt(&profile(&endpoint.url(), |_| ())).await;
        assert_eq!(
            failure(&details),
            (ErrorClass::Status, format!("503 Service Unavailable (incomplete response body: {why})"))
        );
        assert_eq!(details.attempts[0].response_incomplete, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_headers_are_accepted_and_16_kib_of_them_kept() {
    let desk = Desk::new();
    let head = |headers: String| format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: 2\r\n\r\nok");
    for (headers, kept) in
        [("X-A: b\r\n".repeat(999), 1000), (format!("X-A: {}\r\n", "x".repeat(4096)).repeat(50), 4)]
    {
        let endpoint = Endpoint::start(Manner::Says(head(headers).into_bytes())).await;
        let details = desk.only_attempt(&profile(&endpoint.url(), |_| ())).await;
        assert_eq!(details.summary.state, DeliveryState::Delivered);
        let attempt = &details.attempts[0];
        assert_eq!((attempt.response_headers.len(), attempt.response_cut), (kept, kept == 4));
        assert_eq!(attempt.response_body, b"ok");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_machine_is_reported() {
    let desk = Desk::new();
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let addr = socket.local_addr().unwrap().as_socket().unwrap();
    // The queue is full: the system ignores further connections.
    let soon = std::time::Duration::from_millis(300);
    let mut waiting = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&addr, soon) {
        waiting.push(stream);
        assert!(waiting.len() < 100, "the queue does not fill");
    }
    let details = desk.ended(desk.accept(&retried(&format!("http://{addr}/"), 1, 1, 200)).await).await;
    assert_eq!(
        failure(&details),
        (ErrorClass::Timeout, format!("timed out after 200 ms with no connection to {addr}"))
    );
    assert_eq!(details.attempts[0].address, Some(addr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_endpoint_ends_at_the_timeout() {
    let desk = Desk::new();
    let endpoint = Endpoint::start(Manner::Hangs).await;
    let id = desk.accept(&retried(&endpoint.url(), 1, 1, 200)).await;
    let details = desk.ended(id).await;
    assert_eq!(details.summary.state, DeliveryState::Failed);
    assert_eq!(details.attempts.len(), 2);
    for attempt in &details.attempts {
        let error = attempt.error.as_ref().expect("an error");
        assert_eq!(error.class, ErrorClass::Timeout);
        assert_eq!(error.message, "timed out after 200 ms");
        assert!(attempt.duration_ms >= 200, "{} ms", attempt.duration_ms);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_past_the_timeout_leaves_its_status() {
    let desk = Desk::new();
    let endpoint = Endpoint::start(Manner::Drips).await;
    let details = desk.ended(desk.accept(&retried(&endpoint.url(), 1, 1, 200)).await).await;
    assert_eq!((details.summary.state, details.attempts.len()), (DeliveryState::Delivered, 1));
    let attempt = &details.attempts[0];
    assert_eq!(attempt.response_incomplete.as_deref(), Some("it did not end within 200 ms"));
    assert!(attempt.duration_ms >= 200 && attempt.response_body.starts_with(b"x"), "{attempt:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_response_is_truncated_and_invalid_text_is_kept() {
    let desk = Desk::new();
    let endless = Endpoint::start(Manner::Endless).await;
    let details = desk.only_attempt(&profile(&endless.url(), |_| ())).await;
    assert_eq!(details.summary.state, DeliveryState::Delivered);
    assert_eq!(details.attempts[0].response_body.len(), 16 * 1024);
    assert!(details.attempts[0].response_cut);

    let head = b"HTTP/1.1 200 OK\r\nX-Odd: a\xffb\r\nContent-Length: 4\r\n\r\n";
    let odd = Endpoint::start(Manner::Says([&head[..], b"\xff\x00\x1b\xfe"].concat())).await;
    let details = desk.only_attempt(&profile(&odd.url(), |_| ())).await;
    assert_eq!(details.attempts[0].response_body, b"\xff\x00\x1b\xfe");
    let odd = details.attempts[0].response_headers.iter().find(|(name, _)| name == "x-odd");
    assert_eq!(odd.map(|(_, value)| value.as_str()), Some("a\\xffb"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untrusted_certificate_is_a_tls_failure() {
    let desk = Desk::new();
    let addr = tls_endpoint("localhost").await;
    let details = desk.only_attempt(&profile(&format!("https://localhost:{}/", addr.port()), |_| ())).await;
    let (class, message) = failure(&details);
    assert_eq!(class, ErrorClass::Tls, "{message}");
    assert!(message.contains("the certificate is not valid"), "{message}");
}

async fn tls_endpoint(name: &str) -> std::net::SocketAddr {
    use tokio_rustls::rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivatePkcs8KeyDer};
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .expect("a config");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    addr
}

#[tokio::test(flavor = "multi_thread")]
async fn permanent_failures_are_not_retried() {
    let desk = Desk::new();
    let id = desk.accept(&retried("https://169.254.169.254/", 2, 1, 1000)).await;
    assert_eq!(desk.ended(id).await.attempts.len(), 1);
    let bad = profile("https://x.invalid/", |d| {
        d.headers = vec![ringback::profile::DraftHeader { name: "X-Id".into(), value: "<id>".into() }];
    });
    let mut values = Values::default();
    values.set("id", "a\r\nb".into());
    let delivery = NewDelivery::test(bad, None, values);
    let id = delivery.id;
    desk.store.enqueue(vec![delivery]).await.unwrap();
    let details = desk.ended(id).await;
    assert_eq!(details.attempts.len(), 0);
    assert_eq!(details.summary.last_error.map(|e| e.class), Some(ErrorClass::Request));
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_deliveries_survive_a_restart() {
    let mut desk = Desk::new();
    let endpoint = receiver(Behaviour { fail_first: 1, ..Behaviour::default() }).await;
    let id = desk.accept(&retried(&format!("http://{}/", endpoint.addr()), 1, 1, 5000)).await;
    desk.until(id, "the first failure", |d| d.summary.attempts == 1).await;
    desk.stop().await;
    let waiting = desk.store.delivery(id).await.unwrap().unwrap();
    assert_eq!(waiting.summary.state, DeliveryState::Waiting);
    let second = desk.accept(&profile(&format!("http://{}/", endpoint.addr()), |_| ())).await;
    assert_eq!(desk.store.delivery(second).await.unwrap().unwrap().summary.state, DeliveryState::Queued);
    desk.send();
    assert_eq!(desk.ended(id).await.summary.state, DeliveryState::Delivered);
    assert_eq!(desk.ended(second).await.attempts.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_now_cancel_and_resend() {
    let desk = Desk::new();
    let endpoint = receiver(Behaviour { fail_first: 1, ..Behaviour::default() }).await;
    let slow = retried(&format!("http://{}/", endpoint.addr()), 1, 3600, 5000);
    let id = desk.accept(&slow).await;
    desk.until(id, "the first failure", |d| d.summary.attempts == 1).await;
    assert!(desk.store.retry_now(id).await.unwrap());
    assert_eq!(desk.ended(id).await.summary.state, DeliveryState::Delivered);

    let other = desk.accept(&slow).await;
    desk.until(other, "the first failure", |d| d.summary.attempts == 1).await;
    assert!(desk.store.cancel(other).await.unwrap());
    assert_eq!(desk.ended(other).await.summary.state, DeliveryState::Cancelled);
    assert!(!desk.store.cancel(other).await.unwrap());

    desk.store.save_profiles(vec![slow]).await.unwrap();
    let again = DeliveryId::generate();
    desk.store.resend(id, again, jiff::Timestamp::now()).await.unwrap();
    let details = desk.until(again, "the first try", |d| d.summary.attempts == 1).await;
    assert_eq!(details.summary.last_status, Some(500), "a new delivery fails at first, as each does here");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_serves_many_deliveries() {
    let desk = Desk::new();
    let answer = b"HTTP/1.1 500 Oops\r\nContent-Length: 5\r\n\r\nsorry";
    let endpoint = Endpoint::start(Manner::Says(answer.to_vec())).await;
    let profile = profile(&endpoint.url(), |_| ());
    for _ in 0..10 {
        desk.only_attempt(&profile).await;
    }
    assert_eq!(endpoint.connections(), 1, "small bodies are drained, so the connection is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_sent_and_not_stored() {
    let desk = Desk::new();
    let endpoint = receiver(Behaviour::default()).await;
    let mut requests = endpoint.requests();
    let url = format!("http://{}/", endpoint.addr());
    let details = desk
        .only_attempt(&profile(&url, |d| {
            d.auth_kind = "basic".into();
            d.auth_user = "ann".into();
            d.auth_password = "s3cret!".into();
        }))
        .await;
    let request = requests.recv().await.unwrap();
    let sent = request.headers.iter().find(|(n, _)| n == "authorization").map(|(_, v)| v.as_str());
    assert_eq!(sent, Some("Basic YW5uOnMzY3JldCE="));
    let kept = format!("{details:?}");
    assert!(!kept.contains("s3cret") && !kept.contains("YW5uOnMzY3JldCE"), "{kept}");
}
