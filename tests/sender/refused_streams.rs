//! HTTP/2 requests that the server says it has not begun with: they are made good in the same attempt,
//! once, over a fresh connection. Each connection follows a script, frame by frame (RFC 9113).

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use crate::support::desk::Desk;
use crate::support::http2::{
    ACK, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PREFACE, RST_STREAM, SETTINGS, STATUS_200, frame,
    read_frame,
};
use crate::support::profiles::profile;
use crate::support::secure::{Authority, acceptor};
use ringback::delivery::{Attempt, ErrorClass};
use ringback::profile::Profile;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What a server does with a request that it has read to its end.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Does {
    /// Answers with 200.
    Answers,
    /// Ends the stream with this error.
    Ends(u32),
    /// Goes away for this reason, and says that it has not begun with this request.
    LeavesOut(u32),
    /// Goes away without an error, and says that it may have begun with this request; no answer comes.
    Leaves,
}
use Does::{Answers, Ends, Leaves, LeavesOut};

/// Errors of HTTP/2 (RFC 9113, section 7).
const NO_ERROR: u32 = 0x0;
const INTERNAL_ERROR: u32 = 0x2;
const REFUSED_STREAM: u32 = 0x7;

/// A server whose n-th connection does with its n-th request what the script says; what comes after
/// the end of a script is answered.
struct Scripted {
    addr: SocketAddr,
    ca: String,
    /// The bodies of the requests of each connection.
    seen: Arc<Mutex<Vec<Vec<String>>>>,
    desk: Desk,
    task: tokio::task::JoinHandle<()>,
}

impl Scripted {
    async fn start(scripts: &'static [&'static [Does]]) -> Self {
        let (desk, authority) = (Desk::new(), Authority::new());
        let ca = authority.file(desk.folder.path());
        let acceptor = acceptor(&authority.issue("localhost"), &[b"h2"], None);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
        let noted = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let n = noted.lock().unwrap().len();
                noted.lock().unwrap().push(Vec::new());
                let (acceptor, noted) = (acceptor.clone(), Arc::clone(&noted));
                tokio::spawn(async move {
                    let stream = acceptor.accept(stream).await?;
                    let script = scripts.get(n).copied().unwrap_or_default();
                    serve(stream, script, |body| noted.lock().unwrap()[n].push(body)).await
                });
            }
        });
        Self { addr, ca, seen, desk, task }
    }

    fn profile(&self) -> Profile {
        profile(&format!("https://localhost:{}/cb", self.addr.port()), |draft| {
            draft.ca_file.clone_from(&self.ca);
            draft.http2 = true;
        })
    }

    /// What came of deliveries, one after the other.
    async fn sent(&self, n: usize) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        for _ in 0..n {
            attempts.push(self.desk.only_try(&self.profile()).await.attempts.remove(0));
        }
        attempts
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
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    script: &[Does],
    note: impl Fn(String),
) -> std::io::Result<()> {
    let mut preface = [0; PREFACE.len()];
    stream.read_exact(&mut preface).await?;
    assert_eq!(preface, PREFACE, "it speaks HTTP/2");
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let mut todo = script.iter().copied().chain(std::iter::repeat(Answers));
    let (mut body, mut last) = (Vec::new(), 0);
    loop {
        let (kind, flags, id, payload) = read_frame(&mut stream).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await?,
            DATA => body.extend_from_slice(&payload),
            _ => {}
        }
        if !matches!(kind, DATA | HEADERS) || flags & END_STREAM == 0 {
            continue;
        }
        note(String::from_utf8(std::mem::take(&mut body)).unwrap());
        let goes_away = |last: u32, reason: u32| {
            frame(GOAWAY, 0, 0, &[last.to_be_bytes(), reason.to_be_bytes()].concat())
        };
        match todo.next().unwrap() {
            Answers => {
                stream.write_all(&frame(HEADERS, END_STREAM | END_HEADERS, id, &[STATUS_200])).await?;
            }
            Ends(reason) => stream.write_all(&frame(RST_STREAM, 0, id, &reason.to_be_bytes())).await?,
            LeavesOut(reason) => {
                stream.write_all(&goes_away(last, reason)).await?;
                return stream.shutdown().await;
            }
            Leaves => {
                stream.write_all(&goes_away(id, NO_ERROR)).await?;
                return stream.shutdown().await;
            }
        }
        last = id;
    }
}

fn statuses(attempts: &[Attempt]) -> Vec<Option<u16>> {
    attempts.iter().map(|attempt| attempt.status).collect()
}

/// A script for the first connection.
fn first(script: Vec<Does>) -> &'static [&'static [Does]] {
    Vec::leak(vec![Vec::leak(script) as &[Does]])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_begun_with_is_made_good_in_the_same_attempt() {
    for does in [Ends(REFUSED_STREAM), LeavesOut(NO_ERROR)] {
        let server = Scripted::start(first(vec![does])).await;
        let attempts = server.sent(1).await;
        assert_eq!(statuses(&attempts), [Some(200)], "{does:?}: {attempts:?}");
        assert_eq!(attempts[0].n, 1, "it is the same attempt");
        assert_eq!(attempts[0].address, Some(server.addr));
        assert_eq!(server.counts(), [1, 1], "{does:?}");
        let seen = server.seen.lock().unwrap().clone();
        assert_eq!(seen[1][0], r#"{"id":"42"}"#, "{does:?}: the body too");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_over_a_connection_that_has_carried_others() {
    for does in [Ends(REFUSED_STREAM), LeavesOut(NO_ERROR)] {
        let scripts: &'static [&'static [Does]] = Vec::leak(vec![Vec::leak(vec![Answers, does]) as &[Does]]);
        let server = Scripted::start(scripts).await;
        let attempts = server.sent(3).await;
        assert_eq!(statuses(&attempts), [Some(200); 3], "{does:?}: {attempts:?}");
        // A connection on which a request was refused is good for others; one that goes away is not.
        let over_first = if does == LeavesOut(NO_ERROR) { 2 } else { 3 };
        let over_others = 4 - over_first;
        let counts = server.counts();
        assert_eq!((counts[0], counts[1..].iter().sum()), (over_first, over_others), "{does:?}: {counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_made_good_once() {
    for (does, said) in [
        (Ends(REFUSED_STREAM), "refused the request before it began with it (HTTP/2 REFUSED_STREAM)"),
        (LeavesOut(NO_ERROR), "closed the connection before it began with the request (HTTP/2)"),
    ] {
        let twice: &'static [Does] = Vec::leak(vec![does]);
        let server = Scripted::start(Vec::leak(vec![twice, twice])).await;
        let attempts = server.sent(1).await;
        assert_eq!(statuses(&attempts), [None], "{does:?}");
        assert_eq!(server.counts(), [1, 1], "{does:?}");
        let error = attempts[0].error.clone().unwrap();
        assert_eq!(error.class, ErrorClass::Connect);
        assert_eq!(error.message, format!("localhost:{} {said}", server.addr.port()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_begun_with_is_a_failure() {
    for (does, class, said) in [
        (Ends(INTERNAL_ERROR), ErrorClass::Protocol, "broke the request off (HTTP/2 INTERNAL_ERROR)"),
        (Leaves, ErrorClass::Connect, "broke the connection off"),
        // The library does not tell for which requests an error of the whole connection leaves that open.
        (LeavesOut(INTERNAL_ERROR), ErrorClass::Protocol, "broke the connection off (HTTP/2 INTERNAL_ERROR)"),
    ] {
        let server = Scripted::start(first(vec![does])).await;
        let attempts = server.sent(1).await;
        assert_eq!(statuses(&attempts), [None], "{does:?}: {attempts:?}");
        assert_eq!(server.counts(), [1], "{does:?}: what it did with the request is not known");
        let error = attempts[0].error.clone().unwrap();
        assert_eq!(error.class, class);
        assert_eq!(error.message, format!("localhost:{} {said}", server.addr.port()));
    }
}
