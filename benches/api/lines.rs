//! A long stream of lines: how fast it is accepted, and in how much memory.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use crate::Scale;
use crate::figures::Figure;
use crate::serving::Serving;

/// How many lines are written at a time.
const AT_A_TIME: usize = 500;

pub fn measure(scale: Scale) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (name, lines, goal) in [("100 000", 100_000, None), ("1 000 000", 1_000_000, Some("<= 64"))] {
        let serving = Serving::start();
        let lines = scale.of(lines);
        let began = Instant::now();
        stream(&serving, lines);
        let rate = lines as f64 / began.elapsed().as_secs_f64();
        figures.push(Figure::new(format!("{name} lines in one request, events a second"), rate, None));
        let mib = serving.memory_mib("VmHWM");
        let most = format!("{name} lines in one request, most memory, MiB");
        figures.extend(mib.map(|mib| Figure::new(most, mib, goal)));
    }
    figures
}

/// Sends so many lines in one request, and reads the response to its end.
fn stream(serving: &Serving, lines: usize) {
    let mut stream = TcpStream::connect(&serving.addr).unwrap();
    let head = format!(
        "POST /v1/bench/callback/events HTTP/1.1\r\nhost: bench\r\napi-key: {}\r\nconnection: close\r\n\
         content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n",
        serving.key
    );
    stream.write_all(head.as_bytes()).unwrap();
    let text: String = (0..AT_A_TIME).map(|number| serving.event(number) + "\n").collect();
    let chunk = format!("{:x}\r\n{text}\r\n", text.len());
    for _ in 0..lines / AT_A_TIME {
        stream.write_all(chunk.as_bytes()).unwrap();
    }
    stream.write_all(b"0\r\n\r\n").unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    assert!(response.starts_with(b"HTTP/1.1 202 "), "{}", String::from_utf8_lossy(&response[..200]));
    let wanted: &[u8] = b"\"delivery_id\"";
    let accepted = response.windows(wanted.len()).filter(|seen| *seen == wanted).count();
    assert_eq!(accepted, lines);
}
