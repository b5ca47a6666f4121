//! Pushes local profiles to an account, one at a time. What was changed there is not overwritten.

use serde_json::Value;
use uuid::Uuid;

use super::client::RemoteClient;
use super::comparison::{Changed, Comparison};
use super::content::{Content, Dialect, fingerprint};
use super::error::RemoteError;
use super::keep_link::{keep_link, renew_link};
use super::listing::{RemoteDocument, documents, is_whole, one_profile};
use super::marks::Marks;
use super::member_change::{ChangedMembers, OnlySide, member_changes, whole_values};
use super::outcome::{ProfileOutcome, ProfileResult};
use super::pairs::Pair;
use super::request_document::{carried, request_document, unsendable};
use super::side::RemoteSide;
use crate::management::ProfileCheck;
use crate::profile::{Profile, ProfileId};
use crate::storage::{RemoteLink, Storage, StoreError};

/// How a push treats what it finds.
#[derive(Debug, Clone, Copy, Default)]
pub struct PushOptions {
    /// The account gets what is here, whatever was changed or deleted there.
    pub force: bool,
    /// What was deleted here is deleted on the account.
    pub prune: bool,
}

/// A push to an account.
#[derive(Debug)]
pub struct Push<'a> {
    /// Where links are kept; without it nothing is written, neither here nor there.
    pub store: Option<&'a dyn Storage>,
    /// Checks them.
    pub check: &'a ProfileCheck<'a>,
    /// The account.
    pub client: &'a RemoteClient,
    /// What it carries, as far as its profiles say.
    pub dialect: Dialect,
    /// What is allowed.
    pub options: PushOptions,
}

impl Push<'_> {
    /// Pushes one profile. `namesakes` are profiles of the account without a counterpart that have its
    /// title.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn one(&self, pair: &Pair, namesakes: &[String]) -> Result<ProfileOutcome, StoreError> {
        let outcome = ProfileOutcome::new(
            pair.id().cloned(),
            pair.remote_id().cloned(),
            pair.title(),
            ProfileResult::Unchanged,
        );
        match (&pair.local, &pair.remote) {
            (Some(local), Some(remote)) => self.existing(pair, local, remote, outcome).await,
            (Some(_), None) if pair.was_deleted_there() && !self.options.force => {
                let why = "was deleted on the account: --force creates it there again, `ringback remote pull --prune` \
                           deletes it here";
                Ok(outcome.in_conflict(why))
            }
            (Some(local), None)
                if pair.is_out_of_sight() && !self.options.force && !pair.is_changed_here(local) =>
            {
                Ok(outcome.noted("not visible to this key, which is limited to some profiles"))
            }
            (Some(_), None) if pair.is_out_of_sight() => {
                let why = "not visible to this key, which is limited to some profiles: push with a key for all of them";
                Ok(outcome.in_conflict(why))
            }
            (Some(local), None) => self.create(pair, local, namesakes, outcome).await,
            (None, Some(remote)) if pair.was_deleted_here() => self.deleted(pair, remote, outcome).await,
            // It never was here.
            _ => Ok(outcome),
        }
    }

    async fn deleted(
        &self,
        pair: &Pair,
        remote: &RemoteDocument,
        mut outcome: ProfileOutcome,
    ) -> Result<ProfileOutcome, StoreError> {
        if !self.options.prune {
            return Ok(outcome.noted("was deleted here: --prune deletes it on the account"));
        }
        if let (Some(marks), false) = (pair.marks(), self.options.force) {
            let side = RemoteSide::read(self.check, remote, None);
            if side.is_ok_and(|side| marks.is_changed_there(&side)) {
                let why = "was deleted here, and changed on the account since: --force deletes it there too, \
                           `ringback remote pull --force` restores it here";
                return Ok(outcome.in_conflict(why));
            }
        }
        outcome.result = ProfileResult::Deleted;
        let Some(store) = self.store else { return Ok(outcome) };
        // The preview may have been looked at for long.
        match one_profile(self.client, &remote.id).await {
            Ok(Some(now)) if !self.is_still(remote, &now, None) => {
                let next = "`ringback remote diff` shows it, --force deletes it there nevertheless";
                return Ok(outcome.in_conflict(&format!("changed on the account meanwhile: {next}")));
            }
            Ok(_) => {}
            Err(error) => return Ok(outcome.failed(error.to_string())),
        }
        if let Err(error) = self.client.delete(&remote.id).await {
            return Ok(outcome.failed(error.to_string()));
        }
        if let Some(id) = pair.id()
            && let Err(error) = store.drop_remote_link(self.client.account().name(), id).await
        {
            outcome.notes.push(format!("the link to it is still stored: {error}"));
        }
        Ok(outcome)
    }

    async fn create(
        &self,
        pair: &Pair,
        local: &Profile,
        namesakes: &[String],
        mut outcome: ProfileOutcome,
    ) -> Result<ProfileOutcome, StoreError> {
        let content = Content::of(local);
        let members = carried(&content, self.dialect);
        outcome.result = ProfileResult::Created;
        outcome.not_carried = not_carried(&content, self.dialect);
        outcome.changes = whole_values(&content, OnlySide::Here, members.iter().map(String::as_str));
        if let Some(why) = unsendable(local, self.dialect, &members) {
            return Ok(outcome.failed(why));
        }
        let interrupted = pair.link.as_ref().filter(|link| link.remote_id.is_none());
        if interrupted.is_some() && pair.may_be_hidden {
            return Ok(outcome.in_conflict(
                "an earlier push did not learn whether it was created, and this key, which is limited to some profiles, \
                 may not see it: push with a key for all of them",
            ));
        }
        if interrupted.is_some() && !namesakes.is_empty() && !self.options.force {
            let ids = namesakes.join(", ");
            return Ok(outcome.in_conflict(&format!(
                "an earlier push did not learn whether it was created, and the account has {ids} with this title and \
                 other contents: delete that one there, or --force creates another"
            )));
        }
        if pair.may_be_hidden {
            return Ok(outcome.failed(
                "cannot be created with this key, which is limited to some profiles: push with a key for all of them",
            ));
        }
        let Some(store) = self.store else { return Ok(outcome) };
        let document = request_document(local, self.dialect, &members);
        let seen = fingerprint(Some(&document));
        // The same request has the same key, so that a server that knows keys creates nothing twice.
        let kept = interrupted.filter(|link| link.seen == seen).and_then(|link| link.creation.clone());
        let creation = kept.unwrap_or_else(|| Uuid::new_v4().to_string());
        let link = RemoteLink {
            account: self.client.account().name().to_owned(),
            profile_id: local.id.clone(),
            remote_id: None,
            creation: Some(creation.clone()),
            seen,
        };
        store.keep_remote_link(link).await?;
        let response = match self.client.create(&document, &creation).await {
            Ok(response) => response,
            Err(error) if may_be_created(&error) => {
                let next = "the next push looks for it on the account, by its title and contents";
                return Ok(outcome.failed(format!("{error}: {next}")));
            }
            Err(error) => {
                // It was not created: the link is as before.
                let restored = match &pair.link {
                    Some(earlier) => store.keep_remote_link(earlier.clone()).await,
                    None => store.drop_remote_link(self.client.account().name(), &local.id).await.map(drop),
                };
                let error = match restored {
                    Ok(()) => error.to_string(),
                    Err(also) => format!("{error}; and what was known of it is not stored: {also}"),
                };
                return Ok(outcome.failed(error));
            }
        };
        let created = match self.returned(&response, None).await {
            Ok(created) => created,
            Err(error) => {
                let next = "the next push looks for it, by its title and contents";
                return Ok(outcome.failed_after(&format!("its ID is not known: {error}; {next}")));
            }
        };
        outcome.remote_id = Some(created.id.clone());
        let sent = Sent { members, dialect: self.dialect };
        Ok(self.finish(store, local, (created, None), sent, outcome).await)
    }

    async fn existing(
        &self,
        pair: &Pair,
        local: &Profile,
        remote: &RemoteDocument,
        mut outcome: ProfileOutcome,
    ) -> Result<ProfileOutcome, StoreError> {
        let side = match RemoteSide::read(self.check, remote, Some(local)) {
            Ok(side) => side,
            Err(why) => return Ok(outcome.failed(why)),
        };
        let marks = pair.marks();
        let comparison = Comparison::new(local, &side, marks.as_ref());
        outcome.not_carried.clone_from(&comparison.not_carried);
        if marks.is_some() {
            outcome.changed = ChangedMembers::of(&comparison);
        }
        if side.profile.channel != local.channel {
            return Ok(outcome.failed("has another channel on the account, and a channel cannot change"));
        }
        let (own, theirs) = (comparison.members(&[Changed::Here]), comparison.members(&[Changed::There]));
        let both = comparison.members(&[Changed::Both]);
        if !self.options.force && (!both.is_empty() || !own.is_empty() && !theirs.is_empty()) {
            let named = comparison.members(&[Changed::Here, Changed::There, Changed::Both]);
            outcome.changes = member_changes(&comparison, &side, &named);
            // A pull of what both have changed is a conflict too.
            let decide = "--force pushes yours, `ringback remote pull --force` takes the account's values";
            let why = match (marks.is_some(), both.is_empty()) {
                (false, _) => {
                    format!("{}: differ, and it is not known which side changed: {decide}", named.join(", "))
                }
                (true, true) => format!(
                    "{}: changed on the account since the last pull: `ringback remote pull` first, or --force \
                     overwrites it",
                    theirs.join(", ")
                ),
                (true, false) => format!("{}: changed on both sides: {decide}", both.join(", ")),
            };
            return Ok(outcome.in_conflict(&why));
        }
        let sent = if self.options.force {
            comparison.members(&[Changed::Here, Changed::There, Changed::Both, Changed::Agreed])
        } else {
            own
        };
        if sent.is_empty() {
            if !theirs.is_empty() {
                let note = format!(
                    "changed on the account: {}; `ringback remote pull` updates it here",
                    theirs.join(", ")
                );
                outcome.notes.push(note);
            }
            if let Some(store) = self.store {
                let compared = (&comparison, marks.as_ref());
                renew_link(store, self.client.account().name(), &local.id, &side, compared).await?;
            }
            return Ok(outcome);
        }
        outcome.changes = member_changes(&comparison, &side, &sent);
        if let Some(why) = unsendable(local, side.dialect, &sent) {
            return Ok(outcome.failed(why));
        }
        outcome.result = ProfileResult::Updated;
        let Some(store) = self.store else { return Ok(outcome) };
        // The preview may have been looked at for long.
        match one_profile(self.client, &remote.id).await {
            Ok(Some(now)) if !self.is_still(remote, &now, Some(local)) => {
                let next = "`ringback remote diff` shows how; `ringback remote pull` it, then push";
                return Ok(outcome.in_conflict(&format!("changed on the account meanwhile: {next}")));
            }
            Ok(Some(_)) => {}
            Ok(None) => {
                let next = "--force creates it there again, `ringback remote pull --prune` deletes it here";
                return Ok(outcome.failed(format!("was deleted on the account meanwhile: {next}")));
            }
            Err(error) => return Ok(outcome.failed(error.to_string())),
        }
        let document = request_document(local, side.dialect, &sent);
        let response = match self.client.change(&remote.id, &document).await {
            Ok(response) => response,
            Err(error) => return Ok(outcome.failed(error.to_string())),
        };
        match self.returned(&response, Some(&remote.id)).await {
            Ok(changed) => {
                let sent = Sent { members: sent, dialect: side.dialect };
                Ok(self.finish(store, local, (changed, marks.as_ref()), sent, outcome).await)
            }
            Err(error) => Ok(outcome.failed_after(&format!("reading it failed: {error}"))),
        }
    }

    /// Whether a profile of the account is as it was.
    fn is_still(&self, before: &RemoteDocument, now: &RemoteDocument, local: Option<&Profile>) -> bool {
        let read = |remote| RemoteSide::read(self.check, remote, local).map(|side| side.content);
        before.document == now.document
            || matches!((read(before), read(now)), (Ok(before), Ok(now)) if before == now)
    }

    /// The profile that a response to a change has; fetched if the response has only a part of it.
    async fn returned(
        &self,
        response: &Value,
        id: Option<&ProfileId>,
    ) -> Result<RemoteDocument, RemoteError> {
        let mut found = documents(response, "the response").unwrap_or_default();
        let known = found.pop().filter(|one| found.is_empty() && id.is_none_or(|id| one.id == *id));
        if let Some(whole) = known.as_ref().filter(|one| is_whole(&one.document)) {
            return Ok(whole.clone());
        }
        let id = id.cloned().or_else(|| Some(known?.id));
        let id =
            id.ok_or_else(|| RemoteError::Unusable("it does not say the ID of the profile".to_owned()))?;
        let now = one_profile(self.client, &id).await?;
        now.ok_or_else(|| RemoteError::Unusable(format!("the account has no profile {id} after that")))
    }

    /// Checks what the account has now, completes it, and keeps the link.
    async fn finish(
        &self,
        store: &dyn Storage,
        local: &Profile,
        (remote, before): (RemoteDocument, Option<&Marks>),
        mut sent: Sent,
        mut outcome: ProfileOutcome,
    ) -> ProfileOutcome {
        let account = self.client.account().name();
        let mut side = match RemoteSide::read(self.check, &remote, Some(local)) {
            Ok(side) => side,
            Err(why) => return outcome.failed_after(&format!("cannot be read as the account has it: {why}")),
        };
        let all = [Changed::Here, Changed::There, Changed::Both, Changed::Agreed];
        let mut comparison = Comparison::new(local, &side, None);
        let rest = comparison.members(&all);
        if sent.dialect == Dialect::Platform && side.dialect == Dialect::Ringback {
            // It carries more than was known. Secrets that it does not return may be among that.
            outcome.not_carried.clone_from(&comparison.not_carried);
            let content = Content::of(local);
            let hidden = carried(&content, side.dialect).into_iter().filter(|member| side.hides(member));
            let mut rest: Vec<String> = rest.into_iter().chain(hidden).collect();
            rest.dedup();
            if !rest.is_empty() {
                let document = request_document(local, side.dialect, &rest);
                let changed = match self.client.change(&side.profile.id, &document).await {
                    Ok(response) => self.returned(&response, Some(&side.profile.id)).await,
                    Err(error) => Err(error),
                };
                match changed.map(|changed| RemoteSide::read(self.check, &changed, Some(local))) {
                    Ok(Ok(now)) => side = now,
                    Ok(Err(why)) => {
                        let why = format!("cannot be read as the account has it: {why}");
                        return outcome.failed_after(&why);
                    }
                    Err(error) => {
                        let mut why = format!("sending {} failed: {error}", rest.join(", "));
                        let compared = (&comparison, before);
                        if let Err(also) = renew_link(store, account, &local.id, &side, compared).await {
                            why = format!("{why}; and the link to it was not stored: {also}");
                        }
                        return outcome.failed_after(&why);
                    }
                }
                comparison = Comparison::new(local, &side, None);
                sent.members.extend(rest);
            }
        }
        let mut marks = comparison.marks(&side, before);
        // Others may have been changed there just now: a pull finds those.
        let mut otherwise = comparison.members(&all);
        otherwise.retain(|member| sent.members.contains(member));
        for member in &otherwise {
            marks.agree(member, side.as_returned(member), &comparison.local);
        }
        if !otherwise.is_empty() {
            outcome
                .notes
                .push(format!("the account has another value than was sent: {}", otherwise.join(", ")));
        }
        match keep_link(store, account, &local.id, &side, &marks).await {
            Ok(()) => outcome,
            Err(error) => outcome.failed_after(&format!("the link to it was not stored: {error}")),
        }
    }
}

/// What was sent of a profile.
struct Sent {
    members: Vec<String>,
    dialect: Dialect,
}

/// Whether a profile may have been created although there was no such response.
fn may_be_created(error: &RemoteError) -> bool {
    match error {
        RemoteError::Unknown(_) | RemoteError::Unusable(_) | RemoteError::NotJson => true,
        RemoteError::Status { status, .. } => *status >= 500 || *status == 408,
        _ => false,
    }
}

/// The members that are set here and that an account of this kind does not carry.
fn not_carried(content: &Content, dialect: Dialect) -> Vec<String> {
    content.names().filter(|name| !dialect.carries(name)).map(str::to_owned).collect()
}
