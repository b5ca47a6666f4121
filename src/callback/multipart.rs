//! Writes `multipart/form-data` (RFC 7578), one part per field.

use super::escape::part_name;

/// A multipart body and its boundary.
pub(super) struct Multipart {
    /// For the Content-Type.
    pub boundary: String,
    /// The whole body.
    pub bytes: Vec<u8>,
}

/// Writes the fields in order. The boundary is derived from the delivery's id, so that the same delivery has the same
/// bytes, and occurs in no name and no value.
pub(super) fn write(fields: &[(String, String)], delivery_id: &str) -> Multipart {
    let boundary = boundary(fields, delivery_id);
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str("--");
        body.push_str(&boundary);
        body.push_str("\r\nContent-Disposition: form-data; name=\"");
        body.push_str(&part_name(name));
        body.push_str("\"\r\n\r\n");
        body.push_str(value);
        body.push_str("\r\n");
    }
    body.push_str("--");
    body.push_str(&boundary);
    body.push_str("--\r\n");
    Multipart { boundary, bytes: body.into_bytes() }
}

/// At most 70 characters are allowed (RFC 2046, section 5.1.1); these need no quotes.
fn boundary(fields: &[(String, String)], delivery_id: &str) -> String {
    let id: String = delivery_id.chars().filter(char::is_ascii_alphanumeric).take(36).collect();
    let mut counter = 0_u32;
    loop {
        let boundary = format!("ringback-{id}-{counter}");
        if !fields.iter().any(|(name, value)| name.contains(&boundary) || value.contains(&boundary)) {
            return boundary;
        }
        counter += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn each_field_is_a_part() {
        let written = write(&[field("a", "1"), field("\"b\"\r\n", "x\r\ny")], "01-ab");
        assert_eq!(written.boundary, "ringback-01ab-0");
        let expected = "--ringback-01ab-0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
            --ringback-01ab-0\r\nContent-Disposition: form-data; name=\"%22b%22%0D%0A\"\r\n\r\nx\r\ny\r\n\
            --ringback-01ab-0--\r\n";
        assert_eq!(String::from_utf8(written.bytes).unwrap(), expected);
    }

    #[test]
    fn no_value_contains_the_boundary() {
        let fields = [field("a", "--ringback-7-0\r\n"), field("x ringback-7-1", "ringback-7-3")];
        assert_eq!(write(&fields, "7").boundary, "ringback-7-2");
    }

    #[test]
    fn a_long_id_keeps_the_boundary_short() {
        assert!(write(&[], &"9".repeat(500)).boundary.len() <= 70);
    }
}
