//! The six algorithms, verified by two other libraries: each value of a real delivery is decrypted by `openssl enc`
//! (CFB) and by Python's `cryptography` (GCM).

use std::collections::HashSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::courier::{Courier, checked, draft, header};
use crate::nasty::{self, OTHERS, TEXTS, name};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ringback::profile::Draft;
use ringback::receiver::{Behaviour, Received, Receiver};
use ringback::record::DeliveryState;
use serde_json::{Value, json};

const KEYS: [&str; 3] =
    ["K1abcdefghijkl2P", "K1 \"'<id>&%\\:=+;jklm0246", "K1abcdefghijkl2Pmnopqrst\u{e9}\u{20ac}-\u{e9}"];
const IV: &str = "PO\"<id>&%41\\:=é";

/// A value as sent, and the original.
struct Sealed {
    place: String,
    text: String,
    plain: String,
}

/// The originals by variable name: strings unchanged, anything else as compact JSON, null as nothing.
fn plains() -> Vec<(String, String)> {
    let texts = TEXTS.iter().enumerate().map(|(at, text)| (name(at), (*text).to_owned()));
    let others = OTHERS.iter().map(|(name, json)| {
        ((*name).to_owned(), if *json == "null" { String::new() } else { (*json).to_owned() })
    });
    texts.chain(others).chain([("gone".to_owned(), String::new())]).collect()
}

fn encrypted(draft: &mut Draft, algorithm: &str, random_iv: bool) {
    let key = KEYS.iter().find(|key| key.len() * 8 == bits(algorithm)).unwrap();
    draft.encryption = true;
    algorithm.clone_into(&mut draft.enc_algorithm);
    (*key).clone_into(&mut draft.enc_key);
    draft.enc_random_iv = random_iv;
    if !random_iv {
        IV.clone_into(&mut draft.enc_iv);
    }
}

fn bits(algorithm: &str) -> usize {
    algorithm[4..7].parse().unwrap()
}

/// How to send the values: a change of the draft, and how the values are found at the other end.
type Way = (&'static str, fn(&mut Draft), fn(&Received) -> Vec<(String, String)>);

const WAYS: &[Way] = &[
    (
        "JSON",
        |draft| {
            // Alternately bare and in quotes: encryption yields a text in both cases.
            let of = |(at, (name, _)): (usize, (String, String))| {
                if at % 2 == 0 { format!("\"{name}\":\"<{name}>\"") } else { format!("\"{name}\":<{name}>") }
            };
            draft.body =
                format!("{{{}}}", plains().into_iter().enumerate().map(of).collect::<Vec<_>>().join(","));
        },
        |received| {
            let Value::Object(members) = serde_json::from_slice(&received.body).unwrap() else {
                panic!("JSON")
            };
            members.into_iter().map(|(name, value)| (name, value.as_str().unwrap().to_owned())).collect()
        },
    ),
    (
        "URL Encoded",
        |draft| draft.body = as_pairs(),
        |received| url::form_urlencoded::parse(&received.body).into_owned().collect(),
    ),
    (
        "the query",
        |draft| {
            "GET".clone_into(&mut draft.method);
            draft.endpoint = format!("{}?{}", draft.endpoint, as_pairs());
        },
        |received| url::form_urlencoded::parse(received.query.as_bytes()).into_owned().collect(),
    ),
    (
        "headers",
        |draft| {
            // Half of the names are secret, so these headers are created at the moment of sending.
            let row = |(at, (name, _)): (usize, (String, String))| {
                header(&format!("X-{}{name}", if at % 2 == 0 { "Token-" } else { "" }), &format!("<{name}>"))
            };
            draft.headers = plains().into_iter().enumerate().map(row).collect();
        },
        |received| {
            let ours = received.headers.iter().filter_map(|(name, value)| {
                let name = name.strip_prefix("x-")?;
                Some((name.strip_prefix("token-").unwrap_or(name).to_owned(), value.clone()))
            });
            ours.collect()
        },
    ),
];

fn as_pairs() -> String {
    plains().iter().map(|(name, _)| format!("{name}=<{name}>")).collect::<Vec<_>>().join("&")
}

/// Sends every value in every way under this algorithm.
async fn sent(algorithm: &str, random_iv: bool) -> Vec<Sealed> {
    let courier = Courier::new();
    let receiver = Receiver::start(([127, 0, 0, 1], 0).into(), Behaviour::default()).await.unwrap();
    let mut requests = receiver.requests();
    let mut sealed = Vec::new();
    for (way, change, find) in WAYS {
        let draft = draft(&format!("http://{}/cb", receiver.addr()), |draft| {
            encrypted(draft, algorithm, random_iv);
            change(draft);
        });
        let details = courier.deliver(checked(&draft), &nasty::values()).await;
        assert_eq!(
            details.summary.state,
            DeliveryState::Delivered,
            "{algorithm} in {way}: {:?}",
            details.summary
        );
        let found = find(&requests.recv().await.unwrap());
        assert_eq!(found.len(), plains().len(), "{algorithm} in {way}");
        for (name, plain) in plains() {
            let (_, text) = found.iter().find(|(found, _)| *found == name).expect(&name);
            sealed.push(Sealed {
                place: format!("{name} by {algorithm} in {way}"),
                text: text.clone(),
                plain,
            });
        }
    }
    if random_iv {
        let vectors: HashSet<_> =
            sealed.iter().map(|s| STANDARD.decode(&s.text).unwrap()[..16].to_vec()).collect();
        assert_eq!(vectors.len(), sealed.len(), "a vector is used once");
    }
    sealed
}

/// Decrypts with `openssl enc`, which supports CFB but not GCM.
fn opened_by_openssl(algorithm: &str, key: &str, iv: &[u8], sealed: &[u8]) -> Vec<u8> {
    use std::fmt::Write as _;
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut out, b| {
            let _ = write!(out, "{b:02x}");
            out
        })
    };
    let cipher = format!("-{}", algorithm.to_lowercase());
    let mut child = Command::new("openssl")
        .args(["enc", "-d", &cipher, "-K", &hex(key.as_bytes()), "-iv", &hex(iv)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl is installed");
    child.stdin.take().unwrap().write_all(sealed).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl enc {cipher}");
    output.stdout
}

async fn judge_by_openssl(algorithm: &str) {
    for random_iv in [false, true] {
        let key = KEYS.iter().find(|key| key.len() * 8 == bits(algorithm)).unwrap();
        for Sealed { place, text, plain } in sent(algorithm, random_iv).await {
            let bytes = STANDARD.decode(&text).unwrap();
            let (iv, sealed) = if random_iv { bytes.split_at(16) } else { (IV.as_bytes(), &bytes[..]) };
            let opened = opened_by_openssl(algorithm, key, iv, sealed);
            assert_eq!(
                String::from_utf8(opened).as_deref(),
                Ok(plain.as_str()),
                "{place}, random IV: {random_iv}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_reads_aes_128_cfb() {
    judge_by_openssl("AES-128-CFB").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_reads_aes_192_cfb() {
    judge_by_openssl("AES-192-CFB").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_reads_aes_256_cfb() {
    judge_by_openssl("AES-256-CFB").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cryptography_reads_gcm_and_rejects_modifications() {
    let Some(python) = crate::python::python("AES-GCM") else { return };
    let (mut asked, mut expected) = (Vec::new(), Vec::new());
    for algorithm in ["AES-128-GCM", "AES-192-GCM", "AES-256-GCM"] {
        let key = KEYS.iter().find(|key| key.len() * 8 == bits(algorithm)).unwrap();
        for random_iv in [false, true] {
            let iv = (!random_iv).then_some(IV);
            for Sealed { place, text, plain } in sent(algorithm, random_iv).await {
                let mut changed = STANDARD.decode(&text).unwrap();
                asked.push(json!({"key": key, "iv": iv, "value": text}));
                expected.push((place.clone(), json!(STANDARD.encode(plain))));
                let last = changed.len() - 1;
                changed[last] ^= 1;
                asked.push(json!({"key": key, "iv": iv, "value": STANDARD.encode(changed)}));
                expected.push((format!("changed {place}"), Value::Null));
            }
        }
    }
    let answers = crate::python::ask(&python, "open_gcm.py", &asked);
    for ((place, expected), answer) in expected.iter().zip(answers) {
        assert_eq!(serde_json::from_str::<Value>(&answer).unwrap(), *expected, "{place}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_named_parameters_are_encrypted() {
    let courier = Courier::new();
    let receiver = Receiver::start(([127, 0, 0, 1], 0).into(), Behaviour::default()).await.unwrap();
    let mut requests = receiver.requests();
    let draft = draft(&format!("http://{}/<t1>", receiver.addr()), |draft| {
        encrypted(draft, "AES-256-CFB", false);
        draft.enc_parameters = vec!["t14".to_owned(), "payment".to_owned()];
        draft.body =
            r#"{"a":"<t14>","b":"<t15>","c":<payment>,"d":<number>,"e":"<payment.currency>!"}"#.to_owned();
    });
    courier.deliver(checked(&draft), &nasty::values()).await;
    let arrived = requests.recv().await.unwrap();
    assert_eq!(arrived.path, "/plain");
    let body: Value = serde_json::from_slice(&arrived.body).unwrap();
    let opened = |text: &str| {
        let bytes = STANDARD.decode(text).unwrap();
        String::from_utf8(opened_by_openssl("AES-256-CFB", KEYS[2], IV.as_bytes(), &bytes)).unwrap()
    };
    assert_eq!(opened(body["a"].as_str().unwrap()), TEXTS[14]);
    assert_eq!(body["b"], TEXTS[15]);
    assert_eq!(opened(body["c"].as_str().unwrap()), nasty::PAYMENT);
    assert_eq!(body["d"].to_string(), "12.50");
    let (inside, _) = body["e"].as_str().unwrap().split_once('!').unwrap();
    assert_eq!(opened(inside), "INR", "a member of a named variable is encrypted by itself");
}
