//! A third-party server: Flask, responding with what it decoded.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

/// A running server, ended when it is dropped.
pub struct Echo {
    child: Child,
    port: u16,
}

/// The request as the server decoded it.
#[derive(Debug, Deserialize)]
pub struct Decoded {
    pub method: String,
    pub path: String,
    /// The query, in order, including repeated names.
    pub args: Vec<(String, String)>,
    /// The fields of a form of either kind.
    pub form: Vec<(String, String)>,
    /// Parts with a file name.
    pub files: usize,
    /// The body, if its type is JSON.
    pub json: Value,
    pub headers: Vec<(String, String)>,
    raw: String,
}

impl Echo {
    /// Starts the server on a free port.
    pub fn start(python: &Path) -> Self {
        let mut command = Command::new(python);
        command.arg(crate::python::script("echo_server.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("the server told no port but '{line}'"));
        Self { child, port }
    }

    /// An URL of it.
    pub fn url(&self, path_and_query: &str) -> String {
        format!("http://127.0.0.1:{}{path_and_query}", self.port)
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Decoded {
    /// The one header of this name.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} comes once at most");
        value
    }

    /// The media type without its parameters.
    pub fn media_type(&self) -> Option<&str> {
        self.header("content-type").map(|value| value.split(';').next().unwrap_or_default())
    }

    /// The body as received.
    pub fn raw(&self) -> Vec<u8> {
        STANDARD.decode(&self.raw).unwrap()
    }
}
