//! The filter of pane 4, and bulk changes of everything that matches.

use crate::callback::Values;
use crate::console::model::deliveries::bulk::BulkNews;
use crate::console::model::deliveries::query::Query;
use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::record::{Kind, LogPosition};
use crate::storage::{BulkResult, Page};

use super::world::{World, number};
use super::{Desk, sample};

fn shown(desk: &Desk) -> Vec<u128> {
    desk.state.deliveries.rows().iter().map(|row| number(row.id)).collect()
}

#[test]
fn typing_filters_by_text_and_status() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4 /").types("book");
    assert_eq!(shown(&desk), [8, 6, 4, 2]);
    assert!(desk.line("4 Deliveries").contains("/book"), "{}", desk.screen());
    desk.keys("esc");
    assert_eq!(shown(&desk).len(), 9);
    desk.keys("/").types("timeout").keys("enter");
    assert_eq!(shown(&desk), [3]);
    desk.keys("/").types("zzz");
    assert!(
        shown(&desk).is_empty() && desk.shows("/zzz "),
        "typing replaces the old text: {}",
        desk.screen()
    );
    desk.keys("esc /").types("timeout").keys("enter / left").types("x");
    assert!(desk.shows("/xtimeout"), "an arrow keeps it: {}", desk.screen());
    desk.keys("esc /").pastes("refused-address");
    assert_eq!(shown(&desk), [4]);
    desk.keys("enter esc");
    assert_eq!(shown(&desk).len(), 9, "Esc shows all again");
    desk.keys("esc");
    assert_eq!(desk.state.focus.number(), 1);
}

#[test]
fn keys_typed_into_a_filter_are_not_actions() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("5 /").types("Acq1");
    assert_eq!(desk.requested(), [""; 0]);
    assert!(desk.shows("/Acq1"), "{}", desk.screen());
    desk.keys("esc q");
    assert_eq!(desk.requested(), ["quit"]);
}

#[test]
fn a_search_continues_automatically_and_survives_new_deliveries() {
    let world = sample::world();
    let profiles = [0, 1].map(|n| world.profile(n).unwrap());
    for n in 0..100 {
        let profile = &profiles[usize::from(n % 50 == 0)];
        world.accept(Kind::Test, profile, None, &Values::default(), sample::start());
    }
    world.tables().scan_limit = Some(10);
    let mut desk = Desk::new(120, 40).of(world);
    desk.keys("4").delays_effects();
    desk.keys("/").types("bookings");
    desk.happens(|world| world.tables().scan_limit = Some(10));
    assert!(desk.shows("nothing sent yet") || desk.shows("no matches yet") || desk.shows("no matches"));
    desk.runs_effects();
    assert_eq!(shown(&desk), [51, 1]);
}

#[test]
fn a_long_search_says_how_far_it_came_and_stops_when_asked() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4").delays_effects();
    desk.keys("/").types("nowhere");
    let found = |desk: &mut Desk, before, at: i64| {
        let query = Query { before, earlier: None, ..desk.state.deliveries.query() };
        let (next, reached) = (Some(LogPosition::new(at)), Some(sample::start()));
        desk.receives(Message::Deliveries(Box::new(query), Page { next, reached, ..Page::default() }));
    };
    let searches_on = |desk: &mut Desk| {
        let effects = desk.effects();
        effects.iter().any(|effect| matches!(effect, Effect::LoadDeliveries(query) if query.before.is_some()))
    };
    found(&mut desk, None, 9);
    // Nothing is found so far: there is no count, and no place in an empty list.
    assert!(desk.shows("no matches yet") && !desk.shows("0+"), "{}", desk.screen());
    assert!(searches_on(&mut desk) && desk.line("4 Deliveries").contains("… Esc stops"), "{}", desk.screen());
    desk.keys("esc");
    assert_eq!(desk.notice(), "Search stopped: ↓ in the list continues it");
    // What was being read still arrives, and nothing is read after it.
    found(&mut desk, Some(LogPosition::new(9)), 7);
    assert!(!searches_on(&mut desk));
    assert!(desk.line("4 Deliveries").contains("stopped at "), "{}", desk.screen());
    desk.keys("enter j");
    assert!(searches_on(&mut desk) && desk.shows("… Esc stops"), "{}", desk.screen());
    assert!(!desk.shows("Search stopped"), "{}", desk.screen());
    desk.keys("esc");
    assert!(desk.state.deliveries.search.is_on(), "the first Esc stops, the next one shows all again");
    desk.keys("esc");
    assert!(!desk.state.deliveries.search.is_on());
}

#[test]
fn all_matching_deliveries_are_counted_before_they_are_cancelled() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4 p C");
    assert_eq!(desk.requested(), ["count Cancel all pending deliveries of Order SMS?"]);
    assert!(desk.shows("Cancel 2 pending deliveries of Order SMS?"), "{}", desk.screen());
    desk.keys("n");
    assert_eq!(desk.requested(), [""; 0]);
    desk.keys("C y");
    assert_eq!(desk.requested()[1], "do Cancel 2 pending deliveries of Order SMS?");
    assert_eq!(desk.notice(), "Cancelled 2");
    desk.keys("C");
    assert_eq!(desk.notice(), "Cancel all: none of those shown is pending");
    assert!(desk.state.overlay.is_none());
}

#[test]
fn all_are_retried_now_or_resent() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4 ctrl+r y");
    assert_eq!(desk.requested()[1], "do Retry now 2 waiting deliveries of all profiles?");
    assert_eq!(desk.notice(), "Retrying now: 2");
    desk.keys("A");
    assert!(desk.shows("Resend 2 failed deliveries of all profiles?"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(desk.notice(), "Resending: 2");
    assert_eq!(desk.state.deliveries.rows().len(), 11);
    desk.keys("s s s s A");
    assert!(desk.shows("Resend 1 cancelled delivery of all profiles?"), "{}", desk.screen());
    desk.keys("n ctrl+r");
    assert_eq!(desk.notice(), "Retry all: all shown have ended: A resends them");
    desk.keys("s s A");
    assert_eq!(desk.notice(), "Resend all: all shown are still pending");
}

#[test]
fn nothing_is_changed_before_the_count() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4").delays_effects();
    desk.keys("C y");
    assert_eq!(desk.notice(), "Yes: they are still being counted");
    desk.keys("n").runs_effects();
    assert!(desk.state.overlay.is_none(), "the count of a question that was left is passed over");
    assert_eq!(desk.requested(), ["count Cancel all pending deliveries of all profiles?"]);
}

#[test]
fn a_bulk_change_reports_progress_and_can_be_stopped() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4 C").delays_effects();
    desk.keys("y");
    assert_eq!(desk.notice(), "Cancelling: 0 of 4 · Esc in the deliveries stops it");
    let did = |cancelled| BulkResult { cancelled, ..BulkResult::default() };
    desk.receives(Message::Bulk(BulkNews::Goes(Box::new(did(2)))));
    assert_eq!(desk.notice(), "Cancelling: 2 of 4 · Esc in the deliveries stops it");
    desk.keys("A");
    assert_eq!(desk.notice(), "Resend all: another is running: Esc stops it");
    desk.requested();
    desk.keys("esc");
    assert_eq!(desk.requested(), ["stop"]);
    let why = Some("it has no request".to_owned());
    let did = Box::new(BulkResult { left: 1, why, ..did(2) });
    desk.receives(Message::Bulk(BulkNews::Ended { did, bulk: None, cut: Some("stopped".to_owned()) }));
    assert_eq!(desk.notice(), "Cancelled 2 · unchanged: 1 (it has no request): stopped");
    desk.keys("esc");
    assert_eq!(desk.state.focus.number(), 1);
}

#[test]
fn bulk_actions_are_unavailable_in_the_details() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    for key in ["C", "A", "ctrl+r"] {
        desk.keys("4 enter").keys(key);
        assert!(desk.notice().ends_with("Esc goes back to the list first"), "{}", desk.notice());
        desk.keys("esc");
    }
    let mut desk = Desk::new(120, 40).of(World::default());
    desk.keys("4 C");
    assert_eq!(desk.notice(), "Cancel all: no delivery is pending");
}

#[test]
fn a_failed_count_closes_only_its_own_question() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("4").delays_effects();
    desk.keys("C esc C");
    let asked = |desk: &mut Desk, ticket| {
        let why = "the database cannot be read".to_owned();
        desk.receives(Message::Bulk(BulkNews::Uncounted { ticket, why }));
        assert_eq!(desk.notice(), "the database cannot be read");
        desk.state.overlay.is_some()
    };
    assert!(asked(&mut desk, 1), "the first question was left: {}", desk.screen());
    assert!(!asked(&mut desk, 2), "{}", desk.screen());
}
