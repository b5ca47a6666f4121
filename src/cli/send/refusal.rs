//! Refused lines, and the reasons.

use std::fmt;

/// Consecutive lines refused for the same reason. A file with the same error on every line is reported in one
/// sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// The first of them, counted from 1.
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

/// Groups consecutive lines with the same reason.
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
    fn consecutive_lines_with_the_same_error_are_grouped() {
        let lines = [(1, "a"), (2, "a"), (3, "b"), (5, "b"), (6, "b"), (7, "b")];
        let reported: Vec<String> = refusals(lines.into_iter()).iter().map(ToString::to_string).collect();
        assert_eq!(reported, ["lines 1 to 2: a", "line 3: b", "lines 5 to 7: b"]);
    }
}
