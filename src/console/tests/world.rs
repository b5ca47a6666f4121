//! What is outside the console, in memory: the ids are counted, and the clock is the desk's.

use jiff::Timestamp;
use uuid::Uuid;

use crate::callback::{Callback, Context, Moment, Values, preview, render};
use crate::console::effects::deliveries;
use crate::console::model::deliveries::many::{BulkNews, Many};
use crate::console::model::deliveries::paused::{MOST_NEW, newer};
use crate::console::model::deliveries::query::Query;
use crate::console::model::effect::{Effect, Purpose};
use crate::console::model::message::{Message, Unsaved};
use crate::profile::catalogue::Variable;
use crate::profile::{Event, Identity, Profile, ProfileId, Region};
use crate::record::{
    Attempt, DeliveryId, DeliveryState, Details, ErrorClass, Failure, Kind, LogPosition, Summary,
};
use crate::storage::{
    Block, BlockReason, BulkResult, Change, Counts, DeletedProfile, Page, ProfileRow, Revision, UnsavedDraft,
    fits,
};

/// The store and the receiver, as the console could find them.
#[derive(Default)]
pub struct World {
    pub profiles: Vec<Profile>,
    pub deleted: Vec<Profile>,
    pub drafts: Vec<UnsavedDraft>,
    pub own: Vec<(String, Variable)>,
    /// The oldest first.
    pub deliveries: Vec<Details>,
    /// The values of tests, the latest last.
    pub tested: Vec<(ProfileId, Option<Event>, Values)>,
    /// Names of files, and the values in them.
    pub files: Vec<(String, Values)>,
    /// How many ids were made for new profiles.
    pub fresh: u128,
    /// Whether nothing takes what is copied.
    pub no_clipboard: bool,
    /// How often it was asked what has changed.
    pub revision: i64,
    /// Rows that a search looks at before it answers; 0 is all.
    pub patience: usize,
    /// What is paused, and what was disabled by itself.
    pub holds: Vec<Block>,
}

/// The id of a profile of these tests.
pub fn profile_id(n: u128) -> ProfileId {
    ProfileId::new(Region::In, Uuid::from_u128(n))
}

/// The id of a delivery of these tests; greater ones are newer.
pub fn delivery_id(n: u128) -> DeliveryId {
    DeliveryId::from_bytes(n.to_be_bytes())
}

/// The number of a delivery's id.
pub fn number(id: DeliveryId) -> u128 {
    u128::from_be_bytes(id.bytes())
}

/// A pause since this time.
pub fn pause(profile_id: Option<ProfileId>, since: Timestamp) -> Block {
    Block { profile_id, title: String::new(), why: BlockReason::Paused, since, cause: None }
}

/// A profile as it is listed.
fn row(p: &Profile) -> ProfileRow {
    ProfileRow {
        id: p.id.clone(),
        title: p.title.to_string(),
        channel: p.channel,
        method: p.method,
        status: p.status,
        modified_at: p.modified_at,
        endpoint: p.endpoint.template().to_string(),
    }
}

impl World {
    /// Carries an effect out, and answers as the outside does.
    #[allow(clippy::too_many_lines, reason = "one arm an effect")]
    pub fn answer(&mut self, effect: &Effect, now: Timestamp) -> Vec<Message> {
        match effect {
            Effect::LoadProfiles => vec![Message::Profiles(self.rows())],
            Effect::LoadProfile(id, purpose) => vec![self.loaded(id, *purpose)],
            Effect::Fresh(draft) => {
                self.fresh += 1;
                let identity =
                    Identity { id: profile_id(0xf00 + self.fresh), created_at: now, modified_at: now };
                vec![Message::Fresh(draft.clone(), identity)]
            }
            Effect::SaveProfile(profile, seen, _) => {
                if let Err(error) = crate::delivery::check_files(&profile.tls) {
                    return vec![Message::Unusable(error)];
                }
                let theirs = self.profiles.iter().find(|p| p.id == profile.id);
                if theirs.map(|p| p.modified_at) != *seen {
                    let theirs = theirs.cloned().map(Box::new);
                    return vec![Message::Conflict(profile.clone(), theirs)];
                }
                self.save((**profile).clone());
                vec![Message::Saved(profile.clone()), Message::StoreChanged]
            }
            Effect::OverwriteProfile(profile) => {
                self.save((**profile).clone());
                vec![Message::Saved(profile.clone()), Message::StoreChanged]
            }
            Effect::LoadDraft(id) => {
                let kept = self.drafts.iter().find(|d| d.profile_id == *id).cloned();
                kept.map(|d| Message::Draft(Box::new(d))).into_iter().collect()
            }
            Effect::LoadRevision => {
                self.revision += 1;
                let n = self.revision;
                vec![Message::Revision(Revision { profiles: n, variables: n, deliveries: n, steering: n })]
            }
            Effect::SwitchProfile(profile) => {
                let id = Some(&profile.id);
                self.holds.retain(|hold| hold.profile_id.as_ref() != id || hold.why == BlockReason::Paused);
                self.save((**profile).clone());
                vec![Message::Switched(profile.clone()), Message::StoreChanged]
            }
            Effect::AskDelete(id, title) => {
                vec![Message::AskDelete(id.clone(), title.clone(), self.pending_events(id))]
            }
            Effect::DeleteProfile(id, title) => {
                self.delete(id, now);
                vec![
                    Message::Deleted(id.clone(), title.clone(), self.pending_events(id)),
                    Message::StoreChanged,
                ]
            }
            Effect::RestoreLast => vec![Message::Restored(self.restore_last()), Message::StoreChanged],
            Effect::Check(of) => vec![Message::Checked(of.clone(), Box::new(of.check()))],
            Effect::KeepDraft(kept) => {
                self.drafts.retain(|d| d.profile_id != kept.profile_id);
                self.drafts.push((**kept).clone());
                Vec::new()
            }
            Effect::DropDraft(id) => {
                self.drafts.retain(|d| d.profile_id != *id);
                Vec::new()
            }
            Effect::LoadUnsaved => vec![self.unsaved()],
            Effect::LoadOwnVariables => vec![Message::OwnVariables(self.own.clone())],
            Effect::AddVariable(scope, variable) => {
                self.own.push((scope.clone(), variable.clone()));
                self.stored(Some((scope, &variable.name)), "Added")
            }
            Effect::ChangeVariable(scope, name, variable) => {
                let own = self.own.iter_mut().find(|(of, own)| of == scope && own.name == *name);
                own.unwrap().1 = variable.clone();
                self.stored(Some((scope, &variable.name)), "Changed")
            }
            Effect::RemoveVariable(scope, name) => {
                self.own.retain(|(of, own)| of != scope || own.name != *name);
                self.stored(None, "Removed")
            }
            Effect::Test(profile, event, values) => {
                self.tested.push((profile.id.clone(), *event, values.clone()));
                let id = self.accept(Kind::Test, profile, *event, values, now);
                vec![Message::Accepted(id, Kind::Test), Message::StoreChanged]
            }
            Effect::LoadTestValues(id) => {
                let of_profile = self.tested.iter().rev().filter(|(of, ..)| of == id);
                let values = of_profile.map(|(_, event, values)| (*event, values.clone())).collect();
                vec![Message::TestValues(id.clone(), values)]
            }
            Effect::Preview(wanted) => {
                let id = delivery_id(0xabc).to_string();
                let mut random = |bytes: &mut [u8]| bytes.fill(b'r');
                let mut moment =
                    Moment { delivery_id: &id, unix_seconds: now.as_second(), random: &mut random };
                let made = preview(&wanted.profile, &wanted.values, &wanted.origins, &mut moment);
                vec![Message::Previewed(wanted.clone(), made.map(Box::new))]
            }
            Effect::ReadValues(name) => {
                let file = self.files.iter().find(|(file, _)| file == name);
                let values = file.map(|(_, values)| values.clone()).ok_or(format!("{name}: no such file"));
                vec![Message::FileValues(name.clone(), values)]
            }
            Effect::SendAgain(id) => self.send_again(*id, now),
            Effect::Cancel(id) => {
                self.change(*id, |row| (row.state, row.due_at) = (DeliveryState::Cancelled, None));
                vec![Message::Done("Cancelled: no more retries".to_owned()), Message::StoreChanged]
            }
            Effect::RetryNow(id) => {
                self.change(*id, |row| row.due_at = Some(now));
                vec![Message::Done("Retrying now".to_owned()), Message::StoreChanged]
            }
            Effect::LoadDeliveries(query) => {
                vec![Message::Deliveries(Box::new(query.clone()), self.found(query))]
            }
            Effect::CountNewer(query) => {
                let newest = Query { upto: None, limit: MOST_NEW, ..query.clone() };
                vec![Message::Newer(query.clone(), newer(query, &self.found(&newest).rows))]
            }
            Effect::LoadDetails(id) => {
                let details = self.deliveries.iter().find(|d| d.summary.id == *id);
                details.map(|d| Message::Details(Box::new(d.clone()))).into_iter().collect()
            }
            Effect::LoadCounts => vec![Message::Counts(self.counts())],
            Effect::Copy { text, what } if self.no_clipboard => {
                vec![Message::Uncopied(text.clone(), what.clone(), "nothing takes it".to_owned())]
            }
            Effect::LoadHolds => vec![Message::Holds(Box::new(self.holds.iter().cloned().collect()))],
            Effect::Pause { profile, on, done } => {
                self.holds.retain(|hold| hold.profile_id != *profile || hold.why != BlockReason::Paused);
                if *on {
                    self.holds.push(pause(profile.clone(), now));
                }
                vec![Message::Done(done.clone()), Message::StoreChanged]
            }
            Effect::Copy { what, .. } => vec![Message::Done(format!("Copied {what}"))],
            Effect::CountMany(many) => {
                let n = self.of_many(many).len() as u64;
                let mut many = many.clone();
                many.count = Some(n);
                vec![Message::Many(BulkNews::Counted(many))]
            }
            Effect::ChangeMany(many) => self.change_many(many, now),
            Effect::StartReceiver(_) => vec![Message::Receiver(Some("127.0.0.1:9977".to_owned()))],
            Effect::StopReceiver => vec![Message::Receiver(None)],
            Effect::WriteFile { what, .. } => vec![Message::Done(format!("Wrote {what}"))],
            Effect::SetReceiver(_)
            | Effect::Run(_)
            | Effect::CaptureMouse(_)
            | Effect::Suspend
            | Effect::StopMany
            | Effect::Redraw
            | Effect::Quit => Vec::new(),
        }
    }

    fn stored(&self, at: Option<(&String, &String)>, done: &str) -> Vec<Message> {
        let at = at.map(|(scope, name)| (scope.clone(), name.clone()));
        vec![Message::VariableStored(self.own.clone(), at, done.to_owned()), Message::StoreChanged]
    }

    /// Deletes a profile, as any session may.
    pub fn delete(&mut self, id: &ProfileId, now: Timestamp) {
        for gone in self.profiles.extract_if(.., |p| p.id == *id) {
            let (profile_id, title) = (Some(gone.id.clone()), gone.title.to_string());
            self.holds.push(Block { title, why: BlockReason::Deleted, ..pause(profile_id, now) });
            self.deleted.push(gone);
        }
    }

    fn restore_last(&mut self) -> Option<Box<DeletedProfile>> {
        let back = self.deleted.pop()?;
        let id = Some(&back.id);
        let hold = |hold: &mut Block| hold.profile_id.as_ref() == id && hold.why == BlockReason::Deleted;
        let deleted_at = self.holds.extract_if(.., hold).next()?.since;
        let deleted = DeletedProfile { row: row(&back), deleted_at, held: self.pending_events(&back.id) };
        self.profiles.push(back);
        self.profiles.sort_by(|a, b| a.id.cmp(&b.id));
        Some(Box::new(deleted))
    }

    fn pending_events(&self, id: &ProfileId) -> u64 {
        let rows = self.deliveries.iter().map(|details| &details.summary);
        let pending =
            |row: &&Summary| row.profile_id == *id && row.kind == Kind::Event && row.state.is_pending();
        rows.filter(pending).count() as u64
    }

    fn rows(&self) -> Vec<ProfileRow> {
        self.profiles.iter().map(row).collect()
    }

    /// The profile of this id.
    pub fn profile(&self, id: &ProfileId) -> Option<&Profile> {
        self.profiles.iter().find(|p| p.id == *id)
    }

    fn loaded(&self, id: &ProfileId, purpose: Purpose) -> Message {
        Message::Profile(id.clone(), self.profile(id).cloned().map(Box::new), purpose)
    }

    /// Puts a profile in place of the one with its id, or at the end.
    pub fn save(&mut self, profile: Profile) {
        match self.profiles.iter_mut().find(|p| p.id == profile.id) {
            Some(stored) => *stored = profile,
            None => self.profiles.push(profile),
        }
    }

    fn unsaved(&self) -> Message {
        let with_stored = |draft: &UnsavedDraft| Unsaved {
            stored: self.profile(&draft.profile_id).cloned().map(Box::new),
            draft: draft.clone(),
        };
        Message::Unsaved(self.drafts.iter().map(with_stored).collect())
    }

    /// Accepts a delivery of this profile.
    pub fn accept(
        &mut self,
        kind: Kind,
        profile: &Profile,
        event: Option<Event>,
        values: &Values,
        now: Timestamp,
    ) -> DeliveryId {
        let id = delivery_id(self.deliveries.len() as u128 + 1);
        let text = id.to_string();
        let mut same = |bytes: &mut [u8]| bytes.fill(7);
        let callback: Option<Callback> =
            render(profile, values, &mut Context { delivery_id: &text, random: &mut same }).ok();
        let summary = Summary {
            id,
            position: self.next_position(),
            kind,
            profile_id: profile.id.clone(),
            profile_title: profile.title.to_string(),
            event,
            state: DeliveryState::Queued,
            attempts: 0,
            policy: profile.retry,
            due_at: Some(now),
            accepted_at: now,
            last_status: None,
            last_error: None,
            last_ms: None,
            again: None,
        };
        self.deliveries.push(Details {
            summary,
            callback,
            values: values.clone(),
            attempts: Vec::new(),
            passed_over: Vec::new(),
        });
        id
    }

    /// A try of a delivery ends with this status, at this time; what follows is the policy's.
    pub fn answered(&mut self, n: u128, status: u16, now: Timestamp) {
        let error = (!(200..300).contains(&status))
            .then(|| Failure { class: ErrorClass::Status, message: format!("answered {status}") });
        self.tried(n, Some(status), error, now);
    }

    /// A try of a delivery fails without an answer.
    pub fn failed(&mut self, n: u128, class: ErrorClass, message: &str, now: Timestamp) {
        self.tried(n, None, Some(Failure { class, message: message.to_owned() }), now);
    }

    fn tried(&mut self, n: u128, status: Option<u16>, error: Option<Failure>, now: Timestamp) {
        let id = delivery_id(n);
        let Some(details) = self.deliveries.iter_mut().find(|d| d.summary.id == id) else { return };
        let row = &mut details.summary;
        let made = u8::try_from(row.attempts).unwrap();
        row.attempts += 1;
        (row.last_status, row.last_error, row.last_ms) = (status, error.clone(), Some(84));
        let retried = error.as_ref().is_some_and(|e| e.class.is_retried());
        (row.state, row.due_at) = match row.policy.wait_after(made).filter(|_| retried) {
            Some(wait) => (DeliveryState::Waiting, Some(now + std::time::Duration::from_secs(wait))),
            None if error.is_none() => (DeliveryState::Delivered, None),
            None => (DeliveryState::Failed, None),
        };
        details.attempts.push(Attempt {
            n: row.attempts,
            started_at: now - std::time::Duration::from_millis(84),
            duration_ms: 84,
            address: Some(([127, 0, 0, 1], 9977).into()),
            status,
            error,
            response_headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
            response_body: b"thank you".to_vec(),
            response_cut: false,
            response_incomplete: None,
        });
    }

    fn send_again(&mut self, id: DeliveryId, now: Timestamp) -> Vec<Message> {
        let Some(old) = self.deliveries.iter().find(|d| d.summary.id == id).cloned() else {
            return vec![Message::Failed("no such delivery".to_owned())];
        };
        let new = delivery_id(self.deliveries.len() as u128 + 1);
        let summary = Summary {
            id: new,
            position: self.next_position(),
            kind: Kind::Again,
            state: DeliveryState::Queued,
            attempts: 0,
            due_at: Some(now),
            accepted_at: now,
            last_status: None,
            last_error: None,
            last_ms: None,
            again: None,
            ..old.summary
        };
        self.deliveries.push(Details { summary, attempts: Vec::new(), ..old });
        vec![Message::Accepted(new, Kind::Again), Message::StoreChanged]
    }

    fn next_position(&self) -> LogPosition {
        LogPosition::new(i64::try_from(self.deliveries.len()).unwrap() + 1)
    }

    fn change(&mut self, id: DeliveryId, change: impl FnOnce(&mut Summary)) {
        if let Some(details) = self.deliveries.iter_mut().find(|d| d.summary.id == id) {
            change(&mut details.summary);
        }
    }

    fn found(&self, query: &Query) -> Page {
        let filter = deliveries::filter(query);
        let newest = self.deliveries.last().map(|d| d.summary.position);
        let older = |row: &&Summary| query.before.is_none_or(|before| row.position < before);
        let mut left = self.deliveries.iter().rev().filter(|d| older(&&d.summary));
        let patience = if self.patience == 0 { usize::MAX } else { self.patience };
        let (mut rows, mut last): (Vec<Summary>, Option<&Summary>) = (Vec::new(), None);
        for row in left.by_ref().take(patience) {
            last = Some(&row.summary);
            rows.extend(Some(row).filter(|d| fits(&filter, d, None)).map(|d| d.summary.clone()));
            if rows.len() == query.limit {
                break;
            }
        }
        let last = last.filter(|_| left.next().is_some());
        let (next, reached) = (last.map(|row| row.position), last.map(|row| row.accepted_at));
        Page { rows, newest, next, reached, unreadable: Vec::new() }
    }

    fn of_many(&self, many: &Many) -> Vec<DeliveryId> {
        let fit = self.deliveries.iter().filter(|details| fits(&many.filter, details, None));
        fit.map(|details| details.summary.id).collect()
    }

    fn change_many(&mut self, many: &Many, now: Timestamp) -> Vec<Message> {
        let mut did = BulkResult::default();
        for id in self.of_many(many) {
            match many.change {
                Change::Cancel => {
                    self.change(id, |row| (row.state, row.due_at) = (DeliveryState::Cancelled, None));
                    did.cancelled += 1;
                }
                _ if many.filter.states() == [DeliveryState::Waiting] => {
                    self.change(id, |row| row.due_at = Some(now));
                    did.due += 1;
                }
                _ => {
                    self.send_again(id, now);
                    did.again += 1;
                }
            }
        }
        vec![Message::Many(BulkNews::Ended { did: Box::new(did), cut: None }), Message::StoreChanged]
    }

    fn counts(&self) -> Counts {
        self.deliveries.iter().map(|delivery| delivery.summary.state).collect()
    }
}
