//! The profiles here and on the account, matched. Pure but for reading the store.

use std::collections::{HashMap, HashSet};

use super::content::Dialect;
use super::listing::{RemoteDocument, RemoteList};
use super::marks::Marks;
use super::same_account::{has_same_id, moved_links};
use crate::profile::{Profile, ProfileId};
use crate::storage::{RemoteLink, Storage, StoreError};

/// A profile on one side or on both.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The profile here, if it exists.
    pub local: Option<Profile>,
    /// The profile on the account, if it exists.
    pub remote: Option<RemoteDocument>,
    /// The link between them, if it is known.
    pub link: Option<RemoteLink>,
    /// Whether the account may have it without showing it: the key is limited to some profiles.
    pub may_be_hidden: bool,
    /// The profile of the account that the profile here with the ID of `remote` is linked to, if it is another one.
    pub id_taken_by: Option<ProfileId>,
}

impl Pair {
    /// Its id here.
    #[must_use]
    pub fn id(&self) -> Option<&ProfileId> {
        let linked = || self.link.as_ref().map(|link| &link.profile_id);
        self.local.as_ref().map(|profile| &profile.id).or_else(linked)
    }

    /// Its id on the account.
    #[must_use]
    pub fn remote_id(&self) -> Option<&ProfileId> {
        let linked = || self.link.as_ref().and_then(|link| link.remote_id.as_ref());
        self.remote.as_ref().map(|remote| &remote.id).or_else(linked)
    }

    /// Its title: that here, otherwise that on the account.
    #[must_use]
    pub fn title(&self) -> &str {
        let there = || self.remote.as_ref()?.document.get("title")?.as_str();
        self.local.as_ref().map(|profile| profile.title.as_str()).or_else(there).unwrap_or_default()
    }

    /// What both had when they last agreed.
    #[must_use]
    pub fn marks(&self) -> Option<Marks> {
        let link = self.link.as_ref().filter(|link| link.remote_id.is_some())?;
        Some(Marks::read(&link.seen))
    }

    /// Whether it was on both sides and was deleted here.
    #[must_use]
    pub fn was_deleted_here(&self) -> bool {
        self.local.is_none() && self.link.is_some()
    }

    /// Whether it was on both sides and was deleted on the account.
    #[must_use]
    pub fn was_deleted_there(&self) -> bool {
        self.was_there() && !self.may_be_hidden
    }

    /// Whether it was on both sides, and now the account may have it without showing it.
    #[must_use]
    pub fn is_out_of_sight(&self) -> bool {
        self.was_there() && self.may_be_hidden
    }

    /// Whether its profile here was changed since both sides agreed.
    #[must_use]
    pub fn is_changed_here(&self, local: &Profile) -> bool {
        self.marks().is_some_and(|marks| marks.is_changed_here(local))
    }

    fn was_there(&self) -> bool {
        self.remote.is_none() && self.link.as_ref().is_some_and(|link| link.remote_id.is_some())
    }
}

/// The profiles on both sides, matched.
#[derive(Debug, Default)]
pub struct Matched {
    /// The profiles.
    pub pairs: Vec<Pair>,
    /// Links that were made under other names of the account and apply to it; they are not stored under its name yet.
    pub moved: Vec<RemoteLink>,
    /// Those names.
    pub other_names: Vec<String>,
}

/// Matches the profiles of an account with those here: by link, otherwise by id. Those of the account come first, in
/// its order. Without a store there is nothing here.
///
/// # Errors
/// The store cannot be read.
pub async fn pairs(
    store: Option<&dyn Storage>,
    account: &str,
    remotes: RemoteList,
) -> Result<Matched, StoreError> {
    let Some(store) = store else {
        let pairs = matched(Vec::new(), remotes, Vec::new());
        return Ok(Matched { pairs, ..Matched::default() });
    };
    let own = store.remote_links(account).await?;
    let (mut links, mut other_names) = (own.clone(), Vec::new());
    for name in store.remote_accounts().await? {
        if has_same_id(account, &name) {
            let mut moved = moved_links(account, &own, store.remote_links(&name).await?, &remotes);
            // Of two other names the first one has the link.
            moved.retain(|link| links.iter().all(|known| !is_same(known, link)));
            if !moved.is_empty() {
                links.extend(moved);
                other_names.push(name);
            }
        }
    }
    let moved = links.get(own.len()..).unwrap_or_default().to_vec();
    let mut locals: Vec<Profile> = Vec::new();
    for row in store.profiles().await? {
        // Another session may delete it in between.
        locals.extend(store.profile(&row.id).await?);
    }
    Ok(Matched { pairs: matched(locals, remotes, links), moved, other_names })
}

/// Whether two links are of the same profile, here or on the account.
fn is_same(one: &RemoteLink, other: &RemoteLink) -> bool {
    one.profile_id == other.profile_id || one.remote_id.is_some() && one.remote_id == other.remote_id
}

/// What the account carries, as its profiles say.
#[must_use]
pub fn dialect(pairs: &[Pair]) -> Dialect {
    let mut documents = pairs.iter().filter_map(|pair| pair.remote.as_ref());
    let is_ours = documents.any(|remote| Dialect::of(&remote.document) == Dialect::Ringback);
    if is_ours { Dialect::Ringback } else { Dialect::Platform }
}

/// The same, from what was read.
#[must_use]
pub fn matched(locals: Vec<Profile>, remotes: RemoteList, links: Vec<RemoteLink>) -> Vec<Pair> {
    let counterparts: HashMap<ProfileId, ProfileId> =
        links.iter().filter_map(|link| Some((link.profile_id.clone(), link.remote_id.clone()?))).collect();
    let may_be_hidden = remotes.is_limited;
    let by_remote: HashMap<ProfileId, RemoteLink> =
        links.iter().filter_map(|link| Some((link.remote_id.clone()?, link.clone()))).collect();
    let mut by_local: HashMap<ProfileId, RemoteLink> =
        links.into_iter().map(|link| (link.profile_id.clone(), link)).collect();
    let order: Vec<ProfileId> = locals.iter().map(|profile| profile.id.clone()).collect();
    let mut here: HashMap<ProfileId, Profile> =
        locals.into_iter().map(|profile| (profile.id.clone(), profile)).collect();
    let mut pairs = Vec::new();
    for remote in remotes.profiles {
        let link = by_remote.get(&remote.id).cloned();
        // A profile here may have this id and be linked to another one on the account.
        let taken_by = counterparts.get(&remote.id).filter(|other| link.is_none() && **other != remote.id);
        let id_taken_by = taken_by.cloned();
        let id = match (&link, &id_taken_by) {
            (Some(link), _) => Some(link.profile_id.clone()),
            (None, None) => Some(remote.id.clone()),
            (None, Some(_)) => None,
        };
        let local = id.as_ref().and_then(|id| here.remove(id));
        let link = link.or_else(|| id.as_ref().and_then(|id| by_local.get(id).cloned()));
        if let Some(link) = &link {
            by_local.remove(&link.profile_id);
        }
        pairs.push(Pair { local, remote: Some(remote), link, may_be_hidden, id_taken_by });
    }
    for id in order {
        if let Some(local) = here.remove(&id) {
            let link = by_local.remove(&id);
            pairs.push(Pair { local: Some(local), remote: None, link, may_be_hidden, id_taken_by: None });
        }
    }
    pairs
}

/// The pairs that these texts name: an id, the beginning of one, or a title; all if there are no texts.
///
/// # Errors
/// A sentence: a text names none, or several.
pub fn chosen(pairs: Vec<Pair>, texts: &[String]) -> Result<Vec<Pair>, String> {
    if texts.is_empty() {
        return Ok(pairs);
    }
    let mut wanted: HashSet<usize> = HashSet::new();
    for text in texts {
        let ids = |pair: &Pair| [pair.id().cloned(), pair.remote_id().cloned()];
        let matchers: [&dyn Fn(&Pair) -> bool; 3] = [
            &|pair| ids(pair).iter().flatten().any(|id| id.as_str() == text),
            &|pair| ids(pair).iter().flatten().any(|id| id.begins_with(text)),
            &|pair| pair.title().eq_ignore_ascii_case(text.trim()),
        ];
        let found = matchers.iter().map(|fits| -> Vec<usize> {
            let found = pairs.iter().enumerate().filter(|(_, pair)| fits(pair));
            found.map(|(at, _)| at).collect()
        });
        let found = found.into_iter().find(|found| !found.is_empty()).unwrap_or_default();
        match found.as_slice() {
            [] => return Err(format!("no profile '{text}', neither here nor on the account")),
            [one] => {
                wanted.insert(*one);
            }
            several => {
                let line = |at: &usize| {
                    let pair = pairs.get(*at)?;
                    let id = pair.id().or_else(|| pair.remote_id())?;
                    Some(format!("  {id}  {}", pair.title()))
                };
                let lines: Vec<String> = several.iter().filter_map(line).collect();
                let count = several.len();
                return Err(format!(
                    "'{text}' matches {count} profiles, so nothing was done; use the ID of one:\n{}",
                    lines.join("\n")
                ));
            }
        }
    }
    Ok(pairs.into_iter().enumerate().filter(|(at, _)| wanted.contains(at)).map(|(_, pair)| pair).collect())
}
