//! A connection that was kept for the next request, and that the server closed: in time for us to
//! see it, at the moment of the request, or after it. Each connection follows a script.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::desk::Desk;
use crate::support::profiles::profile;
use ringback::delivery::{Attempt, ErrorClass};
use ringback::profile::Profile;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a server does with a request.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Does {
    /// Answers, and keeps the connection.
    Answers,
    /// Answers, and closes the connection without having said so.
    AnswersAndCloses,
    /// Reads it all and closes with FIN.
    Closes,
    /// Reads it all and closes with RST.
    Resets,
    /// Reads nothing of it and closes: the system sends RST.
    ClosesUnread,
    /// Begins an answer and closes.
    Begins,
    /// Answers with a long body, slowly enough that it is cut.
    AnswersAtLength,
}
use Does::{Answers, AnswersAndCloses, AnswersAtLength, Begins, Closes, ClosesUnread, Resets};

/// A server whose n-th connection does with its n-th request what the script says; what comes after
/// the end of a script is answered.
struct Scripted {
    addr: SocketAddr,
    /// The bodies of the requests of each connection.
    seen: Arc<Mutex<Vec<Vec<String>>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Scripted {
    async fn start(scripts: &'static [&'static [Does]]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
        let noted = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let n = noted.lock().unwrap().len();
                noted.lock().unwrap().push(Vec::new());
                tokio::spawn(serve(
                    stream,
                    scripts.get(n).copied().unwrap_or_default(),
                    n,
                    Arc::clone(&noted),
                ));
            }
        });
        Self { addr, seen, task }
    }

    fn profile(&self) -> Profile {
        profile(&format!("http://{}/cb", self.addr), |_| ())
    }

    /// How many requests came over each connection.
    fn counts(&self) -> Vec<usize> {
        self.seen.lock().unwrap().iter().map(Vec::len).collect()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    script: &[Does],
    n: usize,
    seen: Arc<Mutex<Vec<Vec<String>>>>,
) -> std::io::Result<()> {
    for does in script.iter().copied().chain(std::iter::repeat(Answers)) {
        if does == ClosesUnread {
            // Until there is something to leave unread.
            stream.readable().await?;
            seen.lock().unwrap()[n].push(String::new());
            return Ok(());
        }
        let Some(body) = request(&mut stream).await? else { return Ok(()) };
        seen.lock().unwrap()[n].push(body);
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

/// The body of the next request; none when the other side has closed.
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

/// What came of deliveries to a server, one after the other.
async fn sent(server: &Scripted, n: usize) -> Vec<Attempt> {
    let (desk, profile) = (Desk::new(), server.profile());
    let mut attempts = Vec::new();
    for _ in 0..n {
        attempts.push(desk.only_try(&profile).await.attempts.remove(0));
    }
    attempts
}

fn statuses(attempts: &[Attempt]) -> Vec<Option<u16>> {
    attempts.iter().map(|attempt| attempt.status).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_connection_that_closes_at_the_next_request_is_made_good_in_the_same_attempt() {
    for closing in [Closes, Resets, ClosesUnread] {
        let scripts: &'static [&'static [Does]] =
            Vec::leak(vec![Vec::leak(vec![Answers, closing]) as &[Does]]);
        let server = Scripted::start(scripts).await;
        let attempts = sent(&server, 2).await;
        assert_eq!(statuses(&attempts), [Some(200), Some(200)], "{closing:?}: {attempts:?}");
        assert_eq!(attempts[1].n, 1, "it is the same attempt");
        assert_eq!(attempts[1].address, Some(server.addr));
        assert_eq!(server.counts(), [2, 1], "{closing:?}");
        let seen = server.seen.lock().unwrap().clone();
        assert_eq!(seen[1][0], r#"{"id":"42"}"#, "{closing:?}: the body too");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_made_good_once() {
    let server = Scripted::start(&[&[Answers, Closes], &[Closes]]).await;
    let attempts = sent(&server, 2).await;
    assert_eq!(statuses(&attempts), [Some(200), None]);
    assert_eq!(server.counts(), [2, 1]);
    let error = attempts[1].error.clone().unwrap();
    assert_eq!(error.class, ErrorClass::Connect);
    assert!(error.message.contains("closed the connection without a complete answer"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_connection_that_closes_is_a_failure() {
    for closing in [Closes, Resets, ClosesUnread] {
        let scripts: &'static [&'static [Does]] = Vec::leak(vec![Vec::leak(vec![closing]) as &[Does]]);
        let server = Scripted::start(scripts).await;
        let attempts = sent(&server, 1).await;
        assert_eq!(statuses(&attempts), [None], "{closing:?}");
        assert_eq!(server.counts(), [1], "{closing:?}: what it did with the request is not known");
        assert_eq!(attempts[0].error.as_ref().unwrap().class, ErrorClass::Connect);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_has_begun_is_not_asked_for_again() {
    let server = Scripted::start(&[&[Answers, Begins]]).await;
    let attempts = sent(&server, 2).await;
    assert_eq!(statuses(&attempts), [Some(200), None]);
    assert_eq!(server.counts(), [2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_closes_between_requests_is_not_used() {
    let server = Scripted::start(&[&[AnswersAndCloses], &[AnswersAndCloses], &[AnswersAndCloses]]).await;
    let attempts = sent(&server, 3).await;
    assert_eq!(statuses(&attempts), [Some(200); 3]);
    assert_eq!(server.counts(), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_cut_and_the_next_request_has_a_connection_of_its_own() {
    let server = Scripted::start(&[&[AnswersAtLength]]).await;
    let attempts = sent(&server, 2).await;
    assert_eq!(statuses(&attempts), [Some(200), Some(200)]);
    assert!(attempts[0].response_cut && attempts[0].response_body.len() == 16 * 1024);
    assert_eq!(server.counts(), [1, 1]);
}
