//! From a key to its frame in the console while another process accepts 2 000 deliveries per second, and the console
//! sends and shows them.

use std::time::{Duration, Instant};

use ringback::callback::Values;
use ringback::profile::Profile;
use ringback::record::NewDelivery;
use ringback::storage::Storage;
use tokio::task::JoinSet;

use crate::figures::{Figure, percentile};
use crate::support::terminal::Terminal;

/// Deliveries that arrive together, and their interval: 2 000 per second. Each of these is accepted when its time has
/// come, whether those before are on disk or not: otherwise the time of a commit would be the limit.
const STREAM: (usize, Duration) = (20, Duration::from_millis(10));
/// Keys pressed meanwhile.
const KEYS: usize = 200;
/// The interval between two keys: ten per second, like a person in a hurry.
const BETWEEN: Duration = Duration::from_millis(97);

/// In a console whose list begins with "Order SMS 0", "Order SMS 1" and so on; deliveries stream to this profile.
pub fn measure<S>(terminal: &mut Terminal, store: &S, streamed: &Profile) -> [Figure; 4]
where
    S: Storage + Clone,
{
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(store.save_profiles(vec![streamed.clone()])).unwrap();
    let source = {
        let (store, streamed) = (store.clone(), streamed.clone());
        runtime.spawn(async move {
            let mut ticks = tokio::time::interval(STREAM.1);
            // Ends with the source.
            let mut accepting = JoinSet::new();
            loop {
                ticks.tick().await;
                while let Some(accepted) = accepting.try_join_next() {
                    accepted.unwrap();
                }
                let new = || NewDelivery::event(&streamed, None, Values::default());
                let (store, batch) = (store.clone(), (0..STREAM.0).map(|_| new()).collect());
                accepting.spawn(async move { store.enqueue(batch).await.unwrap() });
            }
        })
    };
    terminal.wait_for("delivered · 200");
    // Accepted, and of those delivered.
    #[allow(clippy::cast_precision_loss, reason = "a few million")]
    let counted = || {
        let counts = runtime.block_on(store.counts()).unwrap();
        let ended = counts.delivered + counts.failed + counts.cancelled;
        [(counts.queued + counts.waiting + ended) as f64, counts.delivered as f64]
    };
    let (before, started) = (counted(), Instant::now());
    let mut times = Vec::new();
    for row in 1..=KEYS {
        std::thread::sleep(BETWEEN);
        let pressed = Instant::now();
        terminal.send(b"\x1b[B");
        let chosen = format!("▌Order SMS {row} ");
        terminal.wait_until(|screen| screen.contents().contains(&chosen), &chosen);
        times.push(pressed.elapsed().as_secs_f64() * 1000.0);
    }
    let (after, seconds) = (counted(), started.elapsed().as_secs_f64());
    let [accepted, delivered] = [0, 1].map(|of| (after[of] - before[of]) / seconds);
    source.abort();
    [
        Figure::new("deliveries a second accepted beside the console", accepted, Some(">= 1900")),
        Figure::new("deliveries a second that stream by in the console", delivered, Some(">= 1900")),
        Figure::new("key to frame meanwhile, median, ms", percentile(&mut times, 50), None),
        Figure::new("key to frame meanwhile, 99th percentile, ms", percentile(&mut times, 99), Some("<= 10")),
    ]
}
