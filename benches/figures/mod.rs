//! Shared by all benches: figures, printed and written as JSON, and process statistics of the system.

#![allow(dead_code, reason = "not every bench needs all of it")]

pub mod process;

use std::path::Path;

/// One measured figure.
pub struct Figure {
    name: String,
    value: f64,
    goal: Option<&'static str>,
}

impl Figure {
    /// A figure, with its goal if there is one.
    pub fn new(name: impl Into<String>, value: f64, goal: Option<&'static str>) -> Self {
        Self { name: name.into(), value, goal }
    }

    /// The same figure, taken beside something else, which its name says.
    pub fn beside(mut self, what: &str) -> Self {
        self.name.push_str(what);
        self
    }
}

/// The value of this percentile; 50 is the median.
pub fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) * percent / 100]
}

/// Prints the figures.
pub fn print(figures: &[Figure]) {
    for figure in figures {
        let goal = figure.goal.map(|goal| format!("   goal {goal}")).unwrap_or_default();
        println!("{:<52} {:>12.3}{goal}", figure.name, figure.value);
    }
}

/// Prints the figures and writes them to `target/figures/<bench>.json`.
pub fn keep(bench: &str, figures: &[Figure]) {
    print(figures);
    let members = figures.iter().map(|figure| (figure.name.clone(), figure.value.into()));
    let members: serde_json::Map<_, _> = members.collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/figures");
    std::fs::create_dir_all(&folder).unwrap();
    let text = serde_json::to_string_pretty(&members).unwrap();
    std::fs::write(folder.join(bench).with_extension("json"), text).unwrap();
}
