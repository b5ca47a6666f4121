//! The licences of what is linked into the program: `packaging/licences/all.txt` names each library, and has the texts
//! that come with their sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{source, text};
use crate::support::cli::Place;

/// What packages are made for. Those for other processors, and for the C library of the system, have no other library.
const TARGET: &str = "x86_64-unknown-linux-musl";

/// How the names of files with licences and notices begin.
const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "UNLICENSE", "COPYING", "COPYRIGHT", "NOTICE"];

/// Licences of what a library has inside, in other folders.
const INNER: [(&str, &str); 1] = [("libmimalloc-sys", "c_src/mimalloc/v3/LICENSE")];

/// The licences under which something may be linked, with their texts in the packages.
const ACCEPTED: [&str; 13] = [
    "MIT",
    "Apache-2.0",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "WTFPL",
    "Zlib",
];

/// Name and version.
type Library = (String, String);

/// What cargo prints.
fn cargo(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.args(args).arg("--locked").current_dir(env!("CARGO_MANIFEST_DIR"));
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// The libraries that are linked: without those that only build it, or test it.
fn linked() -> BTreeSet<Library> {
    let edges = [
        "tree",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--target",
        TARGET,
    ];
    let mut found = BTreeSet::new();
    for line in cargo(&edges).lines() {
        let mut words = line.split(' ');
        let (name, version) = (words.next().unwrap(), words.next().unwrap());
        found.insert((name.to_owned(), version.trim_start_matches('v').to_owned()));
    }
    found.retain(|(name, _)| name != env!("CARGO_PKG_NAME"));
    found
}

/// What cargo knows of each library of `Cargo.lock`.
fn known() -> BTreeMap<Library, Value> {
    let args = ["metadata", "--format-version", "1", "--filter-platform", TARGET];
    let metadata: Value = serde_json::from_str(&cargo(&args)).unwrap();
    let word = |package: &Value, name: &str| package[name].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.map(|package| ((word(package, "name"), word(package, "version")), package.clone())).collect()
}

/// The files with the licences of a library: of those to choose from, MIT.
fn files(library: &Value) -> Vec<std::path::PathBuf> {
    let folder = Path::new(library["manifest_path"].as_str().unwrap()).parent().unwrap();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().to_uppercase();
    let mut all: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| path.is_file() && NAMES.iter().any(|begin| name(path).starts_with(begin)));
    all.sort();
    let licence = library["license"].as_str().unwrap();
    let is_mit = |path: &Path| name(path).contains("MIT") || name(path).starts_with("NOTICE");
    if licence.contains("MIT")
        && !licence.contains("AND")
        && all.iter().any(|path| name(path).contains("MIT"))
    {
        all.retain(|path| is_mit(path));
    }
    let inner = INNER.iter().filter(|(inside, _)| library["name"] == *inside);
    all.extend(inner.map(|(_, path)| folder.join(path)));
    all
}

/// Without what depends on the system that a file was written on.
fn clean(text: &str) -> String {
    let text = text.replace(['\r', '\u{c}', '\u{feff}'], "");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Everything, as the program prints it.
fn all() -> String {
    let known = known();
    let mut list = String::new();
    // Each text once, with the libraries that it is of, in their order.
    let mut texts: Vec<(String, Vec<String>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for library in linked() {
        let facts = &known[&library];
        let (name, version) = &library;
        let licence = facts["license"].as_str().unwrap_or_else(|| panic!("{name} has no licence"));
        let words = licence.replace(['/', '(', ')'], " ").replace("WITH LLVM-exception", "");
        let words = words.split_whitespace().filter(|word| !["AND", "OR"].contains(word));
        for word in words {
            assert!(ACCEPTED.contains(&word), "{name} {version}: may something under {word} be linked?");
        }
        let place = facts["repository"].as_str().or(facts["homepage"].as_str()).unwrap_or("crates.io");
        writeln!(list, "{name} {version}: {licence}\n    {place}").unwrap();
        let files = files(facts);
        assert!(!files.is_empty(), "{name} {version} comes without the text of its licence");
        for file in files {
            let text = clean(&String::from_utf8_lossy(&fs::read(&file).unwrap()));
            // Line breaks differ between copies of one text.
            let key = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let at = *places.entry(key).or_insert_with(|| {
                texts.push((text, Vec::new()));
                texts.len() - 1
            });
            let named = format!("{name} {version}");
            if !texts[at].1.contains(&named) {
                texts[at].1.push(named);
            }
        }
    }
    let rule = "=".repeat(100);
    let mut all = format!(
        "Ringback: MIT OR Apache-2.0\n\n{}\n\n{rule}\n\nThe program contains these libraries. Where several licences \
         can be chosen from, it is MIT if that is one of them.\n\n{list}",
        clean(&text("LICENSE-MIT"))
    );
    for (text, of) in &texts {
        write!(all, "\n{rule}\n\n{}\n\n{text}\n", of.join(", ")).unwrap();
    }
    write!(all, "\n{rule}\n\n{}\n", clean(&text("packaging/licences/platform.txt"))).unwrap();
    all
}

#[test]
fn the_program_has_the_licences_of_all_that_is_linked() {
    let file = source("packaging/licences/all.txt");
    let made = all();
    assert!(!made.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')));
    if std::env::var_os("RINGBACK_LICENCES").is_some() {
        fs::write(&file, made).unwrap();
        return;
    }
    assert!(
        fs::read_to_string(&file).unwrap() == made,
        "libraries have changed: `RINGBACK_LICENCES=1 cargo test --test cli licences` writes {} anew",
        file.display()
    );
    let printed = Place::new().run(&["licences"]);
    assert_eq!((printed.code, printed.err.as_str()), (Some(0), ""));
    assert!(printed.out == made, "the program prints the same");
    for (name, version) in linked() {
        assert!(printed.out.contains(&format!("\n{name} {version}: ")), "{name} {version}");
    }
}

#[test]
fn packages_have_the_licences() {
    let to = super::assets().into_iter().find(|(from, _)| from == "packaging/licences/all.txt").unwrap().1;
    assert_eq!(to, "usr/share/doc/ringback/licences.txt");
    let image = text("packaging/build-image");
    assert!(
        image.contains(&format!("packaging/licences/all.txt \"$made/root/{to}\"\n")),
        "the image has the same"
    );
    let copyright = text("packaging/debian/copyright");
    assert!(
        copyright.starts_with("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n")
    );
    assert!(copyright.contains("/usr/share/doc/ringback/licences.txt"));
    // Each stanza of files names a licence whose text follows.
    for licence in ["Expat", "Apache-2.0"] {
        assert!(copyright.contains(&format!("\n\nLicense: {licence}\n ")), "{licence}");
    }
}
