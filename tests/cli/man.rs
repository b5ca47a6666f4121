//! `ringback man`, formatted by groff if installed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::cli::{Place, finish};
use crate::support::needs;

/// A page as plain text by groff; none without groff, which is reported.
fn typeset(page: &str) -> Option<String> {
    let mut groff = Command::new(needs::program("groff")?);
    groff.args(["-man", "-Tutf8", "-ww", "-P-cbou"]);
    groff.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = groff.spawn().unwrap();
    child.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let ran = finish(child);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{page}");
    Some(ran.out)
}

/// The commands that the help of a command lists.
fn commands(place: &Place, path: &[&str]) -> Vec<String> {
    let help = place.run(&[path, &["--help"]].concat()).out;
    let listed = help.split_once("\nCommands:\n").map_or("", |(_, rest)| rest);
    let names = listed.lines().take_while(|line| !line.is_empty());
    // A line that is indented further continues the previous one.
    let names = names.filter(|line| !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// The page of a command and those of its subcommands, each with the command that it describes.
fn pages(place: &Place, path: &[&str]) -> BTreeMap<String, String> {
    let words = [&["ringback"], path].concat();
    let mut found = BTreeMap::from([(format!("{}.1", words.join("-")), words.join(" "))]);
    for name in commands(place, path).iter().filter(|name| *name != "help") {
        found.extend(pages(place, &[path, &[name.as_str()]].concat()));
    }
    found
}

#[test]
fn every_command_has_a_page() {
    let place = Place::new();
    let dir = place.path("man/man1");
    let ran = place.run(&["man", dir.to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{ran:?}");

    let wanted = pages(&place, &[]);
    let names = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name());
    let made: BTreeSet<_> = names.map(|name| name.into_string().unwrap()).collect();
    assert!(made.iter().eq(wanted.keys()), "{made:?}\n{wanted:?}");
    assert!(made.contains("ringback-deliveries-retry.1"), "{made:?}");
    assert!(ran.err.contains(&format!("{} manual pages", made.len())), "{ran:?}");

    for name in made {
        let page = std::fs::read_to_string(dir.join(&name)).unwrap();
        let Some(text) = typeset(&page) else { continue };
        let command = &wanted[&name];
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "GLOBAL OPTIONS", "EXAMPLES"] {
            assert!(text.lines().any(|line| line == section), "{name} without {section}:\n{text}");
        }
        assert!(text.contains(command.as_str()), "{name}:\n{text}");
    }
    assert!(!place.db().exists());
}

#[test]
fn without_a_directory_the_main_page_is_printed() {
    let place = Place::new();
    let ran = place.run(&["man"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.contains(".TH ringback 1"), "{}", ran.out);
    let Some(text) = typeset(&ran.out) else { return };
    for output in
        ["ringback-profiles(1)", "RINGBACK_DB", "EXIT STATUS", "128+n", "config.toml", "ringback demo"]
    {
        assert!(text.contains(output), "no {output}:\n{text}");
    }
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let place = Place::new();
    let file = place.file("taken", "");
    place.run(&["man", &file]).refused(1, &["cannot write manual pages to", "taken"]);
}
