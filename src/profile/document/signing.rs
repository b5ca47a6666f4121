//! Signing secrets: `signing_secret` is the current one, `signing_secrets` all of them while one is replaced.

use serde_json::Value;

use super::error::problem;
use super::{DocumentError, MaybeNull};
use crate::profile::Secret;
use crate::profile::draft::Draft;
use crate::profile::field::Field;
use crate::profile::sizes::SIGNING_SECRETS;

/// Reads both members. In the list each null keeps the next stored secret: `["whsec_new", null]` puts one before
/// the stored one. Without a list, null keeps all stored secrets. Returns whether older ones are kept.
pub(super) fn read(
    current: MaybeNull<String>,
    list: MaybeNull<Vec<Option<String>>>,
    draft: &mut Draft,
    left_out: &mut Vec<Field>,
) -> Result<bool, DocumentError> {
    let MaybeNull::Given(list) = list else {
        let keeps = matches!((&current, &list), (MaybeNull::Null, _) | (MaybeNull::Nothing, MaybeNull::Null));
        match current {
            MaybeNull::Given(secret) => draft.signing_secret = secret,
            _ if keeps => left_out.push(Field::SigningSecret),
            _ => {}
        }
        return Ok(keeps);
    };
    if list.len() > SIGNING_SECRETS {
        let message = format!("{} secrets, {SIGNING_SECRETS} at most", list.len());
        return Err(problem("signing_secrets", message));
    }
    if let MaybeNull::Given(current) = current
        && list.first().is_none_or(|first| first.as_ref() != Some(&current))
    {
        let message = "must be the first of signing_secrets, or left out";
        return Err(problem("signing_secret", message));
    }
    for (at, secret) in list.into_iter().enumerate() {
        let field = at.checked_sub(1).map_or(Field::SigningSecret, Field::OlderSecret);
        if secret.is_none() {
            left_out.push(field);
        }
        match field {
            Field::SigningSecret => draft.signing_secret = secret.unwrap_or_default(),
            _ => draft.older_secrets.push(secret.unwrap_or_default()),
        }
    }
    Ok(false)
}

/// The secrets of a stored draft, the current one first.
pub(super) fn stored(draft: &Draft) -> impl Iterator<Item = String> {
    std::iter::once(&draft.signing_secret)
        .chain(&draft.older_secrets)
        .filter(|text| !text.is_empty())
        .cloned()
}

/// The values of `signing_secret`, and of `signing_secrets` if there are several. None without a secret.
pub(super) fn write(secrets: &[Secret], secret: &dyn Fn(&str) -> Value) -> Option<(Value, Option<Value>)> {
    let mut all = secrets.iter().map(|text| secret(text.reveal()));
    let current = all.next()?;
    let list = (secrets.len() > 1).then(|| std::iter::once(current.clone()).chain(all).collect());
    Some((current, list))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use crate::profile::document::{Document, Secrets, write};
    use crate::profile::{Field, Identity, Profile, ProfileId, Region, Rules};

    use super::*;

    const OLD: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
    const NEW: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn document(members: Value) -> Result<Document, DocumentError> {
        let mut document = json!({"title": "Order SMS", "url": "https://hooks.example/cb"});
        let Value::Object(members) = members else { panic!("an object") };
        members.into_iter().for_each(|(name, value)| document[name] = value);
        Document::read(document)
    }

    fn made(document: &Document) -> Result<Profile, Vec<String>> {
        let at = Timestamp::UNIX_EPOCH;
        let id = ProfileId::new(Region::In, uuid::Uuid::nil());
        let checked =
            document.draft.check(Rules::default(), Identity { id, created_at: at, modified_at: at });
        checked.map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    fn profile(members: Value) -> Profile {
        made(&document(members).unwrap()).unwrap()
    }

    fn secrets(profile: &Profile) -> Vec<&str> {
        profile.signing_secrets.iter().map(Secret::reveal).collect()
    }

    /// The secrets after an update, and what is missing.
    fn updated(stored: &Profile, members: Value) -> (Vec<String>, Vec<Field>) {
        let mut document = document(members).unwrap();
        document.keep_secrets(stored);
        let made = made(&document).unwrap();
        (secrets(&made).into_iter().map(str::to_owned).collect(), document.left_out)
    }

    #[test]
    fn one_is_written_as_before_and_several_as_a_list_too() {
        let one = profile(json!({"signing_secret": OLD}));
        assert_eq!(profile(json!({"signing_secrets": [OLD]})).signing_secrets, one.signing_secrets);
        let written = write(&one, Secrets::Shown);
        assert_eq!((&written["signing_secret"], written.get("signing_secrets")), (&json!(OLD), None));
        let two = profile(json!({"signing_secrets": [NEW, OLD]}));
        assert_eq!(secrets(&two), [NEW, OLD]);
        let written = write(&two, Secrets::Shown);
        assert_eq!(written["signing_secret"], NEW);
        assert_eq!(written["signing_secrets"], json!([NEW, OLD]));
        assert_eq!(made(&Document::read(written).unwrap()).unwrap(), two);
        let hidden = write(&two, Secrets::Hidden);
        assert_eq!(
            (&hidden["signing_secret"], &hidden["signing_secrets"]),
            (&Value::Null, &json!([null, null]))
        );
    }

    #[test]
    fn null_stands_for_the_next_stored_one() {
        let (one, two) =
            (profile(json!({"signing_secret": OLD})), profile(json!({"signing_secrets": [NEW, OLD]})));
        let kept = |secrets: &[&str]| (secrets.iter().map(|&s| s.to_owned()).collect::<Vec<_>>(), vec![]);
        assert_eq!(updated(&one, json!({"signing_secrets": [NEW, null]})), kept(&[NEW, OLD]));
        assert_eq!(updated(&two, json!({"signing_secrets": [null]})), kept(&[NEW]));
        for whole in [
            json!({"signing_secret": null, "signing_secrets": [null, null]}),
            json!({"signing_secret": null}),
            json!({"signing_secrets": null}),
        ] {
            assert_eq!(updated(&two, whole), kept(&[NEW, OLD]));
        }
        let (_, missing) = updated(&one, json!({"signing_secrets": [NEW, null, null]}));
        assert_eq!(missing, [Field::OlderSecret(1)], "there is only one");
        assert_eq!(updated(&two, json!({"signing_secret": OLD})), kept(&[OLD]));
        assert_eq!(updated(&two, json!({})), kept(&[]));
        let removed = |members| {
            let document = document(members).unwrap();
            let parts = document.removed(&two, &made(&document).unwrap());
            parts.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(removed(json!({"signing_secret": OLD})), ["older signing secrets"]);
        assert_eq!(removed(json!({})), ["signing secret"]);
        assert_eq!(removed(json!({"signing_secrets": []})), [""; 0]);
    }

    #[test]
    fn mistakes_name_their_place() {
        let error = |members| document(members).unwrap_err().to_string();
        let of_both = "signing_secret: must be the first of signing_secrets, or left out";
        assert_eq!(error(json!({"signing_secret": NEW, "signing_secrets": [OLD, NEW]})), of_both);
        assert_eq!(
            error(json!({"signing_secrets": [OLD, OLD, OLD, OLD, OLD]})),
            "signing_secrets: 5 secrets, 4 at most"
        );
        assert_eq!(error(json!({"signing_secrets": [OLD, 7]})), "signing_secrets[1]: must be a string");
        let errors = |members| made(&document(members).unwrap()).unwrap_err();
        assert_eq!(
            errors(json!({"signing_secrets": [NEW, "whsec_short"]})),
            ["signing_secrets (2): must be whsec_ followed by base64"]
        );
        assert_eq!(errors(json!({"signing_secrets": [NEW, NEW]})), ["signing_secrets (2): is here twice"]);
        let alone = errors(json!({"signing_secrets": ["", OLD]}));
        assert_eq!(alone, ["signing_secret: required beside an older secret"]);
    }
}
