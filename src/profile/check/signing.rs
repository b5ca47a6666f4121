//! The check of a draft's signing secrets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Check;
use crate::profile::field::Field;
use crate::profile::secret::Secret;
use crate::profile::sizes::SIGNING_SECRETS;

impl Check<'_> {
    /// The current one, then the older ones. Empty rows of the editor are none.
    pub(super) fn signing_secrets(&mut self) -> Vec<Secret> {
        let draft = self.draft;
        let older = draft.older_secrets.iter().enumerate().map(|(at, text)| (Field::OlderSecret(at), text));
        let rows = std::iter::once((Field::SigningSecret, &draft.signing_secret)).chain(older);
        let typed: Vec<_> =
            rows.map(|(field, text)| (field, text.trim())).filter(|row| !row.1.is_empty()).collect();
        if let Some((field, _)) = typed.get(SIGNING_SECRETS) {
            self.error(*field, format!("{} secrets, {SIGNING_SECRETS} at most", typed.len()));
        }
        if typed.first().is_some_and(|(field, _)| *field != Field::SigningSecret) {
            self.error(Field::SigningSecret, "required beside an older secret");
        }
        let mut secrets = Vec::new();
        for (at, (field, text)) in typed.iter().enumerate() {
            if typed[..at].iter().any(|(_, other)| other == text) {
                self.error(*field, "is here twice");
            }
            secrets.extend(self.take(*field, signing_secret(text)));
        }
        secrets
    }
}

fn signing_secret(text: &str) -> Result<Secret, String> {
    let bytes = text.strip_prefix("whsec_").and_then(|encoded| STANDARD.decode(encoded).ok());
    match bytes {
        // Standard Webhooks requires 24 to 64 bytes.
        Some(bytes) if (24..=64).contains(&bytes.len()) => Ok(Secret::new(text)),
        Some(bytes) => Err(format!("{} bytes: must be 24 to 64", bytes.len())),
        None => Err("must be whsec_ followed by base64".to_owned()),
    }
}
