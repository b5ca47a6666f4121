//! What differs within members of a profile here and on the account. Pure.

use serde_json::{Value, json};

use super::comparison::{Changed, Comparison};
use super::content::Content;
use super::side::RemoteSide;
use crate::profile::Status;
use crate::profile::document::{FieldChange, value_changes};

/// What differs in these members, from the profile here to that of the account.
#[must_use]
pub fn member_changes(comparison: &Comparison, remote: &RemoteSide, members: &[String]) -> Vec<FieldChange> {
    let mut all = Vec::new();
    for member in members {
        let (here, account) = (&comparison.local, &remote.content);
        let values = (here.get(member), account.get(member));
        let mut changes =
            value_changes(member, values, (here.without_secrets(member), account.without_secrets(member)));
        if member == "status" {
            // There always is one.
            for change in &mut changes {
                for side in [&mut change.before, &mut change.after] {
                    side.get_or_insert_with(|| json!(Status::Active.number()));
                }
            }
        }
        if changes.is_empty() {
            // Only a secret that the account does not return has changed.
            let field = only_secret(member, here.get(member), here.without_secrets(member));
            all.push(FieldChange { field, before: None, after: None, is_secret: true });
        }
        all.extend(changes);
    }
    all
}

/// The side of a profile that is on one side only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnlySide {
    /// Here.
    Here,
    /// On the account.
    There,
}

/// All values that a profile has on one side, of these members: what a creation writes on the other side.
#[must_use]
pub fn whole_values<'a>(
    content: &Content,
    side: OnlySide,
    members: impl Iterator<Item = &'a str>,
) -> Vec<FieldChange> {
    let of_side = |value| match side {
        OnlySide::Here => (value, None),
        OnlySide::There => (None, value),
    };
    let changes = members.flat_map(|member| {
        let (shown, hidden) = (content.get(member), content.without_secrets(member));
        value_changes(member, of_side(shown), of_side(hidden))
    });
    changes.collect()
}

/// The path of the secret of a member, if it has a single one; otherwise the member.
fn only_secret(member: &str, shown: Option<&Value>, hidden: Option<&Value>) -> String {
    let (Some(Value::Object(shown)), Some(Value::Object(hidden))) = (shown, hidden) else {
        return member.to_owned();
    };
    let mut secrets = shown.iter().filter(|(name, value)| hidden.get(*name) != Some(value));
    match (secrets.next(), secrets.next()) {
        (Some((name, _)), None) => format!("{member}.{name}"),
        _ => member.to_owned(),
    }
}

/// The members in which either side has changed since both agreed; none where that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangedMembers {
    /// Those that have changed here.
    pub here: Vec<String>,
    /// Those that have changed on the account.
    pub there: Vec<String>,
}

impl ChangedMembers {
    /// Those of a comparison with what both had.
    #[must_use]
    pub fn of(comparison: &Comparison) -> Self {
        Self {
            here: comparison.members(&[Changed::Here, Changed::Both]),
            there: comparison.members(&[Changed::There, Changed::Both]),
        }
    }

    /// Which side has changed a field, after a space and in parentheses; empty where that is not known.
    #[must_use]
    pub fn side(&self, field: &str) -> &'static str {
        let member = field.split(['.', '[']).next().unwrap_or(field);
        let is_in = |members: &[String]| members.iter().any(|one| one == member);
        match (is_in(&self.here), is_in(&self.there)) {
            (true, false) => " (changed here)",
            (false, true) => " (changed on the account)",
            (true, true) => " (changed on both sides)",
            (false, false) => "",
        }
    }
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
