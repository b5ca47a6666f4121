//! The log as a caller sees it that may use some profiles only: their logs, merged.

use crate::api::Caller;
use crate::profile::ProfileId;
use crate::storage::{Filter, Page, SCAN_LIMIT, Storage, StoreError};

/// The profiles whose deliveries are meant, if the caller may not use all: those of the caller, or the requested one
/// if it is among them.
pub(super) fn profiles_of(caller: &Caller, requested: Option<&ProfileId>) -> Option<Vec<ProfileId>> {
    let is_meant = |id: &&ProfileId| requested.is_none_or(|requested| requested == *id);
    caller.profiles().map(|profiles| profiles.iter().filter(is_meant).cloned().collect())
}

/// A page of the deliveries of these profiles, newest first.
///
/// # Errors
/// The store cannot be read.
pub(super) async fn search(
    store: &dyn Storage,
    filter: &Filter,
    profiles: &[ProfileId],
) -> Result<Page, StoreError> {
    let mut pages = Vec::new();
    for id in profiles {
        let filter = Filter { profile: Some(id.clone()), ..filter.clone() };
        pages.push(store.search(&filter, SCAN_LIMIT).await?);
    }
    Ok(merged(pages, filter.limit))
}

/// One page from those of several profiles. It ends where the first of them ends: what is older may be missing there.
fn merged(pages: Vec<Page>, limit: usize) -> Page {
    let next = pages.iter().filter_map(|page| page.next).max();
    let mut page = Page { next, ..Page::default() };
    for other in pages {
        page.rows.extend(other.rows.into_iter().filter(|row| next.is_none_or(|next| row.position >= next)));
    }
    page.rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.position));
    page.cut(limit);
    page
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::profile::{Backoff, Region, RetryPolicy};
    use crate::record::{DeliveryId, DeliveryState, Kind, LogPosition, Summary};

    fn row(position: i64) -> Summary {
        Summary {
            position: LogPosition::new(position),
            id: DeliveryId::from_bytes([1; 16]),
            kind: Kind::Event,
            profile_id: ProfileId::new(Region::In, uuid::Uuid::nil()),
            profile_title: String::new(),
            event: None,
            state: DeliveryState::Queued,
            attempts: 0,
            policy: RetryPolicy::new(0, 10, 5000, Backoff::Fixed),
            due_at: None,
            accepted_at: Timestamp::UNIX_EPOCH,
            ended_at: None,
            origin: "https://hooks.example".into(),
            last_status: None,
            last_error: None,
            last_ms: None,
            again: None,
            resent_from: None,
        }
    }

    fn page(positions: &[i64], next: Option<i64>) -> Page {
        let rows = positions.iter().copied().map(row).collect();
        Page { rows, next: next.map(LogPosition::new), ..Page::default() }
    }

    #[test]
    fn pages_of_a_merged_log_contain_each_delivery_once() {
        // Two profiles, of which each page has two rows at most, and of the first is cut off by the scan limit once.
        let all = [vec![9, 7, 6, 2], vec![8, 5, 4, 3, 1]];
        let (mut seen, mut before) = (Vec::new(), i64::MAX);
        loop {
            let pages = all.iter().map(|log| {
                let left: Vec<i64> = log.iter().copied().filter(|at| *at < before).collect();
                let end = left.len().min(2);
                page(&left[..end], left.get(end).map(|_| left[end - 1]))
            });
            let merged = merged(pages.collect(), 2);
            assert!(merged.rows.len() <= 2);
            seen.extend(merged.rows.iter().map(|row| row.position.number()));
            match merged.next {
                Some(next) => before = next.number(),
                None => break,
            }
        }
        assert_eq!(seen, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(merged(vec![page(&[], Some(5)), page(&[9, 3], None)], 9).rows.len(), 1, "3 comes later");
        assert!(merged(vec![], 9).next.is_none());
    }
}
