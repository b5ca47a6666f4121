//! The host of the database falls silent: packets vanish, and no connection is closed. A proxy between stands for the
//! network: while it is silent it keeps all sockets open, accepts more, and passes nothing on. The kernel acknowledges
//! everything meanwhile, so no timeout of TCP ends a connection.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::*;
use crate::support::cli::On;

/// What the program says about it.
const SILENT: &str = "has not responded for 5 s, nor to a new connection";

/// Events that are pending when the host falls silent.
const PENDING: usize = 3000;

/// Requests before that.
const SOME: usize = 300;

/// The network between the program and the server, until it is dropped.
pub struct Network {
    address: SocketAddr,
    passes: watch::Sender<bool>,
    _runtime: tokio::runtime::Runtime,
}

impl Network {
    /// It passes everything on to this port.
    pub fn to(port: u16) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let passes = watch::Sender::new(true);
        let passing = passes.subscribe();
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, port, passing.clone()));
            }
        });
        Self { address, passes, _runtime: runtime }
    }

    pub fn falls_silent(&self) {
        self.passes.send_replace(false);
    }

    pub fn works(&self) {
        self.passes.send_replace(true);
    }
}

async fn pass_on(client: TcpStream, port: u16, mut passes: watch::Receiver<bool>) {
    if passes.wait_for(|passes| *passes).await.is_err() {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let there = tokio::spawn(copy(from_client, to_server, passes.clone()));
    copy(from_server, to_client, passes).await;
    let _ = there.await;
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut passes: watch::Receiver<bool>) {
    let mut bytes = vec![0; 1 << 16];
    loop {
        let Ok(read @ 1..) = from.read(&mut bytes).await else { return };
        // Also the end of one side is not passed on meanwhile.
        if passes.wait_for(|passes| *passes).await.is_err() || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

/// A fleet whose way to the database is these networks, in this order.
pub fn over(networks: &[&Network]) -> Option<Fleet> {
    let mut fleet = Fleet::new(Duration::from_millis(20))?;
    let hosts: Vec<String> = networks.iter().map(|network| network.address.to_string()).collect();
    fleet.url = format!("postgres://ringback@{}/{}", hosts.join(","), fleet.database.name());
    Some(fleet)
}

#[test]
fn a_silent_host_is_reported_nothing_starts_meanwhile_and_all_resumes() {
    let Some(cluster) = cluster() else { return };
    let network = Network::to(cluster.port());
    let Some(fleet) = over(&[&network]) else { return };
    let mut senders = [fleet.join(1), fleet.join(2)];
    fleet.accept("a-", PENDING);
    let intake = Intake::start(&fleet);
    fleet.wait_for_requests(SOME);
    fleet.wait_for_accepted(PENDING + 1);
    network.falls_silent();
    let silent_at = Instant::now();
    for sender in &senders {
        println!("{} after {:?}", sender.line(On::Err, SILENT), silent_at.elapsed());
    }
    println!("{} after {:?}", intake.says("waiting for the database: postgres://"), silent_at.elapsed());
    // Their leases have run out: nobody else may send, and these do not.
    let before = fleet.endpoint.counts().times.len();
    for sender in &senders {
        println!("{} after {:?}", sender.line(On::Err, "ringback: "), silent_at.elapsed());
    }
    assert_eq!(fleet.endpoint.counts().times.len(), before, "something started without a lease");
    assert!(before < PENDING, "all was sent before");
    network.works();
    for sender in &senders {
        println!("{}", sender.line(On::Err, "sender recovered"));
    }
    intake.says("the database can be used again");
    let said = intake.end();
    assert_eq!((said.code, said.accepted.len()), (Some(0), said.written), "{:#?}", said.errors);
    fleet.wait_until_idle();
    fleet.wait_for_senders(2);
    for sender in &mut senders {
        sender.signal("TERM");
        assert_eq!(sender.code(), Some(0), "{:#?}", sender.rest_of_errors());
    }
    check(&fleet, PENDING + said.written);
}

#[test]
fn with_another_way_to_the_database_it_is_taken_when_the_first_falls_silent() {
    let Some(cluster) = cluster() else { return };
    let (first, second) = (Network::to(cluster.port()), Network::to(cluster.port()));
    let Some(fleet) = over(&[&first, &second]) else { return };
    let senders = [fleet.join(1), fleet.join(2)];
    fleet.accept("a-", PENDING);
    fleet.wait_for_requests(SOME);
    first.falls_silent();
    let silent_at = Instant::now();
    for sender in &senders {
        println!("{} after {:?}", sender.line(On::Err, SILENT), silent_at.elapsed());
        println!("{} after {:?}", sender.line(On::Err, "sender recovered"), silent_at.elapsed());
    }
    fleet.wait_until_idle();
    // The first one never works again.
    check(&fleet, PENDING);
}

/// All that was accepted has arrived, and hardly anything more than once.
fn check(fleet: &Fleet, accepted: usize) {
    let counts = fleet.endpoint.counts();
    println!("{} repeated, {} at once", counts.repeated(), counts.most_open);
    assert_eq!(counts.times.len(), accepted, "nothing is lost");
    assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
    // What was in flight, and what was claimed or recorded by a statement whose response was lost.
    assert!(counts.repeated() <= u32::try_from(4 * SLOTS).unwrap(), "{} were repeated", counts.repeated());
}
