//! An account of the platform's callback-profile API, and the profiles here: what differs, and how it is pulled
//! and pushed. `ringback serve` has the same API, so an account can also be one of ours.
//!
//! A link says which profile of the account is the counterpart of which one here, and what both had when they last
//! agreed. So it is known which side has changed: a pull never overwrites what was changed here, and a push never what
//! was changed there, unless that is asked for.

mod account;
mod adopt;
mod client;
mod comparison;
mod content;
mod diff;
mod error;
mod keep_link;
mod key;
mod listing;
mod marks;
mod member_change;
mod outcome;
mod pairs;
mod placeholder;
mod pull;
mod push;
mod request_document;
mod retry;
mod same_account;
mod side;

pub use account::{Account, usual_url};
pub use adopt::{Adopted, adopted, namesakes};
pub use client::{OnWait, RemoteClient};
pub use comparison::{Changed, Comparison, Difference};
pub use content::{CARRIED, Content, Dialect};
pub use diff::{DiffState, ProfileDiff};
pub use error::RemoteError;
pub use key::{KEY_VARIABLE, KeyError, account_key, key_file_fault};
pub use listing::{RemoteDocument, RemoteList, all_profiles, one_profile};
pub use marks::{Mark, Marks};
pub use member_change::ChangedMembers;
pub use outcome::{ProfileOutcome, ProfileResult};
pub use pairs::{Matched, Pair, chosen, dialect, pairs};
pub use pull::{NOT_THERE, Pull, PullOptions};
pub use push::{Push, PushOptions};
pub use side::RemoteSide;
