//! `ringback demo` without a terminal: the demo as text.

use crate::support::cli::{On, Place, Running, nothing_starts_with};

#[test]
fn the_text_demo_runs_to_its_end() {
    let place = Place::new();
    let demo = place.run(&["demo"]);
    assert_eq!((demo.code, demo.err.as_str()), (Some(0), ""));
    let story = [
        "throwaway database",
        "Order SMS ",
        "disabled",
        "Test of Order SMS",
        "\n1st attempt  500 Internal Server Error  ",
        "\nwait 1 s",
        "\n1st retry  200 OK  ",
        "\nCallback profile tested · delivered after 1 retry\n",
        "What the receiver saw",
        "POST /orders/sms  → 500",
        "status = DELIVRD",
        "POST /orders/sms  → 200",
    ];
    let mut rest = demo.out.as_str();
    for part in story {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("no '{part}' in\n{}", demo.out)).1;
    }
    assert!(!place.db().exists());
    assert!(nothing_starts_with(&place.path(""), "ringback-demo"));
}

#[test]
fn an_interrupted_demo_leaves_nothing() {
    let place = Place::new();
    let mut demo = Running::start(place.command(&["demo"]));
    demo.line(On::Out, "wait 1 s");
    assert!(!nothing_starts_with(&place.path(""), "ringback-demo"));
    demo.interrupt();
    demo.line(On::Err, "the demo has ended");
    assert_eq!(demo.code(), Some(130));
    assert!(nothing_starts_with(&place.path(""), "ringback-demo"));
}
