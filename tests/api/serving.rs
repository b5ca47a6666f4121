//! A running `ringback serve`, and a client.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::cli::{On, Place, Running, address};

/// The timeout of every request.
const DEADLINE: Duration = Duration::from_mins(1);

/// What is looked at, once it is as wanted.
pub fn until<T: std::fmt::Debug>(
    what: &str,
    mut look: impl FnMut() -> T,
    is_wanted: impl Fn(&T) -> bool,
) -> T {
    let began = Instant::now();
    loop {
        let seen = look();
        if is_wanted(&seen) {
            return seen;
        }
        assert!(began.elapsed() < DEADLINE, "{what}: {seen:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// `ringback serve` on a free port.
pub struct Serving {
    pub program: Running,
    /// Such as `127.0.0.1:40111`.
    pub addr: String,
}

/// A response.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Response {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Serving {
    /// Without keys.
    pub fn open(place: &Place) -> Self {
        Self::start(place, &["--insecure-no-auth"])
    }

    pub fn start(place: &Place, args: &[&str]) -> Self {
        let args = [&["serve", "--listen", "0"], args].concat();
        let program = Running::start(place.command(&args));
        let addr = address(&program.line(On::Out, "listening on http://"));
        Self { program, addr }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Sends a request.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Response {
        send(&reqwest::Client::new(), method, &self.url(path), headers, body)
    }

    pub fn get(&self, path: &str) -> Response {
        self.request("GET", path, &[], "")
    }

    /// A raw connection.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.addr).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    }
}

/// Sends a request with a client, and reads the response.
pub fn send(
    client: &reqwest::Client,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> Response {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = client.request(method, url).timeout(DEADLINE).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Response { status, headers, text: response.text().await.unwrap() }
    })
}

/// Writes to a raw connection, and reads it to its end.
pub fn raw(stream: &mut TcpStream, bytes: &[u8]) -> String {
    stream.write_all(bytes).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}
