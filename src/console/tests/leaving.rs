//! Saving, closing and quitting: nothing that was typed is lost.

use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::console::model::pane::Pane;
use crate::profile::{Channel, Draft};
use crate::storage::UnsavedDraft;

use super::editor::go_to;
use super::world::profile_id;
use super::{Desk, World, sample};

#[test]
fn a_profile_from_nothing_to_the_list() {
    let mut desk = Desk::new(120, 40).of(World::default());
    desk.keys("n").types("Order SMS").keys("tab right right");
    go_to(&mut desk, "Endpoint");
    desk.types("https://hooks.example/sms").keys("f4");
    assert!(desk.shows("[Advanced Configuration]"));
    desk.requested();
    desk.keys("shift+tab enter");
    assert_eq!(desk.requested(), ["save Order SMS", "drop f01"]);
    assert!(desk.notice().starts_with("Saved Order SMS · IN_"), "{}", desk.notice());
    assert!(desk.line("sms  POST").contains("▌Order SMS"), "{}", desk.screen());
}

#[test]
fn save_goes_to_the_first_field_with_an_error() {
    let mut desk = Desk::new(120, 40).of(World::default());
    desk.keys("n tab tab tab ctrl+s");
    assert!(desk.shows("▌Title") && desk.shows("✗ enter a title"), "{}", desk.screen());
    assert!(desk.shows("✗ enter an endpoint"));
    assert_eq!(desk.notice(), "Not saved · Title: enter a title · and 1 more");
    assert_eq!(desk.requested(), ["fresh"]);
}

#[test]
fn save_switches_steps_to_show_the_error() {
    let mut desk = Desk::new(120, 40).of(World::default());
    desk.keys("n ctrl+s f4 ctrl+s");
    assert!(desk.shows("[Basics]") && desk.shows("▌Title"), "{}", desk.screen());
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("G e f4");
    go_to(&mut desk, "Algorithm");
    desk.keys("tab backspace f4");
    assert!(desk.shows("[Basics]"));
    desk.keys("ctrl+s");
    assert!(
        desk.shows("[Advanced Configuration]")
            && desk.shows("▌Key")
            && desk.shows("✗ must be 16 characters (15 so far)"),
        "{}",
        desk.screen()
    );
}

#[test]
fn f2_saves_if_the_terminal_uses_ctrl_s() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types("X").keys("f2");
    assert_eq!(desk.world.tables().profiles[0].title.as_str(), "Order SMSX");
    desk.keys("f2");
    assert_eq!(desk.notice(), "Save: nothing has changed");
}

#[test]
fn text_typed_while_saving_is_not_lost() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types(" A");
    desk.delays_effects().keys("ctrl+s").types("B").runs_effects();
    assert_eq!(desk.world.tables().profiles[0].title.as_str(), "Order SMS A");
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().title, "Order SMS AB");
    assert!(desk.state.editor.as_ref().unwrap().is_changed());
    assert_eq!(desk.world.tables().drafts.len(), 1, "the draft on disk stays, too");
}

#[test]
fn esc_with_nothing_unsaved_closes_and_never_quits() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e esc");
    assert!(desk.state.editor.is_none() && desk.state.overlay.is_none());
    desk.keys("esc esc esc 4 esc esc 3 esc esc 2 esc");
    assert!(desk.requested().is_empty(), "what another session keeps of it stays");
}

#[test]
fn esc_asks_about_unsaved_changes() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types("X").keys("esc");
    assert!(desk.shows("y/Enter Save") && desk.shows("d Discard") && desk.shows("n/Esc Keep editing"));
    desk.keys("esc");
    assert!(desk.state.overlay.is_none() && desk.shows("Order SMSX"), "Esc stays");
    desk.requested();

    desk.keys("esc d");
    assert!(desk.state.editor.is_none());
    assert_eq!(desk.requested(), ["drop 1"]);
    assert_eq!(desk.world.tables().profiles[0].title.as_str(), "Order SMS");

    desk.keys("e").types("Y").keys("esc y");
    assert!(desk.state.editor.is_none(), "{}", desk.screen());
    assert_eq!(desk.world.tables().profiles[0].title.as_str(), "Order SMSY");
    assert_eq!(desk.state.focus, Pane::Profiles);
}

#[test]
fn saving_before_closing_stays_if_there_is_an_error() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types("!").keys("esc y");
    assert!(desk.shows("▌Title") && desk.notice().starts_with("Not saved"), "{}", desk.screen());
    desk.keys("backspace ctrl+s");
    assert!(desk.state.editor.is_some(), "a later save does not close the editor");
}

#[test]
fn a_failed_save_closes_nothing() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types("X").delays_effects();
    desk.keys("esc y").fails("the disk is full");
    assert_eq!(desk.notice(), "the disk is full");
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().title, "Order SMSX");
}

#[test]
fn an_unrelated_failure_does_not_affect_a_save() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types("X").delays_effects();
    desk.keys("esc y").receives(Message::StoreChanged).fails("the log cannot be read");
    assert_eq!(desk.notice(), "the log cannot be read");
    desk.keys("4");
    assert!(desk.state.editor.is_some(), "{}", desk.screen());
    desk.runs_effects();
    assert_eq!(desk.world.tables().profiles[0].title.as_str(), "Order SMSX");
    assert!(desk.state.editor.is_none(), "saved and closed: {}", desk.screen());
    assert_eq!(desk.state.focus, Pane::Deliveries, "and what was typed meanwhile came after it");
}

#[test]
fn opening_another_profile_waits_for_the_answer() {
    let mut desk = Desk::new(120, 40).of(sample::world());
    desk.keys("e").types("X").keys("f6 1 j enter");
    assert!(desk.shows("Save changes before opening the other profile?"));
    desk.keys("y");
    assert_eq!(desk.world.tables().profiles[0].title.as_str(), "Order SMSX");
    assert!(desk.line("Title ").contains("Bookings"), "{}", desk.screen());
    desk.types("Z").keys("f6 1 k e d");
    assert!(desk.line("Title ").contains("Order SMSX"), "{}", desk.screen());
    assert_eq!(desk.world.tables().profiles[1].title.as_str(), "Bookings");
}

#[test]
fn a_second_new_profile_asks_about_the_first() {
    let mut desk = Desk::new(120, 40).of(World::default());
    desk.keys("n").types("abc").keys("f6 1 n");
    assert!(desk.shows("Save changes?"), "{}", desk.screen());
}

#[test]
fn quitting_asks_about_unsaved_changes() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types("X").keys("ctrl+c");
    assert!(desk.shows("Quit?") && desk.shows("kept as a draft"));
    desk.keys("n");
    assert_eq!(desk.requested(), ["keep Order SMSX"]);
    desk.keys("f6 q y");
    assert_eq!(desk.requested(), ["quit"], "the draft stays on disk");
    assert_eq!(desk.world.tables().drafts.len(), 1);
    desk.keys("ctrl+c d");
    assert_eq!(desk.requested(), ["drop 1", "quit"]);
}

#[test]
fn quitting_without_unsaved_changes_does_not_ask() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e f6 q");
    assert_eq!(desk.requested(), ["quit"]);
}

#[test]
fn ctrl_c_quits_from_every_window() {
    for window in ["?", "R", "t", "t tab", "v n", "4 enter", "D"] {
        let mut desk = Desk::new(80, 24).of(sample::log());
        desk.keys(window).keys("ctrl+c");
        assert_eq!(desk.requested(), ["quit"], "{window}");
    }
}

#[test]
fn termination_does_not_ask_and_keeps_the_draft() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types("X").receives(Message::Terminate(15));
    assert_eq!(desk.requested(), ["keep Order SMSX", "quit"]);
}

#[test]
fn unsaved_drafts_are_restored_at_the_start() {
    let mut first = Desk::new(80, 24).of(sample::world());
    first.keys("e").types(" X").keys("ctrl+c y");
    let mut desk = Desk::new(80, 24).of(first.world);
    assert!(desk.shows("Order SMS X") && desk.shows("cannot be changed"), "{}", desk.screen());
    assert!(desk.notice().starts_with("Restored your unsaved draft"), "{}", desk.notice());
    desk.keys("ctrl+s");
    assert_eq!(desk.requested(), ["save Order SMS X", "drop 1"]);
    assert!(desk.world.tables().drafts.is_empty());
}

#[test]
fn new_drafts_are_restored_and_the_newest_is_opened() {
    let kept = |n, title: &str, seconds| UnsavedDraft {
        profile_id: profile_id(n),
        is_new: true,
        draft: Draft { title: title.into(), ..Draft::new(Channel::Voice) },
        edited_at: sample::start() - std::time::Duration::from_secs(seconds),
    };
    let drafts = vec![kept(7, "Older", 60), kept(8, "Newer", 30), kept(9, "Oldest", 90)];
    let world = World::default();
    world.tables().drafts = drafts;
    let mut desk = Desk::new(80, 24).of(world);
    assert!(desk.line("Title").contains("Newer"), "{}", desk.screen());
    assert!(desk.line("Channel").contains("[voice]"), "a new one's channel can still change");
    desk.keys("esc d");
    assert_eq!(desk.world.tables().drafts.len(), 2, "only the discarded one is dropped");
}

#[test]
fn a_screen_that_is_too_small_only_accepts_quit() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types("X").resized(40, 10);
    desk.requested();
    desk.types("abc").pastes("xyz").keys("esc ctrl+s tab f4");
    assert_eq!(desk.requested(), [""; 0]);
    desk.keys("ctrl+c");
    let effects = desk.effects();
    assert!(matches!(effects.as_slice(), [Effect::Quit]), "no question can be seen: {effects:?}");
    assert_eq!(desk.world.tables().drafts.len(), 1);
    desk.resized(80, 24);
    assert_eq!(desk.state.editor.as_ref().unwrap().draft().title, "Order SMSX");
}

#[test]
fn the_next_step_waits_for_the_save() {
    let mut desk = Desk::new(80, 24).of(sample::world());
    desk.keys("e").types(" B");
    desk.delays_effects();
    desk.keys("ctrl+s esc");
    desk.runs_effects();
    assert!(desk.state.editor.is_none() && desk.state.overlay.is_none(), "{}", desk.screen());
    assert_eq!(desk.world.tables().profiles[0].title.as_str(), "Order SMS B");
}
