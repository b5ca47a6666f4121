//! `ringback receive`, run for real.
#![cfg(unix)]

mod decryption;
mod kept;
#[cfg(target_os = "linux")]
mod memory;
mod script;
mod verification;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const DEADLINE: Duration = Duration::from_secs(10);

/// A running `ringback receive`, ended with the test.
struct Running {
    child: Child,
    url: String,
    out: Option<BufReader<Box<dyn Read + Send>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error says that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn receive(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringback"));
    // These run without a database of their own.
    command.args(["receive", "--no-keep"]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut command = receive(&["--listen", "0"]);
        Self::of(command.args(arguments).spawn().unwrap(), arguments.contains(&"--json"))
    }

    /// A receiver that is starting; with JSON output its address is on standard error.
    fn of(mut child: Child, json: bool) -> Self {
        let mut out: BufReader<Box<dyn Read + Send>> = BufReader::new(Box::new(child.stdout.take().unwrap()));
        let mut first = String::new();
        if json {
            BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut first).unwrap();
        } else {
            out.read_line(&mut first).unwrap();
        }
        let url = first.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        Self { child, url, out: Some(out) }
    }

    fn curl(&self, arguments: &[&str]) -> Output {
        let mut curl = Command::new("curl");
        curl.args(["-s", "--max-time", "10", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}"]);
        curl.args(arguments).arg(format!("{}/cb", self.url)).output().unwrap()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.as_mut().unwrap().read_line(&mut line).unwrap();
        line
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    fn exit_code(&mut self) -> Option<i32> {
        let started = Instant::now();
        while started.elapsed() < DEADLINE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("still runs");
    }
}

#[test]
fn text_for_people_until_ctrl_c() {
    let mut running = Running::start(&["--status", "202"]);
    assert_eq!(running.curl(&["-d", "id=42&evil=%1B%5B2J"]).stdout, b"202");
    assert!(running.line().ends_with("POST /cb  → 202\n"));
    let mut lines = vec![running.line()];
    while !lines[lines.len() - 1].contains("evil") {
        lines.push(running.line());
    }
    assert!(lines.contains(&"    id = 42\n".to_owned()), "{lines:?}");
    assert_eq!(lines[lines.len() - 1], "    evil = \\u{1b}[2J\n");
    running.signal("-INT");
    assert_eq!(running.exit_code(), Some(0));
}

#[test]
fn a_line_of_json_for_scripts_until_sigterm() {
    let mut running = Running::start(&["--json"]);
    running.curl(&["-d", "status=DELIVRD"]);
    let json: Value = serde_json::from_str(&running.line()).unwrap();
    assert_eq!(json["fields"]["status"], "DELIVRD");
    let keys: Vec<_> = json.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["method", "path", "query", "headers", "body", "fields", "received_at", "id", "attempt", "response"]
    );
    running.signal("-TERM");
    assert_eq!(running.exit_code(), Some(0));
    assert_eq!(running.line(), "", "nothing but requests");
}

#[test]
fn a_hanging_request_does_not_delay_the_end() {
    let mut running = Running::start(&["--json", "--hang"]);
    let url = running.url.clone();
    let hanging = std::thread::spawn(move || {
        Command::new("curl").args(["-s", "--noproxy", "*", "--max-time", "10", &url]).status().unwrap().code()
    });
    running.line();
    running.signal("-INT");
    assert_eq!(running.exit_code(), Some(0));
    // 52 is an empty reply, 56 a reset connection.
    assert!(matches!(hanging.join().unwrap(), Some(52 | 56)));
}

#[test]
fn a_closed_pipe_ends_receive_quietly() {
    let mut running = Running::start(&[]);
    drop(running.out.take());
    running.curl(&[]);
    assert_eq!(running.exit_code(), Some(0));
    let mut errors = String::new();
    running.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!(errors, "");
}

#[test]
fn a_stalled_reader_does_not_delay_the_end() {
    let mut running = Running::start(&["--json"]);
    let big = format!("x={}", "y".repeat(100_000));
    // More than a pipe holds, and nobody reads.
    for _ in 0..3 {
        assert_eq!(running.curl(&["-d", &big]).stdout, b"200");
    }
    running.signal("-TERM");
    assert_eq!(running.exit_code(), Some(0));
}

#[test]
fn invalid_usage_is_reported() {
    for (arguments, word) in [
        (&["--status", "99"][..], "200 to 599"),
        (&["--delay", "soon"], "250ms"),
        (&["--listen", "nowhere"], "127.0.0.1:9977"),
        (&["--decrypt", "DES:a:b"], "AES-128-CFB"),
        (&["--hang", "--reset"], "cannot be used with"),
    ] {
        let output = receive(arguments).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(word), "{arguments:?}: {errors}");
    }
}

#[test]
fn a_port_in_use_is_reported() {
    let running = Running::start(&[]);
    let port = running.url.rsplit(':').next().unwrap();
    let output = receive(&["--listen", port]).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(errors.contains("the port is in use"), "{errors}");
}
