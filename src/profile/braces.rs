//! Voice's older placeholders: `{name}`, `{{name}}`, `{keypress:12}`, `{api:NAME.CHILD}`.

use std::collections::HashSet;

use super::path::Path;

/// The prefixes before a colon that the platform documents.
const SPACES: [&str; 2] = ["keypress:", "api:"];

/// Whether this is a Voice placeholder; `known` says whether a variable with a name exists.
fn is_placeholder(path: &Path, known: &dyn Fn(&str) -> bool) -> bool {
    SPACES.iter().any(|space| path.name().starts_with(space)) || known(path.name()) || known(path.as_str())
}

/// Texts in braces that could be placeholders, each with the bytes before it.
struct Braces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Braces<'a> {
    type Item = (&'a str, Path);

    fn next(&mut self) -> Option<Self::Item> {
        let mut from = 0;
        while let Some(found) = self.rest[from..].find('{') {
            let (open, inside) = (from + found, from + found + 1);
            // Only up to the next brace, so that a long text is scanned once.
            let brace = inside + self.rest[inside..].find(['{', '}'])?;
            let name = &self.rest[inside..brace];
            if self.rest[brace..].starts_with('}')
                && let Some(path) = Path::parse(name)
            {
                let before = &self.rest[..open];
                self.rest = &self.rest[brace + 1..];
                return Some((before, path));
            }
            from = brace;
        }
        None
    }
}

/// An older placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OlderPlaceholder {
    /// As in the text, such as `{{id}}`.
    pub written: String,
    /// What it names.
    pub path: Path,
}

/// The text with `<name>` for `{name}` and `{{name}}`, and what was replaced, each once.
pub(super) fn modernized(text: &str, known: &dyn Fn(&str) -> bool) -> (String, Vec<OlderPlaceholder>) {
    let mut out = String::new();
    let (mut replaced, mut seen) = (Vec::new(), HashSet::new());
    let mut braces = Braces { rest: text };
    while let Some((before, path)) = braces.next() {
        if is_placeholder(&path, known) {
            // No JSON has two opening braces side by side, so the outer ones belong to the placeholder.
            let doubled = before.strip_suffix('{').zip(braces.rest.strip_prefix('}'));
            let (before, written) = match doubled {
                Some((before, rest)) => {
                    braces.rest = rest;
                    (before, format!("{{{{{}}}}}", path.as_str()))
                }
                None => (before, format!("{{{}}}", path.as_str())),
            };
            out.push_str(before);
            out.push_str(&path.to_string());
            if seen.insert(written.clone()) {
                replaced.push(OlderPlaceholder { written, path });
            }
        } else {
            out.push_str(before);
            out.extend(["{", path.as_str(), "}"]);
        }
    }
    out.push_str(braces.rest);
    (out, replaced)
}

/// The older placeholders of a text, each once.
pub(super) fn placeholders(text: &str, known: &dyn Fn(&str) -> bool) -> Vec<OlderPlaceholder> {
    modernized(text, known).1
}

/// Whether the text has anything that could be an older placeholder, whatever variables there are.
pub(super) fn has_any(text: &str) -> bool {
    Braces { rest: text }.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> bool {
        ["id", "callee", "caller.isdcode"].contains(&name)
    }

    #[test]
    fn only_placeholders_of_voice_are_replaced() {
        for (old, new) in [
            ("?id={id}&to={callee}", "?id=<id>&to=<callee>"),
            (r#"{"id": "{id}"}"#, r#"{"id": "<id>"}"#),
            ("?k={keypress:12}&a={api:NAME.CHILD}", "?k=<keypress:12>&a=<api:NAME.CHILD>"),
            ("{api:WIDGETID:VARIABLE} {id[n]}", "<api:WIDGETID:VARIABLE> <id[n]>"),
            ("{caller.isdcode} {caller.name}", "<caller.isdcode> {caller.name}"),
            (r#"{"id":{"a":1}} {a:b{keypress:1}}"#, r#"{"id":{"a":1}} {a:b<keypress:1>}"#),
            ("{{id}} { id } {a b} {}", "<id> { id } {a b} {}"),
            (r#"{"a":{{id}},"b":"{{api:X.Y}}"}"#, r#"{"a":<id>,"b":"<api:X.Y>"}"#),
            ("{{{id}}} {{id} {id}}", "{<id>} {<id> <id>}"),
            ("no end {id", "no end {id"),
            // Styles, scripts, shells and other templates are not Voice placeholders.
            ("<style>p{color:red}</style>", "<style>p{color:red}</style>"),
            ("${HOME} {{x}} {name} {keypress:}", "${HOME} {{x}} {name} {keypress:}"),
        ] {
            assert_eq!(modernized(old, &known).0, new, "{old}");
        }
    }

    #[test]
    fn each_is_reported_once_as_it_was_written() {
        let (_, replaced) = modernized("{id} {{id}} {id} {callee}", &known);
        let all: Vec<String> = replaced.iter().map(|old| format!("{} {}", old.written, old.path)).collect();
        assert_eq!(all, ["{id} <id>", "{{id}} <id>", "{callee} <callee>"]);
    }

    #[test]
    fn a_long_text_is_parsed_in_linear_time() {
        let text = format!("{}{{id}}", "{".repeat(1 << 20));
        assert_eq!(placeholders(&text, &known).len(), 1);
        assert!(has_any(&text) && !has_any(&"{".repeat(1 << 20)));
    }
}
