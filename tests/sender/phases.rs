//! Where the time of an attempt goes: endpoints that are slow in one phase, over real connections.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use crate::support::desk::Desk;
use crate::support::profiles::profile;
use crate::support::secure::{Authority, acceptor};
use crate::support::server::{Reply, Server};
use futures_util::future::BoxFuture;
use ringback::delivery::{LookupError, Resolver, Transport};
use ringback::profile::Profile;
use ringback::record::{Attempt, ErrorClass, Phase, Phases};
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// How long the slow part takes.
const SLOW: Duration = Duration::from_millis(300);

/// What an endpoint takes its time for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Slow {
    Nothing,
    Handshake,
    FirstByte,
    /// The first byte comes at once.
    Head,
    Body,
}

/// An endpoint on loopback, until it is dropped.
struct Endpoint {
    addr: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Endpoint {
    async fn start(slow: Slow, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let tls = tls.clone();
                tokio::spawn(async move {
                    let Some(tls) = tls else { return serve(stream, slow).await };
                    pause(slow == Slow::Handshake).await;
                    serve(tls.accept(stream).await?, slow).await
                });
            }
        });
        Self { addr, task }
    }

    fn profile(&self, scheme: &str, host: &str) -> Profile {
        profile(&format!("{scheme}://{host}:{}/cb", self.addr.port()), |_| ())
    }
}

async fn pause(is_slow: bool) {
    if is_slow {
        tokio::time::sleep(SLOW).await;
    }
}

/// Responds to every request. One arrives in one piece.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, slow: Slow) -> std::io::Result<()> {
    while stream.read(&mut [0; 4096]).await? > 0 {
        pause(slow == Slow::FirstByte).await;
        stream.write_all(b"HTTP/1.1 2").await?;
        stream.flush().await?;
        pause(slow == Slow::Head).await;
        stream.write_all(b"00 OK\r\nContent-Length: 4\r\n\r\nth").await?;
        stream.flush().await?;
        pause(slow == Slow::Body).await;
        stream.write_all(b"ey").await?;
        stream.flush().await?;
    }
    Ok(())
}

/// Every name is this machine's, and found late.
struct LateNames(Vec<IpAddr>);

impl Resolver for LateNames {
    fn find<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
        Box::pin(async {
            tokio::time::sleep(SLOW).await;
            Ok(self.0.clone())
        })
    }
}

fn desk_with_names(addresses: &[&str]) -> Desk {
    let addresses = addresses.iter().map(|text| text.parse().unwrap()).collect();
    Desk::over(Transport::with_resolver(Arc::default(), Arc::new(LateNames(addresses))))
}

/// Which phases there are. The sum of them is within the duration.
fn phases(attempt: &Attempt) -> (Phases, Vec<&'static str>) {
    let phases = attempt.phases.expect("phases");
    let sum: u64 = phases.iter().map(|(_, micros)| u64::from(micros)).sum();
    assert!(sum / 1000 <= attempt.duration_ms.into(), "{phases:?} of {} ms", attempt.duration_ms);
    (phases, phases.iter().map(|(phase, _)| phase.name()).collect())
}

/// The phase takes as long as the slow part, and longer than all the others.
fn assert_slow(attempt: &Attempt, slow: Phase) {
    let (phases, _) = phases(attempt);
    let of = |wanted: Phase| phases.duration(wanted).unwrap_or_default();
    // Timers have a resolution of a millisecond.
    assert!(of(slow) + Duration::from_millis(1) >= SLOW, "{slow:?}: {phases:?}");
    assert!(Phase::ALL.into_iter().all(|phase| of(phase) <= of(slow)), "{slow:?}: {phases:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_slow_part_of_a_response_is_its_own_phase() {
    let desk = Desk::new();
    for (slow, phase) in
        [(Slow::FirstByte, Phase::Wait), (Slow::Head, Phase::Read), (Slow::Body, Phase::Read)]
    {
        let endpoint = Endpoint::start(slow, None).await;
        let attempts = desk.only_attempts(&endpoint.profile("http", "127.0.0.1"), 2).await;
        for attempt in &attempts {
            assert_eq!(attempt.status, Some(200));
            assert_slow(attempt, phase);
        }
        // An address needs no name server, and the second request no connection.
        assert_eq!(phases(&attempts[0]).1, ["connect", "wait", "read"]);
        assert_eq!(phases(&attempts[1]).1, ["wait", "read"]);
        assert_eq!([0, 1].map(|n| phases(&attempts[n]).0.reused), [false, true]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_name_server_and_a_slow_handshake_are_their_own_phases() {
    let authority = Authority::new();
    for (slow, phase) in [(Slow::Nothing, Phase::Dns), (Slow::Handshake, Phase::Tls)] {
        let desk = if phase == Phase::Dns { desk_with_names(&["127.0.0.1"]) } else { Desk::new() };
        let tls = acceptor(&authority.issue("localhost"), &[b"http/1.1"], None);
        let endpoint = Endpoint::start(slow, Some(tls)).await;
        let mut profile = endpoint.profile("https", "localhost");
        profile.tls.ca_file = Some(authority.file(desk.folder.path()));
        let attempts = desk.only_attempts(&profile, 2).await;
        assert_slow(&attempts[0], phase);
        assert_eq!(phases(&attempts[0]).1, ["dns", "connect", "tls", "wait", "read"]);
        assert_eq!(phases(&attempts[1]).1, ["wait", "read"]);
    }
}

/// A token is fetched before, and once more when it is no longer valid: the phases are those of the last request.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_fetched_is_in_no_phase() {
    let desk = Desk::new();
    let tokens = Server::start(|_, n| Reply {
        after: SLOW,
        ..Reply::new(200, format!(r#"{{"access_token": "t{n}", "token_type": "Bearer", "expires_in": 60}}"#))
    })
    .await;
    let endpoint = Server::start(|request, _| {
        let is_good = request.header("authorization") == "Bearer t2";
        Reply {
            after: if is_good { Duration::ZERO } else { SLOW },
            ..Reply::new(if is_good { 200 } else { 401 }, "")
        }
    })
    .await;
    let profile = profile(&endpoint.url(), |draft| {
        draft.auth_kind = "oauth2".into();
        draft.oauth2.token_url = tokens.url();
        draft.oauth2.client_id = "ringback".into();
        draft.oauth2.client_secret = "s3cret".into();
    });
    let attempt = desk.only_attempt(&profile).await.attempts.remove(0);
    let (phases, names) = phases(&attempt);
    assert_eq!((attempt.status, names, phases.reused), (Some(200), vec!["wait", "read"], true));
    // Two tokens, and the request that was refused.
    assert!(phases.other_micros(attempt.duration_ms) >= Some(897_000), "{attempt:?}");
}

/// Requests over HTTP/2 share a connection.
#[tokio::test(flavor = "multi_thread")]
async fn a_shared_connection_is_a_reused_one() {
    let (desk, authority) = (Desk::new(), Authority::new());
    let secure = crate::support::secure::Secure::start(&authority.issue("localhost"), &[b"h2"], None).await;
    let profile = profile(&secure.url(), |draft| {
        draft.ca_file = authority.file(desk.folder.path());
        draft.http2 = true;
    });
    let attempts = desk.only_attempts(&profile, 2).await;
    assert_eq!(attempts[1].response_body, b"HTTP/2.0 0");
    assert_eq!(phases(&attempts[0]).1, ["dns", "connect", "tls", "wait", "read"]);
    assert_eq!(phases(&attempts[1]).1, ["wait", "read"]);
    assert_eq!([0, 1].map(|n| phases(&attempts[n]).0.reused), [false, true]);
}

/// A listener that accepts nothing, and whose queue is full: who dials it gets no response.
fn full(ip: &str, port: u16) -> (SocketAddr, Socket, Vec<TcpStream>) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(ip.parse().unwrap(), port).into()).unwrap();
    socket.listen(0).unwrap();
    let addr = socket.local_addr().unwrap().as_socket().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&addr, SLOW) {
        waiting.push(stream);
        assert!(waiting.len() < 100, "the queue is never full");
    }
    (addr, socket, waiting)
}

/// The first address does not respond: the second one is dialled 250 ms later, and both count as dialling.
#[tokio::test(flavor = "multi_thread")]
async fn the_head_start_of_an_address_that_does_not_respond_is_part_of_connecting() {
    let desk = desk_with_names(&["127.0.0.2", "127.0.0.1"]);
    let endpoint = Endpoint::start(Slow::Nothing, None).await;
    let _full = full("127.0.0.2", endpoint.addr.port());
    let details = desk.only_attempt(&endpoint.profile("http", "hooks.test")).await;
    let attempt = &details.attempts[0];
    let (phases, names) = phases(attempt);
    assert_eq!((attempt.status, attempt.address), (Some(200), Some(endpoint.addr)));
    assert_eq!(names, ["dns", "connect", "wait", "read"]);
    assert!(phases.duration(Phase::Dns) >= Some(SLOW.saturating_sub(Duration::from_millis(1))), "{phases:?}");
    assert!(phases.duration(Phase::Connect) >= Some(Duration::from_millis(249)), "{phases:?}");
}

/// An attempt that fails ended in the last phase that it has.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_shows_the_phase_in_which_the_attempt_ended() {
    let (desk, authority) = (Desk::new(), Authority::new());
    let timeout = |profile: &mut Profile| {
        profile.retry = ringback::profile::RetryPolicy::new(0, 1, 500, ringback::profile::Backoff::Fixed);
    };

    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused =
        desk.only_attempt(&profile(&format!("http://{closed}/cb"), |_| ())).await.attempts.remove(0);
    assert_eq!(phases(&refused).1, ["connect"]);
    assert_eq!(refused.error.map(|error| error.class), Some(ErrorClass::Connect));

    let (silent, _socket, _waiting) = full("127.0.0.1", 0);
    let mut dialled = profile(&format!("http://{silent}/cb"), |_| ());
    timeout(&mut dialled);
    let dialled = desk.only_attempt(&dialled).await.attempts.remove(0);
    assert_eq!(phases(&dialled).1, ["connect"]);
    assert_slow(&dialled, Phase::Connect);

    let tls = acceptor(&authority.issue("localhost"), &[b"http/1.1"], None);
    let endpoint = Endpoint::start(Slow::Nothing, Some(tls)).await;
    let unknown = desk.only_attempt(&endpoint.profile("https", "localhost")).await.attempts.remove(0);
    assert_eq!(phases(&unknown).1, ["dns", "connect", "tls"]);
    assert_eq!(unknown.error.map(|error| error.class), Some(ErrorClass::Tls));

    // Accepts, and never responds.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut awaited = profile(&format!("http://{}/cb", listener.local_addr().unwrap()), |_| ());
    timeout(&mut awaited);
    let awaited = desk.only_attempt(&awaited).await.attempts.remove(0);
    assert_eq!(phases(&awaited).1, ["connect", "wait"]);
    assert_slow(&awaited, Phase::Wait);
    assert_eq!(awaited.error.as_ref().map(|error| error.message.as_str()), Some("timed out after 500 ms"));
    assert_eq!(
        awaited.failure_words().as_deref(),
        Some("timed out after 500 ms waiting for the first byte of the response")
    );
}
