//! JSON written as YAML, as a person would: one member or item a line, texts of several lines as blocks.

use serde_json::{Map, Value};

use super::quoting::{is_printable, quoted};

/// The longest name, in characters, that may be followed by a colon on its line (section 7.4.2 of the standard: 1 024).
const MAX_NAME_CHARS: usize = 1000;

/// Two spaces for each level.
const STEP: usize = 2;

/// Writes a value as a YAML document that ends with a line break. Programs that follow YAML 1.1 read it as the same
/// value, too, except for numbers with an exponent, whose digits stay as they are.
#[must_use]
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(members) if !members.is_empty() => mapping(&mut out, members, 0),
        Value::Array(items) if !items.is_empty() => list(&mut out, items, 0),
        other => {
            out.push_str(&on_one_line(other));
            out.push('\n');
        }
    }
    out
}

/// A mapping; the caller has indented its first line.
fn mapping(out: &mut String, members: &Map<String, Value>, indent: usize) {
    for (at, (name, value)) in members.iter().enumerate() {
        if at > 0 {
            spaces(out, indent);
        }
        let name = quoted(name);
        if name.chars().count() > MAX_NAME_CHARS {
            out.push_str("? ");
            out.push_str(&name);
            out.push('\n');
            spaces(out, indent);
        } else {
            out.push_str(&name);
        }
        out.push(':');
        match value {
            Value::Object(members) if !members.is_empty() => {
                out.push('\n');
                spaces(out, indent + STEP);
                mapping(out, members, indent + STEP);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                spaces(out, indent + STEP);
                list(out, items, indent + STEP);
            }
            other => {
                out.push(' ');
                scalar(out, other, indent);
            }
        }
    }
}

/// A list; the caller has indented its first line.
fn list(out: &mut String, items: &[Value], indent: usize) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            spaces(out, indent);
        }
        out.push_str("- ");
        match item {
            Value::Object(members) if !members.is_empty() => mapping(out, members, indent + STEP),
            Value::Array(items) if !items.is_empty() => list(out, items, indent + STEP),
            other => scalar(out, other, indent),
        }
    }
}

/// A value without parts, within what is indented this far.
fn scalar(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::String(text) if fits_block(text) => block(out, text, indent),
        other => {
            out.push_str(&on_one_line(other));
            out.push('\n');
        }
    }
}

fn on_one_line(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        // Null, booleans, numbers, `{}` and `[]`.
        other => other.to_string(),
    }
}

/// Whether a text of several lines can be written as a block, in which nothing can be escaped. Lines of white space
/// alone are left to quotes, because an editor may strip them.
fn fits_block(text: &str) -> bool {
    let is_blank = |line: &str| !line.is_empty() && line.trim_matches(' ').is_empty();
    text.trim_end_matches('\n').contains('\n')
        && text.chars().all(|c| c == '\n' || is_printable(c))
        && !text.split('\n').any(is_blank)
}

/// A literal block. Its header says how many line breaks end it, and, where the first line does not show it, how far it
/// is indented.
fn block(out: &mut String, text: &str, indent: usize) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push_str(&STEP.to_string());
    }
    let lines = text.strip_suffix('\n');
    match lines {
        None => out.push('-'),
        Some(lines) if lines.ends_with('\n') => out.push('+'),
        Some(_) => {}
    }
    out.push('\n');
    for line in lines.unwrap_or(text).split('\n') {
        if !line.is_empty() {
            spaces(out, indent + STEP);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}
