//! `ringback snippet`. What its programs do is judged in `tests/judges/receivers`.

use crate::support::cli::Place;
use serde_json::json;

#[test]
fn a_receiver_is_printed_without_the_secrets_of_the_profile() {
    let place = Place::new();
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let id = place
        .apply(&json!({
            "title": "Order SMS", "channel": "sms", "url": "https://hooks.example/cb",
            "body": "{\"id\": \"<id>\", \"at\": \"<status> <timestamp>\"}", "signing_secret": secret,
            "auth": {"type": "basic", "user": "shop", "password": "hush-hush"},
            "enc": {"algo": "AES-256-GCM", "key": "K1abcdefghijkl2Pmnopqrstuvwxyz01",
                    "IV": "POabcdefghijklLY", "parameters": ["id", "timestamp"]},
        }))
        .remove(0);
    for language in ["python", "node", "php", "go", "java", "ruby", "rust"] {
        let ran = place.run(&["snippet", "order sms", "--language", language, "--listen", "9123"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{language}");
        assert!(ran.out.ends_with('\n') && ran.out.lines().count() <= 40, "{}", ran.out);
        let named =
            ["CALLBACK_SIGNING_SECRETS", "CALLBACK_BASIC_AUTH", "CALLBACK_ENC_KEY", "CALLBACK_ENC_IV"];
        for text in named.iter().copied().chain([id.as_str(), "127.0.0.1", "9123", "id", "10000 ms"]) {
            assert!(ran.out.contains(text), "{language} has no {text}: {}", ran.out);
        }
        // One value is a part of a text, which only the reader of the program can take apart.
        assert!(ran.out.contains("decrypt(…) other encrypted values"), "{}", ran.out);
        for secret in [secret, "hush-hush", "K1abcdefghijkl2P", "POabcdefghijklLY"] {
            assert!(!ran.out.contains(secret), "{language}: {}", ran.out);
        }
    }
    let document = place.run(&["snippet", &id, "--language", "Java", "--json"]).json();
    assert_eq!(
        (&document["profile_id"], &document["language"], &document["file_name"]),
        (&json!(id), &json!("java"), &json!("Receiver.java"))
    );
    assert_eq!(document["code"], place.run(&["snippet", &id, "--language", "java"]).out);
    assert!(document["code"].as_str().unwrap().contains("8000"));
}

#[test]
fn mistakes_are_named() {
    let place = Place::new();
    place.run(&["snippet", "none", "--language", "go"]).refused(2, &["ringback.db"]);
    place.apply(&json!({"title": "Order SMS", "url": "https://hooks.example/cb"}));
    place.run(&["snippet", "none", "--language", "go"]).refused(2, &["no profile 'none'"]);
    place.run(&["snippet", "Order SMS"]).refused(2, &["--language"]);
    place.run(&["snippet", "Order SMS", "--language", "cobol"]).refused(2, &["python", "rust"]);
    place.run(&["snippet", "Order SMS", "--language", "go", "--listen", "x"]).refused(2, &["127.0.0.1:9977"]);
}
