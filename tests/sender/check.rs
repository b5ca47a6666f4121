//! `ringback check`: every sample of a profile is sent to its endpoint once.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::cli::{Place, Ran};
use crate::support::secure::{Authority, Secure};
use crate::support::server::{Reply, Seen, Server};

/// Runs the program beside an endpoint of this runtime.
async fn ran(place: Place, args: &'static [&'static str]) -> (Place, Ran) {
    let run = move || {
        let ran = place.run(args);
        (place, ran)
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// Refuses failures: 503 for `FAILED`.
fn refuses_failures(seen: &Seen, _: usize) -> Reply {
    let failed = seen.body.contains("FAILED");
    if failed { Reply::new(503, "no <room> & \"more\"") } else { Reply::new(204, "") }
}

fn apply(place: &Place, url: &str, more: &Value) {
    let mut document = json!({
        "title": "Order SMS", "channel": "sms", "url": url, "body": "{\"status\": \"<status>\"}",
        "retry": {"count": 2, "interval_s": 10, "timeout_ms": 5000},
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    place.apply(&document);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_sample_is_sent_once_and_a_failure_is_the_exit_code() {
    let server = Server::start(refuses_failures).await;
    let place = Place::new();
    apply(&place, &server.url(), &json!({}));
    let (place, text) = ran(place, &["check", "Order SMS", "--junit", "/dev/stderr"]).await;
    assert_eq!(text.code, Some(1), "{text:?}");
    let statuses = ["DELIVRD", "SUBMITTED", "FAILED", "UNDELIV", "EXPIRED", "NOT-SENT", "SENT - NO DLR"];
    let bodies: Vec<String> = server.seen().iter().map(|seen| seen.body.clone()).collect();
    assert_eq!(bodies, statuses.map(|status| format!("{{\"status\": \"{status}\"}}")), "each once, in order");
    for wanted in [
        "Check of Order SMS\nPOST http://",
        "\n✓ sms-send: delivered        204 No Content  ",
        "\n✗ sms-send: failed           503 Service Unavailable  ",
        "· wait ",
        "\n6 of 7 passed\n",
    ] {
        assert!(text.out.contains(wanted), "{wanted}\n{}", text.out);
    }
    let failure = "<failure type=\"status\" message=\"503 Service Unavailable\">no &lt;room&gt; &amp; \
                   &quot;more&quot;</failure>";
    assert!(text.err.contains(failure), "{}", text.err);
    assert!(text.err.contains("tests=\"7\" failures=\"1\" errors=\"0\""), "{}", text.err);
    assert_eq!(place.run(&["deliveries", "list", "--json"]).json(), json!([]), "a check is not a delivery");
    let (_, one) = ran(place, &["check", "Order SMS", "--event", "sms-send", "--json"]).await;
    assert_eq!((one.code, one.err.as_str()), (Some(1), "ringback: 1 of 7 failed\n"));
    let report = one.json();
    assert_eq!((&report["passed"], &report["failed"], &report["tls"]), (&json!(6), &json!(1), &Value::Null));
    let failed = &report["checks"][2];
    assert_eq!((&failed["event"], &failed["sample"]), (&json!("sms-send"), &json!("failed")));
    assert_eq!(failed["attempt"]["error"]["class"], "status");
    assert_eq!(failed["attempt"]["response_body"], "no <room> & \"more\"");
    assert_eq!(report["checks"][1]["attempt"]["phases"]["reused"], true);
}

/// The day on which openssl says that a certificate expires.
fn expiry(certificate: &Path) -> String {
    let mut openssl = Command::new("openssl");
    openssl.args(["x509", "-noout", "-enddate", "-dateopt", "iso_8601", "-in"]).arg(certificate);
    let output = String::from_utf8(openssl.output().unwrap().stdout).unwrap();
    output.trim().trim_start_matches("notAfter=").replace(' ', "T")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn tls_is_reported_with_the_days_of_the_certificate() {
    let authority = Authority::new();
    let issued = authority.issue("localhost");
    let server = Secure::start(&issued, &[b"h2", b"http/1.1"], None).await;
    let place = Place::new();
    let (certificate, _) = issued.files(&place.path(""), "server");
    let tls = json!({"tls": {"ca_file": authority.file(&place.path(""))}, "http2": true});
    apply(&place, &server.url(), &tls);
    let (place, ran_json) = ran(place, &["check", "Order SMS", "--json"]).await;
    assert_eq!(ran_json.code, Some(0), "{ran_json:?}");
    let report = ran_json.json();
    let tls = &report["tls"];
    assert_eq!((&tls["version"], &tls["http_version"]), (&json!("TLS 1.3"), &json!("HTTP/2")));
    let expires = tls["certificate_expires_at"].as_str().unwrap();
    assert_eq!(expires.replace(".000Z", "Z"), expiry(Path::new(&certificate)));
    assert!(tls["certificate_days_left"].as_i64().unwrap() > 0);
    let (_, text) = ran(place, &["check", "Order SMS"]).await;
    assert!(text.out.contains(" · TLS 1.3 · HTTP/2 · certificate valid for "), "{}", text.out);
    assert_eq!(server.connections(), 4, "one for the requests and one to look at TLS, each time");
}

#[test]
fn a_check_that_cannot_begin_says_why() {
    let place = Place::new();
    apply(&place, "http://127.0.0.1:9/cb", &json!({}));
    place.run(&["check", "Nobody"]).refused(2, &["Nobody"]);
    place.run(&["check", "Order SMS", "--event", "Voice"]).refused(2, &["Voice"]);
    let closed = place.run(&["check", "Order SMS", "--junit", "/nonexistent/x.xml"]);
    assert_eq!(closed.code, Some(1));
    assert!(closed.err.contains("/nonexistent/x.xml: cannot be written, name another"), "{}", closed.err);
    assert_eq!(closed.out, "", "nothing was sent");
}
