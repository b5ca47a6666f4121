//! Keys beside a stream of deliveries, in the console on a log of a million deliveries.

use std::path::Path;
use std::time::Duration;

use ringback::profile::Profile;
use ringback::storage::postgres::PgStore;
use serde_json::json;

use crate::figures::Figure;
use crate::streaming;
use crate::support::console::{apply, launch, order_sms};
use crate::support::postgres::Database;
use crate::support::terminal::Terminal;

const PROFILES: usize = 300;
const WIDE: (u16, u16) = (120, 36);

/// On a filled database; deliveries stream to this profile.
pub fn measure(database: &Database, store: &PgStore, streamed: &Profile) -> [Figure; 4] {
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
    let figures = streaming::measure(&mut terminal, store, streamed);
    terminal.press("q");
    terminal.wait_exit();
    figures
}
