//! Fits text into a number of columns.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::display::displayable;

/// Text truncated to this many columns, with `…` if something is missing.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    let text = displayable(text);
    if text.width() <= width {
        return text.into_owned();
    }
    let mut out = start(&text, width.saturating_sub(1)).to_owned();
    if width > 0 {
        out.push('…');
    }
    out
}

/// The longest start of a text that fits into this many columns.
#[must_use]
pub fn start(text: &str, width: usize) -> &str {
    let mut used = 0;
    let end = text.grapheme_indices(true).find_map(|(at, grapheme)| {
        used += grapheme.width();
        (used > width).then_some(at)
    });
    &text[..end.unwrap_or(text.len())]
}

/// As many of these texts as fit completely into this many columns, in order, with this separator.
#[must_use]
pub fn whole(texts: &[String], between: &str, width: usize) -> String {
    let mut out = String::new();
    for text in texts {
        let gap = if out.is_empty() { "" } else { between };
        if out.width() + gap.width() + text.width() > width {
            break;
        }
        out.push_str(gap);
        out.push_str(text);
    }
    out
}

/// Text truncated or padded with blanks to exactly this many columns.
#[must_use]
pub fn fit(text: &str, width: usize) -> String {
    let mut out = cut(text, width);
    let used = out.width();
    out.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(cut("Bookings", 8), "Bookings");
        assert_eq!(cut("Bookings", 5), "Book…");
        assert_eq!(cut("日本語", 4), "日…");
        let texts = ["Enter sends", "Tab next", "F7 preview"].map(str::to_owned);
        assert_eq!(whole(&texts, " · ", 22), "Enter sends · Tab next");
        assert_eq!(whole(&texts, " · ", 21), "Enter sends");
        assert_eq!(whole(&texts, " · ", 9), "");
    }

    proptest! {
        #[test]
        fn fitted_text_has_the_width(text in ".{0,40}", width in 2usize..30) {
            prop_assert_eq!(fit(&text, width).width(), width);
        }
    }
}
