//! The sources as a graph: which file uses which, with each name resolved to the file that defines it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The path of a module without `crate`: `["delivery", "http"]`.
pub type Module = Vec<String>;

/// Which file uses which.
pub type Uses = BTreeMap<Module, BTreeSet<Module>>;

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file or folder of the sources.
pub fn source(name: &str) -> PathBuf {
    root().join("src").join(name)
}

/// Whether a file belongs to a module, as `delivery::http::client` to `delivery::http`.
pub fn is_within(file: &Module, module: &str) -> bool {
    let parts = module.split("::");
    parts.clone().count() <= file.len() && parts.zip(file).all(|(part, name)| part == name)
}

/// The contents of a folder.
pub fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// All files of the sources, without their tests.
pub struct Sources(BTreeMap<Module, File>);

struct File {
    /// Without comments and imports.
    code: String,
    imports: Vec<Import>,
}

struct Import {
    path: String,
    /// Its name here.
    name: String,
    visibility: Visibility,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visibility {
    Private,
    /// Visible in a part of the crate.
    Limited,
    Public,
}

impl Sources {
    pub fn read() -> Self {
        let mut files = BTreeMap::new();
        read(&source(""), &[], &mut files);
        Self(files)
    }

    /// The code of a file, without comments, tests and imports; and the paths that it imports.
    pub fn text(&self, module: &Module) -> String {
        let file = &self.0[module];
        file.imports.iter().fold(file.code.clone(), |text, import| text + "\n" + &import.path)
    }

    /// The uses among the files for which `is_meant` is true.
    pub fn uses(&self, is_meant: impl Fn(&Module) -> bool) -> Uses {
        let files = self.0.iter().filter(|(file, _)| is_meant(file));
        let used = |(file, text): (&Module, &File)| {
            let paths = self.named(file, text).into_iter().filter_map(|path| self.absolute(file, &path));
            let defined = paths.filter_map(|path| Some(self.defined(path)?.0));
            let is_other = |used: &Module| used != file && is_meant(used);
            (file.clone(), defined.filter(is_other).collect())
        };
        files.map(used).collect()
    }

    /// The public types that can be reached from the root of the crate, by name, with the files that define
    /// them.
    pub fn public_types(&self) -> BTreeMap<String, BTreeSet<Module>> {
        let mut found: BTreeMap<String, BTreeSet<Module>> = BTreeMap::new();
        let mut open = vec![Module::new()];
        while let Some(module) = open.pop() {
            let Some(file) = self.0.get(&module) else { continue };
            for name in file.declared("pub mod ", ';') {
                open.push([&module[..], &[name]].concat());
            }
            for name in file.public_types() {
                found.entry(name).or_default().insert(module.clone());
            }
            for import in file.imports.iter().filter(|import| import.visibility == Visibility::Public) {
                let found_at = self.absolute(&module, &import.path).and_then(|path| self.defined(path));
                let Some((file, rest)) = found_at else { continue };
                if rest.len() == 1 && self.0[&file].public_types().contains(&rest[0]) {
                    found.entry(import.name.clone()).or_default().insert(file);
                }
            }
        }
        found
    }

    /// The paths that a file names: its imports, and paths in its code.
    fn named(&self, module: &Module, file: &File) -> Vec<String> {
        let is_used = |import: &&Import| {
            // A re-export is used by the files that import it from here.
            import.visibility == Visibility::Private || words(&file.code).any(|word| word == import.name)
        };
        let mut paths: Vec<String> =
            file.imports.iter().filter(is_used).map(|import| import.path.clone()).collect();
        for (at, _) in file.code.match_indices("::") {
            let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let start = file.code[..at].rfind(|c: char| !is_part(c)).map_or(0, |before| before + 1);
            let first = &file.code[start..at];
            let is_start = ["crate", "super", "self"].contains(&first)
                || self.0.contains_key(&[&module[..], &[first.to_owned()]].concat());
            if is_start {
                let path = file.code[start..].split(|c| !is_part(c)).next().unwrap_or_default();
                paths.push(path.trim_end_matches(':').to_owned());
            }
        }
        paths
    }

    /// A path in a file, from the root of the crate; none for another crate.
    fn absolute(&self, file: &Module, path: &str) -> Option<Module> {
        let mut rest: Vec<&str> = path.split("::").collect();
        let mut base = file.clone();
        match rest[0] {
            "crate" => {
                base.clear();
                rest.remove(0);
            }
            "self" => _ = rest.remove(0),
            "super" => {
                while rest.first() == Some(&"super") {
                    base.pop();
                    rest.remove(0);
                }
            }
            first if self.0.contains_key(&[&base[..], &[first.to_owned()]].concat()) => {}
            _ => return None,
        }
        base.extend(rest.into_iter().map(str::to_owned));
        Some(base)
    }

    /// The file that defines what is at this path, and the rest of the path in it.
    fn defined(&self, mut path: Module) -> Option<(Module, Module)> {
        for _ in 0..8 {
            let (file, rest) = (0..=path.len())
                .rev()
                .map(|length| path.split_at(length))
                .find(|(file, _)| self.0.contains_key(*file))?;
            let import = rest.first().and_then(|name| {
                self.0[file].imports.iter().find(|import| import.name == *name && import.path != "self")
            });
            let followed = import.and_then(|import| self.absolute(&file.to_vec(), &import.path));
            match followed {
                Some(target) if target != path => path = [&target[..], &rest[1..]].concat(),
                _ => return Some((file.to_vec(), rest.to_vec())),
            }
        }
        None
    }
}

impl File {
    fn of(text: &str) -> Self {
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
        let mut code = lines.collect::<Vec<_>>().join("\n");
        while let Some((before, rest)) = code.split_once("pub(in ") {
            // A path in a visibility modifier is not a use.
            let behind = rest.split_once(')').map_or("", |(_, behind)| behind);
            code = format!("{before}pub(crate){behind}");
        }
        let mut imports = Vec::new();
        let mut kept = String::new();
        let mut rest = code.as_str();
        while let Some(at) = rest.find("use ") {
            let (before, from) = rest.split_at(at);
            let line = before.rsplit('\n').next().unwrap_or_default();
            let visibility = match line.trim() {
                "" => Some(Visibility::Private),
                "pub" => Some(Visibility::Public),
                limited if limited.starts_with("pub(") && limited.ends_with(')') => Some(Visibility::Limited),
                _ => None,
            };
            let (Some(visibility), Some((tree, behind))) = (visibility, from[4..].split_once(';')) else {
                kept.push_str(&rest[..at + 4]);
                rest = &rest[at + 4..];
                continue;
            };
            kept.push_str(&before[..before.len() - line.len()]);
            imports.extend(expanded(tree).into_iter().map(|(path, name)| Import { path, name, visibility }));
            rest = behind;
        }
        kept.push_str(rest);
        Self { code: kept, imports }
    }

    /// The names at the start of a line after these words, up to a character that is not a letter.
    fn declared(&self, words: &str, end: char) -> Vec<String> {
        let names = self.code.lines().filter_map(|line| line.strip_prefix(words));
        names.filter_map(|rest| rest.split(end).next()).map(str::to_owned).collect()
    }

    fn public_types(&self) -> BTreeSet<String> {
        let kinds = ["pub struct ", "pub enum ", "pub trait ", "pub type ", "pub union "];
        let lines = self.code.lines();
        let rests = lines.filter_map(|line| kinds.iter().find_map(|kind| line.strip_prefix(kind)));
        rests.filter_map(|rest| words(rest).next()).map(str::to_owned).collect()
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

fn read(folder: &Path, path: &[String], found: &mut BTreeMap<Module, File>) {
    for name in names_in(folder) {
        let file = folder.join(&name);
        let stem = name.strip_suffix(".rs").unwrap_or(&name).to_owned();
        let is_root = path.is_empty() && stem == "lib";
        if stem == "tests" || path.is_empty() && stem == "main" {
            continue;
        }
        let mut here = path.to_vec();
        if stem != "mod" && !is_root {
            here.push(stem);
        }
        if file.is_dir() {
            read(&file, &here, found);
        } else if file.extension().is_some_and(|end| end == "rs") {
            found.insert(here, File::of(&std::fs::read_to_string(&file).unwrap()));
        }
    }
}

/// The paths in a `use` tree, with the name of each: `a::{b, c::d as e}` is `a::b` and `a::c::d`.
fn expanded(tree: &str) -> Vec<(String, String)> {
    let Some((head, rest)) = tree.split_once('{') else {
        let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name)));
        let path = path.trim();
        let path = path.strip_suffix("::self").unwrap_or(path);
        let name = alias.or_else(|| path.rsplit("::").next()).unwrap_or(path).trim();
        return vec![(path.to_owned(), name.to_owned())];
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
    parts.flat_map(|part| expanded(&format!("{}{part}", head.trim()))).collect()
}

#[test]
fn use_trees_are_expanded() {
    let paths = expanded("a::{self, b::{c, d}, e as f}");
    let paths: Vec<String> = paths.into_iter().map(|(path, name)| format!("{path} as {name}")).collect();
    assert_eq!(paths, ["a as a", "a::b::c as c", "a::b::d as d", "a::e as f"]);
}

#[test]
fn names_are_resolved_to_the_defining_file() {
    let file = |path: &str, text: &str| {
        let path = path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        (path, File::of(text))
    };
    let sources = Sources(BTreeMap::from([
        file("", "pub mod a;\nmod c;\n"),
        file("a", "mod b;\npub mod d;\npub use b::One;\npub(crate) use b::Two;\n"),
        file("a::b", "pub struct One;\npub struct Two;\nfn x() -> super::d::Four { d() }\n"),
        file(
            "a::d",
            "use super::One;\nuse crate::c::{\n    Three as Other,\n};\npub struct Four(One, Other);\n",
        ),
        file("c", "pub struct Three(pub(in crate::a) u8);\npub struct Four;\n"),
    ]));
    let uses = sources.uses(|_| true);
    let named = |uses: &BTreeSet<Module>| uses.iter().map(|path| path.join("::")).collect::<Vec<_>>();
    let all: Vec<_> = uses.iter().map(|(file, used)| (file.join("::"), named(used))).collect();
    let all: Vec<(&str, Vec<&str>)> =
        all.iter().map(|(file, used)| (&**file, used.iter().map(|path| &**path).collect())).collect();
    assert_eq!(
        all,
        [("", vec![]), ("a", vec![]), ("a::b", vec!["a::d"]), ("a::d", vec!["a::b", "c"]), ("c", vec![])]
    );
    let public: Vec<String> = sources.public_types().into_keys().collect();
    assert_eq!(public, ["Four", "One"]);
}
