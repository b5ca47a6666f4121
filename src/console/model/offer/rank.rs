//! Fuzzy search: the best match first.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The matches of the words, best first; equal ones keep their order. Letters may be omitted, words may be in any
/// order, and case does not matter. `texts` returns the text to search, and the name, which counts twice.
pub fn rank<T>(wanted: &str, all: Vec<T>, texts: impl Fn(&T) -> (String, String)) -> Vec<T> {
    let pattern = Pattern::new(wanted, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut characters = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut characters), &mut matcher);
    let mut scored: Vec<(u32, T)> = Vec::new();
    for one in all {
        let (text, name) = texts(&one);
        if let Some(fits) = score(&text) {
            scored.push((fits + score(&name).unwrap_or(0), one));
        }
    }
    // A few letters occur in most sentences: a match that is much worse than the best is a coincidence.
    let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
    scored.retain(|(score, _)| 2 * score >= best);
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(wanted: &str) -> Vec<&'static str> {
        let all = vec![
            ("One level up; never quits", "leave"),
            ("Save the profile", "save"),
            ("Copy the callback profile id", "copy-id"),
            ("Show a preview", "preview"),
            ("Senden für Ärzte", ""),
            ("Quit", "quit"),
        ];
        let ranked = rank(wanted, all, |(text, name)| ((*text).to_owned(), (*name).to_owned()));
        ranked.into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn letters_may_be_omitted_and_words_may_be_in_any_order() {
        assert_eq!(ranked("save"), ["Save the profile"]);
        assert_eq!(ranked("cpyid"), ["Copy the callback profile id"]);
        assert_eq!(ranked("profile save"), ["Save the profile"]);
        assert_eq!(ranked("PREV"), ["Show a preview"]);
        assert_eq!(ranked("arzte"), ["Senden für Ärzte"]);
        assert_eq!(ranked("quit"), ["Quit", "One level up; never quits"], "by its name first");
        assert_eq!(ranked("xyz"), [""; 0]);
        assert_eq!(ranked("").len(), 6);
    }
}
