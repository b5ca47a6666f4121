//! One attempt over HTTP.

mod answer;
mod budget;
mod client;
mod clients;
mod connector;
mod course;
mod dial;
mod frames;
mod http1_hosts;
mod limit;
mod line;
mod order;
mod reachability;
mod sockets;
mod targets;
mod unasked;
mod wire;

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::StatusCode;

use crate::clock;
use crate::profile::network::Network;
use crate::profile::{Auth, Tls};
use crate::record::{Attempt, Failure, Job};

use super::failure;
use super::guard::Guard;
use super::known_names::KnownNames;
use super::local_trouble::{LocalTrouble, NotDone};
use super::redact::{self, Redactor};
use super::resolver::Names;
use super::tls;
use super::tokens::{Token, Tokens, Wanted};
use answer::Answer;
use course::Stage;
use limit::within;
use order::Order;
use targets::Targets;

pub(super) use answer::{Read, read};
pub(super) use client::{Client, HEAD_LIMIT, HEADER_LIMIT};
pub(super) use clients::Clients;
pub(super) use connector::NotConnected;
pub(super) use course::Course;

/// The pooled HTTP clients with their tokens, cheap to clone. It follows no redirect, uses no proxy of
/// the environment and dials no refused address (design, section 5).
#[derive(Debug, Clone)]
pub struct Transport {
    clients: Arc<Clients>,
    tokens: Arc<Tokens>,
    targets: Arc<Targets>,
}

/// An attempt, and how long the endpoint asked to be left alone.
pub struct Tried {
    /// The attempt.
    pub attempt: Attempt,
    /// From `Retry-After` on 429 and 503.
    pub retry_after: Option<Duration>,
}

impl Transport {
    /// One that dials what the settings allow. The system's CA certificates are read when they are
    /// needed first.
    #[must_use]
    pub fn new(network: Arc<Network>) -> Self {
        Self::over(Guard::new(network))
    }

    /// One that asks somebody else than the system for the addresses of names. They are judged as
    /// any.
    #[must_use]
    pub fn with_names(network: Arc<Network>, names: Arc<dyn Names>) -> Self {
        Self::over(Guard::with_names(network, names))
    }

    fn over(guard: Guard) -> Self {
        Self::of(Clients::new(guard))
    }

    fn of(clients: Clients) -> Self {
        Self { clients: Arc::new(clients), tokens: Arc::default(), targets: Arc::default() }
    }

    /// Another one with connections of its own and the same tokens: a connection is driven by the
    /// runtime that opened it, a token is good on all of them.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self {
            clients: Arc::new(self.clients.beside()),
            tokens: Arc::clone(&self.tokens),
            targets: Arc::default(),
        }
    }

    /// The names that resolved lately.
    pub(super) fn known_names(&self) -> Arc<KnownNames> {
        self.clients.guard().known_names()
    }

    /// Makes the next attempt of a job. What goes wrong is told in the attempt.
    ///
    /// # Errors
    /// This machine cannot make an attempt just now: none was made.
    pub async fn attempt(&self, job: &Job) -> Result<Tried, LocalTrouble> {
        let started_at = clock::now();
        let clock = Instant::now();
        let timeout_ms = job.policy.timeout_ms();
        let mut so_far = SoFar::default();
        let result = match Order::of(job, started_at, &self.targets, self.clients.guard()) {
            Ok(order) => {
                let sending = self.send(&order, &mut so_far);
                match within(Duration::from_millis(timeout_ms.into()), sending).await {
                    Some(result) => result,
                    None => self.out_of_time(&order, clock, timeout_ms, &mut so_far).await,
                }
            }
            Err(failure) => Err(failure.into()),
        };
        let address = so_far.course.address();
        let mut answer = so_far.answer;
        if let Some(address) = address.filter(|_| answer.status.is_some()) {
            self.clients.reachability().reached(address.ip());
        }
        let mut error = match result {
            Ok(()) => None,
            Err(NotDone::Failed(failure)) => Some(failure),
            Err(NotDone::Local(trouble)) => return Err(trouble),
        };
        if let Some(error) = &mut error
            && let Some(why) = answer.incomplete.take()
        {
            error.message = format!("{} (incomplete response body: {why})", error.message);
        }
        if let Some(error) = &mut error
            && answer.status.is_none()
            && so_far.course.line().is_some_and(|line| line.allows_nothing())
        {
            error.message.push_str(": it allows no requests (HTTP/2 SETTINGS_MAX_CONCURRENT_STREAMS is 0)");
        }
        let response_headers = answer.shown_headers();
        let attempt = Attempt {
            n: job.attempts + 1,
            started_at,
            duration_ms: u32::try_from(clock.elapsed().as_millis()).unwrap_or(u32::MAX),
            address,
            status: answer.status.map(|s| s.as_u16()),
            error,
            response_headers,
            response_body: answer.shown_body(),
            response_cut: answer.cut,
            response_incomplete: answer.incomplete.take(),
        };
        Ok(Tried { attempt, retry_after: answer.retry_after() })
    }

    /// What it means that the time of an attempt, which began then, is over.
    async fn out_of_time(
        &self,
        order: &Order<'_>,
        began: Instant,
        timeout_ms: u32,
        so_far: &mut SoFar,
    ) -> Result<(), NotDone> {
        let trouble = match so_far.awaited_of_us() {
            Some(Stage::Room) => Some(LocalTrouble::Descriptors),
            Some(Stage::Looking) => {
                let (reachability, guard) = (self.clients.reachability(), self.clients.guard());
                reachability.of_silence(order.host(), began, guard).await
            }
            _ => None,
        };
        match trouble {
            Some(trouble) => Err(NotDone::Local(trouble)),
            None => so_far.out_of_time(&order.profile.tls, timeout_ms).map_err(NotDone::from),
        }
    }

    /// Sends the request; with a token, where the profile wants one. When the status may mean that the
    /// token is no longer valid, a new one is fetched and the same request sent with it, once (facts,
    /// section 1).
    async fn send(&self, order: &Order<'_>, so_far: &mut SoFar) -> Result<(), NotDone> {
        let began = Instant::now();
        let profile = order.profile;
        so_far.awaits_files = true;
        let client = self.clients.of(profile, &order.uri).await;
        so_far.awaits_files = false;
        let client = &*client.map_err(|fault| failure::no_tls(&order.place(), &fault))?;
        let Auth::OAuth2(oauth2) = &profile.auth else { return exchange(client, order, None, so_far).await };
        let wanted = Wanted { oauth2: (**oauth2).clone(), tls: profile.tls.clone() };
        let token = self.token(&wanted, so_far).await?;
        let result = exchange(client, order, Some(&token), so_far).await;
        let Some(status) = so_far.answer.status.filter(|status| token.may_be_stale(*status, began)) else {
            return result;
        };
        self.tokens.forget(&wanted, &token);
        let token = self.token(&wanted, so_far).await?;
        token.follows(status);
        so_far.answer = Answer::default();
        exchange(client, order, Some(&token), so_far).await
    }

    async fn token(&self, wanted: &Wanted, so_far: &mut SoFar) -> Result<Arc<Token>, NotDone> {
        so_far.awaits_token = true;
        let token = self.tokens.get(&self.clients, wanted).await.map_err(|why| match why {
            NotDone::Failed(failure) => NotDone::Failed(Failure::no_token(&failure)),
            NotDone::Local(trouble) => NotDone::Local(trouble),
        });
        so_far.awaits_token = false;
        so_far.token = token.as_ref().ok().cloned();
        token
    }
}

async fn exchange(
    client: &Client,
    order: &Order<'_>,
    token: Option<&Token>,
    so_far: &mut SoFar,
) -> Result<(), NotDone> {
    let SoFar { answer, course, .. } = so_far;
    let request = order.request(token)?;
    answer.redactor = Redactor::new(redact::of_headers(request.headers()));
    let response = client.send(course, request, || order.request(token).ok()).await;
    let response = response.map_err(|error| failure::not_done(&error, &order.place()))?;
    answer.take(response).await;
    answer.verdict().map_or(Ok(()), |failure| Err(failure.into()))
}

/// How far an attempt has come.
#[derive(Default)]
struct SoFar {
    /// The endpoint's, never the token server's.
    answer: Answer,
    /// The request's to the endpoint.
    course: Course,
    awaits_token: bool,
    /// The files of the profile's TLS are being read.
    awaits_files: bool,
    /// The one that was sent.
    token: Option<Arc<Token>>,
}

impl SoFar {
    /// What the request waits for before it is dialled; nothing from then on.
    fn awaited_of_us(&self) -> Option<Stage> {
        let begun = self.awaits_token || self.answer.status.is_some() || self.course.line().is_some();
        (!begun).then(|| self.course.stage())
    }

    /// What the end of its time means. The status counts where one was received: only the rest of the
    /// body is missing.
    fn out_of_time(&mut self, tls: &Tls, timeout_ms: u32) -> Result<(), Failure> {
        if self.awaits_files {
            let timed_out = Failure::timed_out(timeout_ms);
            let message = format!("{} reading {}", timed_out.message, tls::sources(tls));
            return Err(Failure { message, ..timed_out });
        }
        // Nothing shows that it still works.
        self.course.retire_connection();
        if self.answer.status.is_none() || self.awaits_token {
            return Err(self.timed_out(timeout_ms));
        }
        if let Some(token) =
            self.token.as_ref().filter(|_| self.answer.status == Some(StatusCode::UNAUTHORIZED))
        {
            token.refuse();
        }
        self.answer.incomplete = Some(failure::late_body(timeout_ms));
        self.answer.verdict().map_or(Ok(()), Err)
    }

    fn timed_out(&self, timeout_ms: u32) -> Failure {
        let timed_out = Failure::timed_out(timeout_ms);
        if self.awaits_token {
            return Failure::no_token(&timed_out);
        }
        if self.course.line().is_some() {
            return timed_out;
        }
        let went = match self.course.stage() {
            Stage::None => return timed_out,
            Stage::Room => "waiting for room for one more connection".to_owned(),
            Stage::Looking => "looking up the name".to_owned(),
            Stage::Dialling(address) => format!("with no connection to {address}"),
            Stage::Securing(address) => format!("securing the connection to {address}"),
        };
        Failure { message: format!("{} {went}", timed_out.message), ..timed_out }
    }
}

#[cfg(test)]
mod tests;
