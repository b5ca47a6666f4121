//! A pooled HTTP client.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::client::legacy::{self, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connector::Connector;
use super::course::Course;

/// Many servers close an idle connection after five seconds.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

type Pool = legacy::Client<Connector, Full<Bytes>>;

/// A client with its connections. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::delivery) struct Client {
    pooled: Pool,
    /// Makes a connection for each request.
    fresh: Pool,
}

impl Client {
    pub(super) fn new(connector: &Connector) -> Self {
        let pool = |most: usize| {
            legacy::Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(most)
                .build(connector.clone())
        };
        Self { pooled: pool(usize::MAX), fresh: pool(0) }
    }

    /// Sends a request, and waits for the head of its answer. When the connection had carried others
    /// and fails without a byte of this answer, the server may have closed it while the request was on
    /// its way: it is made `again` and sent once more, over a new one.
    ///
    /// The pool itself does so only with what it had not begun to write.
    pub(in crate::delivery) async fn send(
        &self,
        course: &mut Course,
        mut request: Request<Full<Bytes>>,
        again: impl FnOnce() -> Option<Request<Full<Bytes>>>,
    ) -> Result<Response<Incoming>, Error> {
        course.begin(&mut request);
        let error = match course.follow(self.pooled.request(request)).await {
            Err(error) if may_go_again(&error, course) => error,
            answered => return answered,
        };
        let Some(mut request) = again() else { return Err(error) };
        course.begin(&mut request);
        course.follow(self.fresh.request(request)).await
    }
}

fn may_go_again(error: &Error, course: &Course) -> bool {
    course.line().is_some_and(|line| line.is_unanswered_after_others()) || was_not_taken(error)
}

/// Over HTTP/2 a server says which requests it has not begun with (RFC 9113, sections 6.8 and 8.7).
fn was_not_taken(error: &Error) -> bool {
    let mut causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.find_map(|cause| cause.downcast_ref::<h2::Error>()).is_some_and(|error| {
        error.is_remote()
            && match error.reason() {
                Some(h2::Reason::REFUSED_STREAM) => true,
                Some(h2::Reason::NO_ERROR) => error.is_go_away(),
                _ => false,
            }
    })
}
