//! A client of server-sent events, as simple as the format.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: Option<String>,
    pub name: String,
    pub data: Value,
}

/// An open stream, over HTTP/1.0: its end is that of the connection.
pub struct Stream {
    pub status: u16,
    head: Vec<String>,
    lines: BufReader<TcpStream>,
    /// The last position that was read, with an event or without one.
    pub last_id: Option<String>,
    /// How many comments were read.
    pub comments: usize,
}

impl Stream {
    pub fn open(addr: &str, path: &str, headers: &[(&str, &str)]) -> Self {
        Self::try_open(addr, path, headers).unwrap()
    }

    /// The same where the server may have ended.
    pub fn try_open(addr: &str, path: &str, headers: &[(&str, &str)]) -> std::io::Result<Self> {
        let mut stream = TcpStream::connect(addr)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        let mut request = format!("GET {path} HTTP/1.0\r\nhost: localhost\r\n");
        for (name, value) in headers {
            request = format!("{request}{name}: {value}\r\n");
        }
        stream.write_all(format!("{request}\r\n").as_bytes())?;
        let mut lines = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            head.push(line.to_owned());
        }
        let status = head[0].split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Self { status, head, lines, last_id: None, comments: 0 })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The next event; none at the end of the stream, however it ends.
    pub fn next(&mut self) -> Option<Event> {
        let (mut id, mut name, mut data) = (None, String::new(), Vec::new());
        loop {
            let mut line = String::new();
            match self.lines.read_line(&mut line) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    panic!("nothing came within a minute")
                }
                // What was not ended is no event.
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
            let line = line.strip_suffix('\n')?;
            match line.split_once(": ").unwrap_or((line, "")) {
                ("", "") => {
                    if let Some(id) = &id {
                        self.last_id = Some(String::clone(id));
                    }
                    if !data.is_empty() {
                        let data = serde_json::from_str(&data.join("\n")).unwrap();
                        return Some(Event { id, name, data });
                    }
                    (id, name, data) = (None, String::new(), Vec::new());
                }
                ("id", value) => id = Some(value.to_owned()),
                ("event", value) => value.clone_into(&mut name),
                ("data", value) => data.push(value.to_owned()),
                ("", _) => self.comments += 1,
                ("retry", value) => assert_eq!(value, "2000"),
                other => panic!("{other:?}"),
            }
        }
    }
}
