//! The memory of large requests. A JSON value takes fifty times its bytes once it is decoded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::support::large_requests::{bodies, post};
use crate::support::process::most_resident;

/// The memory limit for the whole program: it has about 12 MiB at its start.
const MOST: u64 = 64 << 20;

#[test]
fn a_stalled_reader_uses_limited_memory() {
    for times in [25, 100] {
        let mut running = Running::start(&["--json"]);
        for (header, body) in bodies() {
            post(&running.url, header, &body, times / bodies().len());
        }
        let (header, body) = bodies().swap_remove(0);
        post(&running.url, header, &body, times);
        let most = most_resident(running.child.id()).unwrap();
        println!("{} requests of 1 MiB: {} MiB at most", 2 * times, most >> 20);
        assert!(most < MOST, "{} MiB", most >> 20);
        // Each request is printed or reported as dropped.
        let written = Arc::new(AtomicUsize::new(0));
        let (out, counted) = (running.out.take().unwrap(), Arc::clone(&written));
        let reading = std::thread::spawn(move || {
            out.lines().map_while(Result::ok).for_each(|_| {
                counted.fetch_add(1, Ordering::SeqCst);
            });
        });
        let mut line = String::new();
        BufReader::new(running.child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let (dropped, _) = line.split_once(" requests were dropped").expect(&line);
        let kept = 2 * times - dropped.parse::<usize>().unwrap();
        // A mebibyte takes its time on a busy machine: each request has its own deadline.
        let (mut last, mut since) = (0, Instant::now());
        while last < kept {
            std::thread::sleep(Duration::from_millis(5));
            let now = written.load(Ordering::SeqCst);
            if now > last {
                (last, since) = (now, Instant::now());
            }
            assert!(since.elapsed() < DEADLINE, "{kept} are kept: {now} written");
        }
        running.signal("-TERM");
        reading.join().unwrap();
        assert_eq!((running.exit_code(), written.load(Ordering::SeqCst)), (Some(0), kept));
    }
}

#[test]
fn a_large_request_prints_a_bounded_number_of_lines() {
    for (header, body) in bodies() {
        let mut running = Running::start(&[]);
        post(&running.url, header, &body, 5);
        running.curl(&["-d", "last=1", "--url-query", "last"]);
        let mut text = String::new();
        while !text.contains("POST /cb?last") {
            text.push_str(&running.line());
        }
        assert_eq!(text.matches("POST /cb ").count(), 5, "{header}");
        assert!(text.lines().count() < 5 * 110 && text.len() < 5 * 100_000, "{header}: {}", text.len());
        let most = most_resident(running.child.id()).unwrap();
        assert!(most < MOST, "{header}: {} MiB", most >> 20);
    }
}
