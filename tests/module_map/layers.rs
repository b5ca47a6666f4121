//! The layers of a module: each uses only those below it.

use crate::sources::{Module, Sources, is_within};

/// Checks that the files of each layer of a module use only what it may.
fn check(module: &str, layers: &[(&str, &[&str])]) {
    let uses = Sources::read().uses(|file| is_within(file, module));
    for (layer, may) in layers {
        let files = || uses.iter().filter(|(file, _)| file.get(1).is_some_and(|name| name == layer));
        assert!(files().count() > 0, "{module}::{layer}");
        for (file, used) in files() {
            let is_allowed = |name: &String| name == layer || may.contains(&name.as_str());
            // What the file of the module itself defines is below all layers.
            let is_beyond = |path: &&Module| path.get(1).is_some_and(|name| !is_allowed(name));
            let beyond: Vec<_> = used.iter().filter(is_beyond).map(|path| path.join("::")).collect();
            assert!(beyond.is_empty(), "{} uses {beyond:?}", file.join("::"));
        }
    }
}

/// The model uses none of the others, and update and view do not use each other.
#[test]
fn the_console_has_layers() {
    let above: &[&str] = &["model", "theme", "glyphs"];
    check("console", &[("model", &["theme", "glyphs"]), ("update", above), ("view", above)]);
}

/// The HTTP client does not know tokens, tokens do not know attempts, and attempts do not know their callers.
#[test]
fn delivery_has_layers() {
    check(
        "delivery",
        &[
            ("hash", &[]),
            ("redact", &[]),
            ("http", &["hash"]),
            ("tokens", &["http", "redact"]),
            ("attempt", &["tokens", "http", "redact", "hash"]),
            ("dispatcher", &["attempt", "http", "sender_status", "outcome_stream", "hash"]),
            ("outcome_stream", &[]),
            ("sender_status", &["http"]),
        ],
    );
}

/// The storage traits are independent of the stores: only the enum of opened stores knows which there are.
#[test]
fn the_storage_traits_use_no_store() {
    let sources = Sources::read();
    let uses = sources.uses(|file| is_within(file, "storage"));
    let stores = ["storage::sqlite", "storage::postgres", "storage::memory"];
    let is_of_store = |file: &Module| stores.iter().any(|store| is_within(file, store));
    let is_shared = |file: &Module| !is_of_store(file);
    let mut shared = 0;
    for (file, used) in uses.iter().filter(|(file, _)| is_shared(file)) {
        shared += 1;
        let name = file.join("::");
        for library in ["rusqlite", "tokio_postgres"] {
            assert!(!sources.text(file).contains(library), "{name} names {library}");
        }
        // The enum of opened stores, and the re-exports of the module itself.
        let may = name == "storage::opened" || name == "storage";
        let of_stores: Vec<_> = used.iter().filter(|used| is_of_store(used)).collect();
        assert!(may || of_stores.is_empty(), "{name} uses {of_stores:?}");
    }
    assert!(shared > 30, "{shared}");
}
