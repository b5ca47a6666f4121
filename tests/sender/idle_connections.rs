//! An idle connection that the server closed: early enough to be noticed, at the moment of the request, or after it.
//! Each connection follows a script.

use std::time::Duration;

use crate::support::desk::{Desk, statuses};
use crate::support::profiles::profile;
use crate::support::scripted::{Notes, Scripted};
use ringback::record::{Attempt, ErrorClass};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The behaviour of a server.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Script {
    /// Responds, and keeps the connection.
    Answers,
    /// Responds, and closes the connection without announcing it.
    AnswersAndCloses,
    /// Reads everything and closes with FIN.
    Closes,
    /// Reads everything and closes with RST.
    Resets,
    /// Reads nothing and closes: the system sends RST.
    ClosesUnread,
    /// Starts a response and closes.
    Begins,
    /// Responds with a long body, slowly enough that it is truncated.
    AnswersAtLength,
}
use Script::{Answers, AnswersAndCloses, AnswersAtLength, Begins, Closes, ClosesUnread, Resets};

/// A server that handles each request as the script of its connection says; after the end of a script it responds.
async fn scripted(scripts: &[&[Script]]) -> Scripted {
    Scripted::start(scripts.iter().map(|script| script.to_vec()).collect(), serve).await
}

async fn serve(mut stream: TcpStream, script: Vec<Script>, notes: Notes) -> std::io::Result<()> {
    for does in script.into_iter().chain(std::iter::repeat(Answers)) {
        if does == ClosesUnread {
            // Until there is something to leave unread.
            stream.readable().await?;
            notes.request(String::new());
            return Ok(());
        }
        let Some(body) = request(&mut stream).await? else { return Ok(()) };
        notes.request(body);
        match does {
            Answers => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await?,
            AnswersAndCloses => {
                return stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
            }
            Closes | ClosesUnread => return Ok(()),
            Resets => {
                socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
                return Ok(());
            }
            Begins => return stream.write_all(b"HTTP/1.1 20").await,
            AnswersAtLength => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n").await?;
                stream.write_all(&vec![b'x'; 100_000]).await?;
            }
        }
    }
    Ok(())
}

/// The body of the next request; none if the other side has closed.
async fn request(stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut text = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let n = stream.read(&mut buffer).await?;
        if n == 0 {
            return Ok(None);
        }
        text.extend_from_slice(&buffer[..n]);
        let Some(end) = text.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&text[..end]).to_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        if text.len() >= end + 4 + length {
            return Ok(Some(String::from_utf8_lossy(&text[end + 4..]).into_owned()));
        }
    }
}

/// The results of consecutive deliveries to a server.
async fn sent(server: &Scripted, n: usize) -> Vec<Attempt> {
    Desk::new().only_attempts(&profile(&format!("http://{}/cb", server.addr), |_| ()), n).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_closed_by_the_next_request_is_replaced_in_the_same_attempt() {
    for closing in [Closes, Resets, ClosesUnread] {
        let server = scripted(&[&[Answers, closing]]).await;
        let attempts = sent(&server, 2).await;
        assert_eq!(statuses(&attempts), [Some(200), Some(200)], "{closing:?}: {attempts:?}");
        assert_eq!(attempts[1].n, 1, "it is the same attempt");
        assert_eq!(attempts[1].address, Some(server.addr));
        assert_eq!(server.counts(), [2, 1], "{closing:?}");
        assert_eq!(server.seen()[1][0], r#"{"id":"42"}"#, "{closing:?}: the body too");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_is_repeated_only_once() {
    let server = scripted(&[&[Answers, Closes], &[Closes]]).await;
    let attempts = sent(&server, 2).await;
    assert_eq!(statuses(&attempts), [Some(200), None]);
    assert_eq!(server.counts(), [2, 1]);
    let error = attempts[1].error.clone().unwrap();
    assert_eq!(error.class, ErrorClass::Connect);
    assert!(error.message.contains("closed the connection without a complete response"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_connection_that_closes_is_a_failure() {
    for closing in [Closes, Resets, ClosesUnread] {
        let server = scripted(&[&[closing]]).await;
        let attempts = sent(&server, 1).await;
        assert_eq!(statuses(&attempts), [None], "{closing:?}");
        assert_eq!(server.counts(), [1], "{closing:?}: what it did with the request is not known");
        assert_eq!(attempts[0].error.as_ref().unwrap().class, ErrorClass::Connect);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_not_repeated_after_a_response_has_started() {
    let server = scripted(&[&[Answers, Begins]]).await;
    let attempts = sent(&server, 2).await;
    assert_eq!(statuses(&attempts), [Some(200), None]);
    assert_eq!(server.counts(), [2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_closes_between_requests_is_not_used() {
    let server = scripted(&[&[AnswersAndCloses], &[AnswersAndCloses], &[AnswersAndCloses]]).await;
    let attempts = sent(&server, 3).await;
    assert_eq!(statuses(&attempts), [Some(200); 3]);
    assert_eq!(server.counts(), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_response_closes_its_connection() {
    let server = scripted(&[&[AnswersAtLength]]).await;
    let attempts = sent(&server, 2).await;
    assert_eq!(statuses(&attempts), [Some(200), Some(200)]);
    assert!(attempts[0].response_cut && attempts[0].response_body.len() == 16 * 1024);
    assert_eq!(server.counts(), [1, 1]);
}
