//! Profiles whose every secret is marked.

use serde_json::{Value, json};

use super::marks::{mark, signing_secret};

/// A kind of authentication, and the secrets that such a profile has.
pub struct Kind {
    pub name: &'static str,
    pub secrets: &'static [&'static str],
}

const OF_ALL: [&str; 6] = [
    "X-Token",
    "X-Session",
    "encryption key",
    "initialization vector",
    "signing secret",
    "older signing secret",
];

pub const KINDS: [Kind; 4] = [
    Kind { name: "basic", secrets: &["password", "Cookie"] },
    Kind { name: "key", secrets: &["API key", "Authorization"] },
    Kind { name: "url", secrets: &["password in the URL", "Cookie"] },
    Kind { name: "token", secrets: &["client secret", "token field", "token header", "Cookie"] },
];

impl Kind {
    /// All secrets of a profile of this kind.
    pub fn all_secrets(&self) -> Vec<&'static str> {
        self.secrets.iter().chain(&OF_ALL).copied().collect()
    }

    /// The profile as JSON. `<id>` is in an open header and `<ref>` in a secret one, so that a value can break
    /// either.
    pub fn document(&self, title: &str, url: &str) -> Value {
        let mut headers = json!({
            "X-Token": format!("t \"{}\" \\&", mark("X-Token")),
            "X-Session": format!("s={};ref=<ref>", mark("X-Session")),
            "X-Plain": "<id>",
        });
        let mut document = json!({
            "title": title, "channel": "sms", "url": url,
            "body": r#"{"id": "<id>", "status": "<status>", "message": "<message>"}"#,
            "enc": {
                "algo": if self.name == "key" { "AES-256-GCM" } else { "AES-256-CFB" },
                "key": format!("{:k<32}", mark("encryption key")),
                "IV": format!("{:v<16}", mark("initialization vector")),
                "parameters": ["status"],
            },
            "signing_secrets": [signing_secret("signing secret"), signing_secret("older signing secret")],
        });
        match self.name {
            "basic" => {
                document["auth"] = json!({"type": "basic", "user": "ann", "password": format!("p {}%&\"ü", mark("password"))});
                headers["Cookie"] = json!(format!("a={}", mark("Cookie")));
            }
            "key" => {
                document["auth"] = json!({"type": "api-key", "header": "X-Auth-Key", "key": mark("API key")});
                headers["Authorization"] = json!(format!("Bearer {}", mark("Authorization")));
            }
            "token" => {
                document["auth"] = json!({
                    "type": "oauth2", "token_url": "http://127.0.0.1:9/token", "client_id": "ann",
                    "client_secret": format!("c {}&\"ü%", mark("client secret")),
                    "fields": {"audience": "north", "api_key": format!("f {}&=\"", mark("token field"))},
                    "headers": {"X-Tenant": "north", "X-Secret": format!("Key {}\"\\", mark("token header"))},
                });
                headers["Cookie"] = json!(format!("a={}", mark("Cookie")));
            }
            _ => {
                let with_user = format!("://ann:{}%21@", mark("password in the URL"));
                document["url"] = json!(url.replacen("://", &with_user, 1));
                headers["Cookie"] = json!(format!("a={}", mark("Cookie")));
            }
        }
        document["headers"] = headers;
        document
    }

    /// Whether its credentials are a token that has to be fetched.
    pub fn wants_token(&self) -> bool {
        self.name == "token"
    }

    /// The same with one retry after a second.
    pub fn retried(&self, title: &str, url: &str) -> Value {
        let mut document = self.document(title, url);
        document["retry"] = json!({"count": 1, "interval_s": 1, "timeout_ms": 300});
        document
    }
}
