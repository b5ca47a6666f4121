//! Sends a replayed request, and tells people about the response.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::delivery::{Exchange, ExchangeRequest, ExchangeResponse};
use crate::profile::network::Network;
use crate::profile::{Profile, Tls};
use crate::text::{escape_controls, escape_lines};

/// The longest response that is read, in bytes: 1 MiB.
pub const LONGEST_RESPONSE: usize = 1 << 20;

/// A replayed request with its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// Such as `POST`.
    pub method: String,
    /// Where it was sent.
    pub url: String,
    /// Until the whole response was there, or it was known that there is none.
    pub took: Duration,
    /// The response, or why there is none.
    pub result: Result<ExchangeResponse, String>,
}

/// Sends a request once, with the TLS settings of the profile if there is one, to an address that the network allows.
/// Redirects are not followed.
pub async fn send_replayed(
    request: &ExchangeRequest,
    profile: Option<&Profile>,
    network: Arc<Network>,
    timeout: Duration,
) -> Replayed {
    let tls = profile.map_or_else(Tls::default, |profile| profile.tls.clone());
    let began = Instant::now();
    let result = Exchange::new(network, tls).send(request, LONGEST_RESPONSE, timeout).await;
    Replayed {
        method: request.method.to_string(),
        url: request.url.to_string(),
        took: began.elapsed(),
        result: result.map_err(|error| error.to_string()),
    }
}

impl Replayed {
    /// Whether the response has a status of success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.result.as_ref().is_ok_and(|response| (200..300).contains(&response.status))
    }

    /// Such as `POST http://127.0.0.1:3000/sms  → 200 in 4 ms`, safe for a terminal.
    #[must_use]
    pub fn summary(&self) -> String {
        let (method, url, ms) = (&self.method, &self.url, self.took.as_millis());
        let result = match &self.result {
            Ok(response) => format!("{} in {ms} ms", response.status),
            Err(why) => format!("✗ {} after {ms} ms", escape_controls(why)),
        };
        format!("{}  → {result}", escape_controls(&format!("{method} {url}")))
    }

    /// That, with headers and body of the response.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut out = self.summary() + "\n";
        let Ok(response) = &self.result else { return out };
        for (name, value) in &response.headers {
            out.extend(["  ", &escape_controls(name), ": ", &escape_controls(value), "\n"]);
        }
        if !response.body.is_empty() {
            out.push('\n');
            out.push_str(escape_lines(&String::from_utf8_lossy(&response.body)).trim_end_matches('\n'));
            out.push('\n');
        }
        out
    }
}
