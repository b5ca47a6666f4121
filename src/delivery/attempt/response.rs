//! The response of an endpoint, as far as it was received.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{Response, StatusCode};

use crate::clock;
use crate::delivery::http::body::Body;
use crate::delivery::http::classify;
use crate::delivery::http::connection::info::ConnInfo;
use crate::delivery::http::read_body::{BodyRead, read};
use crate::delivery::redact::{Extent, Redactor};
use crate::record::{Failure, HeaderList, retry_decision};
use crate::text::escape_bytes;

use super::shown_memo::ShownMemo;

/// How much of a response is read: enough to keep the connection for the next request.
const READ_LIMIT: usize = 64 * 1024;
/// How much of a body is stored, and how much of the headers, as text.
const KEEP_LIMIT: usize = 16 * 1024;

/// The part of a response received so far, kept if the time runs out in the middle of it.
#[derive(Default)]
pub struct ReceivedResponse {
    pub status: Option<StatusCode>,
    headers: HeaderMap,
    body: Vec<u8>,
    /// Whether the response is longer than the stored part.
    pub cut: bool,
    /// Read to its end.
    whole: bool,
    /// Why the body is incomplete. The received status still decides.
    pub incomplete: Option<String>,
    /// Knows the secrets of the request, which a response may repeat.
    pub redactor: Option<Arc<Redactor>>,
    /// Knows the headers of the last response to such a request.
    pub memo: Option<Arc<ShownMemo>>,
}

impl ReceivedResponse {
    /// Takes the head, and reads the body. Truncating one longer than [`READ_LIMIT`] is not a failure, nor is a body
    /// that breaks off: the endpoint has decided with the head.
    pub async fn take(&mut self, response: Response<Body>, conn: Option<&ConnInfo>) {
        let (head, body) = response.into_parts();
        self.status = Some(head.status);
        self.headers = head.headers;
        let (kept, cut) = (&mut self.body, &mut self.cut);
        let keep = |chunk: Bytes| {
            let room = KEEP_LIMIT - kept.len();
            *cut |= chunk.len() > room;
            kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
        };
        match read(body, conn, READ_LIMIT, keep).await {
            Ok(read) => self.whole = read == BodyRead::Whole,
            Err(error) => self.incomplete = Some(classify::broken_body(&error)),
        }
    }

    /// The headers as text without secrets, as far as they fit into [`KEEP_LIMIT`] together. Longer ones are omitted,
    /// so that none of the others is missing.
    pub fn shown_headers(&mut self) -> HeaderList {
        let known = |memo: &Arc<ShownMemo>| memo.again(&self.headers, self.redactor.as_ref());
        if let Some(shown) = self.memo.as_ref().and_then(known) {
            return shown;
        }
        let shown = self.shown_one_by_one().into();
        if let Some(memo) = &self.memo {
            memo.keep(&self.headers, &shown, self.redactor.as_ref());
        }
        shown
    }

    fn shown_one_by_one(&mut self) -> Vec<(String, String)> {
        let (mut kept, mut room) = (Vec::with_capacity(self.headers.len().min(64)), KEEP_LIMIT);
        for (name, value) in &self.headers {
            // What does not fit is not searched.
            let fits = |text: usize| room.checked_sub(name.as_str().len() + text.max(value.len()));
            let shown = fits(0).map(|_| self.shown(value));
            match shown.as_ref().and_then(|shown| fits(shown.len())).zip(shown) {
                Some((left, shown)) => {
                    room = left;
                    kept.push((name.as_str().to_owned(), shown));
                }
                None => self.cut = true,
            }
        }
        kept
    }

    /// A header's value as text, without secrets.
    fn shown(&self, value: &HeaderValue) -> String {
        match self.hidden(value.as_bytes(), Extent::Whole) {
            Some(hidden) => escape_bytes(&hidden),
            None => escape_bytes(value.as_bytes()),
        }
    }

    /// Takes the body, without secrets.
    pub fn shown_body(&mut self) -> Vec<u8> {
        let body = std::mem::take(&mut self.body);
        let extent = if self.whole && !self.cut { Extent::Whole } else { Extent::Cut };
        self.hidden(&body, extent).unwrap_or(body)
    }

    /// A text without secrets, if it contains any.
    fn hidden(&self, text: &[u8], extent: Extent) -> Option<Vec<u8>> {
        self.redactor.as_ref()?.hide(text, extent)
    }

    /// The failure according to its status; none for 2xx, and before a status was received.
    pub fn verdict(&self) -> Option<Failure> {
        let location = self.headers.get(LOCATION).map(|to| self.shown(to));
        classify::of_status(self.status?, location.as_deref())
    }

    /// How long the endpoint asks not to be called.
    pub fn retry_after(&self) -> Option<Duration> {
        let asks =
            matches!(self.status, Some(StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE));
        let value = self.headers.get(RETRY_AFTER).filter(|_| asks)?.to_str().ok()?;
        retry_decision::retry_after(value, clock::now())
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::{HeaderName, HeaderValue};

    use super::*;

    fn received(headers: &[(&'static str, String)]) -> ReceivedResponse {
        let mut received = ReceivedResponse::default();
        for (name, value) in headers {
            let name = HeaderName::from_static(name);
            received.headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        received
    }

    #[test]
    fn headers_are_kept_to_their_limit_as_they_are_shown() {
        let mut few = received(&[("x-a", "1".to_owned()), ("retry-after", "2".to_owned())]);
        assert_eq!(few.shown_headers().len(), 2);
        assert!(!few.cut);
        let long = |text: &str| text.repeat(10 * 1024);
        // An invalid byte is shown as four characters, so 10 KiB of them do not fit.
        for second in [long("x"), long("\u{fc}")] {
            let mut many = received(&[("x-a", long("x")), ("x-b", second), ("retry-after", "2".to_owned())]);
            let names: Vec<String> = many.shown_headers().iter().map(|(name, _)| name.clone()).collect();
            assert_eq!(names, ["x-a", "retry-after"]);
            assert!(many.cut);
        }
    }

    #[test]
    fn headers_of_the_last_response_are_shared_only_where_they_are_shown_alike() {
        let memo = Some(Arc::<ShownMemo>::default());
        let redactor = |secret: &str| Some(Arc::new(Redactor::new(vec![secret.as_bytes().to_vec()])));
        let (hush, other) = (redactor("hush"), redactor("other"));
        let shown = |headers: &[(&'static str, &str)], redactor: &Option<Arc<Redactor>>| {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
            let with = |memo| ReceivedResponse { redactor: redactor.clone(), memo, ..received(&headers) };
            let shown = with(memo.clone()).shown_headers();
            assert_eq!(shown, with(None).shown_headers());
            shown
        };
        let one = [("date", "1"), ("x-a", "a hush")];
        let first = shown(&one, &None);
        assert!(first.is_same(&shown(&one, &None)));
        for (headers, redactor) in [
            (&one[..], &hush),
            (&one, &other),
            (&one, &hush),
            (&one, &None),
            (&one[..1], &None),
            (&[("date", "2"), ("x-a", "a hush")], &None),
            (&[("x-a", "a hush"), ("date", "2")], &None),
            (&[("date", "\u{fc}")], &None),
            (&[("date", "\u{fc}")], &None),
            (&[("date", "\\xc3\\xbc")], &None),
            (&[], &None),
            (&one, &None),
        ] {
            shown(headers, redactor);
        }
    }
}
