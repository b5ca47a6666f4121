//! How `ringback serve` starts, and what it refuses.

use serde_json::json;

use crate::serving::Serving;
use crate::support::cli::Place;
use crate::support::recorder::{Recorder, events};

#[test]
fn it_responds_and_sends() {
    let place = Place::new();
    let endpoint = Recorder::taking();
    let id = place.apply(&endpoint.profile(0)).remove(0);
    let serving = Serving::open(&place);
    let health = serving.get("/healthz");
    assert_eq!((health.status, health.json()), (200, json!({"status": "ok"})));
    assert_eq!(health.header("content-type"), "application/json");

    let file = place.file("events.ndjson", &events(&id, "", 3));
    assert_eq!(place.run(&["send", "--from", &file, "--no-wait"]).code, Some(0));
    endpoint.wait("what another session accepted", |book| book.len() == 3);
}

#[test]
fn unknown_paths_and_methods_have_the_envelope() {
    let place = Place::new();
    let serving = Serving::open(&place);
    let none = serving.get("/v2/x");
    assert_eq!(
        (none.status, none.json()),
        (
            404,
            json!({
                "code": "RBK404", "message": "Not found", "data": {},
                "error": [{"params": "no path /v2/x: GET /openapi.json lists the paths"}], "status": 404,
            })
        )
    );
    let wrong = serving.request("DELETE", "/healthz", &[], "");
    assert_eq!((wrong.status, wrong.json()["code"].clone()), (405, json!("RBK405")));
    assert!(wrong.header("allow").contains("GET"), "{wrong:?}");
}

#[test]
fn without_a_key_it_listens_on_loopback_only() {
    let place = Place::new();
    for open in ["0.0.0.0:0", "[::]:0"] {
        place
            .run(&["serve", "--listen", open, "--insecure-no-auth"])
            .refused(2, &["allowed on a loopback address only"]);
    }
}

#[test]
fn a_used_port_is_reported() {
    let place = Place::new();
    let serving = Serving::open(&place);
    place
        .run(&["serve", "--listen", &serving.addr, "--insecure-no-auth"])
        .refused(1, &[&format!("cannot listen on {}: the port is in use", serving.addr)]);
}
