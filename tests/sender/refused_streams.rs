//! HTTP/2 requests that the server reports as not processed: they are repeated in the same attempt, once, over a new
//! connection. Each connection follows a script, frame by frame (RFC 9113).

use crate::support::desk::{Desk, statuses};
use crate::support::http2::{
    ACK, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PREFACE, RST_STREAM, SETTINGS, STATUS_200, frame,
    read_frame,
};
use crate::support::profiles::profile;
use crate::support::scripted::{Notes, Scripted};
use crate::support::secure::{Authority, acceptor};
use ringback::record::{Attempt, ErrorClass};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// How a server handles a request that it has read to its end.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Script {
    /// Responds with 200.
    Answers,
    /// Ends the stream with this error.
    Ends(u32),
    /// Sends GOAWAY with this error, and reports this request as not processed.
    LeavesOut(u32),
    /// Sends GOAWAY without an error, and reports this request as possibly processed; no response follows.
    Leaves,
}
use Script::{Answers, Ends, Leaves, LeavesOut};

/// Errors of HTTP/2 (RFC 9113, section 7).
const NO_ERROR: u32 = 0x0;
const INTERNAL_ERROR: u32 = 0x2;
const REFUSED_STREAM: u32 = 0x7;

/// A server over TLS, and a sender that trusts it.
struct Setup {
    server: Scripted,
    desk: Desk,
    ca: String,
}

impl Setup {
    /// The server handles each request as the script of its connection says; after the end of a script it responds.
    async fn start(scripts: &[&[Script]]) -> Self {
        let (desk, authority) = (Desk::new(), Authority::new());
        let ca = authority.file(desk.folder.path());
        let acceptor = acceptor(&authority.issue("localhost"), &[b"h2"], None);
        let scripts = scripts.iter().map(|script| script.to_vec()).collect();
        let server = Scripted::start(scripts, move |stream, script, notes| {
            let acceptor = acceptor.clone();
            async move { serve(acceptor.accept(stream).await?, script, notes).await }
        });
        Self { server: server.await, desk, ca }
    }

    /// The results of consecutive deliveries.
    async fn sent(&self, n: usize) -> Vec<Attempt> {
        let profile = profile(&format!("https://localhost:{}/cb", self.server.addr.port()), |draft| {
            draft.ca_file.clone_from(&self.ca);
            draft.http2 = true;
        });
        self.desk.only_attempts(&profile, n).await
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    script: Vec<Script>,
    notes: Notes,
) -> std::io::Result<()> {
    let mut preface = [0; PREFACE.len()];
    stream.read_exact(&mut preface).await?;
    assert_eq!(preface, PREFACE, "it speaks HTTP/2");
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let mut todo = script.into_iter().chain(std::iter::repeat(Answers));
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
        notes.request(String::from_utf8(std::mem::take(&mut body)).unwrap());
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

#[tokio::test(flavor = "multi_thread")]
async fn an_unprocessed_request_is_repeated_in_the_same_attempt() {
    for does in [Ends(REFUSED_STREAM), LeavesOut(NO_ERROR)] {
        let setup = Setup::start(&[&[does]]).await;
        let attempts = setup.sent(1).await;
        assert_eq!(statuses(&attempts), [Some(200)], "{does:?}: {attempts:?}");
        assert_eq!(attempts[0].n, 1, "it is the same attempt");
        assert_eq!(attempts[0].address, Some(setup.server.addr));
        assert_eq!(setup.server.counts(), [1, 1], "{does:?}");
        assert_eq!(setup.server.seen()[1][0], r#"{"id":"42"}"#, "{does:?}: the body too");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_is_true_for_a_reused_connection() {
    for does in [Ends(REFUSED_STREAM), LeavesOut(NO_ERROR)] {
        let setup = Setup::start(&[&[Answers, does]]).await;
        let attempts = setup.sent(3).await;
        assert_eq!(statuses(&attempts), [Some(200); 3], "{does:?}: {attempts:?}");
        // A connection on which a request was refused is usable for others; one with GOAWAY is not.
        let over_first = if does == LeavesOut(NO_ERROR) { 2 } else { 3 };
        let over_others = 4 - over_first;
        let counts = setup.server.counts();
        assert_eq!((counts[0], counts[1..].iter().sum()), (over_first, over_others), "{does:?}: {counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_is_repeated_only_once() {
    for (does, text) in [
        (Ends(REFUSED_STREAM), "refused the request unprocessed (HTTP/2 REFUSED_STREAM)"),
        (LeavesOut(NO_ERROR), "closed the connection before processing the request (HTTP/2)"),
    ] {
        let setup = Setup::start(&[&[does], &[does]]).await;
        let attempts = setup.sent(1).await;
        assert_eq!(statuses(&attempts), [None], "{does:?}");
        assert_eq!(setup.server.counts(), [1, 1], "{does:?}");
        let error = attempts[0].error.clone().unwrap();
        assert_eq!(error.class, ErrorClass::Connect);
        assert_eq!(error.message, format!("localhost:{} {text}", setup.server.addr.port()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_possibly_processed_request_is_a_failure() {
    for (does, class, text) in [
        (Ends(INTERNAL_ERROR), ErrorClass::Protocol, "reset the request (HTTP/2 INTERNAL_ERROR)"),
        (Leaves, ErrorClass::Connect, "reset the connection"),
        // The library does not say for which requests an error of the whole connection leaves that open.
        (LeavesOut(INTERNAL_ERROR), ErrorClass::Protocol, "reset the connection (HTTP/2 INTERNAL_ERROR)"),
    ] {
        let setup = Setup::start(&[&[does]]).await;
        let attempts = setup.sent(1).await;
        assert_eq!(statuses(&attempts), [None], "{does:?}: {attempts:?}");
        assert_eq!(setup.server.counts(), [1], "{does:?}: what it did with the request is not known");
        let error = attempts[0].error.clone().unwrap();
        assert_eq!(error.class, class);
        assert_eq!(error.message, format!("localhost:{} {text}", setup.server.addr.port()));
    }
}

/// Allows no requests, and refuses each.
async fn allow_nothing(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
    // SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113, section 6.5.2).
    stream.write_all(&frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 0])).await?;
    stream.read_exact(&mut [0; PREFACE.len()]).await?;
    loop {
        let (kind, flags, id, _) = read_frame(&mut stream).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await?,
            DATA if flags & END_STREAM != 0 => {
                stream.write_all(&frame(RST_STREAM, 0, id, &REFUSED_STREAM.to_be_bytes())).await?;
            }
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_allows_no_requests_is_reported() {
    let (desk, authority) = (Desk::new(), Authority::new());
    let ca = authority.file(desk.folder.path());
    let acceptor = acceptor(&authority.issue("localhost"), &[b"h2"], None);
    let server = Scripted::start(vec![], move |stream, _: Vec<()>, _| {
        let acceptor = acceptor.clone();
        async move { allow_nothing(acceptor.accept(stream).await?).await }
    });
    let server = server.await;
    let profile = profile(&format!("https://localhost:{}/cb", server.addr.port()), |draft| {
        draft.ca_file.clone_from(&ca);
        draft.http2 = true;
    });
    let error = desk.only_attempt(&profile).await.attempts.remove(0).error.unwrap();
    let text = "(HTTP/2 REFUSED_STREAM): it allows no requests (HTTP/2 SETTINGS_MAX_CONCURRENT_STREAMS is 0)";
    assert!(error.message.ends_with(text), "{error:?}");
}

/// The response to another request over the same connection says nothing about this one.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_reset_beside_a_response_is_not_repeated() {
    let (desk, authority) = (Desk::new(), Authority::new());
    let ca = authority.file(desk.folder.path());
    let acceptor = acceptor(&authority.issue("localhost"), &[b"h2"], None);
    let server = Scripted::start(vec![], move |stream, _: Vec<()>, notes| {
        let acceptor = acceptor.clone();
        async move { answer_one_of_two(acceptor.accept(stream).await?, notes).await }
    });
    let server = server.await;
    let profile = profile(&format!("https://localhost:{}/cb", server.addr.port()), |draft| {
        draft.ca_file.clone_from(&ca);
        draft.http2 = true;
    });
    assert_eq!(statuses(&desk.only_attempts(&profile, 1).await), [Some(200)]);
    let (first, other) = (desk.accept(&profile).await, desk.accept(&profile).await);
    let mut ended = Vec::new();
    for id in [first, other] {
        ended.extend(desk.ended(id).await.attempts);
    }
    let mut statuses = statuses(&ended);
    statuses.sort_unstable();
    assert_eq!(server.counts(), [3], "the server has had it: {ended:?}");
    assert_eq!(statuses, [None, Some(200)]);
}

/// Responds to the first request. Of the next two it responds to one and ends the other, at the same time.
async fn answer_one_of_two(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    notes: Notes,
) -> std::io::Result<()> {
    stream.read_exact(&mut [0; PREFACE.len()]).await?;
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let (mut asked, mut waiting) = (0, Vec::new());
    loop {
        let (kind, flags, id, _) = read_frame(&mut stream).await?;
        if kind == SETTINGS && flags & ACK == 0 {
            stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await?;
        }
        if !matches!(kind, DATA | HEADERS) || flags & END_STREAM == 0 {
            continue;
        }
        notes.request(String::new());
        asked += 1;
        waiting.push(id);
        let answer = |id: u32| frame(HEADERS, END_STREAM | END_HEADERS, id, &[STATUS_200]);
        match waiting[..] {
            [one, other] => {
                let end = frame(RST_STREAM, 0, other, &INTERNAL_ERROR.to_be_bytes());
                stream.write_all(&[answer(one), end].concat()).await?;
                waiting.clear();
            }
            [one] if asked == 1 || asked > 3 => {
                stream.write_all(&answer(one)).await?;
                waiting.clear();
            }
            _ => {}
        }
    }
}
