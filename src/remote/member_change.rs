//! What differs within members of a profile here and on the account. Pure.

use serde_json::{Value, json};

use super::comparison::Comparison;
use super::side::RemoteSide;
use crate::profile::document::{FieldChange, value_changes};

/// What differs in these members, from the profile here to that of the account.
#[must_use]
pub fn member_changes(comparison: &Comparison, remote: &RemoteSide, members: &[String]) -> Vec<FieldChange> {
    let mut all = Vec::new();
    for member in members {
        let (here, account) = (&comparison.local, &remote.content);
        let values = (here.get(member), account.get(member));
        let changes =
            value_changes(member, values, (here.without_secrets(member), account.without_secrets(member)));
        if changes.is_empty() {
            // Only a secret that the account does not return has changed.
            all.push(FieldChange { field: member.clone(), before: None, after: None, is_secret: true });
        }
        all.extend(changes);
    }
    all
}

/// A change as JSON: `field`, the values `here` and on the `account`, null for none and for secrets, and `secret` if it is
/// one.
#[must_use]
pub fn change_document(change: &FieldChange) -> Value {
    let mut document = json!({"field": change.field, "here": change.before, "account": change.after});
    if change.is_secret {
        document["secret"] = json!(true);
    }
    document
}
