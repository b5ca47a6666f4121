//! Reads a request's body within limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

/// Bytes of a body that are kept: 1 MiB.
pub const BODY_KEPT: usize = 1 << 20;

/// Bytes of a body that are read before responding without the rest: 64 MiB. Otherwise a client that is still writing
/// would see a broken connection instead of the response.
pub const BODY_READ: u64 = 64 << 20;

/// Bytes of all bodies that are kept while they are being read: 8 MiB. Anything beyond is not kept.
const BODIES_KEPT: usize = 8 << 20;

/// A body, as far as it was kept.
pub(super) struct ReadBody {
    /// At most [`BODY_KEPT`] bytes.
    pub(super) kept: Bytes,
    /// The number of bytes that were read, kept or not.
    pub(super) length: u64,
    /// Held until the request has been passed to its readers.
    _share: Share,
}

/// The memory budget for bodies that are being read.
#[derive(Debug)]
pub(super) struct Room(AtomicUsize);

impl Default for Room {
    fn default() -> Self {
        Self(AtomicUsize::new(BODIES_KEPT))
    }
}

/// A body's share of the budget.
struct Share {
    room: Arc<Room>,
    bytes: usize,
}

impl Share {
    /// Reserves more of the budget. False if there is not enough left.
    fn grow(&mut self, by: usize) -> bool {
        let free = &self.room.0;
        let taken = free.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |free| free.checked_sub(by));
        self.bytes += if taken.is_ok() { by } else { 0 };
        taken.is_ok()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.room.0.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

/// Reads a body. An error means that the request was broken off.
pub(super) async fn read(mut body: Incoming, room: &Arc<Room>) -> hyper::Result<ReadBody> {
    let mut share = Share { room: Arc::clone(room), bytes: 0 };
    let declared = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok());
    let mut kept = Vec::new();
    let mut length = 0;
    let mut keeps = true;
    while let Some(frame) = body.frame().await {
        let Ok(chunk) = frame?.into_data() else { continue };
        length += chunk.len() as u64;
        if keeps {
            let fits = &chunk[..chunk.len().min(BODY_KEPT - kept.len())];
            keeps = keep(&mut kept, fits, declared, &mut share);
        }
        if length > BODY_READ {
            break;
        }
    }
    Ok(ReadBody { kept: kept.into_boxed_slice().into(), length, _share: share })
}

/// Adds bytes. False if there is no budget for them. The second chunk of a body of a declared length reserves all the
/// rest: sizes in between would be left behind in the allocator, and a client that declares a length but sends next to
/// nothing takes none of the budget.
fn keep(kept: &mut Vec<u8>, bytes: &[u8], declared: Option<usize>, share: &mut Share) -> bool {
    let needed = (kept.len() + bytes.len()).saturating_sub(kept.capacity());
    if needed > 0 {
        let rest = match declared {
            Some(declared) if !kept.is_empty() => declared.saturating_sub(kept.capacity()),
            _ => kept.capacity() / 2,
        };
        let more = needed.max(rest).min(BODY_KEPT - kept.capacity());
        if !share.grow(more) {
            return false;
        }
        kept.reserve_exact(kept.capacity() - kept.len() + more);
    }
    kept.extend_from_slice(bytes);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_share_the_budget_and_return_it() {
        for declared in [None, Some(BODY_KEPT), Some(usize::MAX), Some(1)] {
            share_and_return(declared);
        }
    }

    fn share_and_return(declared: Option<usize>) {
        let room = Arc::default();
        let share = || Share { room: Arc::clone(&room), bytes: 0 };
        let mut bodies: Vec<_> = (0..30).map(|_| (Vec::new(), share())).collect();
        let whole = bodies.iter_mut().filter_map(|(kept, share)| {
            let chunk = vec![b'x'; 1 << 16];
            (0..16).all(|_| keep(kept, &chunk, declared, share)).then_some(kept.len())
        });
        assert_eq!(whole.collect::<Vec<_>>(), [BODY_KEPT; 8]);
        drop(bodies);
        assert_eq!(room.0.load(Ordering::Relaxed), BODIES_KEPT);
    }
}
