//! The `[api]` of the settings: how `ringback serve` listens, and its limits.

use std::net::SocketAddr;

use toml::Spanned;
use toml::de::DeValue;

use super::names::{in_table, is_above_tables};
use super::spelling::nearest;
use super::table;
use super::value::{number, text};

/// The names of the settings in `[api]`.
pub(super) const NAMES: [&str; 9] = [
    "listen",
    "tls_cert",
    "tls_key",
    "access_log",
    "queue_limit",
    "connections",
    "requests_per_key",
    "streams",
    "streams_per_key",
];

/// How the HTTP API listens, and its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiSettings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The file of the certificate (PEM).
    pub tls_cert: Option<String>,
    /// The file of its key (PEM).
    pub tls_key: Option<String>,
    /// The file of the access log; `-` is standard error.
    pub access_log: Option<String>,
    /// How many deliveries may be pending before events are refused with 429; 0 for any number.
    pub queue_limit: u64,
    /// The maximum number of open connections; at least 1.
    pub connections: usize,
    /// How many requests of one key may be in progress before more are refused with 429; at least 1.
    pub requests_per_key: usize,
    /// How many streams may be open before more are refused with 429; at least 1.
    pub streams: usize,
    /// The same of one key; at least 1.
    pub streams_per_key: usize,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 9979)),
            tls_cert: None,
            tls_key: None,
            access_log: None,
            queue_limit: 1_000_000,
            connections: 4096,
            requests_per_key: 256,
            streams: 64,
            streams_per_key: 16,
        }
    }
}

/// Parses the table. Invalid entries are reported with their position; the others are used.
pub fn read(value: &Spanned<DeValue>, report: impl FnMut(usize, String)) -> ApiSettings {
    table::read("api", value, ApiSettings::set, report)
}

impl ApiSettings {
    fn set(&mut self, name: &str, value: &DeValue) -> Result<(), String> {
        match name {
            "listen" => {
                let wanted = || format!("{name} must be an address and a port, such as \"127.0.0.1:9979\"");
                let address = value.as_str().and_then(|text| text.parse().ok());
                self.listen = address.ok_or_else(wanted)?;
            }
            "tls_cert" => self.tls_cert = Some(text(name, value)?),
            "tls_key" => self.tls_key = Some(text(name, value)?),
            "access_log" => self.access_log = Some(text(name, value)?),
            "queue_limit" => self.queue_limit = number(name, value)?,
            "connections" => self.connections = at_least_one(name, value)?,
            "requests_per_key" => self.requests_per_key = at_least_one(name, value)?,
            "streams" => self.streams = at_least_one(name, value)?,
            "streams_per_key" => self.streams_per_key = at_least_one(name, value)?,
            _ if is_above_tables(name) => return Err(in_table(name, "api")),
            _ => {
                let meant = nearest(name, &NAMES).map(|meant| format!(" (did you mean `{meant}`?)"));
                let known = || format!("; known settings: {}", NAMES.join(", "));
                return Err(format!("unknown setting `{name}` in [api]{}", meant.unwrap_or_else(known)));
            }
        }
        Ok(())
    }
}

fn at_least_one(name: &str, value: &DeValue) -> Result<usize, String> {
    match number(name, value) {
        Ok(0) | Err(_) => Err(format!("{name} must be a whole number, 1 or more")),
        number => number,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::Settings;

    #[test]
    fn the_table_is_read() {
        let text = "[api]\nlisten = \"[::1]:80\"\ntls_cert = \"a.pem\"\ntls_key = \"k.pem\"\naccess_log = \"-\"\n\
                    queue_limit = 0\nconnections = 9\nrequests_per_key = 1\nstreams = 2\nstreams_per_key = 1\n";
        let loaded = Settings::parse(text, Path::new("config.toml"));
        assert_eq!(loaded.notices, []);
        assert!(loaded.settings.addresses.for_sending().is_ok());
        assert_eq!(
            loaded.settings.api,
            ApiSettings {
                listen: "[::1]:80".parse().unwrap(),
                tls_cert: Some("a.pem".to_owned()),
                tls_key: Some("k.pem".to_owned()),
                access_log: Some("-".to_owned()),
                queue_limit: 0,
                connections: 9,
                requests_per_key: 1,
                streams: 2,
                streams_per_key: 1,
            }
        );
    }

    #[test]
    fn each_mistake_is_reported_with_its_line() {
        let text = "[api]\nlisten = \"9979\"\ntls_cert = 1\nconnections = 0\nqueue_limt = 1\nx = 1\n";
        let loaded = Settings::parse(text, Path::new("config.toml"));
        assert_eq!(loaded.settings.api, ApiSettings::default());
        assert_eq!(
            loaded.sentences().collect::<Vec<_>>(),
            [
                "config.toml:2: listen must be an address and a port, such as \"127.0.0.1:9979\"",
                "config.toml:3: tls_cert must be a string",
                "config.toml:4: connections must be a whole number, 1 or more",
                "config.toml:5: unknown setting `queue_limt` in [api] (did you mean `queue_limit`?)",
                "config.toml:6: unknown setting `x` in [api]; known settings: listen, tls_cert, tls_key, \
                 access_log, queue_limit, connections, requests_per_key, streams, streams_per_key",
            ]
        );
    }
}
