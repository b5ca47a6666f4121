//! A screen as text that people can read and compare.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// The characters, line by line, without trailing blanks.
pub fn text(buffer: &Buffer) -> String {
    rows(buffer).map(row_text).collect::<Vec<_>>().join("\n")
}

/// The characters, and under each line that has styles the columns of each: `1-9 Cyan bold`.
pub fn styled(buffer: &Buffer) -> String {
    let mut out = Vec::new();
    for row in rows(buffer) {
        out.push(format!("|{}", row_text(row)));
        let runs = runs(row);
        if !runs.is_empty() {
            out.push(format!("  {}", runs.join(", ")));
        }
    }
    out.join("\n")
}

fn rows(buffer: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buffer.content.chunks(usize::from(buffer.area.width).max(1))
}

fn row_text(row: &[Cell]) -> String {
    let mut line = String::new();
    let mut covered = 0;
    for cell in row {
        // A wide character covers the cell at its right.
        if covered > 0 {
            covered -= 1;
            continue;
        }
        line.push_str(cell.symbol());
        covered = cell.symbol().width().saturating_sub(1);
    }
    line.truncate(line.trim_end().len());
    line
}

fn runs(row: &[Cell]) -> Vec<String> {
    let mut runs: Vec<(usize, usize, String)> = Vec::new();
    for (at, cell) in row.iter().enumerate() {
        let Some(style) = style(cell) else { continue };
        match runs.last_mut() {
            // Blanks between two words of one style are not worth a second run.
            Some((_, last, same)) if *same == style && row[*last + 1..at].iter().all(is_blank) => *last = at,
            _ => runs.push((at, at, style)),
        }
    }
    runs.into_iter().map(|(from, to, style)| format!("{from}-{to} {style}")).collect()
}

fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && style(cell).is_none()
}

/// The style of a cell, if it is not plain; the colour of a blank is invisible.
fn style(cell: &Cell) -> Option<String> {
    let mut words = Vec::new();
    let seen_when_blank = Modifier::REVERSED | Modifier::UNDERLINED;
    let blank = cell.symbol() == " " && !cell.modifier.intersects(seen_when_blank);
    if cell.fg != Color::Reset && !blank {
        words.push(cell.fg.to_string());
    }
    if cell.bg != Color::Reset {
        words.push(format!("on {}", cell.bg));
    }
    if !cell.modifier.is_empty() && !blank {
        let names = cell.modifier.iter_names().map(|(name, _)| name.to_lowercase());
        words.extend(names);
    }
    (!words.is_empty()).then(|| words.join(" "))
}
