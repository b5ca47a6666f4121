//! Marks the matches of a search.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The position of a lower-case text in another text, ignoring case: its first byte, and the byte after it.
/// Lower-case letters can have another length than capitals.
pub fn position(source: &str, text: &str) -> Option<(usize, usize)> {
    let lower = source.to_lowercase();
    let found = lower.find(text)?;
    if lower.len() == source.len()
        && source.is_char_boundary(found)
        && source.is_char_boundary(found + text.len())
    {
        return Some((found, found + text.len()));
    }
    let starts = source.char_indices().map(|(at, _)| at);
    starts.map(|from| (from, &source[from..])).find_map(|(from, rest)| {
        let mut lower = String::new();
        for (at, c) in rest.char_indices() {
            lower.extend(c.to_lowercase());
            if lower.len() >= text.len() {
                return (lower == text).then_some((from, from + at + c.len_utf8()));
            }
        }
        None
    })
}

/// A line with the matches of these lower-case texts in another style.
#[must_use]
pub fn mark(line: Line<'static>, texts: &[String], marked: Style) -> Line<'static> {
    let style = line.style;
    let spans = line.spans.into_iter().flat_map(|span| mark_span(&span, texts, marked));
    Line::from(spans.collect::<Vec<_>>()).style(style)
}

fn mark_span(span: &Span<'static>, texts: &[String], marked: Style) -> Vec<Span<'static>> {
    let mut out = Vec::new();
    let mut rest: &str = &span.content;
    loop {
        let next = texts.iter().filter_map(|text| position(rest, text)).min();
        let Some((from, to)) = next.filter(|(from, to)| to > from) else { break };
        if from > 0 {
            out.push(Span::styled(rest[..from].to_owned(), span.style));
        }
        out.push(Span::styled(rest[from..to].to_owned(), span.style.patch(marked)));
        rest = &rest[to..];
    }
    if !rest.is_empty() {
        out.push(Span::styled(rest.to_owned(), span.style));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_ignored_even_if_lengths_differ() {
        assert_eq!(position("Grüße", "üß"), Some((2, 6)));
        assert_eq!(position("İİ Order", "order"), Some((5, 10)));
        assert_eq!(position("İ", "x"), None);
    }

    #[test]
    fn each_searched_text_is_marked() {
        let marked = Style::new().bold();
        let line = mark(Line::raw("Order 4711 of Order"), &["order".into(), "47".into()], marked);
        let hits: Vec<_> = line.spans.iter().filter(|s| s.style == marked).map(|s| &*s.content).collect();
        assert_eq!(hits, ["Order", "47", "Order"]);
        assert_eq!(line.to_string(), "Order 4711 of Order");
    }
}
