//! The receiver responds as configured: status, first failures, delay, no response, reset, end.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use reqwest::Client;
use ringback::listening::ListenError;
use ringback::receiver::{Behaviour, NoRequest, Receiver, Reply};

/// The longest that anything here may take.
const DEADLINE: Duration = Duration::from_secs(10);

async fn receiver(behaviour: Behaviour) -> Receiver {
    Receiver::start(SocketAddr::from(([127, 0, 0, 1], 0)), behaviour).await.unwrap()
}

async fn status(client: &Client, receiver: &Receiver, id: Option<&str>) -> u16 {
    let mut request = client.post(format!("http://{}/cb", receiver.addr()));
    if let Some(id) = id {
        request = request.header("webhook-id", id);
    }
    request.send().await.unwrap().status().as_u16()
}

/// Connects and sends bytes.
fn sent(addr: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// Reads until the peer ends: the data, and whether it ended with a reset.
async fn rest(mut stream: TcpStream) -> (Vec<u8>, bool) {
    let read = move || {
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) => (answer, false),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => (answer, true),
            Err(error) => panic!("no end: {error}"),
        }
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

#[tokio::test]
async fn the_first_attempts_of_each_delivery_fail() {
    let receiver = receiver(Behaviour { fail_first: 2, fail_status: 503, ..Behaviour::default() }).await;
    let client = Client::new();
    for id in [Some("a"), Some("b"), None] {
        let mut got = Vec::new();
        for _ in 0..4 {
            got.push(status(&client, &receiver, id).await);
        }
        assert_eq!(got, [503, 503, 200, 200], "{id:?}");
    }
}

#[tokio::test]
async fn responses_can_be_changed_while_running() {
    let receiver = receiver(Behaviour { fail_first: 1, ..Behaviour::default() }).await;
    let client = Client::new();
    assert_eq!(status(&client, &receiver, Some("a")).await, 500);
    assert_eq!(status(&client, &receiver, Some("a")).await, 200);
    receiver.set_behaviour(Behaviour { status: 204, ..receiver.behaviour() });
    assert_eq!(status(&client, &receiver, Some("a")).await, 204);
    receiver.set_behaviour(Behaviour { fail_first: 2, ..receiver.behaviour() });
    assert_eq!(status(&client, &receiver, Some("a")).await, 500, "counted anew");
}

#[tokio::test]
async fn a_delay_comes_before_the_response_and_after_the_record() {
    let delay = Duration::from_millis(300);
    let receiver = receiver(Behaviour { delay, ..Behaviour::default() }).await;
    let mut requests = receiver.requests();
    let started = Instant::now();
    let url = format!("http://{}/", receiver.addr());
    let answer = tokio::spawn(async move { Client::new().get(url).send().await.unwrap().status() });
    requests.recv().await.unwrap();
    assert!(!answer.is_finished());
    assert_eq!(answer.await.unwrap(), 200);
    assert!(started.elapsed() >= delay);
}

#[tokio::test]
async fn a_hanging_request_is_recorded_and_gets_no_response() {
    let receiver = receiver(Behaviour { hang: true, ..Behaviour::default() }).await;
    let mut requests = receiver.requests();
    let client = Client::builder().timeout(Duration::from_millis(200)).build().unwrap();
    let error = client.get(format!("http://{}/", receiver.addr())).send().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(requests.recv().await.unwrap().response.reply, Reply::Hung);
}

#[tokio::test]
async fn a_reset_sends_no_bytes() {
    let receiver = receiver(Behaviour { reset: true, ..Behaviour::default() }).await;
    let mut requests = receiver.requests();
    let request = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
    let (answer, was_reset) = rest(sent(receiver.addr(), request)).await;
    assert_eq!((answer, was_reset), (Vec::new(), true));
    let got = requests.recv().await.unwrap();
    assert_eq!((got.response.reply, &got.body[..]), (Reply::Reset, &b"hello"[..]));
}

#[tokio::test]
async fn the_next_delivery_gets_through_after_a_reset() {
    let receiver = receiver(Behaviour { reset: true, fail_first: 1, ..Behaviour::default() }).await;
    let client = Client::builder().retry(reqwest::retry::never()).build().unwrap();
    let url = format!("http://{}/", receiver.addr());
    assert!(client.get(&url).send().await.is_err());
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn responses_are_plain_http() {
    let receiver = receiver(Behaviour { status: 404, ..Behaviour::default() }).await;
    let request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let (answer, was_reset) = rest(sent(receiver.addr(), request)).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 Not Found\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n404 Not Found\n"), "{answer}");
    assert!(!was_reset);
}

#[tokio::test]
async fn stopping_cuts_off_hanging_and_partial_requests() {
    let receiver = receiver(Behaviour { hang: true, ..Behaviour::default() }).await;
    let addr = receiver.addr();
    let mut requests = receiver.requests();
    let half_a_head = sent(addr, b"GET / HTTP/1.1\r\nHost");
    let half_a_body = sent(addr, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
    let idle = sent(addr, b"");
    let hanging = sent(addr, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(requests.recv().await.unwrap().response.reply, Reply::Hung);
    tokio::time::timeout(DEADLINE, receiver.stop()).await.unwrap();
    for stream in [half_a_head, half_a_body, idle, hanging] {
        assert!(rest(stream).await.0.is_empty());
    }
    assert!(TcpStream::connect(addr).is_err(), "the port is closed");
    assert!(requests.recv().await.is_err(), "the requests end");
}

#[tokio::test]
async fn stopping_lets_responses_in_progress_finish() {
    let delay = Duration::from_millis(200);
    let receiver = receiver(Behaviour { delay, ..Behaviour::default() }).await;
    let mut requests = receiver.requests();
    let url = format!("http://{}/", receiver.addr());
    let answer = tokio::spawn(async move { Client::new().get(url).send().await.unwrap().status() });
    requests.recv().await.unwrap();
    receiver.stop().await;
    assert_eq!(answer.await.unwrap(), 200);
}

#[tokio::test]
async fn stopping_does_not_wait_for_a_long_delay() {
    let receiver = receiver(Behaviour { delay: Duration::from_mins(10), ..Behaviour::default() }).await;
    let mut requests = receiver.requests();
    let waiting = sent(receiver.addr(), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    requests.recv().await.unwrap();
    tokio::time::timeout(DEADLINE, receiver.stop()).await.unwrap();
    assert!(rest(waiting).await.0.is_empty());
}

#[tokio::test]
async fn dropping_closes_connections_and_port() {
    let receiver = receiver(Behaviour { hang: true, ..Behaviour::default() }).await;
    let addr = receiver.addr();
    let mut requests = receiver.requests();
    let hanging = sent(addr, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    requests.recv().await.unwrap();
    drop(receiver);
    assert!(rest(hanging).await.0.is_empty());
    let started = Instant::now();
    while TcpStream::connect(addr).is_ok() {
        assert!(started.elapsed() < DEADLINE, "still listens");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_port_in_use_is_reported() {
    let first = receiver(Behaviour::default()).await;
    let Err(error) = Receiver::start(first.addr(), Behaviour::default()).await else {
        panic!("two on one port");
    };
    assert!(matches!(error, ListenError::InUse(addr) if addr == first.addr()));
    assert!(error.to_string().contains("another port"), "{error}");
    // 192.0.2.0/24 is for documentation: no machine has it.
    let foreign = Receiver::start(SocketAddr::from(([192, 0, 2, 1], 0)), Behaviour::default()).await;
    assert!(matches!(foreign, Err(ListenError::NoSuchAddress(_))));
}

#[tokio::test]
async fn a_slow_reader_misses_the_oldest_and_is_notified() {
    let receiver = receiver(Behaviour::default()).await;
    let mut requests = receiver.requests();
    let client = Client::new();
    for n in 0..1100 {
        client.get(format!("http://{}/{n}", receiver.addr())).send().await.unwrap().bytes().await.unwrap();
    }
    let Err(NoRequest::Dropped(missed)) = requests.recv().await else { panic!("nothing missed") };
    assert_eq!(missed, 100);
    assert_eq!(requests.recv().await.unwrap().path, format!("/{missed}"));
}
