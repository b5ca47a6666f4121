//! What both sides agree about is kept with the link between them.

use super::comparison::Comparison;
use super::marks::Marks;
use super::side::RemoteSide;
use crate::profile::ProfileId;
use crate::storage::{RemoteLink, Storage, StoreError};

/// Keeps the link between a profile and its counterpart.
pub(super) async fn keep_link(
    store: &dyn Storage,
    account: &str,
    id: &ProfileId,
    side: &RemoteSide,
    marks: &Marks,
) -> Result<(), StoreError> {
    let link = RemoteLink {
        account: account.to_owned(),
        profile_id: id.clone(),
        remote_id: Some(side.profile.id.clone()),
        creation: None,
        seen: marks.write(),
    };
    store.keep_remote_link(link).await
}

/// The same where no profile was written, if there is something new to keep.
pub(super) async fn renew_link(
    store: &dyn Storage,
    account: &str,
    id: &ProfileId,
    side: &RemoteSide,
    (comparison, before): (&Comparison, Option<&Marks>),
) -> Result<(), StoreError> {
    let marks = comparison.marks(side, before);
    if before == Some(&marks) {
        return Ok(());
    }
    keep_link(store, account, id, side, &marks).await
}
