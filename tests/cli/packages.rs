//! What packages are made of (`packaging/`, and its table in `Cargo.toml`): the parts fit together and fit the program.
//! Making packages takes a build of its own: docs/packages.md says how they were tried.

mod licences;
mod system_calls;
mod unit_file;
mod units;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::cli::{Place, ran};

/// A file of the repository.
pub fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(source(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What makes the Debian package.
fn metadata() -> toml::Value {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    manifest["package"]["metadata"]["deb"].clone()
}

/// The files of the Debian package: each source, and where it goes.
fn assets() -> Vec<(String, String)> {
    let metadata = metadata();
    let listed = metadata["assets"].as_array().unwrap();
    let pairs = listed.iter().map(|asset| (asset[0].as_str().unwrap(), asset[1].as_str().unwrap()));
    pairs.map(|(from, to)| (from.to_owned(), to.to_owned())).collect()
}

/// Below `target/` they are made by the script, which needs the program for it.
#[test]
fn every_packaged_file_is_there_or_made() {
    let script = text("packaging/build-deb");
    for (from, to) in assets() {
        assert!(["etc/", "usr/"].iter().any(|folder| to.starts_with(folder)), "{to}");
        if from == "target/release/ringback" {
            continue;
        }
        let (folder, name) = from.rsplit_once('/').unwrap_or(("", &from));
        if let Some(made) = from.strip_prefix("target/packages/") {
            let made = if name.contains('*') { made.rsplit_once('/').unwrap().0 } else { made };
            assert!(script.contains(&format!("$made/{made}\"")), "build-deb does not make {made}");
        } else if let Some(end) = name.strip_prefix('*') {
            let files = std::fs::read_dir(source(folder)).unwrap().map(|entry| entry.unwrap().file_name());
            assert!(files.into_iter().any(|file| file.to_string_lossy().ends_with(end)), "{from}");
        } else {
            assert!(source(&from).is_file(), "{from}");
        }
    }
}

#[test]
fn every_unit_is_packaged_and_not_enabled() {
    let deb = metadata();
    let mut packaged = BTreeSet::new();
    for unit in deb["systemd-units"].as_array().unwrap() {
        assert_eq!(unit["unit-scripts"].as_str(), Some("packaging/systemd/"));
        // The API needs a key first.
        assert_eq!((unit["enable"].as_bool(), unit["start"].as_bool()), (Some(false), Some(false)));
        packaged.insert(unit["unit-name"].as_str().unwrap().to_owned());
    }
    let files = std::fs::read_dir(source("packaging/systemd")).unwrap().map(|file| file.unwrap().path());
    let units: BTreeSet<String> =
        files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(packaged, units);
}

#[test]
fn scripts_parse() {
    for script in ["build-deb", "build-image", "debian/postinst", "debian/postrm"] {
        let mut shell = Command::new("sh");
        shell.arg("-n").arg(source("packaging").join(script));
        assert!(shell.status().unwrap().success(), "{script}");
        let text = text(&format!("packaging/{script}"));
        assert!(text.contains("\nset -e"), "{script}");
        // The files that it names, each as an argument.
        for named in text.split_whitespace().filter(|word| word.starts_with("packaging/")) {
            assert!(source(named).is_file(), "{script}: {named}");
        }
    }
    // The snippets for the units replace it.
    for script in ["debian/postinst", "debian/postrm"] {
        assert!(text(&format!("packaging/{script}")).contains("\n#DEBHELPER#\n"), "{script}");
    }
}

/// Each setting that a configuration has in a file, by its name.
fn in_file(place: &Place, text: &str) -> Vec<Value> {
    let file = place.file("config.toml", text);
    let checked = place.run(&["config", "check", "--config", &file]);
    assert_eq!((checked.code, checked.err.as_str()), (Some(0), ""), "{checked:?}");
    let shown = place.run(&["config", "show", "--json", "--config", &file]).json();
    let mut settings = shown["settings"].as_array().unwrap().clone();
    settings.retain(|setting| setting["source"] == "file");
    settings
}

#[test]
fn the_packaged_settings_are_the_defaults() {
    let place = Place::new();
    let packaged = text("packaging/config.toml");
    assert_eq!(in_file(&place, &packaged), [json!(null); 0], "all are commented out");
    // A comment has a space after its sign.
    let active: Vec<&str> = packaged
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
        .collect();
    let active = in_file(&place, &active.join("\n"));
    let settings = packaged.lines().filter(|line| line.starts_with('#') && !line.starts_with("# "));
    assert_eq!(active.len(), settings.filter(|line| *line != "#").count(), "{active:?}");
    let defaults = place.run(&["config", "show", "--json"]).json();
    for setting in &active {
        let all = defaults["settings"].as_array().unwrap();
        let default = all.iter().find(|other| other["name"] == setting["name"]).unwrap();
        // What has no default is an example.
        assert!(default["value"].is_null() || default["value"] == setting["value"], "{setting} {default}");
    }
}

#[test]
fn the_container_runs_what_the_program_has() {
    let definition = text("packaging/Containerfile").replace("\\\n", "");
    let value = |name: &str| {
        let line = definition.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name}")).trim()
    };
    let words = |list: &str| serde_json::from_str::<Vec<String>>(list).unwrap();
    let place = Place::new();
    let entry = words(value("ENTRYPOINT"));
    assert_eq!(entry, ["/usr/bin/ringback"]);
    let health = words(value("HEALTHCHECK").split_once("CMD ").unwrap().1);
    assert_eq!(health[0], entry[0]);
    for command in [&health[1..], &words(value("CMD"))] {
        let mut all: Vec<&str> = command.iter().map(String::as_str).collect();
        all.push("--help");
        let help = place.run(&all);
        assert_eq!((help.code, help.err.as_str()), (Some(0), ""), "{help:?}");
    }
    // The database is on the volume, and settings are where the manual says.
    let volume = value("VOLUME");
    let variables: Vec<(&str, &str)> =
        value("ENV").split_whitespace().map(|set| set.split_once('=').unwrap()).collect();
    let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).unwrap().1;
    assert_eq!(Path::new(variable("RINGBACK_DB")).parent(), Some(Path::new(volume)));
    let mut located = place.command(&["config", "path"]);
    located.envs(variables.iter().copied());
    assert_eq!(ran(located).out.trim(), "/etc/ringback/config.toml");
    let script = text("packaging/build-image");
    assert!(script.contains(&format!("$made/root{volume}\"")), "{volume}");
    let user = value("USER").split_once(':').unwrap();
    assert!(script.contains(&format!("--owner={} --group={} --mode=0700 {}", user.0, user.1, &volume[1..])));
}
