//! Pauses between the steps of long work.

use std::time::{Duration, Instant};

/// Pauses twice as long as the work took that started at this time: others come first.
pub async fn rest(began: Instant) {
    tokio::time::sleep((began.elapsed() * 2).max(Duration::from_millis(2))).await;
}
