//! One connection.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response, header};
use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::activity::{Activity, InProgress, Lasting};
use super::app::App;
use super::limits::ServerLimits;
use super::unread_body::UnreadBody;
use crate::api::guarded_body::GuardedBody;
use crate::listening::PatientStream;

/// How long a quiet connection may take to end properly.
const FAREWELL: Duration = Duration::from_secs(1);

/// How often a client over HTTP/2 is asked whether it is still there, and how long it may take to respond.
const PING: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(20));

/// Whether all connections are in use.
#[derive(Debug, Clone)]
pub(super) struct Crowd(pub(super) watch::Receiver<bool>);

impl Crowd {
    async fn gathers(&self) {
        if self.0.clone().wait_for(|is_full| *is_full).await.is_err() {
            // The server stops.
            std::future::pending::<()>().await;
        }
    }
}

/// The address of the client, in the extensions of each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// Why a connection ends that its client does not close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// It was without a request for too long.
    Quiet,
    /// The server stops.
    Stopping,
}

/// A connection to serve.
pub(super) struct Connection {
    pub(super) peer: SocketAddr,
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) limits: ServerLimits,
    pub(super) crowd: Crowd,
}

impl Connection {
    /// Serves it until it ends: closed by its client; quiet for too long; or, once the server is `stopping`, after
    /// the requests in progress.
    pub(super) async fn serve(
        self,
        stream: TcpStream,
        app: impl App,
        stopping: impl Future<Output = ()> + Send,
    ) {
        // Without it a response may wait for the client's acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        let stream = PatientStream::new(stream, self.limits.response);
        let Some(tls) = &self.tls else { return self.http(stream, app, stopping).await };
        let mut stopping = pin!(stopping);
        let handshake = TlsAcceptor::from(Arc::clone(tls)).accept(stream);
        let secured = tokio::select! {
            secured = tokio::time::timeout(self.limits.handshake, handshake) => secured,
            () = &mut stopping => return,
        };
        // A client that cannot be written to gets no reason.
        if let Ok(Ok(stream)) = secured {
            self.http(stream, app, stopping).await;
        }
    }

    async fn http(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        app: impl App,
        stopping: impl Future<Output = ()> + Send,
    ) {
        let activity = Activity::new();
        let service = self.service(app, activity.clone());
        let builder = self.builder();
        let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service));
        // Polled only when one of them is woken: a request wakes the connection several times.
        let mut ends = FuturesUnordered::<Pin<Box<dyn Future<Output = Ending> + Send>>>::new();
        ends.push(Box::pin(self.quiet(&activity).map(|()| Ending::Quiet)));
        ends.push(Box::pin(stopping.map(|()| Ending::Stopping)));
        // Errors of a connection are ignored.
        let ending = tokio::select! {
            biased;
            _ = &mut serving => return,
            ending = ends.next() => ending,
        };
        serving.as_mut().graceful_shutdown();
        if ending == Some(Ending::Quiet) {
            let _ = tokio::time::timeout(FAREWELL, serving).await;
            return;
        }
        // A client that does not end its connection keeps nobody waiting, and neither does half a head.
        tokio::select! {
            _ = serving => {}
            () = activity.nothing_to_wait_for(FAREWELL) => {}
        }
    }

    /// Waits until the connection has been without a request for too long.
    async fn quiet(&self, activity: &Activity) {
        tokio::select! {
            () = activity.quiet_for(self.limits.quiet) => {}
            () = async {
                self.crowd.gathers().await;
                activity.quiet_for(self.limits.quiet_in_crowd).await;
            } => {}
        }
    }

    fn builder(&self) -> auto::Builder<TokioExecutor> {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        // Heads have no time of their own: a connection without a request is quiet.
        builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(self.limits.head);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(PING.0)
            .keep_alive_timeout(PING.1)
            .max_concurrent_streams(self.limits.streams)
            .max_header_list_size(u32::try_from(self.limits.head).unwrap_or(u32::MAX));
        builder
    }

    fn service(
        &self,
        app: impl App,
        activity: Activity,
    ) -> impl hyper::service::Service<
        Request<Incoming>,
        Response = Response<GuardedBody<InProgress>>,
        Error = Infallible,
        Future = impl Future<Output = Result<Response<GuardedBody<InProgress>>, Infallible>> + Send + 'static,
    > + Send
    + 'static {
        let peer = Peer(self.peer);
        service_fn(move |mut request: Request<Incoming>| {
            let mut in_progress = activity.begin();
            request.extensions_mut().insert(peer);
            let waits = request.headers().contains_key(header::EXPECT);
            let response = app.call(request.map(|body| Body::new(UnreadBody::new(body, waits))));
            async move {
                let response = response.await?;
                if response.extensions().get::<Lasting>().is_some() {
                    in_progress.last();
                }
                Ok(response.map(|body| in_progress.until_written(body)))
            }
        })
    }
}
