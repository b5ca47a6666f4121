//! A text of which only some lines, and some parts of lines, are taken.
//!
//! Each line is `conditions | code`. A condition is a word, or several with `/` between them of which one must hold; `!`
//! negates a word. All conditions of a line must hold. In the code, `«conditions:part»` is taken if these hold, and
//! `«name»` is replaced by the text of that name.

use std::collections::{BTreeMap, BTreeSet};

/// The words that hold, and the texts by their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Facts {
    pub words: BTreeSet<&'static str>,
    pub texts: BTreeMap<&'static str, String>,
}

impl Facts {
    /// Whether all of these conditions hold.
    fn hold(&self, conditions: &str) -> bool {
        let holds = |word: &str| match word.strip_prefix('!') {
            Some(word) => !self.words.contains(word),
            None => self.words.contains(word),
        };
        conditions.split_whitespace().all(|one| one.split('/').any(holds))
    }
}

/// The lines of the text that are taken, without blanks at their ends.
pub(super) fn lines(text: &str, facts: &Facts) -> Vec<String> {
    let taken = text.lines().filter_map(|line| line.split_once('|')).filter(|(when, _)| facts.hold(when));
    taken
        .map(|(_, code)| {
            let mut line = String::new();
            write(code.strip_prefix(' ').unwrap_or(code), facts, &mut line);
            line.truncate(line.trim_end().len());
            line
        })
        .collect()
}

fn write(mut code: &str, facts: &Facts, out: &mut String) {
    while let Some((before, rest)) = code.split_once('«') {
        out.push_str(before);
        let end = closing(rest).unwrap_or(rest.len());
        let part = &rest[..end];
        match part.split_once(':') {
            Some((when, then)) if is_conditions(when) => {
                if facts.hold(when) {
                    write(then, facts, out);
                }
            }
            _ => out.push_str(facts.texts.get(part).map_or("", String::as_str)),
        }
        code = rest[end..].strip_prefix('»').unwrap_or_default();
    }
    out.push_str(code);
}

/// Where the part ends that this is the rest of.
fn closing(rest: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in rest.char_indices() {
        match c {
            '«' => depth = depth.saturating_add(1),
            '»' if depth == 0 => return Some(at),
            '»' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn is_conditions(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '!' | '/' | ' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_parts_are_taken_by_their_conditions() {
        let facts = Facts {
            words: BTreeSet::from(["signed", "json"]),
            texts: BTreeMap::from([("host", "«not a part»".to_owned())]),
        };
        let text = "| always |\nsigned | a«json:, b(«host», «form:c»)»;  \n!signed | no\n\
            form/json !basic | one\nform basic/json | no\n|\n|   indented «gone»x\n";
        let expected = ["always |", "a, b(«not a part», );", "one", "", "  indented x"];
        assert_eq!(lines(text, &facts), expected);
    }
}
