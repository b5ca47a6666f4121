//! CSV for spreadsheets and programs (RFC 4180, with line feeds).

/// Appends a line. A cell that a spreadsheet would take for a formula begins with an apostrophe.
pub fn push_line<T: AsRef<str>>(out: &mut String, cells: impl IntoIterator<Item = T>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        let cell = cell.as_ref();
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let is_quoted = cell.contains(['"', ',', '\n', '\r']);
        out.push_str(if is_quoted { "\"" } else { "" });
        out.push_str(if is_formula { "'" } else { "" });
        if is_quoted {
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_necessary_and_are_no_formulas() {
        let mut out = String::new();
        push_line(
            &mut out,
            ["a b", "", "x,y", "say \"hi\"", "two\nlines", "=1+1", "-1,5", "@x", "\t=2", "1-1"],
        );
        assert_eq!(out, "a b,,\"x,y\",\"say \"\"hi\"\"\",\"two\nlines\",'=1+1,\"'-1,5\",'@x,'\t=2,1-1\n");
    }
}
