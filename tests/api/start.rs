//! How `ringback serve` starts, and what it refuses.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::serving::Serving;
use crate::support::cli::{On, Place, Running};
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
                "error": [{"params": "no path /v2/x; see docs/api.md for the paths"}], "status": 404,
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

/// As under `Type=notify`.
#[test]
fn systemd_learns_when_it_is_ready_and_when_it_stops() {
    let place = Place::new();
    let socket = place.path("notify");
    let notified = UnixDatagram::bind(&socket).unwrap();
    notified.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut command = place.command(&["serve", "--listen", "0", "--insecure-no-auth"]);
    command.env("NOTIFY_SOCKET", &socket);
    let mut program = Running::start(command);
    let mut state = [0; 64];
    let mut next = || {
        let n = notified.recv(&mut state).unwrap();
        String::from_utf8_lossy(&state[..n]).into_owned()
    };
    assert_eq!(next(), "READY=1\n");
    program.signal("TERM");
    assert_eq!(next(), "STOPPING=1\n");
    assert_eq!(program.code(), Some(0));
}

/// As under a socket unit: the shell passes a listening socket on as descriptor 3.
#[test]
fn it_serves_on_a_socket_of_systemd() {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    // Sockets of this process end when a program starts, but the standard streams do not.
    let script = "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" serve --insecure-no-auth";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_ringback")]);
    command.env("HOME", place.path("")).env("RINGBACK_DB", place.db()).stdin(OwnedFd::from(listener));
    let program = Running::reading(command);
    assert!(program.line(On::Out, "listening on http://").contains(&addr));
    let serving = Serving { program, addr };
    assert_eq!(serving.get("/healthz").status, 200);
}
