//! The languages that are interpreted, or compiled in a moment.

use std::path::PathBuf;
use std::process::Command;

use super::{judge, variants};
use crate::python::python;
use crate::support::needs::{program, skip};

/// Gson, which the receiver in Java needs for JSON; none, reported as skipped, if it is not installed.
pub fn gson() -> Option<PathBuf> {
    let jar = PathBuf::from("/usr/share/java/gson.jar");
    if jar.exists() {
        return Some(jar);
    }
    skip("Gson (libgoogle-gson-java) is not installed");
    None
}

#[test]
fn python_receives() {
    let Some(python) = python("the receiver in Python") else { return };
    for variant in variants() {
        judge("python", "receiver.py", &variant, &|place, _| {
            let mut command = Command::new(&python);
            command.arg(place.path("receiver.py"));
            command
        });
    }
}

#[test]
fn node_receives() {
    let Some(node) = program("node") else { return };
    for variant in variants() {
        judge("node", "receiver.mjs", &variant, &|place, _| {
            let mut command = Command::new(&node);
            command.arg(place.path("receiver.mjs"));
            command
        });
    }
}

#[test]
fn php_receives() {
    let Some(php) = program("php") else { return };
    for variant in variants() {
        judge("php", "receiver.php", &variant, &|place, listen| {
            let mut command = Command::new(&php);
            if variant.name == "form-data" {
                command.args(["-d", "enable_post_data_reading=0"]);
            }
            command.args(["-S", &listen.to_string()]).arg(place.path("receiver.php"));
            command
        });
    }
}

#[test]
fn ruby_receives() {
    let Some(ruby) = program("ruby") else { return };
    for variant in variants() {
        judge("ruby", "receiver.rb", &variant, &|place, _| {
            let mut command = Command::new(&ruby);
            command.arg(place.path("receiver.rb"));
            command
        });
    }
}

#[test]
fn java_receives() {
    let (Some(java), Some(gson)) = (program("java"), gson()) else { return };
    for variant in variants() {
        judge("java", "Receiver.java", &variant, &|place, _| {
            let mut command = Command::new(&java);
            command.arg("-cp").arg(&gson).arg(place.path("Receiver.java"));
            command
        });
    }
}

#[test]
fn go_receives() {
    let Some(go) = program("go") else { return };
    for variant in variants() {
        judge("go", "receiver.go", &variant, &|place, _| {
            // Not `go run`: that would leave the receiver running when it is ended.
            let receiver = place.path("receiver");
            let mut build = Command::new(&go);
            build.args(["build", "-o"]).arg(&receiver).arg(place.path("receiver.go"));
            assert!(build.status().unwrap().success(), "{}", variant.name);
            Command::new(receiver)
        });
    }
}
