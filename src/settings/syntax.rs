//! Why a settings file is not TOML, in plain words with a fix.

use toml::de::Error;

/// How the parser's messages start, and what to say instead.
const WORDS: [(&str, &str); 15] = [
    ("string values must be quoted", "a value is missing, or a string without double quotes (\")"),
    ("missing value", "a value is missing after ="),
    ("key with no value", "write NAME = VALUE"),
    ("invalid key-value pair", "write NAME = VALUE"),
    ("missing assignment", "write NAME = VALUE"),
    ("invalid basic string, expected `\"`", "the string is not closed: add \""),
    ("invalid literal string, expected `'`", "the string is not closed: add '"),
    ("unclosed array", "the list is not closed: add ]"),
    ("unclosed table", "the name of the table is not closed: add ]"),
    ("unclosed inline table", "the table is not closed: add }"),
    ("missing comma", "a comma is missing"),
    ("extra comma", "a comma too many: remove it"),
    ("duplicate key", "this is set twice: remove one"),
    ("unexpected key or value", "more text after the value: remove it, or start a new line"),
    ("unexpected leading zero", "a number must not start with 0"),
];

/// The byte offset of a syntax error, and its description. Errors without a description of ours are reported in the
/// parser's words.
pub(super) fn mistake(text: &str, error: &Error) -> (usize, String) {
    let at = error.span().map_or(0, |span| span.start).min(text.len());
    let output = error.message().replace('\n', ", ");
    let words =
        WORDS.iter().find(|(starts, _)| output.starts_with(starts)).map_or(output.as_str(), |(_, w)| *w);
    let column = 1 + text
        .get(..at)
        .map_or(0, |before| before[before.rfind('\n').map_or(0, |feed| feed + 1)..].chars().count());
    (at, format!("column {column}: {words}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml::de::DeTable;

    #[test]
    fn each_syntax_error_has_its_column_and_its_fix() {
        for (text, wanted) in [
            ("theme =", "column 8: a value is missing, or a string without double quotes"),
            ("\ntheme = dark", "column 9: a value is missing, or a string without double quotes"),
            ("theme \"dark\"", "column 7: write NAME = VALUE"),
            ("theme: dark", "column 8: write NAME = VALUE"),
            ("{\"theme\": \"dark\"}", "column 1: write NAME = VALUE"),
            ("theme = \"dark", "column 14: the string is not closed: add \""),
            ("theme = 'dark", "column 14: the string is not closed: add '"),
            ("[keys", "column 6: the name of the table is not closed: add ]"),
            ("[keys]\nquit = [\"q\",", "column 13: the list is not closed: add ]"),
            ("theme = \"dark\"\ntheme = \"light\"", "column 1: this is set twice: remove one"),
            ("theme = \"dark\";", "column 15: more text after the value: remove it"),
            ("keep_days = 09", "column 13: a number must not start with 0"),
            ("mouse = True", "column 9: invalid boolean, expected `true`"),
        ] {
            let (_, output) = mistake(text, &DeTable::parse(text).unwrap_err());
            assert!(output.starts_with(wanted), "{text}: {output}");
        }
    }
}
