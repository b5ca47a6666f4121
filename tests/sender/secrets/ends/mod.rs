//! Every outcome of a test of a marked profile, and the servers that cause it.

mod repeating;
mod tokens;

use std::collections::BTreeSet;

use crate::support::endpoint::{Endpoint, Manner};
use crate::support::server::Server;
pub use repeating::echo;
pub use tokens::{granting, token_ends};

/// A value that no header can contain.
const BROKEN_ID: &[&str] = &["--set", r#"id:="a\r\nX-Evil: 1""#];
const BROKEN_REF: &[&str] = &["--set", r#"ref:="a\r\nX-Evil: 1""#];

/// An outcome of a test.
pub struct End {
    /// Also the title of its profile.
    pub name: &'static str,
    pub url: String,
    /// Arguments that set values.
    pub set: &'static [&'static str],
    /// The class of the failure.
    pub class: Option<&'static str>,
    /// Other than the server that grants.
    pub token_url: Option<String>,
    /// How client id and secret are sent for a token.
    pub sent_as: &'static str,
}

impl End {
    pub fn new(name: &'static str, url: &str, class: Option<&'static str>) -> Self {
        Self { name, url: url.to_owned(), set: &[], class, token_url: None, sent_as: "body" }
    }
}

/// Outcomes for every kind, and everything that must live as long.
pub struct Ends {
    pub ways: Vec<End>,
    echoes: Vec<Server>,
    _others: [Endpoint; 3],
}

impl Ends {
    /// The secrets that were sent to the endpoints that repeat them.
    pub fn repeated(&self) -> BTreeSet<&'static str> {
        repeating::secrets_seen(&self.echoes)
    }
}

/// Outcomes for every kind of profile. `good` is an endpoint that accepts.
pub async fn ends(good: &str) -> Ends {
    let moved = b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n".to_vec();
    let elsewhere = Endpoint::start(Manner::Says(moved)).await;
    let speaks = Endpoint::start(Manner::Says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec())).await;
    let cuts = Endpoint::start(Manner::Closes).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let echoes = vec![
        echo(200).await,
        echo(500).await,
        echo(302).await,
        repeating::json_echo().await,
        repeating::encoding_echo().await,
    ];
    let ways = vec![
        End::new("moved", &elsewhere.url(), Some("status")),
        End::new("no HTTP", &speaks.url(), Some("protocol")),
        End::new("cut", &cuts.url(), Some("connect")),
        End::new("no TLS", &speaks.url().replacen("http", "https", 1), Some("tls")),
        End::new("refused", &format!("http://{closed}/"), Some("connect")),
        End::new("no name", "https://nobody.invalid/cb", Some("dns")),
        End::new("no address", "http://127.9.9.9/cb", Some("refused-address")),
        End { set: BROKEN_ID, ..End::new("broken header", good, Some("request")) },
        End { set: BROKEN_REF, ..End::new("broken secret header", good, Some("request")) },
        End::new("echo", &echoes[0].url(), None),
        End::new("echo and fail", &echoes[1].url(), Some("status")),
        End::new("echo and move", &echoes[2].url(), Some("status")),
        End::new("echo as JSON", &echoes[3].url(), None),
        End::new("echo encoded", &echoes[4].url(), Some("status")),
    ];
    Ends { ways, echoes, _others: [elsewhere, speaks, cuts] }
}
