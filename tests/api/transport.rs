//! HTTPS.

use std::path::Path;
use std::process::Command;

use crate::keys::create;
use crate::support::cli::{On, Place, Running};
use crate::support::needs;
use crate::support::secure::Authority;

/// The status, and the version of HTTP, of a request with curl.
fn curl(program: &Path, ca: &str, port: &str, more: &[&str]) -> Result<String, String> {
    let mut command = Command::new(program);
    command.args(["-sS", "--max-time", "60", "-o", "/dev/null", "-w", "%{http_code} %{http_version}"]);
    command.args(["--cacert", ca, "--resolve", &format!("localhost:{port}:127.0.0.1")]).args(more);
    let ran = command.arg(format!("https://localhost:{port}/healthz")).output().unwrap();
    if ran.status.success() {
        return Ok(String::from_utf8(ran.stdout).unwrap());
    }
    Err(String::from_utf8_lossy(&ran.stderr).into_owned())
}

#[test]
fn https_serves_both_versions_and_new_certificates() {
    let Some(program) = needs::program("curl") else { return };
    let place = Place::new();
    create(&place, "shop", &["--scope", "send"]);
    let (first, second) = (Authority::new(), Authority::new());
    let (folder_1, folder_2) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (ca_1, ca_2) = (first.file(folder_1.path()), second.file(folder_2.path()));
    let issued = first.issue("localhost");
    let (cert, key) = (place.file("cert.pem", &issued.pem), place.file("key.pem", &issued.key_pem));
    // On all addresses, as a server is run.
    let args = ["serve", "--listen", "0.0.0.0:0", "--tls-cert", &cert, "--tls-key", &key];
    let serving = Running::start(place.command(&args));
    let line = serving.line(On::Out, "listening on https://0.0.0.0:");
    let port = line.split(':').next_back().unwrap().split(' ').next().unwrap().to_owned();
    assert_eq!(curl(&program, &ca_1, &port, &["--http1.1"]).as_deref(), Ok("200 1.1"));
    assert_eq!(curl(&program, &ca_1, &port, &["--http2"]).as_deref(), Ok("200 2"));

    place.file("key.pem", "-----BEGIN PRIVATE KEY-----\n");
    serving.line(On::Err, "the old certificate stays in use");
    assert_eq!(curl(&program, &ca_1, &port, &[]).as_deref(), Ok("200 2"));

    let issued = second.issue("localhost");
    place.file("key.pem", &issued.key_pem);
    place.file("cert.pem", &issued.pem);
    serving.line(On::Err, "new connections use the new certificate");
    assert_eq!(curl(&program, &ca_2, &port, &[]).as_deref(), Ok("200 2"));
    assert!(curl(&program, &ca_1, &port, &[]).is_err());
}

#[test]
fn other_machines_are_served_over_https_only() {
    let place = Place::new();
    create(&place, "shop", &["--scope", "send"]);
    place.run(&["serve", "--listen", "0.0.0.0:0"]).refused(2, &["--tls-cert and --tls-key"]);
    let file = place.file("none.pem", "");
    let args = ["serve", "--listen", "0", "--tls-cert", &file, "--tls-key", &file];
    place.run(&args).refused(2, &["none.pem: is empty"]);
}
