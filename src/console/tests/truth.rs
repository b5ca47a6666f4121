//! No guessing: the sender, pending deliveries, the file and the receiver are shown as reported.

use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::delivery::{SenderRole, SenderStatus};

use super::{Desk, sample};

fn top(desk: &Desk) -> String {
    desk.screen().lines().next().unwrap_or_default().to_owned()
}

fn role(desk: &mut Desk, role: SenderRole) -> String {
    desk.receives(Message::SenderStatus(SenderStatus { role, ..SenderStatus::default() }));
    top(desk)
}

#[test]
fn changes_of_the_active_sender_are_shown() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    assert!(top(&desk).contains("sender ○ starting"), "{}", top(&desk));
    for (now, words) in [
        (SenderRole::Standby(Some(4242)), "sender ○ standby: pid 4242 sends"),
        (SenderRole::Standby(Some(4243)), "sender ○ standby: pid 4243 sends"),
        (SenderRole::Standby(None), "sender ○ standby "),
        (SenderRole::Active, "sender ● running"),
        (SenderRole::Stopped, "sender ○ stopped"),
    ] {
        let shown = role(&mut desk, now);
        assert!(shown.contains(words), "{now:?}: {shown}");
    }
    for (senders, hosts, words) in [(1, 1, "● running"), (2, 1, "● 2 senders"), (4, 3, "● 3 hosts")] {
        desk.receives(Message::SenderStatus(SenderStatus {
            role: SenderRole::Active,
            senders,
            hosts,
            ..SenderStatus::default()
        }));
        assert!(top(&desk).contains(&format!("sender {words} · ")), "{}", top(&desk));
    }
    let mut narrow = Desk::new(60, 16).of(sample::log());
    assert!(role(&mut narrow, SenderRole::Standby(Some(4242))).contains("○ standby (pid 4242)"));
}

#[test]
fn a_delivery_in_flight_is_counted_once() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    assert!(top(&desk).contains("2 queued · 2 waiting · 0 sending"), "{}", top(&desk));
    desk.receives(Message::SenderStatus(sample::sender_status()));
    assert!(top(&desk).contains("1 queued · 2 waiting · 1 sending"), "{}", top(&desk));
    let now = desk.state.now;
    desk.happens(|world| world.answered(9, 200, now));
    assert!(top(&desk).contains("1 queued · 2 waiting · 0 sending"), "the log is newer: {}", top(&desk));
    desk.receives(Message::SenderStatus(sample::sender_status()));
    assert!(top(&desk).contains("1 queued · 2 waiting · 0 sending"), "and stays so: {}", top(&desk));
    desk.receives(Message::SenderStatus(SenderStatus {
        role: SenderRole::Active,
        ..SenderStatus::default()
    }));
    assert!(top(&desk).contains("1 queued · 2 waiting · 0 sending"), "{}", top(&desk));
}

#[test]
fn a_missing_database_is_reported_until_it_is_back() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.receives(Message::SenderStatus(sample::sender_status()));
    let why = "/data/orders.db: no longer exists: restore it, or restart to create a new one";
    desk.receives(Message::Unreadable(why.to_owned()));
    assert!(top(&desk).contains("✗ no database") && desk.notice() == why, "{}", desk.screen());
    desk.keys("u");
    assert_eq!(desk.notice(), "Undo: nothing to restore");
    desk.receives(Message::Unreadable(why.to_owned()));
    assert_eq!(desk.notice(), "Undo: nothing to restore", "it is said once");
    desk.keys("4").keys("T");
    assert_eq!(desk.notice(), why, "and stands there where nothing else does");
    desk.effects();
    let revision = desk.state.revision;
    desk.receives(Message::Revision(revision));
    assert!(top(&desk).contains("● running"), "{}", top(&desk));
    assert_eq!(desk.notice(), "The database can be read again");
    let reads = desk.effects();
    let read = |wanted: fn(&Effect) -> bool| reads.iter().any(wanted);
    assert!(read(|e| matches!(e, Effect::LoadProfiles)) && read(|e| matches!(e, Effect::LoadDeliveries(_))));
    assert!(read(|e| matches!(e, Effect::LoadCounts)), "all is read anew: {reads:?}");
}

#[test]
fn a_storage_error_is_reported_until_it_is_over() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    let mut status = sample::sender_status();
    status.trouble = Some("cannot record attempts: no room".to_owned());
    desk.receives(Message::SenderStatus(status.clone()));
    assert!(top(&desk).contains("✗ error") && desk.notice().ends_with("no room"));
    status.trouble = Some("cannot read due deliveries: the disk failed".to_owned());
    desk.receives(Message::SenderStatus(status.clone()));
    assert!(desk.notice().ends_with("the disk failed"), "other trouble is news: {}", desk.notice());
    desk.keys("4 T");
    assert!(desk.notice().ends_with("the disk failed"), "{}", desk.notice());
    status.trouble = None;
    desk.receives(Message::SenderStatus(status));
    assert!(top(&desk).contains("● running") && desk.notice() == "Sender recovered");
}

#[test]
fn a_receiver_that_stops_unexpectedly_is_off() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.receives(Message::Receiver(Some("127.0.0.1:9977".to_owned())));
    assert!(top(&desk).contains("receiver 127.0.0.1:9977"));
    desk.keys("R");
    assert!(desk.shows("● listens on http://127.0.0.1:9977/"));
    desk.receives(Message::ReceiverEnded);
    assert!(!top(&desk).contains("9977") && desk.shows("○ off"), "{}", desk.screen());
    assert!(desk.notice().starts_with("The receiver stopped unexpectedly"), "{}", desk.notice());
}
