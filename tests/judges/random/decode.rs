//! Decoders for rendered requests, by third parties where available.

use percent_encoding::percent_decode_str;
use url::{Url, form_urlencoded};

/// Names and values in order.
pub type Pairs = Vec<(String, String)>;

/// The segments of a path.
pub fn segments(url: &Url) -> Vec<String> {
    let decoded = |segment: &str| percent_decode_str(segment).decode_utf8().expect("UTF-8").into_owned();
    url.path_segments().expect("a path").map(decoded).collect()
}

/// The fields of a form.
pub fn form(body: &[u8]) -> Pairs {
    form_urlencoded::parse(body).into_owned().collect()
}

/// The parts of a multipart body, parsed strictly by RFC 2046 and RFC 7578; none if it is invalid.
pub fn multipart(content_type: &str, body: &[u8]) -> Option<Pairs> {
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=")?;
    let fit = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if boundary.is_empty() || boundary.len() > 70 || !boundary.bytes().all(fit) {
        return None;
    }
    let body = format!("\r\n{}", std::str::from_utf8(body).ok()?);
    let delimiter = format!("\r\n--{boundary}");
    let mut pieces = body.split(&delimiter);
    if pieces.next() != Some("") {
        return None;
    }
    let mut pieces: Vec<&str> = pieces.collect();
    if pieces.pop() != Some("--\r\n") {
        return None;
    }
    pieces.into_iter().map(part).collect()
}

fn part(piece: &str) -> Option<(String, String)> {
    let (head, value) = piece.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
    let name = head.strip_prefix("Content-Disposition: form-data; name=\"")?.strip_suffix('"')?;
    (!name.contains(['"', '\r', '\n'])).then(|| (name.to_owned(), value.to_owned()))
}

/// A name as the HTML standard escapes it in multipart, which cannot be decoded unambiguously.
pub fn escaped_name(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
