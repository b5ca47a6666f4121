//! Signatures, verified by the reference library of Standard Webhooks: what was sent verifies, and anything changed
//! on the way does not.

use crate::courier::{Courier, checked, draft};
use crate::nasty;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ringback::profile::Draft;
use ringback::receiver::{Behaviour, Received, Receiver, Verifier};
use serde_json::{Map, Value, json};

/// The shortest secret, a usual one and the longest.
fn secrets() -> Vec<String> {
    [24_u8, 32, 64]
        .map(|bytes| format!("whsec_{}", STANDARD.encode((0..bytes).map(|b| b ^ 0xe5).collect::<Vec<_>>())))
        .into()
}

const BODIES: &[(&str, &str, &str)] = &[
    ("POST", "", r#"{"text": "<t15>", "quoted": "<t2>", "payment": <payment>, "lines": "<t4>"}"#),
    ("PUT", "form-data", "a=<t14>&b=<t18>&c=<payment>"),
    ("POST", "url-encoded", "a=<t14>&b=<t18>&c=<payment>"),
    ("POST", "", "Dear <t15>,\r\n<t17>"),
    ("POST", "", ""),
    ("GET", "", ""),
    ("DELETE", "json", "{}"),
];

/// The question to the reference library.
fn question(secret: &str, received: &Received) -> Value {
    let ours = received.headers.iter().filter(|(name, _)| name.starts_with("webhook-"));
    let headers: Map<String, Value> = ours.map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({"secret": secret, "headers": headers, "body": STANDARD.encode(&received.body)})
}

/// The requests of one delivery with two attempts, of which the first fails.
async fn sent(change: impl Fn(&mut Draft)) -> [Received; 2] {
    let courier = Courier::new();
    let behaviour = Behaviour { fail_first: 1, ..Behaviour::default() };
    let receiver = Receiver::start(([127, 0, 0, 1], 0).into(), behaviour).await.unwrap();
    let mut requests = receiver.requests();
    let draft = draft(&format!("http://{}/cb?id=<t14>", receiver.addr()), |draft| {
        "1".clone_into(&mut draft.retry_count);
        "1".clone_into(&mut draft.retry_interval);
        "5000".clone_into(&mut draft.retry_timeout);
        change(draft);
    });
    courier.deliver(checked(&draft), &nasty::values()).await;
    [(*requests.recv().await.unwrap()).clone(), (*requests.recv().await.unwrap()).clone()]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_library_verifies_every_attempt_with_every_kind_of_body() {
    let Some(python) = crate::python::python("the signature") else { return };
    let mut deliveries = tokio::task::JoinSet::new();
    for secret in secrets() {
        for (method, format, body) in BODIES {
            let secret = secret.clone();
            deliveries.spawn(async move {
                let tries = sent(|draft| {
                    (*method).clone_into(&mut draft.method);
                    (*format).clone_into(&mut draft.data_format);
                    (*body).clone_into(&mut draft.body);
                    secret.clone_into(&mut draft.signing_secret);
                });
                let [first, second] = tries.await;
                let asked = [question(&secret, &first), question(&secret, &second)];
                assert_eq!(asked[0]["headers"]["webhook-id"], asked[1]["headers"]["webhook-id"]);
                // Time has passed between them, and it is signed.
                assert_ne!(
                    asked[0]["headers"]["webhook-timestamp"],
                    asked[1]["headers"]["webhook-timestamp"]
                );
                assert_ne!(
                    asked[0]["headers"]["webhook-signature"],
                    asked[1]["headers"]["webhook-signature"]
                );
                asked
            });
        }
    }
    let asked: Vec<Value> = deliveries.join_all().await.into_iter().flatten().collect();
    assert_eq!(asked.len(), 3 * 7 * 2);
    for (asked, answer) in asked.iter().zip(crate::python::ask(&python, "verify_signature.py", &asked)) {
        assert_eq!(answer, "verified", "{asked}");
    }
}

/// While a secret is replaced, a receiver may know either of them.
#[tokio::test(flavor = "multi_thread")]
async fn each_of_several_secrets_verifies_and_no_other() {
    let Some(python) = crate::python::python("the signatures of several secrets") else { return };
    let secrets = secrets();
    let (current, older, other) = (&secrets[2], &secrets[0], &secrets[1]);
    let tries = sent(|draft| {
        r#"{"text": "<t15>"}"#.clone_into(&mut draft.body);
        draft.signing_secret.clone_from(current);
        draft.older_secrets = vec![older.clone()];
    });
    let mut asked = Vec::new();
    for received in tries.await {
        let good = question(current, &received);
        let signatures = good["headers"]["webhook-signature"].as_str().unwrap();
        assert_eq!(signatures.split(' ').count(), 2, "{signatures}");
        let of_older_only = signatures.rsplit(' ').next().unwrap().to_owned();
        asked.push(good.clone());
        asked.push(changed(&good, "/secret", older.clone()));
        asked.push(changed(&good, "/secret", other.clone()));
        asked.push(changed(&good, "/headers/webhook-signature", of_older_only));
    }
    let answers = crate::python::ask(&python, "verify_signature.py", &asked);
    for (at, answer) in answers.iter().enumerate() {
        if at % 4 < 2 {
            assert_eq!(answer, "verified");
        } else {
            assert!(answer.starts_with("refused: "), "{at}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn modified_requests_do_not_verify() {
    let Some(python) = crate::python::python("tampering") else { return };
    let secrets = secrets();
    let [received, _] = sent(|draft| {
        r#"{"status": "<t1>", "price": <number>}"#.clone_into(&mut draft.body);
        secrets[1].clone_into(&mut draft.signing_secret);
    })
    .await;
    let good = question(&secrets[1], &received);
    let mut asked = vec![good.clone()];
    // Each bit of the body, one after the other.
    for bit in 0..received.body.len() * 8 {
        let mut body = received.body.to_vec();
        // The highest bit would make it invalid UTF-8, which the library does not accept.
        if bit % 8 < 7 {
            body[bit / 8] ^= 1 << (bit % 8);
            asked.push(changed(&good, "/body", STANDARD.encode(body)));
        }
    }
    let longer = [&received.body[..], b" "].concat();
    let shorter = &received.body[..received.body.len() - 1];
    asked
        .extend([longer.as_slice(), shorter, b""].map(|body| changed(&good, "/body", STANDARD.encode(body))));
    let header = |name: &str| good["headers"][name].as_str().unwrap();
    let timestamp: i64 = header("webhook-timestamp").parse().unwrap();
    for other in [timestamp - 1, timestamp + 1, timestamp - 301, timestamp + 400] {
        asked.push(changed(&good, "/headers/webhook-timestamp", other.to_string()));
    }
    asked.push(changed(&good, "/headers/webhook-id", format!("{}0", header("webhook-id"))));
    let signature = header("webhook-signature");
    let first = signature.chars().nth(3).unwrap();
    let turned = format!("v1,{}{}", if first == 'A' { 'B' } else { 'A' }, &signature[4..]);
    asked.push(changed(&good, "/headers/webhook-signature", turned));
    asked.push(changed(&good, "/headers/webhook-signature", signature.replacen("v1", "v2", 1)));
    for other in [&secrets[0], &secrets[2]] {
        asked.push(changed(&good, "/secret", other.clone()));
    }
    for missing in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut question = good.clone();
        question["headers"].as_object_mut().unwrap().remove(missing);
        asked.push(question);
    }
    let answers = crate::python::ask(&python, "verify_signature.py", &asked);
    assert_eq!(answers[0], "verified");
    for (asked, answer) in asked.iter().zip(&answers).skip(1) {
        assert!(answer.starts_with("refused: "), "{answer}: {asked}");
    }
    // The receiver's own verification agrees about each of them.
    for (asked, answer) in asked.iter().zip(&answers) {
        assert_eq!(verified_here(asked, &received), answer == "verified", "{answer}: {asked}");
    }
}

/// What a receiver with this secret says about the request of a question.
fn verified_here(question: &Value, received: &Received) -> bool {
    let profile = checked(&draft("http://127.0.0.1:9/cb", |draft| {
        question["secret"].as_str().unwrap().clone_into(&mut draft.signing_secret);
    }));
    let headers = question["headers"].as_object().unwrap().iter();
    let body = STANDARD.decode(question["body"].as_str().unwrap()).unwrap();
    let request = Received {
        headers: headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
        body_length: body.len() as u64,
        body: body.into(),
        ..received.clone()
    };
    Verifier::from(&profile).verify(&request).is_verified() == Some(true)
}

fn changed(good: &Value, place: &str, to: String) -> Value {
    let mut question = good.clone();
    *question.pointer_mut(place).unwrap() = to.into();
    question
}
