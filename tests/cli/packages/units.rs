//! The units of systemd: they are valid, restrict the services, and fit the program and the package.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::unit_file::UnitFile;
use super::{assets, source};
use crate::support::cli::{Place, ran};
use crate::support::needs;

const SERVICES: [&str; 2] = ["ringback-serve.service", "ringback-work.service"];

/// The units of systemd that these refer to.
const OTHERS: [&str; 8] = [
    "basic.target",
    "multi-user.target",
    "network-online.target",
    "nss-lookup.target",
    "shutdown.target",
    "sockets.target",
    "sysinit.target",
    "-.mount",
];

/// The most that `systemd-analyze security` may find, in tenths: from 0, best, to 100. systemd 252 finds 12.
const MOST_EXPOSED: &str = "20";

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("SYSTEMD_PAGER", "").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// systemd reads them without a word.
#[test]
fn systemd_understands_every_unit() {
    let Some(analyze) = needs::program("systemd-analyze") else { return };
    let place = Place::new();
    let (units, programs) = (place.path("usr/lib/systemd/system"), place.path("usr/bin"));
    std::fs::create_dir_all(&units).unwrap();
    std::fs::create_dir_all(&programs).unwrap();
    std::fs::write(programs.join("ringback"), "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(programs.join("ringback"), Permissions::from_mode(0o755)).unwrap();
    for name in OTHERS {
        let text = if name == "-.mount" { "[Mount]\nWhat=/dev/root\nWhere=/\n" } else { "[Unit]\n" };
        std::fs::write(units.join(name), text).unwrap();
    }
    let mut names = Vec::new();
    for unit in std::fs::read_dir(source("packaging/systemd")).unwrap() {
        let unit = unit.unwrap();
        std::fs::copy(unit.path(), units.join(unit.file_name())).unwrap();
        names.push(unit.file_name());
    }
    assert_eq!(names.len(), SERVICES.len() + 1, "{names:?}");
    let mut verify = command(&analyze);
    verify.arg("verify").arg("--man=no").arg(format!("--root={}", place.path("").display())).args(names);
    let verified = ran(verify);
    assert_eq!((verified.code, &*verified.out, &*verified.err), (Some(0), "", ""), "{verified:?}");
}

#[test]
fn services_are_little_exposed() {
    let Some(analyze) = needs::program("systemd-analyze") else { return };
    for name in SERVICES {
        let mut security = command(&analyze);
        security.args(["security", "--offline=true", "--no-pager", "--threshold", MOST_EXPOSED]);
        security.arg(source("packaging/systemd").join(name));
        let judged = ran(security);
        assert_eq!(judged.code, Some(0), "{name}: {}\n{}", judged.out, judged.err);
        assert!(judged.out.contains("Overall exposure level"), "{judged:?}");
    }
}

#[test]
fn services_run_what_the_program_has() {
    let place = Place::new();
    for name in SERVICES {
        let unit = UnitFile::packaged(name);
        let mut arguments = unit.arguments();
        arguments.push("--help");
        let help = place.run(&arguments);
        assert_eq!((help.code, help.err.as_str()), (Some(0), ""), "{help:?}");
        // Both work on what the package brings, and on one database in the folder that systemd makes for them.
        let mut located = place.command(&["config", "path", "--json"]);
        located.envs(unit.variables());
        let located = ran(located).json();
        assert_eq!(
            (&located["path"], &located["source"]),
            (&serde_json::json!("/etc/ringback/config.toml"), &serde_json::json!("environment"))
        );
        let state = format!("/var/lib/{}", unit.one("StateDirectory"));
        assert_eq!(Path::new(unit.variables()["RINGBACK_DB"]).parent(), Some(Path::new(&state)), "{name}");
        let postinst = super::text("packaging/debian/postinst");
        assert!(postinst.contains(&format!("--home {state} ")) && postinst.contains(&format!(" {state}\n")));
        assert!(postinst.contains(&format!(" {}\n", unit.one("User"))), "{name}");
        let log = format!("\"/var/log/{}/", unit.one("LogsDirectory"));
        assert!(super::text("packaging/config.toml").contains(&log), "{log}");
        let environment = unit.one("EnvironmentFile").strip_prefix("-/etc/ringback/").unwrap();
        for file in ["config.toml", environment] {
            let packaged = assets()
                .into_iter()
                .any(|(from, to)| from == format!("packaging/{file}") && to == "etc/ringback/");
            assert!(packaged, "{file}");
        }
    }
}

/// The two differ in what they run, and in nothing that restricts them.
#[test]
fn both_services_have_the_same_restrictions() {
    let restrictions = |name: &str| {
        let text = super::text(&format!("packaging/systemd/{name}"));
        text.split_once("# Only its state").unwrap().1.to_owned()
    };
    assert_eq!(restrictions(SERVICES[0]), restrictions(SERVICES[1]));
}

/// The socket is where the API listens without it.
#[test]
fn the_socket_has_the_usual_address() {
    let socket = UnitFile::packaged("ringback-serve.socket");
    let shown = Place::new().run(&["config", "show", "--json", "api.listen"]).json();
    assert_eq!(shown["settings"][0]["value"].as_str(), Some(socket.one("ListenStream")), "{shown}");
}
