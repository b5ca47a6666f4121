//! The requirements of every store, as tests: run against each of them, so that none deviates.
//!
//! A store is tested through [`StoreUnderTest`] and [`every_test`]. What concerns a single store, such as files,
//! locks and query plans, is tested with that store.

pub mod api_keys;
pub mod bulk;
pub mod bulk_actions;
pub mod events;
pub mod filtering;
pub mod log;
pub mod profiles;
pub mod queue;
pub mod receipts;
pub mod remote_links;
pub mod retention;
pub mod run;
pub mod samples;
pub mod steering;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::profile::{Profile, ProfileId, Status};
use crate::record::{Attempt, DeliveryId, DeliveryState, ErrorClass, Failure, Kind, NewDelivery, Next};
use crate::storage::{Change, Storage};

pub use queue::{
    QueueUnderTest, alerts, apis, claims, feed, fleet, half_open, health, outcomes, rollups, shared_probes,
    turns,
};
use samples::{accepted, at, attempt, delivery, draft, profile, profile_id, tested};

/// An empty store, with the operations of its sender.
#[async_trait]
pub trait StoreUnderTest: Send + Sync {
    /// The store.
    fn store(&self) -> &dyn Storage;

    /// Records an attempt of a delivery, as the sender does.
    async fn record(&self, id: DeliveryId, attempt: Attempt, next: Next);
}

/// Records an attempt as the sender does: 200, or 500.
async fn record(subject: &dyn StoreUnderTest, id: DeliveryId, n: u32, next: Next) {
    let status = if next == Next::Delivered { 200 } else { 500 };
    subject.record(id, attempt(n, status), next).await;
}

/// Removes a delivery that has ended from the log. Returns whether it existed.
async fn remove(store: &dyn Storage, id: DeliveryId) -> bool {
    let rows = store.summaries(vec![id]).await.unwrap();
    let states = [DeliveryState::Delivered, DeliveryState::Failed, DeliveryState::Cancelled].into();
    store.apply_batch(Change::Remove, rows, states, None).await.unwrap().removed.deliveries == 1
}

/// Runs every test of the suite, each against a store created by this expression.
macro_rules! every_test {
    ($make:expr) => {
        $crate::storage::conformance::each! { $make;
            log:
                pages_together_are_all_and_newest_first, what_is_queued_of_many_profiles_is_listed_in_order, a_position_is_that_of_acceptance_whatever_the_ids_say,
                of_a_long_log_what_is_of_a_time_is_found_wherever_it_is,
                no_position_is_used_twice_and_one_that_is_gone_is_known,
                counts_follow_every_change,
                a_count_of_a_profile_is_exact_or_says_that_there_may_be_more,
                the_end_of_a_delivery_and_its_endpoint_are_listed,
                a_delivery_that_is_not_there_is_none;
            filtering:
                a_filter_leaves_what_fits_however_the_pages_and_the_looks_fall,
                a_search_that_came_far_keeps_what_it_found,
                a_delivery_is_found_by_the_start_of_its_id, a_search_for_an_id_looks_at_no_others,
                a_whole_profile_id_is_that_profile,
                what_is_looked_for_is_what_a_person_sees_and_no_middle_of_an_id;
            events:
                a_revision_grows_with_what_changed_only,
                a_revision_counts_each_change_of_what_is_blocked_or_due;
            bulk:
                what_is_pending_is_cancelled_batch_by_batch,
                what_waits_is_due_and_what_has_failed_is_sent_again_once,
                what_cannot_be_sent_again_does_not_keep_the_others,
                others_write_between_two_batches,
                it_goes_on_where_it_was_left;
            profiles:
                a_profile_comes_back_as_it_was_saved,
                saving_again_replaces_and_keeps_the_order,
                a_deleted_profile_can_be_brought_back,
                a_profile_is_found_by_id_then_by_its_start_then_by_title,
                drafts_are_kept_until_dropped,
                a_profile_is_saved_only_over_the_one_that_was_seen,
                own_variables_are_added_changed_and_removed,
                own_samples_are_saved_and_removed,
                the_last_deleted_comes_first_and_is_found_as_others_are;
            api_keys:
                a_key_is_found_by_its_id_with_what_proves_it,
                a_name_is_free_again_once_its_key_is_revoked,
                the_last_use_of_a_key_is_kept;
            bulk_actions:
                an_action_knows_what_became_of_what_it_changed,
                actions_are_listed_newest_first_and_kept_with_their_deliveries;
            remote_links:
                a_link_is_kept_for_each_account_and_profile,
                a_link_outlives_its_profile;
            receipts:
                a_repeated_event_is_accepted_once,
                an_event_id_with_another_body_is_a_conflict_and_hinders_no_other,
                a_repeated_request_has_the_same_results_and_note,
                a_key_with_another_request_is_a_conflict,
                of_two_callers_with_one_key_one_is_accepted,
                what_fails_leaves_no_receipt,
                without_a_key_nothing_is_looked_up,
                a_receipt_counts_for_a_day,
                an_operation_is_reserved_and_finished_once,
                receipts_that_no_longer_count_go;
            steering:
                sent_again_it_differs_by_its_id_only,
                what_cannot_be_resent_is_reported,
                a_resend_and_its_original_know_each_other,
                what_has_been_due_for_longest_says_how_far_sending_lags,
                every_choice_comes_back,
                a_cancelled_delivery_stays_so_whatever_its_last_attempt_brings,
                a_pause_blocks_events_and_nothing_that_a_person_sends,
                a_profile_blocks_its_events_while_it_is_disabled_or_deleted;
            run:
                only_its_own_are_counted_and_what_has_ended_once,
                some_are_read_by_their_ids_in_the_order_asked_for,
                those_in_a_state_are_read_page_by_page_the_newest_first;
            retention:
                what_ended_long_ago_goes_and_what_is_pending_stays,
                of_too_many_the_oldest_go, what_a_clock_that_was_ahead_accepted_keeps_nothing_else,
                a_long_log_goes_a_few_rows_at_a_time,
                a_clock_that_is_far_ahead_is_doubted_until_it_is_trusted,
                a_profile_that_cannot_be_restored_goes_with_its_pause;
        }
    };
}

/// Each as a test.
macro_rules! each {
    ($make:expr; $($subject:ident: $($test:ident),+;)+) => {
        $(mod $subject {
            $(#[tokio::test]
            async fn $test() {
                $crate::storage::conformance::$subject::$test(&$make).await;
            })+
        })+
    };
}

pub(crate) use queue::every_queue_test;
pub(crate) use {each, every_test};
