//! HTTP/2 servers that allow one request over a connection at a time (RFC 9113, section 5.1.2), and connections that
//! are in use for longer than an idle one is kept.

use std::sync::Arc;
use std::time::Duration;

use crate::support::desk::{Desk, statuses};
use crate::support::http2::{
    ACK, DATA, END_HEADERS, END_STREAM, HEADERS, PING, PREFACE, RST_STREAM, SETTINGS, STATUS_200, frame,
    read_frame,
};
use crate::support::profiles::profile;
use crate::support::scripted::{Notes, Scripted};
use crate::support::secure::{Authority, acceptor};
use ringback::profile::Profile;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Mutex;

const REFUSED_STREAM: u32 = 0x7;
/// Longer than an idle connection is kept.
const LONG: Duration = Duration::from_secs(6);

/// A server over TLS, and a sender that trusts it.
struct Setup {
    server: Scripted,
    desk: Desk,
    ca: String,
}

impl Setup {
    async fn start() -> Self {
        let (desk, authority) = (Desk::new(), Authority::new());
        let ca = authority.file(desk.folder.path());
        let acceptor = acceptor(&authority.issue("localhost"), &[b"h2"], None);
        let server = Scripted::start(vec![], move |stream, _: Vec<()>, notes| {
            let acceptor = acceptor.clone();
            async move { serve(acceptor.accept(stream).await?, notes).await }
        });
        Self { server: server.await, desk, ca }
    }

    /// A profile whose requests have this body.
    fn profile(&self, body: &str) -> Profile {
        profile(&format!("https://localhost:{}/cb", self.server.addr.port()), |draft| {
            draft.ca_file.clone_from(&self.ca);
            draft.http2 = true;
            body.clone_into(&mut draft.body);
            "60000".clone_into(&mut draft.retry_timeout);
        })
    }

    async fn is_delivered(&self, body: &str) {
        assert_eq!(statuses(&self.desk.only_attempts(&self.profile(body), 1).await), [Some(200)]);
    }

    /// The bodies that arrived, over all connections.
    fn bodies(&self) -> Vec<String> {
        self.server.seen().concat()
    }
}

/// Allows one request at a time, and notes the bodies. It never responds to `hangs`, late to `late`, and at once to
/// all others.
async fn serve(stream: impl AsyncRead + AsyncWrite + Send + 'static, notes: Notes) -> std::io::Result<()> {
    let (mut stream, writer) = tokio::io::split(stream);
    let writer = Arc::new(Mutex::new(writer));
    let write = |bytes: Vec<u8>| {
        let writer = Arc::clone(&writer);
        async move { writer.lock().await.write_all(&bytes).await }
    };
    stream.read_exact(&mut [0; PREFACE.len()]).await?;
    // SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113, section 6.5.2).
    write(frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 1])).await?;
    let (mut open, mut body) = (None, Vec::new());
    loop {
        let (kind, flags, id, payload) = read_frame(&mut stream).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => write(frame(SETTINGS, ACK, 0, &[])).await?,
            PING if flags & ACK == 0 => write(frame(PING, ACK, 0, &payload)).await?,
            HEADERS if open.is_some() => {
                notes.request("refused".to_owned());
                write(frame(RST_STREAM, 0, id, &REFUSED_STREAM.to_be_bytes())).await?;
            }
            HEADERS => open = Some(id),
            DATA if open == Some(id) => body.extend_from_slice(&payload),
            _ => {}
        }
        if open != Some(id) || kind != DATA || flags & END_STREAM == 0 {
            continue;
        }
        let said = String::from_utf8(std::mem::take(&mut body)).unwrap();
        notes.request(said.clone());
        let response = write(frame(HEADERS, END_STREAM | END_HEADERS, id, &[STATUS_200]));
        match said.as_str() {
            "hangs" => continue,
            "late" => drop(tokio::spawn(async move {
                tokio::time::sleep(LONG).await;
                response.await
            })),
            _ => response.await?,
        }
        open = None;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_waits_behind_one_that_hangs() {
    let setup = Setup::start().await;
    setup.is_delivered("first").await;
    let hanging = setup.desk.accept(&setup.profile("hangs")).await;
    while !setup.bodies().contains(&"hangs".to_owned()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..3 {
        setup.is_delivered("healthy").await;
    }
    let first = setup.desk.store.delivery(hanging).await.unwrap().unwrap();
    assert!(first.summary.state.is_pending(), "nobody waited for its timeout");
    assert_eq!(setup.server.counts(), [2, 3], "one more connection carries them all");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_requests_are_sent_at_a_time_than_the_server_allows() {
    let setup = Setup::start().await;
    let profiles: Vec<_> = (0..10).map(|_| setup.profile("one")).collect();
    let mut accepted = Vec::new();
    for profile in &profiles {
        accepted.push(setup.desk.accept(profile).await);
    }
    for id in accepted {
        assert_eq!(statuses(&setup.desk.ended(id).await.attempts), [Some(200)]);
    }
    assert_eq!(setup.bodies(), vec!["one"; 10], "none is refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_in_use_for_long_carries_the_next_request() {
    let setup = Setup::start().await;
    setup.is_delivered("late").await;
    setup.is_delivered("next").await;
    assert_eq!(setup.server.counts(), [2]);
}
