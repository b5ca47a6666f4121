//! One attempt over HTTP.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::outgoing::Outgoing;
use super::progress::AttemptProgress;
use super::response::ReceivedResponse;
use super::time_limit::{Timer, within};
use super::url_cache::UrlCache;
use crate::clock;
use crate::delivery::http::classify;
use crate::delivery::http::client::Client;
use crate::delivery::http::clients::Clients;
use crate::delivery::http::connect_stage::ConnectStage;
use crate::delivery::http::connection::info::ConnInfo;
use crate::delivery::http::egress_filter::EgressFilter;
use crate::delivery::http::exchange_error::ExchangeError;
use crate::delivery::http::known_names::KnownNames;
use crate::delivery::http::local_trouble::LocalTrouble;
use crate::delivery::http::resolver::Resolver;
use crate::delivery::http::tls_session::TlsSession;
use crate::delivery::tokens::{Token, TokenKey, Tokens};
use crate::profile::network::Network;
use crate::profile::{Auth, Profile};
use crate::record::{Attempt, Failure, Job};

/// The pooled HTTP clients and the tokens, cheap to clone. Follows no redirects, uses no proxy of the environment and
/// dials no refused address.
#[derive(Debug, Clone)]
pub struct Transport {
    clients: Arc<Clients>,
    tokens: Arc<Tokens>,
    urls: Arc<UrlCache>,
}

/// An attempt, and how long the endpoint asks not to be called.
pub struct Tried {
    /// The attempt.
    pub attempt: Attempt,
    /// From `Retry-After` on 429 and 503.
    pub retry_after: Option<Duration>,
}

impl Transport {
    /// A transport that dials what the settings allow. The system's CA certificates are read when first needed.
    #[must_use]
    pub fn new(network: Arc<Network>) -> Self {
        Self::over(EgressFilter::new(network))
    }

    /// A transport with another resolver than the system's. Its addresses are checked like any.
    #[must_use]
    pub fn with_resolver(network: Arc<Network>, names: Arc<dyn Resolver>) -> Self {
        Self::over(EgressFilter::with_resolver(network, names))
    }

    fn over(egress: EgressFilter) -> Self {
        Self::of(Clients::new(egress))
    }

    fn of(clients: Clients) -> Self {
        Self { clients: Arc::new(clients), tokens: Arc::default(), urls: Arc::default() }
    }

    /// Another transport with its own connections and the same tokens: a connection is driven by the runtime that
    /// opened it, a token is valid on all of them.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self {
            clients: Arc::new(self.clients.beside()),
            tokens: Arc::clone(&self.tokens),
            urls: Arc::default(),
        }
    }

    /// The names that resolved recently.
    pub(in crate::delivery) fn known_names(&self) -> Arc<KnownNames> {
        self.clients.egress().known_names()
    }

    /// Opens another connection to the endpoint of a callback, and closes it: what was negotiated. None without TLS, and
    /// if there is no connection within the profile's timeout.
    pub async fn tls_session(&self, profile: &Profile, url: &str) -> Option<TlsSession> {
        let route = self.urls.get(url, self.clients.egress()).ok()?;
        let limit = Duration::from_millis(profile.retry.timeout_ms().into());
        let opened = self.clients.tls_session((&profile.tls, profile.http2), &route.target);
        tokio::time::timeout(limit, opened).await.ok()?.ok()?
    }

    /// Makes the next attempt of a job. The attempt contains any failure.
    ///
    /// # Errors
    /// This machine cannot make an attempt at the moment: none was made.
    pub async fn attempt(&self, job: &Job) -> Result<Tried, LocalTrouble> {
        self.attempt_with(job, &mut Timer::default()).await
    }

    /// The same, with a reused timer.
    pub(in crate::delivery) async fn attempt_with(
        &self,
        job: &Job,
        timer: &mut Timer,
    ) -> Result<Tried, LocalTrouble> {
        let started_at = clock::now();
        let clock = Instant::now();
        let timeout_ms = job.policy.timeout_ms();
        let mut progress = AttemptProgress::default();
        let result = match Outgoing::of(job, started_at, &self.urls, self.clients.egress()) {
            Ok(outgoing) => {
                let limit = Duration::from_millis(timeout_ms.into());
                let within_limit = within(timer, limit, pin!(self.send(&outgoing, &mut progress))).await;
                match within_limit {
                    Some(result) => result,
                    // Rare code paths are boxed: they would make each attempt large.
                    None => Box::pin(self.out_of_time(&outgoing, clock, timeout_ms, &mut progress)).await,
                }
            }
            Err(failure) => Err(failure.into()),
        };
        let ended = Instant::now();
        let took = ended.saturating_duration_since(clock);
        let address = progress.tracker.address();
        let mut received = progress.received;
        if let Some(address) = address.filter(|_| received.status.is_some()) {
            self.clients.reachability().reached(address.ip());
        }
        let mut error = match result {
            Ok(()) => None,
            Err(ExchangeError::Failed(failure)) => Some(failure),
            Err(ExchangeError::Local(trouble)) => return Err(trouble),
        };
        if let Some(error) = &mut error
            && let Some(why) = received.incomplete.take()
        {
            error.message = format!("{} (incomplete response body: {why})", error.message);
        }
        if let Some(error) = &mut error
            && received.status.is_none()
            && progress.tracker.connection().is_some_and(ConnInfo::allows_no_stream)
        {
            error.message.push_str(": it allows no requests (HTTP/2 SETTINGS_MAX_CONCURRENT_STREAMS is 0)");
        }
        let response_headers = received.shown_headers();
        let attempt = Attempt {
            n: job.attempts + 1,
            started_at,
            duration_ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            address,
            status: received.status.map(|s| s.as_u16()),
            error,
            response_headers,
            response_body: received.shown_body(),
            response_cut: received.cut,
            response_incomplete: received.incomplete.take(),
            sender: None,
            phases: progress.tracker.phases(ended),
            is_probe: job.is_probe,
        };
        Ok(Tried { attempt, retry_after: received.retry_after() })
    }

    /// The result of an attempt, started at this time, that has timed out.
    async fn out_of_time(
        &self,
        outgoing: &Outgoing<'_>,
        began: Instant,
        timeout_ms: u32,
        progress: &mut AttemptProgress,
    ) -> Result<(), ExchangeError> {
        let trouble = match progress.awaited_of_us() {
            Some(ConnectStage::Room) => Some(LocalTrouble::Descriptors),
            Some(ConnectStage::Looking) => {
                let (reachability, egress) = (self.clients.reachability(), self.clients.egress());
                reachability.of_silence(outgoing.host(), began, egress).await
            }
            _ => None,
        };
        match trouble {
            Some(trouble) => Err(ExchangeError::Local(trouble)),
            None => progress.out_of_time(&outgoing.profile.tls, timeout_ms).map_err(ExchangeError::from),
        }
    }

    /// Sends the request, with a token if the profile needs one.
    async fn send(
        &self,
        outgoing: &Outgoing<'_>,
        progress: &mut AttemptProgress,
    ) -> Result<(), ExchangeError> {
        let began = Instant::now();
        let profile = outgoing.profile;
        progress.awaits_files = true;
        let client = self.clients.of(&profile.id, (&profile.tls, profile.http2), outgoing.target()).await;
        progress.awaits_files = false;
        let client = &*client.map_err(|fault| classify::no_tls(&outgoing.host_port(), &fault))?;
        let Auth::OAuth2(oauth2) = &profile.auth else {
            return exchange(client, outgoing, None, progress).await;
        };
        let wanted = TokenKey { oauth2: (**oauth2).clone(), tls: profile.tls.clone() };
        Box::pin(self.send_with_token(client, outgoing, &wanted, began, progress)).await
    }

    /// Sends the request with a token. If the status may mean that the token is no longer valid, fetches a new one
    /// and repeats the request once (public page).
    async fn send_with_token(
        &self,
        client: &Client,
        outgoing: &Outgoing<'_>,
        wanted: &TokenKey,
        began: Instant,
        progress: &mut AttemptProgress,
    ) -> Result<(), ExchangeError> {
        let token = self.token(wanted, progress).await?;
        let result = exchange(client, outgoing, Some(&token), progress).await;
        progress.tracker.clock.end();
        let Some(status) = progress.received.status.filter(|status| token.may_be_stale(*status, began))
        else {
            return result;
        };
        self.tokens.forget(wanted, &token);
        let token = self.token(wanted, progress).await?;
        token.follows(status);
        progress.received = ReceivedResponse::default();
        exchange(client, outgoing, Some(&token), progress).await
    }

    async fn token(
        &self,
        wanted: &TokenKey,
        progress: &mut AttemptProgress,
    ) -> Result<Arc<Token>, ExchangeError> {
        progress.awaits_token = true;
        let token = self.tokens.get(&self.clients, wanted).await.map_err(|why| match why {
            ExchangeError::Failed(failure) => ExchangeError::Failed(Failure::no_token(&failure)),
            ExchangeError::Local(trouble) => ExchangeError::Local(trouble),
        });
        progress.awaits_token = false;
        progress.token = token.as_ref().ok().cloned();
        token
    }
}

async fn exchange(
    client: &Client,
    outgoing: &Outgoing<'_>,
    token: Option<&Token>,
    progress: &mut AttemptProgress,
) -> Result<(), ExchangeError> {
    let AttemptProgress { received, tracker, .. } = progress;
    let request = outgoing.request(token)?;
    received.redactor = outgoing.redactor(&request);
    received.memo = Some(outgoing.shown());
    let response = client.send(tracker, outgoing.target(), request, || outgoing.request(token).ok()).await;
    let response = response.map_err(|error| classify::exchange_error_of(&error, &outgoing.host_port()))?;
    received.take(response, tracker.connection()).await;
    received.verdict().map_or(Ok(()), |failure| Err(failure.into()))
}

#[cfg(test)]
mod tests;
