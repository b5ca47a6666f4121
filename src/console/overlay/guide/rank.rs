//! Fuzzy search: what fits best comes first.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Those that fit the words, the best first; of two that fit alike, the one that was first. Letters
/// may be left out, words may stand in any order, capitals make no difference.
pub fn rank<T>(wanted: &str, all: Vec<T>, haystack: impl Fn(&T) -> String) -> Vec<T> {
    let pattern = Pattern::new(wanted, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut characters = Vec::new();
    let mut scored: Vec<(u32, T)> = Vec::new();
    for one in all {
        let text = haystack(&one);
        if let Some(score) = pattern.score(Utf32Str::new(&text, &mut characters), &mut matcher) {
            scored.push((score, one));
        }
    }
    // A few letters stand somewhere in most sentences: what fits so much less than the best is chance.
    let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
    scored.retain(|(score, _)| 3 * score >= 2 * best);
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(wanted: &str) -> Vec<&'static str> {
        let all = vec!["Save the profile", "Copy the callback profile id", "Show a preview", "Senden für Ärzte"];
        rank(wanted, all, |text| (*text).to_owned())
    }

    #[test]
    fn letters_may_be_left_out_and_words_stand_anywhere() {
        assert_eq!(ranked("sav"), ["Save the profile"]);
        assert_eq!(ranked("cpyid"), ["Copy the callback profile id"]);
        assert_eq!(ranked("profile save"), ["Save the profile"]);
        assert_eq!(ranked("PREV"), ["Show a preview"]);
        assert_eq!(ranked("arzte"), ["Senden für Ärzte"]);
        assert_eq!(ranked("xyz"), [""; 0]);
        assert_eq!(ranked("").len(), 4);
    }
}
