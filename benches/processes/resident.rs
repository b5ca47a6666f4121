//! The memory of the commands while a million events are queued.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use ringback::storage::Store;

use crate::endpoint::{Endpoint, HANGS};
use crate::figures::Figure;
use crate::figures::process::memory_mib;
use crate::program::Site;

const QUEUED: u32 = 1_000_000;
/// How long a command keeps working once it has started.
const AT_WORK: Duration = Duration::from_secs(5);

pub fn measure(endpoint: &Endpoint) -> Vec<Figure> {
    let site = Site::new(&[endpoint.taking()[1].replace("/cb", HANGS)]);
    // Attempts time out while events are accepted; events of a disabled profile would be rejected.
    site.settings("auto_disable_after = 0\n");
    let events = site.events(QUEUED as usize);
    let events = events.to_str().unwrap();
    let send = most(&site, &["send", "--from", events], QUEUED.into());
    let work = most(&site, &["work"], QUEUED.into());
    let figures = [("send with 1 000 000 queued, most memory, MiB", send), ("work, the same", work)];
    figures.into_iter().filter_map(|(name, mib)| Some(Figure::new(name, mib?, Some("<= 32")))).collect()
}

/// The peak resident memory of a command until all are accepted and it has worked for a while. None if the system does
/// not report it.
fn most(site: &Site, args: &[&str], all: u64) -> Option<f64> {
    let mut child = site.command(args).stdout(Stdio::null()).spawn().unwrap();
    while accepted(site) < all {
        thread::sleep(Duration::from_millis(500));
    }
    thread::sleep(AT_WORK);
    let mib = memory_mib(child.id(), "VmHWM");
    child.kill().unwrap();
    child.wait().unwrap();
    mib
}

/// The number of deliveries, some of which may have ended.
fn accepted(site: &Site) -> u64 {
    let store = Store::open(site.database()).unwrap();
    let counts = tokio::runtime::Runtime::new().unwrap().block_on(store.counts()).unwrap();
    counts.queued + counts.waiting + counts.delivered + counts.failed + counts.cancelled
}
