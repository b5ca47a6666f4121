//! Pane 1 by keys: search, delete and undo, copies, switches.

use crate::callback::Values;
use crate::profile::Status;
use crate::record::Kind;

use super::world::profile_id;
use super::{Desk, World, sample};

#[test]
fn the_search_filters_while_typing_and_esc_clears_it() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("/");
    assert!(desk.shows("5 of 5"));
    desk.types("I");
    assert!(desk.shows("3 of 5") && desk.shows("Nightly"), "{}", desk.screen());
    desk.types("n");
    assert!(desk.shows("2 of 5") && !desk.shows("Nightly"));
    desk.types("q");
    assert!(desk.shows("no matches"));
    desk.keys("backspace esc");
    assert!(!desk.shows(" of 5"));
    for title in ["Order SMS", "Bookings", "Nightly report", "Call log", "Invoice mails"] {
        assert!(desk.shows(title), "{title}");
    }
    assert_eq!(desk.requested(), [""; 0], "a search asks for nothing but reading");
}

#[test]
fn each_word_of_a_search_matches_title_url_id_or_channel() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    let id = desk.state.profiles.selected().unwrap().id.to_string();
    let mut found = |text: &str| {
        desk.keys("/").types(text);
        let titles: Vec<String> = desk.state.profiles.found().map(|row| row.title.clone()).collect();
        desk.keys("Esc");
        titles
    };
    assert_eq!(found("sms ORDER"), ["Order SMS"]);
    assert_eq!(found(&id), ["Order SMS"]);
    assert_eq!(found("whatsapp"), ["Bookings"]);
    assert_eq!(found("hooks.example"), ["Order SMS", "Bookings", "Invoice mails"]);
    assert_eq!(found("order whatsapp"), [""; 0]);
}

#[test]
fn enter_keeps_the_search_and_letters_are_actions() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("/").types("nq").keys("backspace").types("i").keys("enter");
    assert!(desk.line("Nightly").starts_with("┃▌"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(desk.requested(), [format!("copy {}", profile_id(3))]);
    desk.keys("esc");
    assert!(desk.shows("Order SMS"));
}

#[test]
fn esc_ends_the_search_and_keeps_the_selected_profile() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("/").types("call").keys("esc");
    assert!(desk.line("Call log").contains('▌'), "{}", desk.screen());
}

#[test]
fn delete_asks_first() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("D");
    assert!(desk.shows("Delete Order SMS?"));
    desk.keys("n");
    assert_eq!(desk.requested(), [""; 0]);
    assert!(desk.shows("Order SMS"));
    desk.keys("delete esc");
    assert_eq!(desk.requested(), [""; 0]);
}

#[test]
fn a_profile_is_found_by_an_id_prefix() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("/").types("in_00000000-0000-0000-0000-000000000002");
    assert!(desk.shows("1 of 5") && desk.shows("Bookings"), "{}", desk.screen());
    desk.keys("ctrl+u").types("000000002");
    assert!(desk.shows("no matches"), "{}", desk.screen());
}

#[test]
fn u_restores_a_deleted_profile() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("u");
    assert_eq!(desk.notice(), "Undo: nothing to restore");
    desk.keys("j D y");
    assert_eq!(desk.notice(), "Deleted Bookings · u restores it");
    assert!(!desk.shows("wa   GET"), "{}", desk.screen());
    assert!(desk.line("Nightly").contains('▌'), "the next one is selected\n{}", desk.screen());
    desk.keys("u");
    assert_eq!(desk.notice(), "Restored Bookings");
    assert!(desk.line("Bookings ").contains('▌'), "{}", desk.screen());
    assert_eq!(desk.requested(), ["delete 2", "restore the last"]);
}

#[test]
fn pending_deliveries_are_blocked_until_the_profile_is_restored() {
    let world = sample::world();
    let profile = world.tables().profiles[0].clone();
    for kind in [Kind::Event, Kind::Event, Kind::Test] {
        world.accept(kind, &profile, profile.events.first().copied(), &Values::default(), sample::start());
    }
    let mut desk = Desk::new(120, 30).of(world);
    desk.keys("D");
    assert!(desk.shows("2 pending deliveries will be blocked until it is"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(desk.notice(), "Deleted Order SMS · 2 pending deliveries blocked · u restores it");
    assert!(desk.line("event Order SMS").contains("queued · blocked: deleted"), "{}", desk.screen());
    desk.keys("4 j r");
    assert_eq!(desk.notice(), "Retry now: its profile is deleted: u in the profiles restores it");
    desk.keys("1 P u");
    assert_eq!(desk.notice(), "Restored Order SMS · 2 pending deliveries no longer blocked");
    assert!(!desk.shows("held: deleted"), "{}", desk.screen());
}

#[test]
fn a_restored_profile_that_is_paused_stays_blocked() {
    let world = sample::world();
    let profile = world.tables().profiles[0].clone();
    world.accept(Kind::Event, &profile, profile.events.first().copied(), &Values::default(), sample::start());
    let mut desk = Desk::new(120, 30).of(world);
    desk.keys("P D y u");
    assert_eq!(desk.notice(), "Restored Order SMS · 1 pending delivery still blocked: paused");
}

#[test]
fn undo_restores_what_another_session_deleted_last() {
    let now = sample::start();
    let world = sample::world();
    world.delete(&profile_id(3), now);
    let mut desk = Desk::new(80, 24).of(world);
    desk.happens(|world| world.delete(&profile_id(1), now));
    assert_eq!(desk.notice(), "Order SMS was deleted by another session · u restores it");
    for title in ["Order SMS", "Nightly report"] {
        desk.keys("u");
        assert_eq!(desk.notice(), format!("Restored {title}"));
        assert!(desk.line(&title[..8]).contains('▌'), "{}", desk.screen());
    }
    desk.keys("u");
    assert_eq!(desk.notice(), "Undo: nothing to restore");
}

#[test]
fn undo_reports_that_another_session_restored_it_first() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("D y");
    desk.world.tables().deleted.clear();
    desk.keys("u");
    assert_eq!(desk.notice(), "Nothing to undo");
}

#[test]
fn the_last_and_the_only_one_can_be_deleted() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("G D y");
    assert!(desk.line("Call log").contains('▌'), "{}", desk.screen());
    desk.keys("D y D y D y D y");
    assert!(desk.shows("none yet: n creates one"), "{}", desk.screen());
    desk.keys("D");
    assert_eq!(desk.notice(), "Delete: no profile is selected: n creates one");
}

#[test]
fn space_disables_and_enables() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("space");
    assert_eq!(desk.world.tables().profiles[0].status, Status::Disabled);
    assert!(desk.line("sms ").contains('○'), "{}", desk.screen());
    desk.keys("space j j j space");
    assert_eq!(desk.world.tables().profiles[0].status, Status::Active);
    assert_eq!(desk.world.tables().profiles[3].status, Status::Active, "auto-disabled is enabled by one key");
}

#[test]
fn switching_keeps_what_is_typed() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types(" X").keys("f6 1 space");
    assert_eq!(desk.world.tables().profiles[0].status, Status::Disabled);
    desk.keys("2");
    assert!(desk.shows("Order SMS X"), "{}", desk.screen());
    desk.keys("ctrl+s");
    assert_eq!(desk.world.tables().profiles[0].title.as_str(), "Order SMS X");
    assert_eq!(desk.world.tables().profiles[0].status, Status::Disabled, "saving must not undo the switch");
}

#[test]
fn a_duplicate_is_a_new_profile_with_another_title() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("d");
    assert!(desk.shows("Order SMS - copy"), "{}", desk.screen());
    desk.keys("ctrl+s");
    assert_eq!(desk.world.tables().profiles.len(), 6);
    assert_eq!(desk.world.tables().profiles[5].title.as_str(), "Order SMS - copy");
}

#[test]
fn duplicating_asks_about_unsaved_changes() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types(" X").keys("f6 1 j d");
    assert!(desk.shows("Save changes"), "{}", desk.screen());
    desk.keys("n 2");
    assert!(desk.shows("Order SMS X"), "{}", desk.screen());
}

#[test]
fn the_selection_stays_on_its_profile_when_the_list_changes() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("j j");
    let gone = desk.world.tables().profiles.remove(0);
    desk.receives(crate::console::model::message::Message::Failed("read anew".to_owned()));
    reload(&mut desk);
    assert!(desk.line("Nightly").contains('▌'), "{}", desk.screen());
    desk.world.tables().profiles.remove(1);
    reload(&mut desk);
    desk.keys("G");
    desk.world.tables().profiles.insert(0, gone);
    reload(&mut desk);
    assert!(desk.line("Invoice").contains('▌'), "{}", desk.screen());
}

fn reload(desk: &mut Desk) {
    desk.happens(|_| ());
}

#[test]
fn a_profile_deleted_elsewhere_is_reported() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.world.tables().profiles.remove(0);
    desk.keys("e");
    assert!(desk.notice().contains("Order SMS was deleted by another session"), "{}", desk.notice());
    assert!(!desk.screen().contains("Order SMS  "));
}

#[test]
fn a_save_over_another_sessions_save_asks_first() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e");
    desk.types(" B");
    let later = desk.state.now + std::time::Duration::from_secs(1);
    desk.world.tables().profiles[0].modified_at = later;
    desk.keys("ctrl+s");
    assert!(desk.screen().contains("Another session changed Order SMS"), "{}", desk.screen());
    desk.keys("n ctrl+s y");
    assert!(desk.requested().contains(&"overwrite Order SMS B".to_owned()), "{:?}", desk.requested());
    assert!(desk.notice().starts_with("Saved Order SMS B"), "{}", desk.notice());
}

#[test]
fn with_an_empty_list_each_key_says_why_not() {
    let mut desk = Desk::new(80, 24).of(World::default());
    for (key, text) in [
        ("esc", "Back: nothing to go back to: q quits"),
        ("e", "Edit: no profile is selected: n creates one"),
        ("d", "Duplicate: no profile is selected: n creates one"),
        ("space", "On/off: no profile is selected: n creates one"),
        ("y", "Copy id: no profile is selected: n creates one"),
        ("t", "Test: no profile is selected: n creates one"),
    ] {
        desk.keys(key);
        assert_eq!(desk.notice(), text);
    }
    assert_eq!(desk.requested(), [""; 0]);
}
