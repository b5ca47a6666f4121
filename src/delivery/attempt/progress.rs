//! The progress of an attempt, and what a timeout means at that point.

use std::sync::Arc;

use hyper::StatusCode;

use super::response::ReceivedResponse;
use crate::delivery::http::connect_stage::ConnectStage;
use crate::delivery::http::request_tracker::RequestTracker;
use crate::delivery::http::{classify, tls};
use crate::delivery::tokens::Token;
use crate::profile::Tls;
use crate::record::Failure;

/// The progress of an attempt.
#[derive(Default)]
pub struct AttemptProgress {
    /// The endpoint's response, never the token server's.
    pub received: ReceivedResponse,
    /// Tracks the request to the endpoint.
    pub tracker: RequestTracker,
    pub awaits_token: bool,
    /// Whether the profile's TLS files are being read.
    pub awaits_files: bool,
    /// The token that was sent.
    pub token: Option<Arc<Token>>,
}

impl AttemptProgress {
    /// What the request waits for before dialling; none from then on.
    pub fn awaited_of_us(&self) -> Option<ConnectStage> {
        let begun =
            self.awaits_token || self.received.status.is_some() || self.tracker.connection().is_some();
        (!begun).then_some(self.tracker.stage)
    }

    /// The result of a timeout. A received status counts: only the rest of the body is missing.
    pub fn out_of_time(&mut self, tls: &Tls, timeout_ms: u32) -> Result<(), Failure> {
        if self.awaits_files {
            let timed_out = Failure::timed_out(timeout_ms);
            let message = format!("{} reading {}", timed_out.message, tls::sources(tls));
            return Err(Failure { message, ..timed_out });
        }
        // Nothing shows that it still works.
        self.tracker.retire_connection();
        if self.received.status.is_none() || self.awaits_token {
            return Err(self.timed_out(timeout_ms));
        }
        if let Some(token) =
            self.token.as_ref().filter(|_| self.received.status == Some(StatusCode::UNAUTHORIZED))
        {
            token.refuse();
        }
        self.received.incomplete = Some(classify::late_body(timeout_ms));
        self.received.verdict().map_or(Ok(()), Err)
    }

    fn timed_out(&self, timeout_ms: u32) -> Failure {
        let timed_out = Failure::timed_out(timeout_ms);
        if self.awaits_token {
            return Failure::no_token(&timed_out);
        }
        if self.tracker.connection().is_some() {
            return timed_out;
        }
        let went = match self.tracker.stage {
            ConnectStage::None => return timed_out,
            ConnectStage::Room => "waiting for room for one more connection".to_owned(),
            ConnectStage::Stream => "waiting: the server allows no more requests at a time (HTTP/2 SETTINGS_MAX_CONCURRENT_STREAMS)".to_owned(),
            ConnectStage::Looking => "looking up the name".to_owned(),
            ConnectStage::Dialling(address) => format!("with no connection to {address}"),
            ConnectStage::Securing(address) => format!("securing the connection to {address}"),
        };
        Failure { message: format!("{} {went}", timed_out.message), ..timed_out }
    }
}
