//! Which lines were refused, and why.

use std::fmt;

/// Lines after one another that were refused for the same reason. A file whose every line has the same
/// fault is reported in one sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// The first of them, 1 being the first of the file.
    pub from: u64,
    /// The last of them.
    pub to: u64,
    why: &'a str,
}

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, why } = self;
        if from == to { write!(f, "line {from}: {why}") } else { write!(f, "lines {from} to {to}: {why}") }
    }
}

/// Puts together what belongs together.
pub fn refusals<'a>(lines: impl Iterator<Item = (u64, &'a str)>) -> Vec<Refusal<'a>> {
    let mut all: Vec<Refusal<'a>> = Vec::new();
    for (line, why) in lines {
        match all.last_mut().filter(|last| last.to + 1 == line && last.why == why) {
            Some(last) => last.to = line,
            None => all.push(Refusal { from: line, to: line, why }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_the_same_fault_are_one_sentence() {
        let lines = [(1, "a"), (2, "a"), (3, "b"), (5, "b"), (6, "b"), (7, "b")];
        let told: Vec<String> = refusals(lines.into_iter()).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["lines 1 to 2: a", "line 3: b", "lines 5 to 7: b"]);
    }
}
