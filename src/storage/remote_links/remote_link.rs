//! A profile and its counterpart on an account.

use crate::profile::ProfileId;

/// A profile and its counterpart on an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteLink {
    /// The account: the URL of its profiles.
    pub account: String,
    /// The profile here.
    pub profile_id: ProfileId,
    /// Its id on the account; none while the account is asked to create it, and after a process has died meanwhile.
    pub remote_id: Option<ProfileId>,
    /// Identifies the request that creates it, so that repeating the request creates nothing twice where the account
    /// supports that; none once it is known.
    pub creation: Option<String>,
    /// What both had when they last agreed, as JSON: see `remote::Marks`. It contains no secrets.
    pub seen: String,
}
