//! Words as a shell quotes them: read while they are being typed, and written.

/// The quotes that a word is in where the cursor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenQuote {
    /// None.
    #[default]
    None,
    /// Single ones.
    Single,
    /// Double ones.
    Double,
}

/// A word of a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypedWord {
    /// What it means.
    pub text: String,
    /// As it was typed.
    pub typed: String,
    /// The quotes that are not closed.
    pub open: OpenQuote,
}

/// The words of a line as a POSIX shell splits them; the last one is where the line ends, and may be empty.
pub fn split(line: &str) -> Vec<TypedWord> {
    let mut words = Vec::new();
    let mut word: Option<TypedWord> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let open = word.as_ref().map_or(OpenQuote::None, |word| word.open);
        if open == OpenQuote::None && c.is_ascii_whitespace() {
            words.extend(word.take());
            continue;
        }
        let current = word.get_or_insert_default();
        current.typed.push(c);
        match (open, c) {
            (OpenQuote::None, '\'') => current.open = OpenQuote::Single,
            (OpenQuote::None, '"') => current.open = OpenQuote::Double,
            (OpenQuote::Single, '\'') | (OpenQuote::Double, '"') => current.open = OpenQuote::None,
            (OpenQuote::None | OpenQuote::Double, '\\') => {
                let Some(next) = chars.next() else { continue };
                current.typed.push(next);
                // Within double quotes a backslash stays before all but these.
                if open == OpenQuote::Double && !['"', '\\', '$', '`'].contains(&next) {
                    current.text.push('\\');
                }
                current.text.push(next);
            }
            (_, c) => current.text.push(c),
        }
    }
    words.push(word.unwrap_or_default());
    words
}

/// A text as a POSIX shell reads it back within these quotes, which are open and stay so.
pub fn quote(text: &str, open: OpenQuote) -> String {
    match open {
        OpenQuote::Single => text.replace('\'', r"'\''"),
        OpenQuote::Double => escape(text, |c| ['"', '\\', '$', '`'].contains(&c)),
        OpenQuote::None => {
            let is_plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,".contains(c);
            escape(text, |c| !is_plain(c))
        }
    }
}

fn escape(text: &str, is_special: impl Fn(char) -> bool) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if is_special(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        split(line).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn a_line_is_split_while_it_is_being_typed() {
        assert_eq!(texts("a  b"), ["a", "b"]);
        assert_eq!(texts("a b "), ["a", "b", ""]);
        assert_eq!(texts(""), [""]);
        assert_eq!(
            texts(r#"show Order\ SMS "it's \$5 \x" 'a"b'"#),
            ["show", "Order SMS", r"it's $5 \x", r#"a"b"#]
        );
        let last = |line: &str| split(line).pop().unwrap();
        assert_eq!(last("a \"Order S").text, "Order S");
        assert_eq!(last("a \"Order S").open, OpenQuote::Double);
        assert_eq!((last("a 'Or").text.as_str(), last("a 'Or").open), ("Or", OpenQuote::Single));
        assert_eq!((last(r"a Or\").text.as_str(), last(r"a Or\ d").text.as_str()), ("Or", "Or d"));
    }

    #[test]
    fn what_is_quoted_is_read_back() {
        for text in ["Order SMS", r#"it's "5" $a `b` \"#, "(a) & b; c | d > e *", "~ #", "Köln", "a:b=c"] {
            assert_eq!(texts(&quote(text, OpenQuote::None)), [text]);
            assert_eq!(texts(&format!("\"{}\"", quote(text, OpenQuote::Double))), [text]);
            assert_eq!(texts(&format!("'{}'", quote(text, OpenQuote::Single))), [text]);
        }
        assert_eq!(quote("Order SMS", OpenQuote::None), r"Order\ SMS");
    }
}
