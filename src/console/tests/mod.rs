//! The console from keys to screen, with its real effects on a store in memory: without terminal or network.

mod asked;
mod desk;
mod outside;
mod paint;
pub mod sample;
mod world;

mod actions;
mod apis;
mod bulk;
mod bulk_results;
mod bursts;
mod colours;
mod cut_off;
mod deliveries;
mod editor;
mod guide;
mod health;
mod keys;
mod leaving;
mod look;
mod mouse;
mod overview;
mod paused;
mod pausing;
mod preview;
mod profiles;
mod programs;
mod receiver;
mod recent;
mod screens;
mod seed_words;
mod senders;
mod sentences;
mod snippet;
mod storm;
mod styles;
mod testing;
mod text_view;
mod timers;
mod truth;
mod variables;

use desk::Desk;
use world::World;

/// Compares a screen with the snapshot of this name. The version is shown without its digits, so that a release
/// changes no screen.
fn shot(name: &str, screen: &str) {
    let version = env!("CARGO_PKG_VERSION");
    let digits: String = version.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
    let screen = screen.replace(&format!("ringback/{version}"), &format!("ringback/{digits}"));
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, screen));
}
