//! What was typed, as shells hand it over.

use super::words::{OpenQuote, TypedWord, quote, split};

/// What was typed before the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The words after the name of the program; the last one is being typed, and may be empty.
    pub words: Vec<String>,
    open: OpenQuote,
    /// What bash does not replace of the last word: for it, `:` and `=` end words.
    kept: String,
}

impl Typed {
    /// Words that the shell has split; it may have left quotes in the last one.
    pub fn of_words(words: &[String]) -> Self {
        let (before, last) = words.split_last().map_or((&[][..], ""), |(last, before)| (before, last));
        let last = split(last).into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
        let words = before.iter().cloned().chain([last]).collect();
        Self { words, open: OpenQuote::None, kept: String::new() }
    }

    /// The line of bash, the position of the cursor in bytes, and the word that it replaces.
    pub fn of_bash(line: &str, point: &str, current: &str) -> Self {
        let point = point.parse().unwrap_or(line.len());
        let words = split(line.get(..point).unwrap_or(line));
        let TypedWord { typed, open, .. } = words.last().cloned().unwrap_or_default();
        // Of a quoted word, bash replaces what follows the quote.
        let quoted = match open {
            OpenQuote::None => 0,
            OpenQuote::Single => typed.find('\'').map_or(0, |at| at.saturating_add(1)),
            OpenQuote::Double => typed.find('"').map_or(0, |at| at.saturating_add(1)),
        };
        let typed = typed.get(quoted..).unwrap_or_default();
        let current = if open == OpenQuote::None { current } else { typed };
        // A word of nothing but what ends words is before the one that is replaced.
        let replaced = if current.chars().all(|c| ":=".contains(c)) { "" } else { current };
        let kept = typed.strip_suffix(replaced).unwrap_or_default().to_owned();
        Self { words: words.into_iter().skip(1).map(|word| word.text).collect(), open, kept }
    }

    /// A candidate for the last word as bash takes it; none if it does not continue what bash keeps.
    pub fn quoted(&self, text: &str) -> Option<String> {
        let quoted = quote(text, self.open);
        quoted.strip_prefix(&*self.kept).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bash_replaces_the_end_of_a_word() {
        let typed = |line: &str, current: &str| Typed::of_bash(line, &line.len().to_string(), current);
        let one = typed("ringback profiles show Ord", "Ord");
        assert_eq!(one.words, ["profiles", "show", "Ord"]);
        assert_eq!(one.quoted("Order SMS").as_deref(), Some(r"Order\ SMS"));
        let colon = typed("ringback profiles show Shop:o", "o");
        assert_eq!(colon.quoted("Shop:orders").as_deref(), Some("orders"));
        let option = typed("ringback deliveries list --state=", "=");
        assert_eq!(option.quoted("--state=failed").as_deref(), Some("failed"));
        let quotes = typed("ringback profiles show \"Order S", "\"Order S");
        assert_eq!(quotes.quoted("Order $5").as_deref(), Some(r"Order \$5"));
        let within = Typed::of_bash("ringback pro files", "12", "pro");
        assert_eq!(within.words, ["pro"], "the cursor is within the line");
    }

    #[test]
    fn other_shells_split_words() {
        let of = |words: &[&str]| {
            Typed::of_words(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).words
        };
        assert_eq!(of(&["profiles", "show", "\"Order S"]), ["profiles", "show", "Order S"]);
        assert_eq!(of(&[]), [""]);
    }
}
