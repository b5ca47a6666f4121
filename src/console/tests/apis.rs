//! The HTTP API in the top line: shown while one runs on this machine, in ever fewer columns.

use std::time::Duration;

use crate::console::model::effect::Effect;
use crate::console::model::message::Message;
use crate::console::terminal::timers::tick;
use crate::console::theme::Theme;
use crate::delivery::{SenderRole, SenderStatus};
use crate::storage::sender_info::host_name;
use crate::storage::{Describe as _, RunningApi};

use super::{Desk, sample, shot};

fn api(host: &str, url: &str) -> RunningApi {
    RunningApi { host: host.to_owned(), pid: 4242, url: url.to_owned() }
}

fn usual() -> RunningApi {
    api(&host_name(), "http://127.0.0.1:9979")
}

fn desk(columns: u16, running: &[RunningApi]) -> Desk {
    let mut desk = Desk::new(columns, 24).of(sample::log());
    desk.receives(Message::SenderStatus(sample::sender_status()));
    desk.world.tables().apis = running.to_vec();
    desk.happens(|_| ());
    desk
}

fn top(desk: &Desk) -> String {
    desk.screen().lines().next().unwrap_or_default().to_owned()
}

/// How often the APIs were asked for since the last call.
fn asked(desk: &mut Desk) -> usize {
    desk.effects().iter().filter(|effect| matches!(effect, Effect::LoadApis)).count()
}

#[test]
fn in_colour_and_without() {
    for (name, theme) in [("colour", Theme::colour()), ("mono", Theme::mono())] {
        let mut shown = Vec::new();
        for (columns, lines) in [(120, 40), (80, 24), (60, 16)] {
            let mut desk = desk(columns, &[usual()]);
            desk.resized(columns, lines);
            desk.state.settings.theme = theme;
            let now = desk.state.now;
            desk.receives(Message::Now(now));
            shown.push(desk.styled());
        }
        shot(&format!("style_{name}_api"), &shown.join("\n\n"));
    }
}

#[test]
fn what_fits_is_shown() {
    for (columns, shown) in [(100, "  api 127.0.0.1:9979"), (85, "  api :9979"), (80, "  api")] {
        let desk = desk(columns, &[usual()]);
        assert!(top(&desk).ends_with(shown) && top(&desk).contains("orders.db"), "{columns}: {}", top(&desk));
    }
    assert!(!top(&desk(60, &[usual()])).contains("api"));
    let others = [usual(), api(&host_name(), "https://0.0.0.0:443")];
    assert!(top(&desk(120, &others)).ends_with("  api 127.0.0.1:9979 +1"));
    let mut desk = desk(120, &[usual()]);
    desk.receives(Message::Receiver(Some("127.0.0.1:9977".to_owned())));
    assert!(top(&desk).contains("sending   api 127.0.0.1:9979   receiver 127.0"), "{}", top(&desk));
}

#[test]
fn beside_a_standby_its_port_takes_the_place_of_the_process_that_sends() {
    let standby = |columns| {
        let mut desk = desk(columns, &[usual()]);
        let role = SenderRole::Standby(Some(4_194_304));
        desk.receives(Message::SenderStatus(SenderStatus { role, ..SenderStatus::default() }));
        top(&desk)
    };
    let (narrow, wide) = (standby(80), standby(120));
    assert!(narrow.ends_with("  api :9979") && narrow.contains("sender ○ standby · "), "{narrow}");
    assert!(wide.contains("○ standby: pid 4194304 sends") && wide.contains("  api "), "{wide}");
}

#[test]
fn that_of_another_machine_cannot_be_reached_from_here() {
    let mut desk = desk(120, &[api("another.example", "http://127.0.0.1:9979")]);
    assert!(!top(&desk).contains("api"), "{}", top(&desk));
    assert_eq!(asked(&mut desk), 1, "and is not watched");
}

#[test]
fn it_goes_when_it_stops_and_when_its_process_was_killed() {
    let mut desk = desk(120, &[]);
    assert_eq!(asked(&mut desk), 1);
    desk.keys("?").later(60_000);
    assert_eq!((tick(&desk.state), asked(&mut desk)), (None, 0), "nothing runs, and nothing is read");
    desk.keys("esc");
    let store = desk.world.store.clone();
    let announce = |url: Option<&str>| {
        let announced = store.announce_api(url.map(str::to_owned));
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(announced).unwrap();
    };
    announce(Some("http://127.0.0.1:9979"));
    desk.happens(|_| ());
    assert!(top(&desk).ends_with("api 127.0.0.1:9979"), "{}", top(&desk));
    announce(None);
    desk.happens(|_| ());
    assert!(!top(&desk).contains("api"), "{}", top(&desk));
    announce(Some("http://127.0.0.1:9979"));
    desk.happens(|_| ()).keys("?");
    // Nobody reports that it was killed.
    desk.world.tables().apis.clear();
    assert_eq!(tick(&desk.state), Some(Duration::from_secs(2)));
    desk.later(1999);
    assert!(top(&desk).contains("api"), "{}", top(&desk));
    desk.later(2);
    assert!(!top(&desk).contains("api"), "{}", top(&desk));
    assert_eq!(tick(&desk.state), None);
}
