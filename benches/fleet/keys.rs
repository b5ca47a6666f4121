//! From a key to its frame in the console on a log of a million deliveries, while another process accepts 2 000 per second
//! and the console sends and shows them.

use std::path::Path;
use std::time::{Duration, Instant};

use ringback::callback::Values;
use ringback::profile::Profile;
use ringback::record::NewDelivery;
use ringback::storage::postgres::PgStore;
use ringback::storage::{Log as _, Producer as _, Profiles as _};
use serde_json::json;

use crate::figures::{Figure, percentile};
use crate::support::console::{apply, launch, order_sms};
use crate::support::postgres::Database;
use crate::support::terminal::Terminal;

const PROFILES: usize = 300;
const WIDE: (u16, u16) = (120, 36);
/// Deliveries that arrive together, and their interval: 2 000 per second.
const STREAM: (usize, Duration) = (20, Duration::from_millis(10));
/// Keys pressed meanwhile, and the interval between two.
const KEYS: usize = 200;
const BETWEEN: Duration = Duration::from_millis(97);

/// On a filled database; deliveries stream to this profile.
pub fn measure(database: &Database, store: &PgStore, streamed: &Profile) -> [Figure; 3] {
    // Nothing is sent to the endpoints of what is stored.
    database.sql("TRUNCATE ringback.pending; UPDATE ringback.tally SET queued = 0, waiting = 0");
    let url = database.url();
    let profiles: Vec<_> = (0..PROFILES)
        .map(|n| {
            let mut profile = order_sms("https://hooks.example/cb");
            profile["title"] = json!(format!("Order SMS {n}"));
            profile
        })
        .collect();
    apply(Path::new(&url), &json!(profiles));
    let mut terminal =
        Terminal::start(launch(Path::new(&url)).size(WIDE.0, WIDE.1).patience(Duration::from_secs(30)));
    terminal.wait_for("Order SMS 0");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(store.save_profiles(vec![streamed.clone()])).unwrap();
    let source = {
        let (store, streamed) = (store.clone(), streamed.clone());
        runtime.spawn(async move {
            let mut ticks = tokio::time::interval(STREAM.1);
            loop {
                ticks.tick().await;
                let new = || NewDelivery::event(&streamed, None, Values::default());
                store.enqueue((0..STREAM.0).map(|_| new()).collect()).await.unwrap();
            }
        })
    };
    terminal.wait_for("delivered · 200");
    #[allow(clippy::cast_precision_loss, reason = "a few million")]
    let delivered = || runtime.block_on(store.counts()).unwrap().delivered as f64;
    let (before, started) = (delivered(), Instant::now());
    let mut times = Vec::new();
    for row in 1..=KEYS {
        std::thread::sleep(BETWEEN);
        let pressed = Instant::now();
        terminal.send(b"\x1b[B");
        let chosen = format!("▌Order SMS {row} ");
        terminal.wait_until(|screen| screen.contents().contains(&chosen), &chosen);
        times.push(pressed.elapsed().as_secs_f64() * 1000.0);
    }
    let rate = (delivered() - before) / started.elapsed().as_secs_f64();
    source.abort();
    terminal.press("q");
    terminal.wait_exit();
    [
        Figure::new("deliveries a second that stream by in the console", rate, Some(">= 1900")),
        Figure::new("key to frame meanwhile, median, ms", percentile(&mut times, 50), None),
        Figure::new("key to frame meanwhile, 99th percentile, ms", percentile(&mut times, 99), Some("<= 10")),
    ]
}
