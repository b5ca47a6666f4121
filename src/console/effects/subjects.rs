//! The subjects of effects: effects on one subject run in the order of their requests, all others concurrently.

use std::collections::HashMap;

use tokio::sync::watch;

use crate::console::model::effect::Effect;
use crate::profile::ProfileId;
use crate::record::DeliveryId;

/// The subject of an effect.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    /// The list of profiles.
    Profiles,
    /// A profile and its draft.
    Profile(ProfileId),
    /// The most recently deleted profile.
    Deleted,
    /// Drafts of earlier sessions.
    Unsaved,
    /// Variables that people added.
    Variables,
    /// The deliveries on the screen.
    Deliveries,
    /// A delivery.
    Delivery(DeliveryId),
    /// The number of pending deliveries.
    Counts,
    /// The blocks.
    Blocks,
    /// The senders.
    Senders,
    /// Bulk retries and resends.
    BulkActions,
    /// The numbers of each profile.
    Overview,
    /// What happened to profiles lately.
    Recent,
    /// The HTTP APIs that run.
    Apis,
    /// The revision.
    Revision,
    /// The built-in endpoint.
    Receiver,
    /// The verification of received requests.
    Verification,
    /// Bulk changes.
    Bulk,
}

impl Subject {
    /// The subjects of an effect; none if its order does not matter.
    pub(super) fn of(effect: &Effect) -> Vec<Self> {
        match effect {
            Effect::LoadProfiles => vec![Self::Profiles],
            Effect::LoadProfile(id, _)
            | Effect::AskDelete(id, _)
            | Effect::DropDraft(id)
            | Effect::LoadDraft(id)
            | Effect::LoadTestValues(id) => vec![Self::Profile(id.clone())],
            Effect::SaveProfile(profile, ..)
            | Effect::OverwriteProfile(profile)
            | Effect::SwitchProfile(profile)
            | Effect::Test(profile, ..) => vec![Self::Profile(profile.id.clone())],
            Effect::KeepDraft(draft) => vec![Self::Profile(draft.profile_id.clone())],
            Effect::DeleteProfile(id, _) => vec![Self::Profile(id.clone()), Self::Deleted],
            Effect::RestoreLast => vec![Self::Deleted],
            Effect::LoadUnsaved => vec![Self::Unsaved],
            Effect::LoadOwnVariables
            | Effect::AddVariable(..)
            | Effect::ChangeVariable(..)
            | Effect::ChangeSample(..)
            | Effect::RemoveVariable(..) => vec![Self::Variables],
            Effect::LoadDeliveries(_) | Effect::CountNewer(_) | Effect::CountMatching(_) => {
                vec![Self::Deliveries]
            }
            Effect::LoadDetails(id) | Effect::Cancel(id) | Effect::RetryNow(id) | Effect::Resend(id) => {
                vec![Self::Delivery(*id)]
            }
            Effect::LoadCounts => vec![Self::Counts],
            Effect::LoadBlocks | Effect::Pause { .. } => vec![Self::Blocks],
            Effect::LoadSenders => vec![Self::Senders],
            Effect::LoadBulkActions => vec![Self::BulkActions],
            Effect::LoadOverview(_) => vec![Self::Overview],
            Effect::LoadRecent(_) => vec![Self::Recent],
            Effect::LoadApis => vec![Self::Apis],
            Effect::LoadRevision => vec![Self::Revision],
            Effect::StartReceiver(_)
            | Effect::SetReceiver(_)
            | Effect::FilterRequests(_)
            | Effect::LeaveOut(_)
            | Effect::StopReceiver => vec![Self::Receiver],
            Effect::VerifyRequests(_) => vec![Self::Verification],
            Effect::CountBulk(_) | Effect::StartBulk(_) | Effect::StopBulk => vec![Self::Bulk],
            Effect::Check(_)
            | Effect::Fresh(_)
            | Effect::Preview(_)
            | Effect::ReadValues(_)
            | Effect::Replay(_)
            | Effect::Copy { .. }
            | Effect::WriteFile { .. }
            | Effect::Run(_)
            | Effect::CaptureMouse(_)
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit => Vec::new(),
        }
    }
}

/// The last turn of each subject.
#[derive(Default)]
pub(super) struct Queues {
    last: HashMap<Subject, watch::Receiver<()>>,
}

/// A place in the queues of some subjects. It ends when it is dropped.
pub(super) struct Turn {
    before: Vec<watch::Receiver<()>>,
    _ends: watch::Sender<()>,
}

impl Queues {
    /// The next turn of these subjects.
    pub(super) fn next(&mut self, subjects: Vec<Subject>) -> Turn {
        // Nobody waits for turns that have ended.
        self.last.retain(|_, turn| turn.has_changed().is_ok());
        let (ends, ended) = watch::channel(());
        let before =
            subjects.into_iter().filter_map(|subject| self.last.insert(subject, ended.clone())).collect();
        Turn { before, _ends: ends }
    }
}

impl Turn {
    /// Waits until the turns before this one have ended.
    pub(super) async fn comes(&mut self) {
        for turn in &mut self.before {
            // Nothing is ever sent: it fails when the turn is dropped.
            while turn.changed().await.is_ok() {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a turn has come already.
    async fn has_come(turn: &mut Turn) -> bool {
        tokio::select! {
            biased;
            () = turn.comes() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn effects_on_one_subject_run_in_order_and_others_concurrently() {
        let mut queues = Queues::default();
        let mut first = queues.next(vec![Subject::Counts]);
        let mut second = queues.next(vec![Subject::Counts, Subject::Blocks]);
        let mut third = queues.next(vec![Subject::Blocks]);
        let mut other = queues.next(vec![Subject::Receiver]);
        let mut free = queues.next(Vec::new());
        assert!(has_come(&mut first).await && has_come(&mut other).await && has_come(&mut free).await);
        assert!(!has_come(&mut second).await && !has_come(&mut third).await);
        drop(first);
        assert!(has_come(&mut second).await && !has_come(&mut third).await);
        drop(second);
        assert!(has_come(&mut third).await);
        drop(third);
        drop(other);
        queues.next(vec![Subject::Counts]);
        assert_eq!(queues.last.len(), 1, "subjects with nothing to do are forgotten");
    }
}
