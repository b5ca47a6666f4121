//! What differs within a member, for people and scripts: never a secret. Pure.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::comparison::Comparison;
use super::side::RemoteSide;

/// A value that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberChange {
    /// Its path, such as `headers.X-Tenant`.
    pub field: String,
    /// The value here; null for none, and for secrets.
    pub here: Value,
    /// The value on the account; null for none, and for secrets.
    pub account: Value,
    /// Whether it is a secret, which is not shown.
    pub is_secret: bool,
}

impl MemberChange {
    /// As JSON.
    #[must_use]
    pub fn document(&self) -> Value {
        let mut document = json!({"field": self.field, "here": self.here, "account": self.account});
        if self.is_secret {
            document["secret"] = json!(true);
        }
        document
    }
}

/// What differs in these members.
#[must_use]
pub fn member_changes(comparison: &Comparison, remote: &RemoteSide, members: &[String]) -> Vec<MemberChange> {
    let mut changes = Vec::new();
    for member in members {
        let (local, other) = (&comparison.local, &remote.content);
        let shown = (local.get(member), other.get(member));
        let hidden = (local.without_secrets(member), other.without_secrets(member));
        let before = changes.len();
        within(member, shown, hidden, &mut changes);
        if changes.len() == before {
            // Only a secret that the account does not return has changed.
            let (here, account) = (Value::Null, Value::Null);
            changes.push(MemberChange { field: member.clone(), here, account, is_secret: true });
        }
    }
    changes
}

/// Values that differ, from objects member by member.
fn within(
    path: &str,
    shown: (Option<&Value>, Option<&Value>),
    hidden: (Option<&Value>, Option<&Value>),
    changes: &mut Vec<MemberChange>,
) {
    if shown.0 == shown.1 {
        return;
    }
    let object = |value: Option<&Value>| value.is_none_or(Value::is_object);
    if object(shown.0) && object(shown.1) {
        let names: BTreeSet<&String> = [shown.0, shown.1]
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .flat_map(|members| members.keys())
            .collect();
        let of = |value: Option<&Value>, name: &str| value.and_then(|value| value.get(name)).cloned();
        for name in names {
            let (a, b) = (of(shown.0, name), of(shown.1, name));
            let (c, d) = (of(hidden.0, name), of(hidden.1, name));
            within(&format!("{path}.{name}"), (a.as_ref(), b.as_ref()), (c.as_ref(), d.as_ref()), changes);
        }
        return;
    }
    let is_hidden = |shown: Option<&Value>, hidden: Option<&Value>| shown != hidden;
    let value = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
    changes.push(MemberChange {
        field: path.to_owned(),
        here: value(hidden.0),
        account: value(hidden.1),
        is_secret: is_hidden(shown.0, hidden.0) || is_hidden(shown.1, hidden.1),
    });
}
