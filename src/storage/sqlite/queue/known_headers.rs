//! The headers of the last delivery of a lane: those of the next one mostly differ in their `webhook-id` alone, and
//! then nothing is parsed.

use crate::record::{HeaderList, JobHeaders};
use crate::storage::sqlite::rows::columns::{self, ID_HEADER};
use crate::storage::unreadable::Why;

/// Parses stored headers, and remembers the last ones.
#[derive(Debug, Default)]
pub struct KnownHeaders(Option<Known>);

#[derive(Debug)]
struct Known {
    /// The stored text before the id and after it.
    before: Box<str>,
    after: Box<str>,
    /// All of them, in order.
    headers: HeaderList,
    /// The place of the id among them.
    at: usize,
}

impl KnownHeaders {
    /// The headers that a text represents.
    pub fn read(&mut self, text: &str) -> Result<JobHeaders, Why> {
        if let Some(known) = self.0.as_ref().and_then(|known| known.with_id_of(text)) {
            return Ok(known);
        }
        let headers = columns::headers(text)?;
        self.0 = Known::of(text, &headers);
        Ok(headers.into())
    }
}

impl Known {
    fn of(text: &str, headers: &[(String, String)]) -> Option<Self> {
        let at = headers.iter().position(|(name, _)| name.eq_ignore_ascii_case(ID_HEADER))?;
        let id = headers.get(at).map(|(_, value)| value.as_str()).filter(|value| is_plain(value))?;
        let (before, after) = text.split_once(id)?;
        // Where it is there twice, which of them is the header's is not known.
        (!after.contains(id)).then(|| Self {
            before: before.into(),
            after: after.into(),
            headers: headers.to_vec().into(),
            at,
        })
    }

    /// The same headers with the id in this text; none where the text differs in anything else.
    fn with_id_of(&self, text: &str) -> Option<JobHeaders> {
        let id = text.strip_prefix(&*self.before)?.strip_suffix(&*self.after)?;
        if !is_plain(id) {
            return None;
        }
        Some(JobHeaders::with_own(self.headers.clone(), self.at, id.to_owned()))
    }
}

/// Whether JSON has it as it is.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_as_parsed(known: &mut KnownHeaders, text: &str) {
        assert_eq!(known.read(text), columns::headers(text).map(Into::into), "{text}");
    }

    #[test]
    fn remembered_headers_are_those_that_the_text_says() {
        let mut known = KnownHeaders::default();
        for text in [
            r#"[["a","1"],["webhook-id","0198-a"],["b","2"]]"#,
            r#"[["a","1"],["webhook-id","0198-bcd"],["b","2"]]"#,
            // Another value, an escape, a further header, an id that is there twice, none at all.
            r#"[["a","2"],["webhook-id","0198-a"],["b","2"]]"#,
            r#"[["a","2"],["webhook-id","\n"],["b","2"]]"#,
            r#"[["a","2"],["webhook-id","0198-a"],["c","0"],["webhook-id","0198-a"],["b","2"]]"#,
            r#"[["webhook-id","b"],["b","2"]]"#,
            r#"[["webhook-id","c"],["b","2"]]"#,
            r#"[["a","2"]]"#,
            "[]",
            r#"[["webhook-id""#,
        ] {
            is_as_parsed(&mut known, text);
        }
    }

    #[test]
    fn nothing_is_parsed_where_only_the_id_differs() {
        let mut known = KnownHeaders::default();
        known.read(r#"[["webhook-id","0198-a"],["b","2"]]"#).unwrap();
        let remembered = known.0.as_ref().unwrap().with_id_of(r#"[["webhook-id","0198-b"],["b","2"]]"#);
        assert_eq!(remembered.unwrap().iter().next(), Some(("webhook-id", "0198-b")));
    }
}
