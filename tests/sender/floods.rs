//! Endpoints that send endlessly and never respond.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::desk::{Desk, failure};
use crate::support::http2::{
    DATA, END_HEADERS, END_STREAM, HEADERS, PING, PREFACE, PRIORITY, SETTINGS, WINDOW_UPDATE, frame,
    read_frame,
};
use crate::support::profiles::profile;
use crate::support::secure::{Authority, acceptor};
use ringback::record::{Details, ErrorClass};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// The frame that is written repeatedly, with the request's stream.
type Flood = fn(u32) -> Vec<u8>;

/// Delivers once to an HTTP/2 endpoint that replies to a request with these bytes repeatedly. Returns the result, and
/// how much the endpoint could write.
async fn flooded(flood: impl Fn(u32) -> Vec<u8> + Send + Sync + 'static) -> (Details, u64) {
    let (desk, authority) = (Desk::new(), Authority::new());
    let ca = authority.file(desk.folder.path());
    let acceptor = acceptor(&authority.issue("localhost"), &[b"h2"], None);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let written = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&written);
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await?;
        write_without_end(acceptor.accept(stream).await?, flood, &counted).await
    });
    let profile = profile(&format!("https://localhost:{}/cb", addr.port()), |draft| {
        draft.ca_file.clone_from(&ca);
        draft.http2 = true;
    });
    let details = desk.only_attempt(&profile).await;
    assert!(task.await.unwrap().is_err(), "it was cut off");
    (details, written.load(Ordering::SeqCst))
}

async fn write_without_end(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    flood: impl Fn(u32) -> Vec<u8>,
    written: &AtomicU64,
) -> std::io::Result<()> {
    let (mut from, mut to) = tokio::io::split(stream);
    from.read_exact(&mut [0; PREFACE.len()]).await?;
    to.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let stream = loop {
        let (kind, flags, id, _) = read_frame(&mut from).await?;
        if matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0 {
            break id;
        }
    };
    // Its replies, such as those to PINGs, are read: otherwise both sides would wait.
    tokio::spawn(async move { while read_frame(&mut from).await.is_ok() {} });
    let bytes = flood(stream).repeat(100);
    loop {
        to.write_all(&bytes).await?;
        written.fetch_add(bytes.len() as u64, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_frames_without_a_response_are_cut_off() {
    let window = |_| frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]);
    let priority = |_| frame(PRIORITY, 0, 3, &[0, 0, 0, 1, 9]);
    let unknown = |_| frame(0xbe, 0, 0, b"what is this");
    let ping = |_| frame(PING, 0, 0, b"are you?");
    let settings = |_| frame(SETTINGS, 0, 0, &[]);
    // `:status` 103, a name from the static table with its own value (RFC 7541, section 6.2.2).
    let interim = |stream| frame(HEADERS, END_HEADERS, stream, b"\x08\x03103");
    let floods: [(&str, Flood); 6] = [
        ("WINDOW_UPDATE", window),
        ("PRIORITY", priority),
        ("unknown", unknown),
        ("PING", ping),
        ("SETTINGS", settings),
        ("103", interim),
    ];
    for (name, flood) in floods {
        let (details, written) = flooded(flood).await;
        let (class, message) = failure(&details);
        assert_eq!(class, ErrorClass::Protocol, "{name}: {message}");
        assert!(message.contains("sent 20000 HTTP/2 frames without a response"), "{name}: {message}");
        assert!(written < 16 << 20, "{name}: {written} bytes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_interim_responses_and_headers_are_cut_off_over_http_1() {
    let desk = Desk::new();
    for (begin, again, text) in [
        ("", "HTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\n", "sent 1024 KiB without a complete response"),
        ("HTTP/1.1 200 OK\r\n", "X-A: b\r\n", "the headers of the response of"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await?;
            assert!(stream.read(&mut [0; 4096]).await? > 0);
            stream.write_all(begin.as_bytes()).await?;
            let bytes = again.repeat(100);
            loop {
                stream.write_all(bytes.as_bytes()).await?;
            }
            #[allow(unreachable_code, reason = "it says what the task returns")]
            std::io::Result::Ok(())
        });
        let details = desk.only_attempt(&profile(&format!("http://{addr}/cb"), |_| ())).await;
        let (class, message) = failure(&details);
        assert_eq!(class, ErrorClass::Protocol, "{message}");
        assert!(message.contains(text), "{message}");
        assert!(task.await.unwrap().is_err(), "it was cut off");
    }
}
