//! What an endpoint sends over HTTP/2 instead of a response (RFC 9113).

use std::borrow::Cow;

use crate::delivery::http::host_port::HostPort;
use crate::record::ErrorClass;

/// What the endpoint reported (RFC 9113, sections 6.4 and 6.8); none if it reported nothing.
pub fn ended_by_peer(error: &h2::Error, peer: &HostPort<'_>) -> Option<(ErrorClass, String)> {
    let reason = error.reason().filter(|_| error.is_remote())?;
    let name = name(reason);
    Some(match reason {
        h2::Reason::REFUSED_STREAM => {
            let message = format!("{peer} refused the request unprocessed (HTTP/2 {name})");
            (ErrorClass::Connect, message)
        }
        h2::Reason::NO_ERROR if error.is_go_away() => {
            let message = format!("{peer} closed the connection before processing the request (HTTP/2)");
            (ErrorClass::Connect, message)
        }
        _ if error.is_go_away() => {
            (ErrorClass::Protocol, format!("{peer} reset the connection (HTTP/2 {name})"))
        }
        _ => (ErrorClass::Protocol, format!("{peer} reset the request (HTTP/2 {name})")),
    })
}

/// Which of its frames made us close the connection; none if something else did.
pub fn ended_by_us(error: &h2::Error, peer: &HostPort<'_>) -> Option<(ErrorClass, String)> {
    let reason = error.reason().filter(|_| !error.is_remote())?;
    let message = format!("the response of {peer} breaks the rules of HTTP/2 ({})", name(reason));
    Some((ErrorClass::Protocol, message))
}

/// The standard's name of an error code (RFC 9113, section 7).
pub fn name(reason: h2::Reason) -> Cow<'static, str> {
    use h2::Reason as R;
    Cow::Borrowed(match reason {
        R::NO_ERROR => "NO_ERROR",
        R::PROTOCOL_ERROR => "PROTOCOL_ERROR",
        R::INTERNAL_ERROR => "INTERNAL_ERROR",
        R::FLOW_CONTROL_ERROR => "FLOW_CONTROL_ERROR",
        R::SETTINGS_TIMEOUT => "SETTINGS_TIMEOUT",
        R::STREAM_CLOSED => "STREAM_CLOSED",
        R::FRAME_SIZE_ERROR => "FRAME_SIZE_ERROR",
        R::REFUSED_STREAM => "REFUSED_STREAM",
        R::CANCEL => "CANCEL",
        R::COMPRESSION_ERROR => "COMPRESSION_ERROR",
        R::CONNECT_ERROR => "CONNECT_ERROR",
        R::ENHANCE_YOUR_CALM => "ENHANCE_YOUR_CALM",
        R::INADEQUATE_SECURITY => "INADEQUATE_SECURITY",
        R::HTTP_1_1_REQUIRED => "HTTP_1_1_REQUIRED",
        other => return Cow::Owned(format!("error {:#x}", u32::from(other))),
    })
}
