//! The end of `ringback serve`.

use std::io::{Read as _, Write as _};

use crate::serving::{Serving, raw};
use crate::support::cli::{On, Place, ending_signals};

#[test]
fn a_signal_ends_it_despite_open_connections() {
    let place = Place::new();
    for (signal, _) in ending_signals() {
        let mut serving = Serving::open(&place);
        let mut idle = serving.connect();
        idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut read = [0; 4096];
        let n = idle.read(&mut read).unwrap();
        assert!(read[..n].starts_with(b"HTTP/1.1 200 OK\r\n"));
        let mut half = serving.connect();
        half.write_all(b"GET /healthz HTTP/1.1\r\nhost").unwrap();
        serving.program.signal(signal);
        serving.program.line(On::Err, "stopping; waiting for requests in progress");
        assert_eq!(serving.program.code(), Some(0), "a signal is its end");
        assert_eq!(raw(&mut idle, b""), "", "the connection was closed");
        // A copy of the single file is complete.
        assert!(!place.db().with_extension("db-wal").exists(), "the write-ahead log is in the database");
    }
}
