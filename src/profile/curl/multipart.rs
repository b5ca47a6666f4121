//! A multipart body that a command has as text, as browsers and `preview --curl` write it.

/// Fields, and what has no place in a profile.
pub(super) struct Parts {
    pub fields: Vec<(String, String)>,
    pub notes: Vec<String>,
}

/// The fields of a body of this type (RFC 7578); none if it is not well-formed.
pub(super) fn fields(content_type: &str, body: &str) -> Option<Parts> {
    let boundary = parameter(content_type, "boundary")?;
    let delimiter = format!("--{boundary}");
    let mut pieces = body.split(delimiter.as_str());
    if !pieces.next()?.is_empty() {
        return None;
    }
    let mut parts = Parts { fields: Vec::new(), notes: Vec::new() };
    for piece in pieces {
        if piece.starts_with("--") {
            return Some(parts);
        }
        let (head, content) = piece.strip_prefix("\r\n")?.strip_suffix("\r\n")?.split_once("\r\n\r\n")?;
        let mut name = None;
        let mut is_file = false;
        let mut others = Vec::new();
        for line in head.split("\r\n") {
            let (header, value) = line.split_once(':')?;
            if header.eq_ignore_ascii_case("content-disposition") {
                name = parameter(value, "name");
                is_file = parameter(value, "filename").is_some();
            } else {
                others.push(header.to_owned());
            }
        }
        let name = name?;
        if is_file {
            parts.notes.push(format!("the part '{name}' is a file: not carried"));
            continue;
        }
        parts.notes.extend(others.iter().map(|other| format!("{other} of the part '{name}': not carried")));
        parts.fields.push((name, content.to_owned()));
    }
    None
}

/// A parameter of a header's value. Quotes are removed, and the escapes of forms undone.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case(wanted)
            .then(|| value.trim_matches('"').replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_those_of_a_browser() {
        let body = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--B\r\nContent-Disposition: \
                    form-data; name=\"f\"; filename=\"x.txt\"\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--\r\n";
        let parts = fields("multipart/form-data; boundary=B", body).unwrap();
        assert_eq!(parts.fields, [("a".to_owned(), "1\r\n2".to_owned())]);
        assert_eq!(parts.notes, ["the part 'f' is a file: not carried"]);
        for (kind, body) in [("multipart/form-data", body), ("multipart/form-data; boundary=B", "--B\r\nx")] {
            assert!(fields(kind, body).is_none(), "{kind}");
        }
    }
}
