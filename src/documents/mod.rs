//! What commands and the HTTP API have in common: the JSON documents that both return, one place for each, and the
//! filter of deliveries that both take, with its times. Pure.
//!
//! Their names are a contract. Some values have two names, the older of which is kept for programs that read it.

mod auto_disabled;
mod bulk;
mod bulk_words;
mod delivery;
mod delivery_filter;
mod delivery_row;
mod feed;
mod health;
mod profile;
mod profile_change;
mod search_times;
mod stats;
mod steered_delivery;
mod times;

pub use auto_disabled::auto_disabled;
pub use bulk::{bulk_action, bulk_cancelled, bulk_retried};
pub use bulk_words::{bulk_result, filter_words};
pub use delivery::{attempt, due_at, full_delivery, tested_delivery};
pub use delivery_filter::{DeliveryFilter, bulk_id, delivery_id, once, state_filter, status_filter};
pub use delivery_row::{blocked_by, delivery_row};
pub use feed::{attempt_event, feed_gap, profile_change};
pub use health::{health, health_cause};
pub use profile::{deleted_profile_row, profile, profile_row};
pub use profile_change::{paused_profile, restored_profile, switched_profile};
pub use search_times::SearchTimes;
pub use stats::stats;
pub use steered_delivery::steered_delivery;
pub use times::{GivenTime, duration, given_time};
