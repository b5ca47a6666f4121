//! `ringback serve` as a service of systemd.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use crate::serving::Serving;
use crate::support::cli::{On, Place, Running};
use crate::support::needs;

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

/// The same with the program of systemd that listens and passes its socket on: the first connection starts it.
#[test]
fn the_first_connection_starts_a_service_that_is_socket_activated() {
    let Some(activate) = needs::program("systemd-socket-activate") else { return };
    let place = Place::new();
    // Free a moment ago: the program takes no port 0.
    let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut command = Command::new(activate);
    command.args(["--listen", &addr, "-E", "HOME", "-E", "RINGBACK_DB"]);
    command.args([env!("CARGO_BIN_EXE_ringback"), "serve", "--insecure-no-auth"]);
    command.env("HOME", place.path("")).env("RINGBACK_DB", place.db());
    let program = Running::reading(command);
    program.line(On::Err, "Listening on");
    let serving = Serving { program, addr };
    assert_eq!(serving.get("/healthz").status, 200);
    assert!(serving.program.line(On::Out, "listening on http://").contains(&serving.addr));
}

/// What a socket unit for several programs passes on is refused, not guessed at.
#[test]
fn several_sockets_are_refused() {
    let Some(activate) = needs::program("systemd-socket-activate") else { return };
    let place = Place::new();
    let free = || TcpListener::bind("127.0.0.1:0").unwrap();
    let addrs = [free(), free()].map(|listener| listener.local_addr().unwrap().to_string());
    let mut command = Command::new(activate);
    command.args(["--listen", &addrs[0], "--listen", &addrs[1], "-E", "HOME", "-E", "RINGBACK_DB"]);
    command.args([env!("CARGO_BIN_EXE_ringback"), "serve", "--insecure-no-auth"]);
    command.env("HOME", place.path("")).env("RINGBACK_DB", place.db());
    let program = Running::reading(command);
    program.line(On::Err, "Listening on");
    let _first = std::net::TcpStream::connect(&addrs[0]).unwrap();
    program.line(On::Err, "the socket unit has several sockets");
}
