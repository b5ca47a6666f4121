//! TLS in a profile's JSON.

use serde::Deserialize;
use serde_json::{Value, json};

use super::set;
use crate::profile::draft::Draft;
use crate::profile::tls::Tls;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(super) struct Members {
    ca_file: Option<String>,
    client_certificate: Option<String>,
    client_key: Option<String>,
}

pub(super) fn read(tls: Members, draft: &mut Draft) {
    set(&mut draft.ca_file, tls.ca_file);
    set(&mut draft.client_certificate, tls.client_certificate);
    set(&mut draft.client_key, tls.client_key);
}

/// The configured paths; none if there are none.
pub(super) fn write(tls: &Tls) -> Option<Value> {
    let mut out = json!({});
    let mut put = |name: &str, path: &Option<String>| {
        if let Some(path) = path {
            out[name] = json!(path);
        }
    };
    put("ca_file", &tls.ca_file);
    if let Some(identity) = &tls.identity {
        put("client_certificate", &Some(identity.certificate.clone()));
        put("client_key", &identity.key);
    }
    (!tls.is_usual()).then_some(out)
}
