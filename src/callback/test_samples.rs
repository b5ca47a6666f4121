//! Profiles and values for the tests of this module.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{Callback, Context, RenderError, Values, render};
use crate::profile::{Channel, Draft, DraftHeader, Identity, Profile, ProfileId, Region, Rules};

/// A Default profile with POST, changed by `change` and checked.
pub(super) fn profile(change: impl FnOnce(&mut Draft)) -> Profile {
    let mut draft = Draft::new(Channel::Default);
    "Order SMS".clone_into(&mut draft.title);
    "https://x.example/cb".clone_into(&mut draft.endpoint);
    change(&mut draft);
    let id = ProfileId::new(Region::In, Uuid::from_u128(7));
    let identity = Identity { id, created_at: Timestamp::UNIX_EPOCH, modified_at: Timestamp::UNIX_EPOCH };
    draft.check(Rules::STORED, identity).unwrap()
}

/// A profile with this body and data format.
pub(super) fn with_body(body: &str, data_format: &str) -> Profile {
    profile(|draft| {
        body.clone_into(&mut draft.body);
        data_format.clone_into(&mut draft.data_format);
    })
}

/// A header row.
pub(super) fn header(name: &str, value: &str) -> DraftHeader {
    DraftHeader { name: name.to_owned(), value: value.to_owned() }
}

/// Values from a JSON object.
pub(super) fn values(object: Value) -> Values {
    let Value::Object(members) = object else { panic!("must be an object") };
    Values::new(members)
}

/// The request of delivery `d1`.
pub(super) fn rendered(profile: &Profile, values: &Values) -> Result<Callback, RenderError> {
    render(profile, values, &mut Context { delivery_id: "d1", random: &mut |bytes| bytes.fill(b'r') })
}

/// The body of delivery `d1` as text.
pub(super) fn body(profile: &Profile, values: &Values) -> String {
    String::from_utf8(rendered(profile, values).unwrap().body).unwrap()
}
