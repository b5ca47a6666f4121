use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::delivery::http::connection_limit::ConnectionLimit;
use crate::delivery::http::egress_filter::EgressFilter;
use crate::delivery::http::read_body::read;

fn connector(connections: &Arc<ConnectionLimit>) -> Connector {
    Connector {
        egress: EgressFilter::new(Arc::default()),
        connections: Arc::clone(connections),
        reachability: Arc::default(),
        tls: None,
    }
}

fn client(connections: &Arc<ConnectionLimit>) -> Client {
    Client::new(&connector(connections))
}

/// Sends a request and reads its response: its status, its number of headers, and its body.
async fn sent(client: &Client, to: &Target) -> (u16, usize, Vec<u8>) {
    let mut tracker = RequestTracker::default();
    let request = || Request::new(Full::default());
    let response = client.send(&mut tracker, to, request(), || Some(request())).await.unwrap();
    let (head, body) = response.into_parts();
    let mut text = Vec::new();
    read(body, tracker.connection(), 1 << 20, |part| text.extend_from_slice(&part)).await.unwrap();
    (head.status.as_u16(), head.headers.len(), text)
}

fn target(addr: std::net::SocketAddr) -> Target {
    Target::of(format!("http://{addr}/").parse().unwrap()).unwrap()
}

/// How many connections two requests in sequence take, with a pause between them.
async fn connections(oldest: Duration, pause: Duration) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = target(listener.local_addr().unwrap());
    let made = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&made);
    let task = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut request = [0; 4096];
                while stream.read(&mut request).await? > 0 {
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await?;
                }
                std::io::Result::Ok(())
            });
        }
    });
    let client = Client::renewing(&connector(&Arc::default()), oldest);
    for _ in 0..2 {
        let request = Request::new(Full::default());
        let mut tracker = RequestTracker::default();
        let response = client.send(&mut tracker, &to, request, || None).await.unwrap();
        read(response.into_body(), tracker.connection(), 100, drop).await.unwrap();
        drop(tracker);
        tokio::time::sleep(pause).await;
    }
    task.abort();
    made.load(Ordering::SeqCst)
}

#[tokio::test]
async fn an_old_connection_is_replaced() {
    assert_eq!(connections(OLDEST, Duration::ZERO).await, 1);
    assert_eq!(connections(Duration::ZERO, Duration::ZERO).await, 2);
    let age = Duration::from_millis(200);
    assert_eq!(connections(age, age).await, 2, "one that has become old while it was kept too");
}

/// One thread, so that the library does not see what arrives while the test blocks it.
#[tokio::test]
async fn a_response_that_no_request_asked_for_is_not_the_next_ones() {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let to = target(listener.local_addr().unwrap());
    let (go, begin) = std::sync::mpsc::channel::<()>();
    let (written, arrived) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for status in ["200 OK", "500 No"] {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").unwrap();
            if kept.is_empty() {
                begin.recv().unwrap();
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled").unwrap();
                written.send(()).unwrap();
            }
            kept.push(stream);
        }
    });
    let client = client(&Arc::default());
    let request = || Request::new(Full::default());
    for status in [200, 500] {
        let mut tracker = RequestTracker::default();
        let response = client.send(&mut tracker, &to, request(), || Some(request())).await.unwrap();
        assert_eq!(response.status(), status);
        read(response.into_body(), tracker.connection(), 100, drop).await.unwrap();
        if status == 200 {
            go.send(()).unwrap();
            arrived.recv().unwrap();
        }
    }
}

/// The library allocates space for a hundred. The rest may arrive while those are read.
#[tokio::test]
async fn a_response_with_many_headers_is_read_whole() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = target(listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            assert!(stream.read(&mut [0; 4096]).await? > 0);
            stream
                .write_all(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 201 Created\r\n")
                .await?;
            for n in 0..499 {
                stream.write_all(format!("X-{n}: {n}\r\n").as_bytes()).await?;
                tokio::task::yield_now().await;
            }
            stream.write_all(b"Transfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n").await?;
            stream.write_all(b"0\r\nX-Trailer: t\r\n\r\n").await?;
        }
        std::io::Result::Ok(())
    });
    let client = client(&Arc::default());
    for _ in 0..2 {
        assert_eq!(sent(&client, &to).await, (201, 500, b"yes".to_vec()));
    }
    task.abort();
}

#[tokio::test]
async fn a_connection_whose_responses_have_many_headers_is_kept() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = target(listener.local_addr().unwrap());
    let made = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&made);
    let (noted, mut requests) = tokio::sync::mpsc::unbounded_channel();
    let task = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let noted = noted.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                loop {
                    let came = stream.read(&mut request).await?;
                    if came == 0 {
                        return std::io::Result::Ok(());
                    }
                    let text = String::from_utf8_lossy(&request[..came]).into_owned();
                    noted.send(text.rsplit("\r\n").next().unwrap_or_default().to_owned()).unwrap();
                    let headers = "X-Many: 1\r\n".repeat(150);
                    let head = format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: 2\r\n\r\nok");
                    stream.write_all(head.as_bytes()).await?;
                }
            });
        }
    });
    let client = client(&Arc::default());
    for body in ["one", "two", "three"] {
        let request = || Request::post("/").body(Full::from(body)).unwrap();
        let mut tracker = RequestTracker::default();
        let response = client.send(&mut tracker, &to, request(), || Some(request())).await.unwrap();
        assert_eq!(response.headers().len(), 151);
        read(response.into_body(), tracker.connection(), 100, drop).await.unwrap();
        assert_eq!(requests.recv().await.as_deref(), Some(body));
    }
    assert_eq!(made.load(Ordering::SeqCst), 1, "over one connection");
    assert!(requests.try_recv().is_err(), "each once");
    task.abort();
}

/// While nobody uses the client.
#[tokio::test]
async fn a_kept_connection_is_closed_when_its_server_closes_it_or_another_one_needs_its_room() {
    for server_closes in [true, false] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = target(listener.local_addr().unwrap());
        let connections = Arc::new(ConnectionLimit::of(1));
        let client = client(&connections);
        let serving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
            stream
        };
        let (_, stream) = tokio::join!(sent(&client, &to), serving);
        let kept = if server_closes { None } else { Some(stream) };
        if server_closes {
            // Nobody needs its slot: it is free when it is closed.
            while connections.is_full() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        } else {
            connections.room().await;
        }
        if let Some(mut stream) = kept {
            assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "it was closed");
        }
    }
}

/// Seen as the end of the connection, before anything is written.
#[tokio::test]
async fn a_request_does_not_wait_for_a_kept_connection_that_has_ended() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = target(listener.local_addr().unwrap());
    let client = client(&Arc::default());
    for _ in 0..3 {
        let serving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
        };
        let (response, ()) = tokio::join!(sent(&client, &to), serving);
        assert_eq!(response.0, 200);
        // The runtime polls its sockets.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// It has no request yet, and takes longer than the idle timeout of a new one.
#[tokio::test]
async fn a_connection_that_is_still_being_secured_is_not_closed_for_another_one() {
    use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let serving = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let asking = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let to = Target::of(format!("https://localhost:{port}/").parse().unwrap()).unwrap();
    let connections = Arc::new(ConnectionLimit::of(1));
    let made = Arc::new(AtomicUsize::new(0));
    let (limit, counted) = (Arc::clone(&connections), Arc::clone(&made));
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(serving));
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            // Others need its slot meanwhile.
            let began = std::time::Instant::now();
            while began.elapsed() < Duration::from_millis(1200) {
                let _ = tokio::time::timeout(Duration::from_millis(50), limit.room()).await;
            }
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            if stream.read(&mut [0; 4096]).await.is_ok_and(|came| came > 0) {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
            }
        }
    });
    let client = Client::new(&Connector {
        egress: EgressFilter::new(Arc::default()),
        connections,
        reachability: Arc::default(),
        tls: Some(tokio_rustls::TlsConnector::from(Arc::new(asking))),
    });
    assert_eq!(sent(&client, &to).await, (200, 1, b"ok".to_vec()));
    assert_eq!(made.load(Ordering::SeqCst), 1, "it is made once");
    task.abort();
}
