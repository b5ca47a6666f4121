//! Slow and numerous clients do not block the receiver for others. On real sockets, with limits short enough to wait
//! for.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use ringback::receiver::{Behaviour, NoRequest, Receiver, ReceiverLimits};

/// The longest that anything here may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// Short enough to wait for.
const SHORT: Duration = Duration::from_millis(100);

/// Nothing here waits this long.
const LONG: Duration = Duration::from_mins(10);

const PATIENT: ReceiverLimits =
    ReceiverLimits { connections: 64, head: LONG, body: LONG, crowded: LONG, response: LONG };

async fn receiver(limits: ReceiverLimits) -> Receiver {
    Receiver::start_within(([127, 0, 0, 1], 0).into(), Behaviour::default(), limits).await.unwrap()
}

fn connect(addr: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// Everything that the peer sends until it closes.
async fn until_closed(mut stream: TcpStream) -> String {
    let read = move || {
        let mut bytes = Vec::new();
        match stream.read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("not closed: {error}"),
        }
        String::from_utf8(bytes).unwrap()
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

/// Sends a byte now and then until nobody reads it.
fn drip(stream: &TcpStream, byte: u8) {
    let mut stream = stream.try_clone().unwrap();
    std::thread::spawn(move || {
        while stream.write_all(&[byte]).is_ok() {
            std::thread::sleep(SHORT / 10);
        }
    });
}

/// The status of one request over its own connection.
async fn status(addr: SocketAddr) -> String {
    let answer = until_closed(connect(addr, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await;
    answer.split_whitespace().nth(1).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_takes_too_long_ends_the_connection() {
    let receiver = receiver(ReceiverLimits { head: SHORT, ..PATIENT }).await;
    let addr = receiver.addr();
    let stands_still = connect(addr, b"POST / HTTP/1.1\r\nHo");
    let says_nothing = connect(addr, b"");
    let drips = connect(addr, b"POST / HTTP/1.1\r\nx-long: ");
    drip(&drips, b'x');
    for slow in [stands_still, says_nothing, drips] {
        assert_eq!(until_closed(slow).await, "");
    }
    assert_eq!(receiver.requests().try_recv(), Err(NoRequest::NotYet));
    assert_eq!(status(addr).await, "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_takes_too_long_gets_408() {
    let receiver = receiver(ReceiverLimits { body: SHORT, ..PATIENT }).await;
    let (addr, mut requests) = (receiver.addr(), receiver.requests());
    let head = "POST / HTTP/1.1\r\nHost: a\r\n";
    let stands_still = connect(addr, format!("{head}Content-Length: 100\r\n\r\nhalf").as_bytes());
    let drips = connect(addr, format!("{head}Content-Length: 1000000\r\n\r\n").as_bytes());
    drip(&drips, b'x');
    let chunked = connect(addr, format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\nhal").as_bytes());
    for slow in [stands_still, drips, chunked] {
        let answer = until_closed(slow).await;
        assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
        assert!(answer.ends_with("408 the body did not arrive within 100ms\n"), "{answer}");
    }
    assert_eq!(requests.try_recv(), Err(NoRequest::NotYet), "none of them has arrived");
    assert_eq!(status(addr).await, "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_limit_wait_for_one_that_closes() {
    let receiver = receiver(ReceiverLimits { connections: 2, ..PATIENT }).await;
    let addr = receiver.addr();
    let slow = [connect(addr, b"GET / HT"), connect(addr, b"GET / HT")];
    let waiting = tokio::spawn(status(addr));
    let early = tokio::time::timeout(SHORT, async { receiver.requests().recv().await.is_ok() }).await;
    assert!(early.is_err() && !waiting.is_finished(), "a third connection was taken");
    drop(slow);
    assert_eq!(tokio::time::timeout(DEADLINE, waiting).await.unwrap().unwrap(), "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_connections_make_room_after_their_timeout() {
    let receiver = receiver(ReceiverLimits { connections: 2, head: SHORT, body: SHORT, ..PATIENT }).await;
    let addr = receiver.addr();
    let body = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf";
    let slow =
        [connect(addr, b"GET / HT"), connect(addr, body), connect(addr, b"GET / HT"), connect(addr, b"")];
    assert_eq!(status(addr).await, "200");
    drop(slow);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_request_makes_room_while_all_connections_are_in_use() {
    let receiver = receiver(ReceiverLimits { connections: 1, crowded: SHORT, ..PATIENT }).await;
    let addr = receiver.addr();
    let body = connect(addr, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    drip(&body, b'x');
    assert_eq!(status(addr).await, "200");
    let answer = until_closed(body).await;
    assert!(answer.ends_with("408 the body did not arrive within 100ms\n"), "{answer}");

    let silent = connect(addr, b"");
    assert_eq!(status(addr).await, "200");
    assert_eq!(until_closed(silent).await, "");
    let head = b"GET / HTTP/1.1\r\nx-long: ";
    // Also the head of a second request.
    for before in [&b""[..], b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let slow = connect(addr, &[before, head].concat());
        drip(&slow, b'x');
        assert_eq!(status(addr).await, "200");
        until_closed(slow).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_make_room_for_new_ones() {
    let receiver = receiver(ReceiverLimits { connections: 1, ..PATIENT }).await;
    let addr = receiver.addr();
    let mut idle = connect(addr, b"GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    assert_eq!(status(addr).await, "200");
    until_closed(idle).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_too_long_is_rejected() {
    let receiver = receiver(PATIENT).await;
    let line = format!("x-long: {}\r\n", "x".repeat(600 << 10));
    let stream = connect(receiver.addr(), format!("GET / HTTP/1.1\r\nHost: a\r\n{line}\r\n").as_bytes());
    let answer = until_closed(stream).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}
