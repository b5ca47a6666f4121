//! The receiver shows received requests, in whatever format they were sent. Sent with `curl`, which is independent of
//! Ringback.

use std::net::SocketAddr;
use std::sync::Arc;

use ringback::receiver::{
    BODY_KEPT, Behaviour, Decryption, Examined, Received, Receiver, Requests, describe,
};
use serde_json::{Value, json};

struct Setup {
    receiver: Receiver,
    requests: Requests,
}

impl Setup {
    async fn new() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let receiver = Receiver::start(listen, Behaviour::default()).await.unwrap();
        let requests = receiver.requests();
        Self { receiver, requests }
    }

    /// Runs `curl` with these arguments and returns the received request.
    async fn curl(&mut self, target: &str, arguments: &[&str]) -> Arc<Received> {
        let url = format!("http://{}{target}", self.receiver.addr());
        let arguments: Vec<String> = arguments.iter().map(|&a| a.to_owned()).collect();
        let run = move || {
            let mut curl = std::process::Command::new("curl");
            curl.args(["-sS", "--max-time", "10", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}"]);
            curl.args(arguments).arg(url).output().unwrap()
        };
        let output = tokio::task::spawn_blocking(run).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.stdout, b"200");
        self.requests.try_recv().unwrap()
    }
}

fn document(received: &Received) -> Value {
    serde_json::from_str(&received.to_json(&Examined::default()).unwrap()).unwrap()
}

fn fields(received: &Received) -> Value {
    document(received)["fields"].take()
}

#[tokio::test]
async fn a_query() {
    let mut setup = Setup::new().await;
    let got = setup.curl("/cb%20x?id=4%262&text=a+b%C3%BC&id=43", &[]).await;
    assert_eq!((got.method.as_str(), got.path.as_str()), ("GET", "/cb%20x"));
    assert_eq!(got.query, "id=4%262&text=a+b%C3%BC&id=43");
    assert_eq!(fields(&got), json!({"id": ["4&2", "43"], "text": "a bü"}));
    assert!(got.body.is_empty());
}

#[tokio::test]
async fn a_form() {
    let mut setup = Setup::new().await;
    let got = setup.curl("/cb?from=query", &["-d", "id=42", "-d", "text=a+b%26%C3%BC"]).await;
    assert_eq!(fields(&got), json!({"from": "query", "id": "42", "text": "a b&ü"}));
    assert_eq!(&got.body[..], b"id=42&text=a+b%26%C3%BC");
}

#[tokio::test]
async fn a_multipart() {
    let mut setup = Setup::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("note.txt");
    std::fs::write(&file, "two\nlines").unwrap();
    let part = format!("file=@{}", file.display());
    let got = setup.curl("/", &["-F", "id=42", "-F", &part, "-F", "id=43", "-F", "json={\"a\":1}"]).await;
    let expected = json!({"id": ["42", "43"], "file": "two\nlines", "json": "{\"a\":1}"});
    assert_eq!(fields(&got), expected);
}

#[tokio::test]
async fn json_keeps_order_and_numbers() {
    let mut setup = Setup::new().await;
    let body =
        r#"{"z":"ü","amount":1.50,"payment":{"offset":100,"value":450},"big":12345678901234567890123}"#;
    let got = setup.curl("/", &["-H", "Content-Type: application/json", "-d", body]).await;
    assert!(got.to_json(&Examined::default()).unwrap().contains(&format!("\"fields\":{body}")));
    let json = document(&got);
    assert_eq!(json["body"], body);
    assert_eq!(json["headers"]["content-type"], "application/json");
    assert_eq!(json["headers"]["host"], setup.receiver.addr().to_string());
}

#[tokio::test]
async fn put_and_delete() {
    let mut setup = Setup::new().await;
    let put = setup.curl("/cb", &["-X", "PUT", "-d", "id=42"]).await;
    assert_eq!((put.method.as_str(), fields(&put)), ("PUT", json!({"id": "42"})));
    let delete = setup.curl("/cb?id=42", &["-X", "DELETE"]).await;
    assert_eq!((delete.method.as_str(), fields(&delete)), ("DELETE", json!({"id": "42"})));
}

#[tokio::test]
async fn a_body_over_the_limit_is_truncated_and_gets_a_response() {
    let mut setup = Setup::new().await;
    let mut body = b"id=42&text=".to_vec();
    body.resize(2 << 20, b'x');
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &body).unwrap();
    let got = setup.curl("/?from=query", &["--data-binary", &format!("@{}", file.path().display())]).await;
    assert_eq!(got.body, body[..BODY_KEPT]);
    assert_eq!(got.body_length, 2 << 20);
    assert!(got.body_cut());
    assert_eq!(fields(&got), json!({"from": "query"}));
    assert_eq!(document(&got)["body_length"], 2 << 20);
    assert!(describe(&got).contains("the first 1048576 of 2097152 bytes"));
}

#[tokio::test]
async fn a_body_at_the_limit_is_complete() {
    let mut setup = Setup::new().await;
    let mut body = b"text=".to_vec();
    body.resize(BODY_KEPT, b'x');
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &body).unwrap();
    let got = setup.curl("/", &["--data-binary", &format!("@{}", file.path().display())]).await;
    assert!(!got.body_cut());
    assert_eq!(fields(&got)["text"].as_str().map(str::len), Some(BODY_KEPT - "text=".len()));
}

#[tokio::test]
async fn invalid_text_is_kept() {
    let mut setup = Setup::new().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), b"\xff\x00\x1b[2J").unwrap();
    let path = format!("@{}", file.path().display());
    let got = setup.curl("/", &["-H", "Content-Type: text/plain", "--data-binary", &path]).await;
    assert_eq!(&got.body[..], b"\xff\x00\x1b[2J");
    assert_eq!(document(&got)["body_base64"], "/wAbWzJK");
    assert!(describe(&got).contains(r"\xff\u{0}\u{1b}[2J"), "{}", describe(&got));
}

#[tokio::test]
async fn encrypted_values_are_shown_decrypted() {
    let mut setup = Setup::new().await;
    let with = Decryption::parse("AES-128-CFB:K1abcdefghijkl2P:POabcdefghijklLY").unwrap();
    let got = setup.curl("/?id=42", &["--data-urlencode", "status=6+sHPg0LMg==", "-d", "plain=a+b"]).await;
    let document: Value = serde_json::from_str(
        &got.to_json(&Examined { decryption: Some(&with), verification: None }).unwrap(),
    )
    .unwrap();
    assert_eq!(document["fields"], json!({"id": "42", "status": "DELIVRD", "plain": "a b"}));
    assert_eq!(document["decrypted"], json!(["/status"]));
    assert_eq!(document["not_decrypted"], json!([]));
    assert_eq!(fields(&got)["status"], "6+sHPg0LMg==", "it is kept as it came");
}
