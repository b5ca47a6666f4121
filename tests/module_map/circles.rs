//! There are no import cycles.

use std::collections::BTreeSet;

use crate::sources::{Above, Module, Sources, Uses, is_within};

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

#[test]
fn no_import_cycles() {
    let uses = Sources::read().uses(Above::IsOneThing, |_| true);
    assert!(uses.len() > 500 && uses.values().map(BTreeSet::len).sum::<usize>() > 2000, "{}", uses.len());
    assert_eq!(circle(&uses), None);
}

/// Here not even a file and those below it use each other.
#[test]
fn no_import_cycles_with_parent_files() {
    let sources = Sources::read();
    for module in ["callback", "delivery::attempt", "delivery::http", "delivery::tokens", "record"] {
        let uses = sources.uses(Above::Counts, |file| is_within(file, module));
        assert!(uses.len() > 3, "{module}");
        assert_eq!(circle(&uses), None);
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
