//! The primary is lost, and its synchronous standby takes over.

use super::*;
use crate::support::cli::On;

/// Requests before the loss, and after the standby has taken over.
const SOME: usize = 300;

/// Events that are pending when the standby stops, so that each sender has something to record.
const PENDING: usize = 2000;

/// A fleet on a primary that commits nothing without its standby, and the standby.
fn with_standby() -> Option<(Fleet, &'static Cluster)> {
    let primary = outages::own_server()?;
    let mut fleet = Fleet::on(primary, Duration::from_millis(20));
    let standby: &'static Cluster = Box::leak(Box::new(primary.synchronous_standby()));
    let (first, second, name) = (primary.port(), standby.port(), fleet.database.name());
    fleet.url = format!("postgres://ringback@127.0.0.1:{first},127.0.0.1:{second}/{name}");
    Some((fleet, standby))
}

#[test]
fn nothing_accepted_is_lost_when_the_standby_takes_over_from_a_killed_primary() {
    let Some((mut fleet, standby)) = with_standby() else { return };
    let senders = [fleet.join(1), fleet.join(2)];
    let intake = Intake::start(&fleet);
    fleet.wait_for_requests(SOME);
    fleet.primary.kill9();
    fleet.primary = standby;
    for sender in &senders {
        println!("{}", sender.line(On::Err, "can only be read: it is a standby"));
    }
    println!("{}", intake.says("waiting for the database: postgres://"));
    standby.promote();
    let before = fleet.endpoint.counts().times.len();
    fleet.wait_for_requests(before + SOME);
    let said = intake.end();
    println!("{:#?}", said.errors);
    assert_eq!((said.code, said.accepted.len()), (Some(0), said.written));
    fleet.wait_until_idle();
    fleet.wait_for_senders(2);
    for mut sender in senders {
        sender.signal("TERM");
        println!("{:?} {:#?}", sender.code(), sender.rest_of_errors());
    }
    let counts = fleet.endpoint.counts();
    println!("{} repeated, {} at once", counts.repeated(), counts.most_open);
    let lost = said.accepted.iter().filter(|id| !counts.times.contains_key(*id)).count();
    assert_eq!(lost, 0, "of {}", said.accepted.len());
    assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
    // What was in flight, and what was claimed by a commit that the standby did not have.
    let most = u32::try_from(4 * SLOTS).unwrap();
    assert!(counts.repeated() <= most, "{} were repeated", counts.repeated());
}

#[test]
fn what_waits_for_an_absent_standby_is_reported_and_continues_with_it() {
    let Some((fleet, standby)) = with_standby() else { return };
    let senders = [fleet.join(1), fleet.join(2)];
    fleet.accept("a-", PENDING);
    let intake = Intake::start(&fleet);
    fleet.wait_for_requests(SOME);
    fleet.wait_for_accepted(PENDING + 1);
    standby.stop();
    for sender in &senders {
        // Either the commit has waited for six seconds, or a statement before it for as long as it may.
        println!("{}", sender.line(On::Err, "synchronous standby"));
    }
    println!("{}", intake.says("waiting for the database: postgres://"));
    standby.start_again();
    for sender in &senders {
        sender.line(On::Err, "sender recovered");
    }
    intake.says("the database can be used again");
    let said = intake.end();
    assert_eq!((said.code, said.accepted.len()), (Some(0), said.written), "{:#?}", said.errors);
    fleet.wait_until_idle();
    let counts = fleet.endpoint.counts();
    println!("{} repeated, {} at once", counts.repeated(), counts.most_open);
    assert_eq!(counts.times.len(), PENDING + said.written, "nothing is lost");
    assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
}
