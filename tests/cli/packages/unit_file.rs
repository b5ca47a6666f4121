//! A unit of systemd, as far as these tests need it.

use std::collections::BTreeMap;

/// The assignments of a unit.
pub struct UnitFile {
    name: String,
    assignments: Vec<(String, String)>,
}

impl UnitFile {
    /// Reads a unit of `packaging/systemd`.
    pub fn packaged(name: &str) -> Self {
        let text = super::text(&format!("packaging/systemd/{name}"));
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '[']));
        let pair = |line: &str| {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{name}: {line}"));
            (key.to_owned(), value.to_owned())
        };
        Self { name: name.to_owned(), assignments: lines.map(pair).collect() }
    }

    /// All values of a key.
    pub fn all<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a str> {
        self.assignments.iter().filter(move |(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// The value of a key that is there once.
    pub fn one<'a>(&'a self, key: &str) -> &'a str {
        let mut all = self.all(key);
        let value = all.next().unwrap_or_else(|| panic!("{} has no {key}", self.name));
        assert_eq!(all.next(), None, "{} has two of {key}", self.name);
        value
    }

    /// The arguments of the program.
    pub fn arguments(&self) -> Vec<&str> {
        let (program, arguments) = self.one("ExecStart").split_once(' ').unwrap();
        assert_eq!(program, "/usr/bin/ringback");
        arguments.split(' ').collect()
    }

    /// The variables that it sets.
    pub fn variables(&self) -> BTreeMap<&str, &str> {
        self.all("Environment").map(|set| set.split_once('=').unwrap()).collect()
    }
}
