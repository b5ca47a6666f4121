//! All profiles of an account, page by page.
//!
//! A page begins with the last profile of the page before. If it does not, profiles were created or deleted meanwhile
//! and the pages no longer join: one could be missed, so the list is read again.

use std::collections::HashSet;

use serde_json::Value;

use super::client::RemoteClient;
use super::error::RemoteError;
use crate::profile::ProfileId;
use crate::profile::document;

/// The size of a page (public page).
const PAGE: usize = 25;

/// How often the list is read before it counts as unstable.
const READS: usize = 4;

/// The most profiles of an account (our decision): a server that never ends must not fill the memory.
const MOST: usize = 100_000;

/// Members without which a listed profile is fetched on its own: a list may be an extract.
const WHOLE: [&str; 6] = ["title", "channel", "http_method", "url", "body", "headers"];

/// A profile of the account, as its API returned it.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteDocument {
    /// Its id on the account.
    pub id: ProfileId,
    /// Its members.
    pub document: Value,
}

/// The profiles of the account that its key may see.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RemoteList {
    /// The profiles, in the order of the account.
    pub profiles: Vec<RemoteDocument>,
    /// Whether the account says that the key is limited to some profiles: there may be more than these.
    pub is_limited: bool,
}

/// Reads all profiles. `progress` is called with how many there are so far.
///
/// # Errors
/// The account does not return them, or what it returns cannot be joined to a list.
pub async fn all_profiles(
    client: &RemoteClient,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<RemoteList, RemoteError> {
    let mut listed = None;
    for _ in 0..READS {
        listed = pages(client, progress).await?;
        if listed.is_some() {
            break;
        }
    }
    let mut list = listed.ok_or(RemoteError::Unstable)?;
    let all = &mut list.profiles;
    let mut gone = Vec::new();
    for (at, profile) in all.iter_mut().enumerate() {
        if !is_whole(&profile.document) {
            match one_profile(client, &profile.id).await? {
                Some(whole) => *profile = whole,
                None => gone.push(at),
            }
        }
    }
    for at in gone.into_iter().rev() {
        all.remove(at);
    }
    Ok(list)
}

/// Whether a profile has all members, and is no extract.
pub(super) fn is_whole(document: &Value) -> bool {
    WHOLE.iter().all(|member| document.get(member).is_some())
}

/// One profile; none if the account has none with this id.
///
/// # Errors
/// The account does not say, or returns another one.
pub async fn one_profile(
    client: &RemoteClient,
    id: &ProfileId,
) -> Result<Option<RemoteDocument>, RemoteError> {
    let response = match client.one(id).await {
        Ok(response) => response,
        Err(RemoteError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut profiles = documents(&response, &format!("profile {id}"))?;
    match (profiles.pop(), profiles.is_empty()) {
        (Some(one), true) if one.id == *id => Ok(Some(one)),
        _ => Err(RemoteError::Unusable(format!("it is not the profile {id}"))),
    }
}

/// The pages, joined; none if they do not join.
async fn pages(
    client: &RemoteClient,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Option<RemoteList>, RemoteError> {
    let mut all: Vec<RemoteDocument> = Vec::new();
    let mut is_limited = false;
    let mut ids: HashSet<ProfileId> = HashSet::new();
    let mut first: Vec<ProfileId> = Vec::new();
    loop {
        let offset = all.len().saturating_sub(1);
        let response = client.page(PAGE, offset).await?;
        is_limited |= response.pointer("/data/limited_by_key").and_then(Value::as_bool) == Some(true);
        let page = documents(&response, &format!("page from {offset}"))?;
        if all.is_empty() {
            first = page.iter().map(|profile| profile.id.clone()).collect();
        } else if page.len() == first.len()
            && page.iter().map(|profile| &profile.id).eq(&first)
            && page.len() > 1
        {
            // A server that ignores `offset` returns all of them, or can only ever show the first page.
            if first.len() == PAGE {
                let why = "each page has the same profiles: the server ignores `offset`";
                return Err(RemoteError::Unusable(why.to_owned()));
            }
            return Ok(Some(RemoteList { profiles: all, is_limited }));
        }
        let mut new = page.into_iter().peekable();
        if let Some(last) = all.last() {
            match new.next() {
                Some(joint) if joint.id == last.id => {}
                _ => return Ok(None),
            }
        }
        if new.peek().is_none() {
            return Ok(Some(RemoteList { profiles: all, is_limited }));
        }
        for profile in new {
            if !ids.insert(profile.id.clone()) {
                return Ok(None);
            }
            all.push(profile);
        }
        if all.len() > MOST {
            return Err(RemoteError::Unusable(format!("the list has more than {MOST} profiles")));
        }
        progress(all.len());
        let total = response.pointer("/data/total").and_then(Value::as_u64);
        if total == u64::try_from(all.len()).ok() {
            return Ok(Some(RemoteList { profiles: all, is_limited }));
        }
    }
}

/// The profiles of a response, each with its id.
pub(super) fn documents(response: &Value, what: &str) -> Result<Vec<RemoteDocument>, RemoteError> {
    let unusable = |why: String| RemoteError::Unusable(format!("{what}: {why}"));
    let is_empty = |data: &Value| {
        data.as_array().is_some_and(Vec::is_empty) || data.as_object().is_some_and(serde_json::Map::is_empty)
    };
    if response.get("data").is_some_and(is_empty) {
        return Ok(Vec::new());
    }
    let read = document::response(response).map_err(unusable)?;
    let read = read.ok_or_else(|| unusable("it is not an envelope with code and data".to_owned()))?;
    let mut all = Vec::new();
    for (place, document) in read.profiles {
        let id = document.get("profile_id").and_then(Value::as_str);
        let id = id.ok_or_else(|| unusable(format!("{place}: profile_id is missing")))?;
        let id = ProfileId::parse(id).map_err(|error| unusable(format!("{place}: {error}")))?;
        all.push(RemoteDocument { id, document });
    }
    Ok(all)
}
