//! What becomes of bulk resends and retries: reported when it is known, and listed in a window.

use crate::console::model::effect::Effect;

use super::world::World;
use super::{Desk, sample};

/// Ends resends, in the order of their acceptance, with these statuses of all of their attempts.
fn end_queued(world: &World, statuses: &[u16]) {
    let queued: Vec<u128> = {
        let tables = world.tables();
        let rows = tables.deliveries.iter().map(|stored| &stored.details.summary);
        let new = rows.filter(|row| row.resent_from.is_some() && row.state.is_pending());
        new.map(|row| super::world::number(row.id)).collect()
    };
    let is_pending = |n: u128| {
        let tables = world.tables();
        let mut rows = tables.deliveries.iter().map(|stored| &stored.details.summary);
        rows.any(|row| super::world::number(row.id) == n && row.state.is_pending())
    };
    for (n, status) in queued.into_iter().zip(statuses) {
        while is_pending(n) {
            world.answered(n, *status, sample::start());
        }
    }
}

#[test]
fn the_result_of_a_resend_is_reported_and_its_failures_are_two_keys_away() {
    let mut desk = Desk::new(80, 24).of(sample::log());
    desk.keys("4 A y");
    assert_eq!(desk.notice(), "Resending: 2");
    // Progress, while it is not finished.
    desk.keys("B");
    assert!(desk.shows("2 resent: 2 pending"), "{}", desk.screen());
    assert!(desk.line("What").contains("failed deliveries of all profiles"), "{}", desk.screen());
    desk.keys("enter");
    assert_eq!(desk.notice(), "Failed: none of them has failed");
    desk.keys("esc");
    desk.happens(|world| end_queued(world, &[200]));
    desk.later(1000);
    desk.happens(|world| end_queued(world, &[500]));
    desk.later(1000);
    assert_eq!(desk.notice(), "2 resent: 1 delivered, 1 failed · B shows it");
    desk.keys("B");
    assert!(desk.shows("✗") && desk.shows("2 resent: 1 delivered, 1 failed"), "{}", desk.screen());
    desk.keys("enter");
    let rows = desk.state.deliveries.rows();
    assert!(rows.len() == 1 && rows[0].last_status == Some(500) && rows[0].resent_from.is_some(), "{rows:?}");
    assert!(desk.line("4 Deliveries ─").contains("failed · resend of "), "{}", desk.screen());
    // What is resent of these is of this action only.
    desk.keys("A");
    assert!(desk.shows("Resend 1 failed delivery of the resend of"), "{}", desk.screen());
    desk.keys("n B a");
    assert_eq!(desk.state.deliveries.rows().len(), 2);
    desk.keys("esc");
    assert_eq!(desk.state.deliveries.rows().len(), 11, "Esc shows all again: {}", desk.screen());
    desk.keys("B enter !");
    assert!(!desk.line("4 Deliveries ─").contains("resend of"), "{}", desk.screen());
}

#[test]
fn an_action_of_an_earlier_session_is_still_reported() {
    let world = sample::log();
    let mut desk = Desk::new(120, 36).of(world.clone());
    desk.keys("4 A y");
    drop(desk);
    let mut desk = Desk::new(120, 36).of(world);
    desk.happens(|world| end_queued(world, &[200, 200]));
    desk.later(1000);
    assert_eq!(desk.notice(), "2 resent: 2 delivered · B shows it");
    desk.keys("B");
    assert!(desk.shows("Bulk actions (1)") && desk.shows("●"), "{}", desk.screen());
    assert!(!desk.line("2 resent").contains("pending"));
}

#[test]
fn nothing_is_read_while_nothing_is_going_on() {
    let loads = |desk: &mut Desk| {
        desk.effects().iter().filter(|effect| matches!(effect, Effect::LoadBulkActions)).count()
    };
    let mut desk = Desk::new(80, 24).of(sample::log());
    loads(&mut desk);
    desk.happens(|world| world.answered(9, 200, sample::start()));
    desk.later(5000);
    assert_eq!(loads(&mut desk), 0);
    desk.keys("B");
    assert!(desk.shows("None yet: in the deliveries, A resends"), "{}", desk.screen());
    assert_eq!(loads(&mut desk), 1);
    desk.keys("enter");
    assert_eq!(desk.notice(), "Failed: there are none");
    desk.keys("esc");
    assert!(desk.state.overlay.is_none());
}
