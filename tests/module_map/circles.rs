//! There are no import cycles.

use std::collections::BTreeSet;

use crate::sources::{Module, Sources, Uses, is_within};

/// A cycle of uses, if there is one.
fn circle(uses: &Uses) -> Option<Vec<String>> {
    fn walk(at: &Module, uses: &Uses, way: &mut Vec<Module>, done: &mut BTreeSet<Module>) -> bool {
        if let Some(start) = way.iter().position(|file| file == at) {
            way.drain(..start);
            return true;
        }
        if done.contains(at) {
            return false;
        }
        way.push(at.clone());
        if uses[at].iter().any(|next| walk(next, uses, way, done)) {
            return true;
        }
        way.pop();
        done.insert(at.clone());
        false
    }
    let mut done = BTreeSet::new();
    uses.keys().find_map(|file| {
        let mut way = Vec::new();
        walk(file, uses, &mut way, &mut done).then(|| way.iter().map(|file| file.join("::")).collect())
    })
}

/// Modules that are one thing with the files below them: a type whose methods are in several files, a trait with the
/// code for all who implement it, or a command with its parts. There, a file below may use the one above.
const ONE_THING: [&str; 17] = [
    // Types, with methods by subject.
    "console::model::deliveries",
    "console::model::editor",
    "delivery::dispatcher",
    "delivery::dispatcher::endpoints",
    "delivery::dispatcher::endpoints::endpoint",
    "keymap",
    "receiver",
    "receiver::fields",
    "settings",
    "storage::sqlite",
    // A type or trait, and those that it consists of or that implement it.
    "api::events",
    "console::effects::copying",
    "console::model::offer",
    "profile::document",
    "storage::control",
    // Commands: the shell completions are made from all of them.
    "cli",
    "cli::demo",
];

/// Without the uses of a file by those below it.
fn as_one_thing(mut uses: Uses, module: &str) -> Uses {
    let above: Module = module.split("::").map(str::to_owned).collect();
    for (_, used) in uses.iter_mut().filter(|(file, _)| is_within(file, module)) {
        used.remove(&above);
    }
    uses
}

#[test]
fn no_import_cycles() {
    let uses = Sources::read().uses(|_| true);
    assert!(uses.len() > 500 && uses.values().map(BTreeSet::len).sum::<usize>() > 2000, "{}", uses.len());
    assert_eq!(circle(&ONE_THING.into_iter().fold(uses, as_one_thing)), None);
}

/// Otherwise it would be an exception for nothing.
#[test]
fn what_is_one_thing_would_be_a_cycle() {
    let uses = Sources::read().uses(|_| true);
    for module in ONE_THING {
        let others = ONE_THING.into_iter().filter(|other| *other != module);
        assert!(circle(&others.fold(uses.clone(), as_one_thing)).is_some(), "{module}");
    }
}

#[test]
fn a_cycle_is_detected() {
    let file = |name: &str| vec![name.to_owned()];
    let mut uses: Uses = ["a", "b", "c", "d"].map(|name| (file(name), BTreeSet::new())).into();
    for (from, to) in [("a", "b"), ("b", "c"), ("b", "d"), ("c", "d")] {
        uses.get_mut(&file(from)).unwrap().insert(file(to));
    }
    assert_eq!(circle(&uses), None);
    uses.get_mut(&file("d")).unwrap().insert(file("b"));
    assert_eq!(circle(&uses).unwrap(), ["b", "c", "d"]);
}
