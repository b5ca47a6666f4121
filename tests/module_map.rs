//! The map of the modules: the table of modules in `lib.rs` says which may use which, and every test file runs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

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

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name)
}

/// The modules that the sources of one name with `crate::`.
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
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/development.md");
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

/// Cargo builds a runner from its `main.rs`: a file that no `mod` names would never run.
#[test]
fn every_test_file_belongs_to_a_runner() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let here: BTreeSet<String> =
        names_in(&tests).into_iter().filter(|name| tests.join(name).is_file()).collect();
    assert_eq!(here, BTreeSet::from(["module_map.rs".to_owned()]), "a new file belongs in a runner's folder");
    let mut looked_at = 0;
    let mut folders: Vec<PathBuf> = names_in(&tests).iter().map(|name| tests.join(name)).collect();
    folders.retain(|path| path.is_dir());
    while let Some(folder) = folders.pop() {
        for name in names_in(&folder) {
            let path = folder.join(&name);
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Some(module) = name.strip_suffix(".rs").filter(|stem| !["main", "mod"].contains(stem)) else {
                continue;
            };
            looked_at += 1;
            let parents = [folder.join("main.rs"), folder.join("mod.rs"), folder.with_extension("rs")];
            let declared =
                parents.iter().filter_map(|parent| std::fs::read_to_string(parent).ok()).any(|text| {
                    text.lines().any(|line| line.trim_start_matches("pub ") == format!("mod {module};"))
                });
            assert!(declared, "no `mod {module};` beside {}", path.display());
        }
    }
    assert!(looked_at > 90, "only {looked_at} files were looked at");
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The uses among the files of a module, by their paths from `src` without `crate`.
type Uses = BTreeMap<Vec<String>, BTreeSet<Vec<String>>>;

/// The source files of a module with their text, tests and comments cut.
fn files(folder: &Path, path: &[String], found: &mut BTreeMap<Vec<String>, String>) {
    for name in names_in(folder) {
        let file = folder.join(&name);
        let stem = name.strip_suffix(".rs").unwrap_or(&name).to_owned();
        let mut here = path.to_vec();
        if stem != "mod" {
            here.push(stem.clone());
        }
        if stem == "tests" {
            continue;
        }
        if file.is_dir() {
            files(&file, &here, found);
        } else {
            let text = std::fs::read_to_string(&file).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
            found.insert(here, code.collect::<Vec<_>>().join("\n"));
        }
    }
}

/// The paths of a tree in a `use`: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expanded(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let body = rest.rsplit_once('}').map_or(rest, |(body, _)| body);
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for c in body.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(c);
    }
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.flat_map(expanded).map(|part| format!("{}{part}", head.trim())).collect()
}

/// What the text of a file names: the trees of its `use`, and paths in its code.
fn named(text: &str) -> Vec<String> {
    let uses = text.split("use ").skip(1).filter_map(|rest| rest.split(';').next());
    let mut paths: Vec<String> = uses.flat_map(expanded).collect();
    for start in ["crate::", "super::", "self::"] {
        paths.extend(text.match_indices(start).map(|(at, _)| {
            let end = |c: char| !(c.is_alphanumeric() || c == '_' || c == ':');
            text[at..].split(end).next().unwrap_or_default().to_owned()
        }));
    }
    paths
}

/// Who uses whom among the files of `src/{module}`. A file's parents are no use: they declare it.
fn uses_among(module: &str) -> Uses {
    let mut sources = BTreeMap::new();
    files(&source(module), &[module.to_owned()], &mut sources);
    let mut out = Uses::new();
    for (file, text) in &sources {
        let to = out.entry(file.clone()).or_default();
        for path in named(text) {
            let mut base = file.clone();
            let mut rest: Vec<&str> = path.split("::").collect();
            match rest[0] {
                "crate" => base.clear(),
                "super" => {}
                "self" => _ = rest.remove(0),
                _ if !sources.contains_key(&[&base[..], &[rest[0].to_owned()]].concat()) => continue,
                _ => {}
            }
            while rest.first() == Some(&"super") {
                base.pop();
                rest.remove(0);
            }
            base.extend(rest.iter().filter(|part| **part != "crate").map(|part| (*part).to_owned()));
            let whole = (1..=base.len()).rev().map(|length| base[..length].to_vec());
            let used = whole.into_iter().find(|path| sources.contains_key(path));
            to.extend(used.filter(|used| !file.starts_with(used)));
        }
    }
    out
}

/// A way from a file back to itself, if there is one.
fn circle(uses: &Uses) -> Option<Vec<String>> {
    fn walk(
        at: &Vec<String>,
        uses: &Uses,
        way: &mut Vec<Vec<String>>,
        done: &mut BTreeSet<Vec<String>>,
    ) -> bool {
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
fn no_file_of_the_console_uses_one_that_uses_it() {
    let uses = uses_among("console");
    assert!(uses.len() > 130 && uses.values().map(BTreeSet::len).sum::<usize>() > 500, "{}", uses.len());
    assert_eq!(circle(&uses), None);
}

#[test]
fn no_file_of_the_storage_uses_one_that_uses_it() {
    let uses = uses_among("storage");
    assert!(uses.len() > 100 && uses.values().map(BTreeSet::len).sum::<usize>() > 300, "{}", uses.len());
    assert_eq!(circle(&uses), None);
}

/// What every store must do is said without any of them: only the enum of opened stores knows which there are.
#[test]
fn what_every_store_must_do_knows_no_store() {
    let mut sources = BTreeMap::new();
    files(&source("storage"), &["storage".to_owned()], &mut sources);
    let uses = uses_among("storage");
    let is_store = |file: &[String]| file.get(1).is_some_and(|name| name == "sqlite");
    let mut shared = 0;
    for (file, text) in sources.iter().filter(|(file, _)| file.len() > 1 && !is_store(file)) {
        shared += 1;
        let name = file.join("::");
        assert!(!text.contains("rusqlite"), "{name} names rusqlite");
        let may = name == "storage::opened" || name.starts_with("storage::queue::conformance");
        let stores: Vec<_> = uses[file].iter().filter(|used| is_store(used)).collect();
        assert!(may || stores.is_empty(), "{name} uses {stores:?}");
    }
    assert!(shared > 30, "{shared}");
}

#[test]
fn a_circle_is_found() {
    let file = |name: &str| vec![name.to_owned()];
    let mut uses: Uses = ["a", "b", "c", "d"].map(|name| (file(name), BTreeSet::new())).into();
    for (from, to) in [("a", "b"), ("b", "c"), ("b", "d"), ("c", "d")] {
        uses.get_mut(&file(from)).unwrap().insert(file(to));
    }
    assert_eq!(circle(&uses), None);
    uses.get_mut(&file("d")).unwrap().insert(file("b"));
    assert_eq!(circle(&uses).unwrap(), ["b", "c", "d"]);
    assert_eq!(expanded("a::{self, b::{c, d}, e as f}"), ["a::self", "a::b::c", "a::b::d", "a::e"]);
}

/// The layers of the console: the model knows none of the others, and update and view not one another.
#[test]
fn the_console_has_layers() {
    let uses = uses_among("console");
    let allowed: [(&str, &[&str]); 3] = [
        ("model", &["model", "theme", "signs"]),
        ("update", &["update", "model", "theme", "signs"]),
        ("view", &["view", "model", "theme", "signs"]),
    ];
    for (layer, may) in allowed {
        let files = uses.iter().filter(|(file, _)| file.get(1).is_some_and(|name| name == layer));
        for (file, used) in files {
            let beyond: Vec<_> = used.iter().filter(|path| !may.contains(&path[1].as_str())).collect();
            assert!(beyond.is_empty(), "{} uses {beyond:?}", file.join("::"));
        }
    }
}
