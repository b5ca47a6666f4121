//! The response to a request, as it is sent.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

use super::reply::Reply;
use super::response_header::ResponseHeader;

/// The response to a request, after its delay. `Date` and `Content-Length` are added when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedResponse {
    /// The status, or no response.
    pub reply: Reply,
    /// The headers; none without a response. A name may be repeated.
    pub headers: Vec<ResponseHeader>,
    /// The body; empty without a response, and for a status that has none.
    pub body: Bytes,
    /// How long the receiver waits before it responds or resets.
    pub delay: Duration,
}

impl PlannedResponse {
    /// A response with this status, and a body that says so.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(Reply::Status(status), None, &[], None, Duration::ZERO)
    }

    /// A response with these headers and this body. Without one, a line of text says what the status is.
    pub(super) fn new(
        reply: Reply,
        retry_after: Option<u32>,
        headers: &[ResponseHeader],
        body: Option<&Bytes>,
        delay: Duration,
    ) -> Self {
        let Reply::Status(status) = reply else {
            return Self { reply, headers: Vec::new(), body: Bytes::new(), delay };
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        let mut headers = headers.to_vec();
        if let Some(seconds) = retry_after {
            headers.retain(|header| header.name != RETRY_AFTER);
            headers.push(ResponseHeader { name: RETRY_AFTER, value: HeaderValue::from(seconds) });
        }
        // RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5.
        let has_body =
            !matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED);
        let body = match body {
            _ if !has_body => Bytes::new(),
            Some(body) => body.clone(),
            None => {
                let reason = status.canonical_reason().unwrap_or("custom status");
                format!("{} {reason}\n", status.as_u16()).into()
            }
        };
        if !body.is_empty() && !headers.iter().any(|header| header.name == CONTENT_TYPE) {
            let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok();
            let value = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
            let value = HeaderValue::from_static(value);
            headers.push(ResponseHeader { name: CONTENT_TYPE, value });
        }
        Self { reply: Reply::Status(status.as_u16()), headers, body, delay }
    }

    /// The HTTP response; an empty one without a response.
    pub(super) fn http(&self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body.clone()));
        if let Reply::Status(status) = self.reply {
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        }
        for header in &self.headers {
            response.headers_mut().append(header.name.clone(), header.value.clone());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(planned: &PlannedResponse) -> Vec<String> {
        planned.headers.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn without_a_body_a_line_says_the_status() {
        let planned = PlannedResponse::status(503);
        assert_eq!(planned.body, "503 Service Unavailable\n");
        assert_eq!(lines(&planned), ["content-type: text/plain; charset=utf-8"]);
        assert_eq!(PlannedResponse::status(204).body, "");
        assert_eq!(lines(&PlannedResponse::status(204)), [""; 0]);
    }

    #[test]
    fn own_headers_and_body_are_sent_and_a_script_has_the_last_word_on_retry_after() {
        let headers: Vec<ResponseHeader> =
            ["Retry-After: 60", "Location: /a", "Location: /b"].map(|line| line.parse().unwrap()).into();
        let body = Bytes::from_static(br#"{"ok":false}"#);
        let reply = Reply::Status(429);
        let planned = PlannedResponse::new(reply, Some(5), &headers, Some(&body), Duration::ZERO);
        assert_eq!(
            lines(&planned),
            ["location: /a", "location: /b", "retry-after: 5", "content-type: application/json"]
        );
        let http = planned.http();
        assert_eq!((http.status().as_u16(), http.headers().len()), (429, 4));
        let typed: ResponseHeader = "Content-Type: text/csv".parse().unwrap();
        let planned = PlannedResponse::new(reply, None, &[typed], Some(&body), Duration::ZERO);
        assert_eq!(lines(&planned), ["content-type: text/csv"]);
    }

    #[test]
    fn no_response_has_neither_headers_nor_a_body() {
        let header: ResponseHeader = "X-A: b".parse().unwrap();
        let body = Bytes::from_static(b"x");
        let planned = PlannedResponse::new(Reply::Hung, Some(5), &[header], Some(&body), Duration::ZERO);
        assert_eq!((planned.headers.len(), planned.body.len()), (0, 0));
    }
}
