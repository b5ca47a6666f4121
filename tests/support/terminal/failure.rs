//! The message of a wait that failed: enough to see what went wrong without running it again.

use std::fmt::Write as _;

use super::feed::Seen;

/// Says what was awaited and shows the screen and the last bytes.
pub fn message(what: &str, seen: &Seen) -> String {
    let (rows, cols) = seen.screen().size();
    let (y, x) = seen.screen().cursor_position();
    let cursor = if seen.screen().hide_cursor() { "hidden" } else { "shown" };
    let end = match seen.exit {
        Some(code) => format!("the program ended with code {code}"),
        None => "the program runs".to_owned(),
    };
    let mut text =
        format!("waited in vain for {what}\n{cols}x{rows}, cursor {cursor} at ({x}, {y}), {end}\n");
    let edge = "─".repeat(usize::from(cols.get()));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "╭{edge}╮");
    for y in 0..rows.get() {
        let row: String = (0..cols.get()).filter_map(|x| seen.screen().cell(y, x)).map(shown).collect();
        let _ = writeln!(text, "│{row}│");
    }
    let _ = writeln!(text, "╰{edge}╯");
    let _ = writeln!(text, "the last of {} bytes:\n{}", seen.bytes, seen.tail.escape_ascii());
    text
}

fn shown(cell: &vt100::Cell) -> &str {
    match cell.contents() {
        _ if cell.is_wide_continuation() => "",
        "" => " ",
        text => text,
    }
}
