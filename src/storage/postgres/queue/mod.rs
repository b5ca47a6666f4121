//! The queue: rows of `pending` are claimed by a sender in batches, and recorded by who has claimed them.
//!
//! | file | what it does |
//! |---|---|
//! | `adapter` | the store as the [`Queue`](crate::storage::Queue) of a sender |
//! | `sender` | what one process knows as a sender: its seat, its lanes, its connections |
//! | `seat` | joins, renews and leaves; ends the seats of the dead |
//! | `announced_api` | where the process of a seat serves the HTTP API |
//! | `wakeups`, `sweep` | hears that there may be more to claim, and looks in any case now and then |
//! | `ready` | which lanes have something |
//! | `starts`, `look_back` | where the queue of each lane starts, and the look at what lies before |
//! | `claim`, `take`, `claim_sql` | the lanes whose turn it is, and their next deliveries |
//! | `metered` | claims of profiles that are probed or recovering |
//! | `orphans` | claims of senders that do not exist, which a restored database may have |
//! | `held_claims` | the claims that this process knows of, and which it has lost |
//! | `job` | a row as a job, with the credentials of today |
//! | `record`, `record_sql`, `moved`, `late` | outcomes of attempts, also of those that another sender has by now |
//! | `gone` | deliveries whose day was dropped |
//! | `vacuum` | removes dead rows while the queue is busy |
//! | `warm_up` | has the server plan the statements of a claim while a sender joins |
//! | `judging` | profiles that fail, are disabled for that, or have recovered |

mod adapter;
mod announced_api;
mod claim;
mod claim_sql;
mod gone;
mod held_claims;
mod job;
mod judging;
mod late;
mod look_back;
mod metered;
mod moved;
pub mod orphans;
mod ready;
pub mod record;
mod record_sql;
pub mod seat;
pub mod sender;
mod starts;
mod sweep;
mod take;
#[cfg(test)]
mod tests;
mod vacuum;
mod wakeups;
mod warm_up;
