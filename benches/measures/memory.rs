//! The memory of a sender with a million queued deliveries.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use crate::delivering::{checked, draft, store};
use crate::endpoint::Endpoint;
use crate::figures::Figure;
use ringback::callback::Values;
use ringback::delivery::{Limits, Sender, Transport};
use ringback::record::NewDelivery;
use ringback::storage::Store;

use crate::figures::process::memory_mib;

const QUEUED: usize = 1_000_000;
const BATCH: usize = 2_000;
/// Their profiles, each with its own endpoint.
const PROFILES: usize = 10;
/// How long the sender keeps working after all its slots are in use.
const AT_WORK: Duration = Duration::from_secs(5);
/// Marks this process as a mere sender; followed by the database.
const ARGUMENT: &str = "--send";

/// Queues a million and lets a separate process send them to endpoints that hang.
pub async fn measure() -> Vec<Figure> {
    let endpoint = Endpoint::start(0, PROFILES);
    let profiles: Vec<_> = endpoint.hanging().iter().map(|url| checked(&draft(url))).collect();
    let (_folder, store) = store(&profiles).await;
    for _ in 0..QUEUED / BATCH {
        let new = profiles.iter().cycle().take(BATCH);
        let new = new.map(|profile| NewDelivery::event(profile, None, Values::default()));
        store.enqueue(new.collect()).await.unwrap();
    }
    let mut sender = start_sender(store.path());
    tokio::time::sleep(AT_WORK).await;
    let of = |line| memory_mib(sender.id(), line);
    let found = of("VmHWM").zip(of("VmRSS"));
    assert_eq!(store.counts().await.unwrap().queued, QUEUED as u64, "all are queued still");
    sender.kill().unwrap();
    sender.wait().unwrap();
    let Some((most, resident)) = found else {
        println!("this system does not tell of memory: it is not measured");
        return Vec::new();
    };
    vec![
        Figure::new("memory with 1 000 000 queued, MiB", resident, Some("<= 100")),
        Figure::new("the same at its most, MiB", most, None),
    ]
}

/// Starts the process that sends, and waits until all its slots are in use.
fn start_sender(path: &Path) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    command.arg(ARGUMENT).arg(path).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "sending\n");
    child
}

/// Sends until killed, if this process was started for that.
pub fn send_if_asked() {
    let mut args = std::env::args().skip_while(|arg| arg != ARGUMENT).skip(1);
    let Some(path) = args.next() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(path).unwrap();
        let limits = Limits::default();
        let sender = Sender::start(Arc::new(store), Transport::new(Arc::default()), limits);
        // An endpoint that nothing is known about is probed with a quarter of its slots.
        let all = limits.total.min(limits.per_origin / 4 * PROFILES);
        sender.status().wait_for(|status| status.in_flight.len() == all).await.unwrap();
        println!("sending");
        // The input ends with the parent process.
        let ended = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]));
        let _ = ended.await;
    });
    std::process::exit(0);
}
