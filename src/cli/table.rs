//! A table in plain text, as wide as its contents.

use unicode_width::UnicodeWidthStr as _;

use crate::text::escape_controls;

/// Rows below a heading, in columns separated by two spaces. The last column is not padded. Control characters are
/// escaped. Ends with a line feed.
#[must_use]
pub fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let mut lines = vec![heading.map(str::to_owned)];
    lines.extend(rows.iter().map(|row| row.each_ref().map(|cell| escape_controls(cell))));
    let mut widths = [0; N];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.width().max(*width);
        }
    }
    let mut out = String::new();
    for line in &lines {
        let start = out.len();
        for (cell, width) in line.iter().zip(widths) {
            out.push_str(cell);
            out.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        let end = start + out[start..].trim_end().len();
        out.truncate(end);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_contents() {
        let rows = [["日本", "x"], ["a", "long\u{1b}"], ["", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(table(["T", "END"], &rows), "T     END\n日本  x\na     long\\u{1b}\n\n");
    }
}
