//! Requests of 1 MiB whose fields take many times their bytes once they are decoded.

use std::io::Write as _;
use std::process::Command;

/// Bodies of 1 MiB, with their Content-Type.
pub fn bodies() -> Vec<(&'static str, String)> {
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

/// Posts the same request to `/cb` this many times over one connection, and checks that each gets a response with
/// 200.
pub fn post(server: &str, header: &str, body: &str, times: usize) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(body.as_bytes()).unwrap();
    let data = format!("@{}", file.path().display());
    let mut curl = Command::new("curl");
    curl.args(["-s", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}"]);
    curl.args(["-H", header, "--data-binary", &data]);
    // `-o` applies to one URL each.
    for _ in 1..times {
        curl.args(["-o", "/dev/null"]);
    }
    let output = curl.args(std::iter::repeat_n(format!("{server}/cb"), times)).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "200".repeat(times));
}
