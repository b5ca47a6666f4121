//! Panes 4 and 5 by keys: following, filtering, cancelling and retrying.

use crate::callback::Values;
use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::record::Kind;
use crate::storage::BoundedCount;

use super::world::{World, number};
use super::{Desk, sample};

/// A test of the first profile is accepted.
fn one_more(world: &World) {
    let profile = world.tables().profiles[0].clone();
    let event = profile.events.first().copied();
    world.accept(Kind::Test, &profile, event, &Values::samples(event, &[]), sample::start());
}

fn selected(desk: &Desk) -> u128 {
    number(desk.state.deliveries.selected().unwrap().id)
}

#[test]
fn moving_pauses_and_keeps_the_selection() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4");
    assert!(desk.shows("Deliveries ─ following"));
    desk.keys("j j");
    assert!(desk.shows("Deliveries ─ not following · 0 new"));
    assert_eq!(selected(&desk), 7);
    desk.happens(one_more).happens(one_more);
    assert!(desk.shows("Deliveries ─ not following · 2 new"), "{}", desk.screen());
    assert_eq!(selected(&desk), 7);
    desk.keys("F");
    assert!(desk.shows("Deliveries ─ following"));
    assert_eq!(selected(&desk), 11);
    desk.happens(one_more);
    assert_eq!(selected(&desk), 12, "following goes along with the newest");
    desk.keys("F");
    assert_eq!(desk.notice(), "Follow: the newest is already followed");
}

#[test]
fn the_timeline_shows_the_selected_delivery() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("5 j j j j j j j");
    assert_eq!(selected(&desk), 2);
    assert!(desk.shows("1st attempt ━━ ✗ answered 503") && desk.shows("1st retry   ━━ ✓ 200 OK"));
    assert!(desk.shows("waited 59.9 s") && desk.shows("● delivered"), "{}", desk.screen());
}

#[test]
fn details_stay_on_their_delivery_when_new_ones_arrive() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4 enter").happens(one_more);
    assert!(desk.shows("delivery  00000000-0000-0000-0000-000000000009"), "{}", desk.screen());
    desk.requested();
    desk.keys("c");
    assert_eq!(desk.requested(), ["cancel 9"]);
}

#[test]
fn filters_by_state() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4");
    for (show, ids) in [
        ("pending", vec![9, 8, 7, 6]),
        ("delivered", vec![2, 1]),
        ("failed", vec![4, 3]),
        ("cancelled", vec![5]),
    ] {
        desk.keys("s");
        let title = format!(" {show} · {} of 9 ┓", ids.len());
        assert!(desk.line("4 Deliveries").contains(&title), "{}", desk.screen());
        let found: Vec<_> = desk.state.deliveries.rows().iter().map(|r| number(r.id)).collect();
        assert_eq!(found, ids, "{show}");
    }
    desk.keys("s");
    assert_eq!(desk.state.deliveries.rows().len(), 9);
}

#[test]
fn a_search_names_fields() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("4 /");
    assert!(desk.shows("words; or status:5xx profile:…"), "{}", desk.screen());
    desk.types("profile:bookings");
    assert!(!desk.shows("words; or"), "{}", desk.screen());
    let rows = desk.state.deliveries.rows();
    assert!(rows.len() == 4 && rows.iter().all(|row| row.profile_title == "Bookings"));
    desk.types(" status:late");
    assert!(desk.shows("status:late: use a status such as 404"), "{}", desk.screen());
    desk.keys("Esc /");
    desk.types("since:soon");
    assert!(desk.shows("since:soon: 'soon' is not a time"), "{}", desk.screen());
}

#[test]
fn filters_by_the_selected_profile() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("j 4 p");
    assert!(desk.line("4 Deliveries").contains("Bookings"));
    assert!(desk.state.deliveries.rows().iter().all(|r| r.profile_title == "Bookings"));
    assert_eq!(desk.state.deliveries.rows().len(), 4);
    desk.happens(one_more);
    assert_eq!(desk.state.deliveries.rows().len(), 4, "a delivery of another profile stays out");
    desk.keys("p");
    assert_eq!(desk.state.deliveries.rows().len(), 10);
    desk.keys("1 j j j 4 p");
    assert!(desk.shows("no matches"), "{}", desk.screen());
}

#[test]
fn the_title_counts_what_matches_and_what_there_is() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    let title = |desk: &Desk| desk.line("4 Deliveries");
    assert!(title(&desk).contains(" 9 ╮"), "{}", desk.screen());
    desk.keys("4 s s s");
    assert!(title(&desk).contains(" failed · 2 of 9 ┓"), "{}", desk.screen());
    desk.keys("p");
    assert!(title(&desk).contains(" failed · Order SMS · 1 of 9 ┓"), "{}", desk.screen());
    desk.keys("s s p / ").types("bookings");
    assert!(title(&desk).contains(" /bookings · 4 of 9 ┓"), "{}", desk.screen());
}

/// 1200 deliveries of the first profile, and 9 of both.
fn many() -> World {
    let world = sample::log();
    (0..1200).for_each(|_| one_more(&world));
    world
}

#[test]
fn a_count_is_never_more_than_is_known() {
    let mut desk = Desk::new(120, 40).of(many());
    assert!(desk.line("4 Deliveries").contains(" 1 209 ╮"), "{}", desk.screen());
    let marks = |desk: &Desk| desk.line(" of 1 209 ");
    assert!(marks(&desk).contains("1 of 1 209 ↓1 199╯"), "{}", desk.screen());
    // Rows that were loaded are known, and whether there are more; until they are counted.
    desk.keys("4").delays_effects().keys("p");
    assert!(!desk.line("4 Deliveries").contains(" of "), "{}", desk.screen());
    desk.runs_effects();
    assert!(desk.line("4 Deliveries").contains("Order SMS · 1 205 of 1 209 ┓"), "{}", desk.screen());
    let query = desk.state.deliveries.query();
    desk.receives(Message::Matching(query, BoundedCount::at_least(1_000)));
    assert!(desk.line("4 Deliveries").contains("Order SMS · 1 000+ of 1 209 ┓"), "{}", desk.screen());
    // A search has found so many until it ends.
    desk.keys("p /").types("order");
    assert!(desk.line("4 Deliveries").contains("/order · 200+ of 1 209 ┓"), "{}", desk.screen());
    desk.types(" bookings");
    assert!(desk.line("4 Deliveries").contains("/order bookings · 4 of 1 209 ┓"), "{}", desk.screen());
}

#[test]
fn the_deliveries_are_those_of_the_profile_that_is_selected() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    let titles = |desk: &Desk| {
        let rows = desk.state.deliveries.rows();
        let mut titles: Vec<_> = rows.iter().map(|row| row.profile_title.clone()).collect();
        titles.dedup();
        titles
    };
    desk.keys("f");
    assert_eq!(titles(&desk), ["Order SMS"]);
    assert_eq!(desk.notice(), "Deliveries: Order SMS (follows the selection)");
    desk.keys("j");
    assert_eq!(titles(&desk), ["Bookings"]);
    assert!(desk.line("4 Deliveries").contains("Bookings · 4 of 9 ╮"), "{}", desk.screen());
    desk.keys("j");
    assert!(titles(&desk).is_empty() && desk.shows("no matches"), "{}", desk.screen());
    // The selection moves faster than rows come: only the last ones are shown.
    desk.delays_effects().keys("k k j").runs_effects();
    assert_eq!(titles(&desk), ["Bookings"]);
    // What is tested is shown, and the filter stays.
    desk.keys("t ctrl+t");
    assert_eq!(titles(&desk), ["Bookings"]);
    assert_eq!(desk.state.deliveries.rows().len(), 5, "{}", desk.screen());
    desk.keys("f");
    assert!(desk.notice().starts_with("Deliveries: all profiles"), "{}", desk.notice());
    assert_eq!(desk.state.deliveries.rows().len(), 10);
    let mut narrow = Desk::new(80, 24).of(sample::log());
    narrow.keys("f");
    assert!(narrow.notice().ends_with(" · 4 shows them"), "{}", narrow.screen());
}

#[test]
fn results_of_an_outdated_filter_are_ignored() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4").delays_effects();
    desk.keys("s s").runs_effects();
    let states: Vec<_> = desk.state.deliveries.rows().iter().map(|r| number(r.id)).collect();
    assert_eq!(states, [2, 1]);
}

#[test]
fn actions_apply_to_the_selected_delivery() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4 j j r");
    assert_eq!(desk.requested(), ["retry 7"]);
    assert_eq!(desk.notice(), "Retrying now");
    desk.keys("c");
    assert_eq!(desk.requested(), ["cancel 7"]);
    assert!(desk.line("▌14:01:40").contains("cancelled"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(desk.requested(), ["copy 00000000-0000-0000-0000-000000000007"]);
    desk.keys("a");
    assert_eq!(desk.requested(), ["again 7"]);
    assert_eq!(selected(&desk), 7, "the next key acts on the same one");
    desk.keys("F");
    assert!(desk.line("▌14:02:10").contains("again "), "{}", desk.screen());
}

#[test]
fn a_resend_keeps_filter_and_selection() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("1 j 4 p /").types("failed").keys("enter");
    let (before, filter) = (selected(&desk), desk.state.deliveries.query());
    assert_eq!(before, 4, "{}", desk.screen());
    desk.keys("a");
    assert_eq!(desk.requested(), ["again 4"]);
    let now = desk.state.deliveries.query();
    assert_eq!((now.profile, now.text, now.show), (filter.profile, filter.text, filter.show));
    assert_eq!(selected(&desk), before, "{}", desk.screen());
    desk.happens(|world| world.answered(10, 200, sample::start()));
    assert_eq!(desk.notice(), "Bookings resent · delivered · 200 in 84 ms");
    // The newest one is followed until then: it stays the selected one, too.
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4 s s s a");
    assert_eq!((selected(&desk), desk.state.deliveries.is_following()), (4, false), "{}", desk.screen());
}

#[test]
fn a_delivered_one_is_resent_only_after_a_question() {
    for open in ["", "enter"] {
        let mut desk = Desk::new(120, 40).of(sample::log());
        desk.keys("4 s s").keys(open).keys("a");
        assert!(desk.shows("Already delivered. Resend to Bookings?"), "{}", desk.screen());
        desk.keys("n");
        assert_eq!(desk.requested(), [""; 0]);
        desk.keys("a y");
        assert_eq!(desk.requested(), ["again 2"]);
        assert!(desk.state.overlay.is_none(), "{}", desk.screen());
    }
}

#[test]
fn one_key_shows_what_failed() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    assert!(desk.shows("! Failed"), "{}", desk.screen());
    desk.keys("4 p /").types("delivered").keys("enter 1 !");
    let states: Vec<_> = desk.state.deliveries.rows().iter().map(|row| number(row.id)).collect();
    assert_eq!((states, desk.state.focus.number()), (vec![4, 3], 4), "{}", desk.screen());
    assert_eq!(desk.notice(), "Deliveries: failed, all profiles · ! shows all again");
    // Another filter names what stays of this one.
    desk.keys("1 f");
    assert_eq!(desk.notice(), "Deliveries: Order SMS (follows the selection) · failed only · 4 shows them");
    desk.keys("f");
    assert_eq!(desk.notice(), "Deliveries: all profiles · failed only · 4 shows them");
    desk.keys("4 !");
    assert_eq!((desk.state.deliveries.rows().len(), desk.notice()), (9, "Deliveries: all".to_owned()));
    desk.keys("! 1 /").types("book").keys("enter 4 /").types("bookings").keys("enter 1 f");
    let notice = "Deliveries: Bookings (follows the selection) · failed only · /bookings · 4 shows them";
    assert_eq!(desk.notice(), notice);
    let mut desk = Desk::new(80, 24).of(sample::world());
    assert!(!desk.shows("! Failed"), "{}", desk.screen());
    desk.keys("!");
    assert_eq!(desk.notice(), "Failed: no delivery has failed");
    // So does the palette, before anything that sends.
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys(":").types("failed").keys("enter");
    assert_eq!((desk.requested(), desk.state.deliveries.rows().len()), (Vec::<String>::new(), 2));
}

#[test]
fn what_cannot_be_done_says_why() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.receives(Message::SenderStatus(sample::sender_status()));
    desk.keys("4 r");
    assert_eq!(desk.notice(), "Retry now: it is being sent right now");
    desk.keys("G r");
    assert_eq!(desk.notice(), "Retry now: it has ended: a resends it");
    desk.keys("c");
    assert_eq!(desk.notice(), "Cancel: it has already ended");
    desk.keys("enter r");
    assert!(desk.notice().ends_with("it has ended: a resends it"), "{}", desk.notice());
    desk.keys("s");
    assert!(desk.notice().starts_with("State: "), "{}", desk.notice());
    assert_eq!(desk.requested(), [""; 0]);
    let mut desk = Desk::new(120, 40).of(World::default());
    for key in ["enter", "r", "c", "a", "y"] {
        desk.keys("4").keys(key);
        assert!(desk.notice().ends_with(": no delivery is selected"), "{}", desk.notice());
    }
}

#[test]
fn details_show_request_and_responses_and_can_be_copied() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4 G enter");
    assert!(desk.shows("POST https://hooks.example/sms") && desk.shows("1st attempt · 200 · 84 ms"));
    assert!(desk.shows("\"status\": \"DELIVRD\"") && desk.shows("thank you"), "{}", desk.screen());
    desk.requested();
    desk.keys("y");
    let copied = desk.requested().join("");
    assert!(copied.contains("webhook-id: 00000000-0000-0000-0000-000000000001"), "{copied}");
    desk.keys("esc");
    assert!(desk.state.overlay.is_none());
}

#[test]
fn a_long_log_is_loaded_page_by_page() {
    let world = sample::world();
    (0..500).for_each(|_| one_more(&world));
    let mut desk = Desk::new(80, 24).of(world);
    assert_eq!(desk.state.deliveries.rows().len(), 200);
    desk.keys("4 end end end end");
    assert_eq!(desk.state.deliveries.rows().len(), 500);
    assert_eq!(selected(&desk), 1);
    desk.happens(one_more);
    assert_eq!(selected(&desk), 1, "news from the top leaves the choice at the bottom");
}

/// The rows of the list after this search was typed, by the numbers of their ids.
fn found(desk: &mut Desk, text: &str) -> Vec<u128> {
    desk.keys("4 / ctrl+u").types(text).keys("enter");
    desk.state.deliveries.rows().iter().map(|row| number(row.id)).collect()
}

#[test]
fn a_word_for_a_state_filters_by_state() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    let values = desk.world.tables().deliveries[2].details.values.clone();
    let has = |value: &serde_json::Value| value.as_str().is_some_and(|text| text.contains("delivered"));
    assert!(values.members().values().any(has), "one that failed has the word in a value: {values:?}");
    assert_eq!(found(&mut desk, "delivered"), [2, 1]);
    assert_eq!(found(&mut desk, "failed order sms"), [3]);
    assert!(found(&mut desk, "\"delivered\"").contains(&3), "in quotes it is text");
    assert_eq!(found(&mut desk, "sms-send order timeout"), [3]);
    assert_eq!(found(&mut desk, "2025-04-17").len(), 9, "they are all of that day");
    assert_eq!(found(&mut desk, "2025-04-18").len(), 0);
}

#[test]
fn details_scroll_to_the_match_of_the_search() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    assert_eq!(found(&mut desk, "failed thank"), [4, 3]);
    desk.keys("j");
    desk.keys("enter");
    assert!(desk.line("thank you").contains("thank you") && desk.shows("/thank"), "{}", desk.screen());
    let before = desk.cursor();
    desk.keys("n");
    assert_ne!(desk.cursor(), before, "and so is the next place");
    desk.keys("esc");
    assert!(
        !desk.shows("Delivery ━") && desk.shows("/failed thank"),
        "one key leads back\n{}",
        desk.screen()
    );
}

/// The row marks matches; a match that it does not show is named beneath the list, for the selected delivery.
#[test]
fn a_filter_shows_the_matches() {
    let world = sample::log();
    world.tables().deliveries[2].details.attempts[2].response_body =
        b"{\"reason\": \"invalid signature\",\n \"order\": \"no. 5999\"}".to_vec();
    let mut desk = Desk::new(120, 30).of(world);
    let beneath = |desk: &Desk| desk.screen().lines().rev().nth(2).unwrap_or_default().to_owned();
    for (typed, place) in [
        ("5999", "response body  {\"reason\": \"invalid signature\", \"order\": \"no. 5999\"}"),
        ("hooks.example", "url  https://hooks.example/sms"),
        ("00000000-0000-0000-0000-000000000003", "delivery  00000000-0000-0000-0000-000000000003"),
        ("2025-04-17", "accepted  2025-04-17T14:01:00"),
        ("sms-send", "event  sms-send"),
    ] {
        desk.keys("4 /").types(&format!("{typed} timed")).keys("enter");
        assert_eq!(desk.state.deliveries.rows().len(), 1, "{typed}: {}", desk.screen());
        assert!(beneath(&desk).contains(place), "{typed}: {}", desk.screen());
        desk.keys("esc");
    }
    desk.keys("/").types("order timed").keys("enter");
    assert_eq!(beneath(&desk).trim_matches(['┃', '│', ' ']), "", "the row shows it: {}", desk.screen());
    let marked = |desk: &Desk, text: &str| -> String {
        let (y, line) =
            desk.screen().lines().map(str::to_owned).enumerate().find(|(_, l)| l.contains(text)).unwrap();
        let cells = (0..u16::try_from(line.chars().count()).unwrap())
            .map(|x| &desk.cells()[(x, u16::try_from(y).unwrap())])
            .filter(|cell| cell.modifier.contains(ratatui::style::Modifier::UNDERLINED));
        cells.map(ratatui::buffer::Cell::symbol).collect()
    };
    assert_eq!(marked(&desk, "timed out"), "Ordertimed", "{}", desk.screen());
}

#[test]
fn unavailable_bulk_actions_are_not_offered() {
    let mut desk = Desk::new(200, 40).of(super::World::default());
    desk.keys("4");
    for words in ["Retry", "Cancel", "Resend"] {
        assert!(!desk.shows(words), "{words}: {}", desk.screen());
    }
    desk.keys("C");
    assert_eq!(desk.notice(), "Cancel all: no delivery is pending");
    let mut desk = Desk::new(200, 40).of(sample::log());
    desk.keys("4");
    for words in ["Ctrl+R Retry all", "C Cancel all", "A Resend all"] {
        assert!(desk.shows(words), "{words}: {}", desk.screen());
    }
    // No match of the filter is pending.
    desk.keys("/").types("link-local").keys("enter");
    assert!(!desk.shows("Cancel all") && desk.shows("A Resend all"), "{}", desk.screen());
}

#[test]
fn titles_are_complete_if_they_fit() {
    for columns in [60, 80, 120] {
        let mut desk = Desk::new(columns, 40).of(sample::log());
        desk.receives(Message::SenderStatus(sample::sender_status())).keys("4");
        assert!(!desk.shows("Order S…") && desk.shows("Order SMS sending"), "{}", desk.screen());
    }
}

#[test]
fn a_delivery_and_its_resend_lead_to_each_other() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4 s s s");
    let failed = desk.state.deliveries.selected().unwrap().id;
    desk.keys("[");
    assert_eq!(desk.notice(), "Original: it resends no other delivery");
    desk.keys("]");
    assert_eq!(desk.notice(), "Latest resend: it was not resent");
    desk.keys("a s s");
    let resend = desk.state.deliveries.selected().unwrap().id;
    assert!(resend != failed && desk.line("resent").contains("from 00000000-0000"), "{}", desk.screen());

    desk.effects();
    desk.keys("[");
    let loads = desk.effects().into_iter().filter(|effect| matches!(effect, Effect::LoadDetails(_))).count();
    assert_eq!(loads, 1, "the linked delivery is loaded once, in the list or not");
    assert!(desk.shows(&format!("resent    as {resend} · queued")), "{}", desk.screen());
    desk.happens(|world| world.answered(super::world::number(resend), 200, sample::start()));
    assert!(desk.shows(&format!("resent    as {resend} · delivered · 200")), "{}", desk.screen());
    desk.keys("]");
    assert!(desk.shows(&format!("resent    from {failed} · failed")), "{}", desk.screen());
    desk.keys("[ esc");
    assert_eq!(desk.state.deliveries.selected().unwrap().id, failed, "it is selected in the list");
    assert!(
        desk.line("resent ").contains("· delivered") || desk.shows("delivered · 200"),
        "{}",
        desk.screen()
    );
    // What is gone is said to be gone.
    desk.keys("enter").happens(|world| {
        world.tables().remove(resend);
    });
    assert!(desk.line("resent  ").contains("no longer in the log"), "{}", desk.screen());
    desk.keys("]");
    assert_eq!(desk.notice(), "Latest resend: its resend is no longer in the log");
}
