//! What differs between a profile here and its counterpart on the account, and which side has changed. Pure.

use super::content::{Content, Dialect, OF_RINGBACK, fingerprint};
use super::marks::Marks;
use super::side::RemoteSide;
use crate::profile::{Profile, Status};

/// Which side of a member has changed since both agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// Only the one here.
    Here,
    /// Only the one on the account.
    There,
    /// Both, or it is not known: they were never compared.
    Both,
    /// None: both sides agreed about different values. The account has stored another value than it was given.
    Agreed,
}

/// A member that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name.
    pub member: String,
    /// Which side has changed.
    pub changed: Changed,
}

/// Compares two sides.
#[derive(Debug)]
pub struct Comparison {
    /// The profile here.
    pub local: Content,
    /// What differs, in the order of names.
    pub differences: Vec<Difference>,
    /// The members that were compared and are the same.
    same: Vec<String>,
    /// Members that are set here and that the account does not carry.
    pub not_carried: Vec<String>,
}

impl Comparison {
    /// Compares a profile here with its counterpart. `marks` are from when they last agreed; none if they never did.
    ///
    /// A profile that one side has disabled automatically is not compared by its status: that is the state of the side
    /// that sends.
    #[must_use]
    pub fn new(profile: &Profile, remote: &RemoteSide, marks: Option<&Marks>) -> Self {
        let local = Content::of(profile);
        let (mut differences, mut same, mut not_carried) = (Vec::new(), Vec::new(), Vec::new());
        let is_automatic = [profile.status, remote.profile.status].contains(&Status::AutoDisabled);
        let mut names = local.names_with(&remote.content);
        // What both have as in a new profile may have been otherwise.
        names.extend(super::content::CARRIED);
        if remote.dialect == Dialect::Ringback {
            // Its mark says that this account carries all members.
            names.insert(OF_RINGBACK);
        }
        for member in names {
            if !remote.has(member) {
                if local.get(member).is_some() {
                    not_carried.push(member.to_owned());
                }
                continue;
            }
            if member == "status" && is_automatic {
                continue;
            }
            let mark = marks.map(|marks| marks.get(member));
            let here = mark.as_ref().map(|mark| mark.local != fingerprint(local.get(member)));
            let there = mark.as_ref().map(|mark| mark.remote != fingerprint(remote.as_returned(member)));
            let is_secretly_changed = remote.hides(member) && here == Some(true);
            if local.get(member) == remote.content.get(member) && !is_secretly_changed {
                same.push(member.to_owned());
                continue;
            }
            let changed = match (here, there) {
                (Some(true), Some(false)) => Changed::Here,
                (Some(false), Some(true)) => Changed::There,
                (Some(false), Some(false)) => Changed::Agreed,
                _ => Changed::Both,
            };
            differences.push(Difference { member: member.to_owned(), changed });
        }
        Self { local, differences, same, not_carried }
    }

    /// The members in which these sides have changed.
    #[must_use]
    pub fn members(&self, sides: &[Changed]) -> Vec<String> {
        let found = self.differences.iter().filter(|difference| sides.contains(&difference.changed));
        found.map(|difference| difference.member.clone()).collect()
    }

    /// The marks, renewed: both agree about what is the same.
    #[must_use]
    pub fn marks(&self, remote: &RemoteSide, before: Option<&Marks>) -> Marks {
        let mut marks = before.cloned().unwrap_or_default();
        for member in &self.same {
            marks.agree(member, remote.as_returned(member), &self.local);
        }
        marks
    }
}
