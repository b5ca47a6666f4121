//! A log that can be read while it grows.

use crate::callback::Values;
use crate::record::{DeliveryId, Kind};

use super::world::{World, number};
use super::{Desk, sample};

fn come(count: usize) -> impl Fn(&World) {
    move |world| {
        for _ in 0..count {
            let profile = world.tables().profiles[0].clone();
            let event = profile.events.first().copied();
            world.accept(Kind::Event, &profile, event, &Values::samples(event, &[]), sample::start());
        }
    }
}

fn selected(desk: &Desk) -> u128 {
    number(desk.state.deliveries.selected().unwrap().id)
}

/// The lines of the list on the screen.
fn list(desk: &Desk) -> Vec<String> {
    let screen = desk.screen();
    let inside = |line: &&str| line.starts_with("┃ 1") || line.starts_with("┃▌1");
    screen.lines().filter(inside).map(|line| line.chars().take(70).collect()).collect()
}

#[test]
fn new_deliveries_do_not_move_the_rows_being_read() {
    let world = sample::world();
    come(300)(&world);
    let mut desk = Desk::new(80, 24).of(world);
    desk.keys("4 pgdn pgdn k k");
    let (before, at) = (list(&desk), desk.cursor());
    let id = selected(&desk);
    for _ in 0..4 {
        desk.happens(come(30));
        assert_eq!((list(&desk), desk.cursor(), selected(&desk)), (before.clone(), at, id));
    }
    assert!(desk.shows("Deliveries ─ not following · 120 new"), "{}", desk.screen());
    desk.keys("j k");
    assert_eq!((list(&desk), desk.cursor()), (before, at), "nor what moving shows");
    desk.keys("g g k");
    assert_eq!(selected(&desk), 300, "the top is where it was");
    assert_eq!(desk.notice(), "120 new: F goes to the newest");
    desk.keys("F");
    assert!(desk.shows("Deliveries ─ following") && selected(&desk) == 420, "{}", desk.screen());
    desk.happens(come(1));
    assert_eq!(selected(&desk), 421);
}

#[test]
fn the_count_of_new_deliveries_is_capped() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("4 j").happens(come(999));
    assert!(desk.shows("not following · 999 new"), "{}", desk.screen());
    desk.happens(come(20_000));
    assert!(desk.shows("not following · 999+ new"), "{}", desk.screen());
    assert_eq!(desk.state.deliveries.rows().len(), 9, "and none of them is read");
    assert_eq!(selected(&desk), 8);
}

#[test]
fn the_count_is_shown_beside_a_filter_on_a_small_screen() {
    let mut desk = Desk::new(60, 16).of(sample::log());
    desk.keys("4 s p j").happens(come(10));
    assert!(desk.shows("4 Deliveries ─ 10 new ") && desk.shows(" pending · Order SMS "), "{}", desk.screen());
    desk.resized(80, 24);
    assert!(desk.shows("Deliveries ─ not following · 10 new "), "{}", desk.screen());
}

#[test]
fn only_matching_deliveries_are_counted() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4 s s j").happens(come(5));
    assert!(
        desk.shows("not following · 0 new"),
        "a queued one is not among the delivered\n{}",
        desk.screen()
    );
    let now = desk.state.now;
    desk.happens(|world| world.answered(12, 200, now));
    assert!(desk.shows("not following · 1 new"), "{}", desk.screen());
}

#[test]
fn if_the_selected_delivery_disappears_the_next_older_one_is_selected() {
    let world = sample::world();
    come(60)(&world);
    let mut desk = Desk::new(80, 24).of(world);
    desk.keys("4 pgdn pgdn");
    let (id, at) = (selected(&desk), desk.cursor());
    let gone = |of: u128| {
        move |world: &World| world.tables().deliveries.retain(|d| number(d.details.summary.id) != of)
    };
    // Retention deletes the oldest rows, a person any: if rows above are gone, the selection stays on its line.
    desk.happens(gone(59)).happens(gone(58));
    assert_eq!((selected(&desk), desk.cursor()), (id, at));
    desk.happens(gone(id));
    assert_eq!((selected(&desk), desk.cursor()), (id - 1, at));
    desk.happens(|world| world.tables().deliveries.clear());
    assert!(
        desk.state.deliveries.selected().is_none() && desk.shows("nothing sent yet"),
        "{}",
        desk.screen()
    );
}

#[test]
fn rows_requested_before_the_pause_are_not_shown() {
    let mut desk = Desk::new(120, 40).of(sample::log());
    desk.keys("4").delays_effects();
    // The request was made before the pause, and its result arrives after it.
    desk.happens(come(3)).keys("j").runs_effects();
    assert_eq!(selected(&desk), 8);
    assert!(desk.shows("not following · 3 new"), "{}", desk.screen());
    assert_eq!(
        desk.state.deliveries.rows().first().map(|r| r.id),
        Some(DeliveryId::from_bytes(9u128.to_be_bytes()))
    );
}
