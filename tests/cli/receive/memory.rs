//! The memory that large requests take. A value of JSON takes fifty times its bytes once it is decoded.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::support::process::most_resident;

/// Most memory of the whole program: it has about 12 MiB at its start.
const MOST: u64 = 64 << 20;

/// Bodies of 1 MiB with a Content-Type of theirs.
fn bodies() -> Vec<(&'static str, String)> {
    let to_1_mib = |start: &str, part: &str, end: &str| {
        let parts = ((1 << 20) - start.len() - end.len()) / part.len();
        format!("{start}{}{end}", part.repeat(parts))
    };
    let form = "Content-Type: application/x-www-form-urlencoded";
    let names: Vec<String> = (0..150_000).map(|n| format!("{n:x}=")).collect();
    vec![
        ("Content-Type: application/json", to_1_mib("{\"a\":[1", ",1", "]}")),
        ("Content-Type: application/json", to_1_mib("{\"a\":[{}", ",{\"b\":[[]]}", "]}")),
        (form, to_1_mib("", "a=&", "")),
        (form, names.join("&")),
        ("Content-Type: text/plain", to_1_mib("", "\u{1}\u{7f}", "")),
    ]
}

/// Sends the same request so many times over one connection.
fn send(running: &Running, header: &str, body: &str, times: usize) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(body.as_bytes()).unwrap();
    let data = format!("@{}", file.path().display());
    let mut curl = Command::new("curl");
    curl.args(["-s", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}"]);
    curl.args(["-H", header, "--data-binary", &data]);
    // `-o` counts for one address each.
    for _ in 1..times {
        curl.args(["-o", "/dev/null"]);
    }
    let output = curl.args(std::iter::repeat_n(format!("{}/cb", running.url), times)).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "200".repeat(times));
}

#[test]
fn a_reader_that_stands_still_takes_no_more_memory_than_the_limit() {
    for times in [25, 100] {
        let mut running = Running::start(&["--json"]);
        for (header, body) in bodies() {
            send(&running, header, &body, times / bodies().len());
        }
        let (header, body) = bodies().swap_remove(0);
        send(&running, header, &body, times);
        let most = most_resident(running.child.id()).unwrap();
        println!("{} requests of 1 MiB: {} MiB at most", 2 * times, most >> 20);
        assert!(most < MOST, "{} MiB", most >> 20);
        // Each request is written, or among those that are said to be dropped.
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
        // A mebibyte takes its time on a busy machine: each has the deadline for itself.
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
        send(&running, header, &body, 5);
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
