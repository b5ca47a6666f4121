//! No guessing: the sender, pending deliveries, the file and the receiver are shown as reported.

use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::delivery::{Role, Sending};

use super::{Desk, sample};

fn top(desk: &Desk) -> String {
    desk.screen().lines().next().unwrap_or_default().to_owned()
}

fn role(desk: &mut Desk, role: Role) -> String {
    desk.told(Message::Sending(Sending { role, ..Sending::default() }));
    top(desk)
}

#[test]
fn who_sends_is_told_as_it_changes() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    assert!(top(&desk).contains("sender ○ starting"), "{}", top(&desk));
    for (now, words) in [
        (Role::Watches(Some(4242)), "sender ○ standby: pid 4242 sends"),
        (Role::Watches(Some(4243)), "sender ○ standby: pid 4243 sends"),
        (Role::Watches(None), "sender ○ standby "),
        (Role::Sends, "sender ● running"),
        (Role::Stopped, "sender ○ stopped"),
    ] {
        let shown = role(&mut desk, now);
        assert!(shown.contains(words), "{now:?}: {shown}");
    }
    for (senders, hosts, words) in [(1, 1, "● running"), (2, 1, "● 2 senders"), (4, 3, "● 3 hosts")] {
        desk.told(Message::Sending(Sending { role: Role::Sends, senders, hosts, ..Sending::default() }));
        assert!(top(&desk).contains(&format!("sender {words} · ")), "{}", top(&desk));
    }
    let mut narrow = Desk::new(60, 16).of(sample::log());
    assert!(role(&mut narrow, Role::Watches(Some(4242))).contains("○ standby (pid 4242)"));
}

#[test]
fn what_is_sent_is_counted_once() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    assert!(top(&desk).contains("2 queued · 2 waiting · 0 sending"), "{}", top(&desk));
    desk.told(Message::Sending(sample::sending()));
    assert!(top(&desk).contains("1 queued · 2 waiting · 1 sending"), "{}", top(&desk));
    let now = desk.state.now;
    desk.happens(|world| world.answered(9, 200, now));
    assert!(top(&desk).contains("1 queued · 2 waiting · 0 sending"), "the log is newer: {}", top(&desk));
    desk.told(Message::Sending(sample::sending()));
    assert!(top(&desk).contains("1 queued · 2 waiting · 0 sending"), "and stays so: {}", top(&desk));
    desk.told(Message::Sending(Sending { role: Role::Sends, ..Sending::default() }));
    assert!(top(&desk).contains("1 queued · 2 waiting · 0 sending"), "{}", top(&desk));
}

#[test]
fn a_file_that_is_gone_is_told_until_it_is_back() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.told(Message::Sending(sample::sending()));
    let why = "/data/orders.db: no longer exists: restore it, or restart to create a new one";
    desk.told(Message::Unreadable(why.to_owned()));
    assert!(top(&desk).contains("✗ no database") && desk.says() == why, "{}", desk.screen());
    desk.keys("u");
    assert_eq!(desk.says(), "Undo: nothing to restore");
    desk.told(Message::Unreadable(why.to_owned()));
    assert_eq!(desk.says(), "Undo: nothing to restore", "it is said once");
    desk.keys("4").keys("T");
    assert_eq!(desk.says(), why, "and stands there where nothing else does");
    desk.effects();
    let revision = desk.state.revision;
    desk.told(Message::Revision(revision));
    assert!(top(&desk).contains("● running"), "{}", top(&desk));
    assert_eq!(desk.says(), "The database can be read again");
    let reads = desk.effects();
    let read = |wanted: fn(&Effect) -> bool| reads.iter().any(wanted);
    assert!(read(|e| matches!(e, Effect::LoadProfiles)) && read(|e| matches!(e, Effect::LoadDeliveries(_))));
    assert!(read(|e| matches!(e, Effect::LoadCounts)), "all is read anew: {reads:?}");
}

#[test]
fn trouble_is_told_until_it_is_over() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    let mut sending = sample::sending();
    sending.trouble = Some("cannot record attempts: no room".to_owned());
    desk.told(Message::Sending(sending.clone()));
    assert!(top(&desk).contains("✗ error") && desk.says().ends_with("no room"));
    sending.trouble = Some("cannot read due deliveries: the disk failed".to_owned());
    desk.told(Message::Sending(sending.clone()));
    assert!(desk.says().ends_with("the disk failed"), "other trouble is news: {}", desk.says());
    desk.keys("4 T");
    assert!(desk.says().ends_with("the disk failed"), "{}", desk.says());
    sending.trouble = None;
    desk.told(Message::Sending(sending));
    assert!(top(&desk).contains("● running") && desk.says() == "Sender recovered");
}

#[test]
fn a_receiver_that_ends_by_itself_is_off() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.told(Message::Receiver(Some("127.0.0.1:9977".to_owned())));
    assert!(top(&desk).contains("receiver 127.0.0.1:9977"));
    desk.keys("R");
    assert!(desk.shows("● listens on http://127.0.0.1:9977/"));
    desk.told(Message::ReceiverEnded);
    assert!(!top(&desk).contains("9977") && desk.shows("○ off"), "{}", desk.screen());
    assert!(desk.says().starts_with("The receiver stopped unexpectedly"), "{}", desk.says());
}
