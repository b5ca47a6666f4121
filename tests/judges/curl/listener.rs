//! An endpoint that keeps every byte it receives.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(20);

/// A request as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    pub head: String,
    pub body: Vec<u8>,
}

impl Wire {
    /// Head and body, as received.
    pub fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }

    /// The value of a header that occurs once.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers().into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// Names in lower case, and trimmed values, sorted by name: two clients may use different orders, but repeated
    /// names keep theirs.
    pub fn headers(&self) -> Vec<(String, String)> {
        let rows = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let mut rows: Vec<_> =
            rows.map(|(n, v)| (n.to_ascii_lowercase(), v.trim_matches([' ', '\t']).to_owned())).collect();
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        rows
    }

    /// Method, path and query.
    pub fn request_line(&self) -> &str {
        self.head.lines().next().unwrap()
    }
}

/// Listens on this machine until the test ends.
pub struct Listener {
    pub addr: SocketAddr,
    requests: mpsc::Receiver<Wire>,
}

impl Listener {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (send, requests) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if send.send(answer(&stream.unwrap()).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { addr, requests }
    }

    /// The next request.
    #[track_caller]
    pub fn next(&self) -> Wire {
        self.requests.recv_timeout(DEADLINE).unwrap()
    }

    /// Whether nothing has arrived since.
    pub fn is_quiet(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

fn answer(mut stream: &TcpStream) -> std::io::Result<Wire> {
    stream.set_read_timeout(Some(DEADLINE))?;
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut head)? == 0 {
            break;
        }
    }
    let mut wire = Wire { head: String::from_utf8(head).unwrap(), body: Vec::new() };
    let length = wire.header("content-length").map_or(0, |text| text.parse().unwrap());
    wire.body.resize(length, 0);
    reader.read_exact(&mut wire.body)?;
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
    Ok(wire)
}
