//! The table of modules in `lib.rs`, and the one in the manual.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::sources::{names_in, root, source};

/// The rows of the table: each module, and those that it may use.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(source("lib.rs")).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("//! | [`"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let names: Vec<String> = rows.iter().map(|row| quoted(row[1]).remove(0)).collect();
    let used = |may: &str| match may {
        "all of these" => names.iter().cloned().collect(),
        some => quoted(some).into_iter().collect(),
    };
    names.iter().cloned().zip(rows.iter().map(|row| used(row[3]))).collect()
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The modules that the sources of one refer to with `crate::`.
fn uses(path: &Path, found: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            uses(&entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|end| end == "rs") {
        let text = std::fs::read_to_string(path).unwrap();
        let names = text.split("crate::").skip(1);
        let end = |c: char| !c.is_ascii_lowercase();
        found.extend(names.map(|rest| rest.split(end).next().unwrap_or("").to_owned()));
    }
}

#[test]
fn every_module_uses_only_what_the_table_allows() {
    let table = table();
    let text = std::fs::read_to_string(source("lib.rs")).unwrap();
    let modules: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(table.keys().map(String::as_str).collect::<BTreeSet<_>>(), modules);
    for (module, may) in &table {
        let mut found = BTreeSet::new();
        for path in [source(module), source(&format!("{module}.rs"))] {
            if path.exists() {
                uses(&path, &mut found);
            }
        }
        assert!(may.is_empty() || !found.is_empty(), "{module}");
        found.retain(|name| name != module && modules.contains(name.as_str()));
        let beyond: Vec<&String> = found.difference(may).collect();
        assert!(beyond.is_empty(), "{module} uses {beyond:?}, which the table in lib.rs does not allow");
    }
}

/// The manual describes each module once.
#[test]
fn the_manual_has_every_module() {
    let page = root().join("docs/development.md");
    let text = std::fs::read_to_string(page).unwrap();
    let section = text.split("## ").find(|section| section.starts_with("Modules")).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let described: Vec<String> = rows.map(|row| quoted(row).remove(0)).collect();
    let mut modules: Vec<String> = table().into_keys().collect();
    modules.sort();
    let mut sorted = described.clone();
    sorted.sort();
    assert_eq!(sorted, modules, "the table in docs/development.md");
}

/// The files named by the list in `lib.rs` and by the manual exist.
#[test]
fn the_named_files_exist() {
    for page in ["src/lib.rs", "docs/development.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let named: Vec<String> = quoted(&text).into_iter().filter(|text| text.starts_with("src/")).collect();
        assert!(named.len() > 10, "{page}: {named:?}");
        for path in named.iter().filter(|path| !path.contains(['*', ' ']) && !path.ends_with("/N.sql")) {
            assert!(root().join(path).exists(), "{page} names {path}");
        }
    }
}

/// Where the list in `lib.rs` says "`f` in `src/….rs`", the file has a function `f`.
#[test]
fn the_named_functions_exist() {
    let text = std::fs::read_to_string(source("lib.rs")).unwrap();
    let text = text.replace("\n//!", "").split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = text.split('`').collect();
    let is_name = |part: &str| part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let named = parts.windows(3).filter(|part| part[1] == " in " && is_name(part[0]));
    let named: Vec<(&str, &str)> =
        named.map(|part| (part[0], part[2])).filter(|(_, path)| path.starts_with("src/")).collect();
    assert!(named.len() > 5, "{named:?}");
    for (function, path) in named {
        let file = std::fs::read_to_string(root().join(path)).unwrap();
        assert!(file.contains(&format!("fn {function}")), "{path} has no {function}");
    }
}

/// Folders at the top are few, and each is described.
#[test]
fn the_manual_has_every_folder() {
    let text = std::fs::read_to_string(root().join("docs/development.md")).unwrap();
    let section = text.split("## ").find(|section| section.starts_with("Folders")).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let described: BTreeSet<String> = rows.flat_map(|row| quoted(row.split('|').nth(1).unwrap())).collect();
    let names = names_in(root()).into_iter().filter(|name| root().join(name).is_dir());
    // What is built, and git's own.
    let folders: BTreeSet<String> =
        names.filter(|name| !matches!(name.as_str(), "target" | ".git")).collect();
    assert_eq!(described, folders, "the table of folders in docs/development.md");
}
