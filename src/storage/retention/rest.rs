//! Work on many rows rests between its steps.

use std::time::{Duration, Instant};

/// Rests twice as long as the work took that began then: others come first.
pub async fn rest(began: Instant) {
    tokio::time::sleep((began.elapsed() * 2).max(Duration::from_millis(2))).await;
}
