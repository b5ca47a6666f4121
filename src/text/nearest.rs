//! Finds the name that a misspelled one means.

use strsim::osa_distance;

/// The maximum number of edits between similar names (our decision): letters wrong, missing, doubled or swapped; and at
/// most a third of the letters.
const SLIPS: usize = 2;

/// The known name that is most like a misspelled one: ignoring case, blanks, dashes, dots, the width of letters, and a
/// few typing errors. Of several that are equally alike the first.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = fold_name(name);
    let slips = known.into_iter().map(|known| (osa_distance(&name, &fold_name(known)), known));
    let near = slips.filter(|(slips, known)| *slips <= SLIPS.min(known.len() / 3));
    near.min_by_key(|(slips, _)| *slips).map(|(_, known)| known)
}

/// A name without what does not count in a misspelled one: in lower case and ASCII where it can be, with `_` between its
/// words.
#[must_use]
pub fn fold_name(name: &str) -> String {
    let narrow: String = name.chars().map(narrowed).collect();
    narrow.trim().to_lowercase().replace([' ', '-', '.'], "_")
}

/// A full-width letter, as typed with Chinese and Japanese input methods, as the ASCII one.
fn narrowed(c: char) -> char {
    let ascii = u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32);
    ascii.filter(char::is_ascii_graphic).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_a_misspelled_one() {
        let known = ["keep_days", "profiles-new", "time", "theme"];
        for (name, wanted) in [
            ("keepdays", "keep_days"),
            ("Profile New", "profiles-new"),
            ("tiem", "time"),
            ("theem", "theme"),
            ("ｔｉｍｅ", "time"),
        ] {
            assert_eq!(nearest(name, known), Some(wanted), "{name}");
        }
        for name in ["", "tm", "days", "profiles"] {
            assert_eq!(nearest(name, known), None, "{name}");
        }
    }
}
