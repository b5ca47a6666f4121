use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::{TlsAcceptor, TlsConnector, server};

use super::*;

const REQUEST: &[u8] = b"POST /b HTTP/1.1\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";

/// Both ends of a connection on loopback.
async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    (client, listener.accept().await.unwrap().0)
}

async fn secured() -> (Conn, server::TlsStream<TcpStream>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate: CertificateDer<'static> = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let serving = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let asking = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (client, server) = pair().await;
    let address = client.peer_addr().unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let (client, server) = tokio::join!(
        TlsConnector::from(Arc::new(asking)).connect(name, client),
        TlsAcceptor::from(Arc::new(serving)).accept(server)
    );
    (Conn::secured(client.unwrap(), address, Slot::alone()), server.unwrap())
}

/// A request and its response.
async fn exchange(conn: &mut Conn, server: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    conn.write_all(REQUEST).await.unwrap();
    conn.flush().await.unwrap();
    server.read_exact(&mut [0; REQUEST.len()]).await.unwrap();
    server.write_all(RESPONSE).await.unwrap();
    server.flush().await.unwrap();
    conn.read_exact(&mut [0; RESPONSE.len()]).await.unwrap();
}

/// Waits until the bytes have arrived, without reading them or notifying the runtime.
fn await_bytes(conn: &Conn) {
    let tcp = match &conn.stream {
        Stream::Plain(tcp) => tcp,
        Stream::Tls(stream) => stream.get_ref().0,
    };
    let socket = socket2::SockRef::from(tcp);
    while socket.peek(&mut [std::mem::MaybeUninit::uninit()]).is_err() {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn a_request_is_not_written_where_a_response_lies_already() {
    let (client, mut server) = pair().await;
    let address = client.peer_addr().unwrap();
    let mut conn = Conn::plain(client, address, Slot::alone());
    exchange(&mut conn, &mut server).await;
    exchange(&mut conn, &mut server).await;
    assert!(!conn.info.may_repeat());
    server.write_all(RESPONSE).await.unwrap();
    await_bytes(&conn);
    assert_eq!(conn.write_all(REQUEST).await.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    assert!(conn.info.may_repeat(), "it may go over another connection");
    assert!(server.try_read(&mut [0; 100]).is_err(), "nothing was written");
}

#[tokio::test]
async fn a_response_that_comes_while_its_request_is_written_is_its_own() {
    let (client, mut server) = pair().await;
    let address = client.peer_addr().unwrap();
    let mut conn = Conn::plain(client, address, Slot::alone());
    exchange(&mut conn, &mut server).await;
    conn.write_all(REQUEST).await.unwrap();
    server.write_all(RESPONSE).await.unwrap();
    await_bytes(&conn);
    conn.write_all(REQUEST).await.unwrap();
}

#[tokio::test]
async fn over_tls_too_and_new_keys_are_no_response() {
    let (mut conn, mut server) = secured().await;
    exchange(&mut conn, &mut server).await;
    server.get_mut().1.refresh_traffic_keys().unwrap();
    server.flush().await.unwrap();
    await_bytes(&conn);
    exchange(&mut conn, &mut server).await;
    server.write_all(RESPONSE).await.unwrap();
    server.flush().await.unwrap();
    await_bytes(&conn);
    assert_eq!(conn.write_all(REQUEST).await.unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    assert!(conn.info.may_repeat());
}

#[tokio::test]
async fn a_connection_that_was_closed_carries_no_request() {
    let (mut conn, mut server) = secured().await;
    exchange(&mut conn, &mut server).await;
    // close_notify, and then nothing for a while.
    server.get_mut().1.send_close_notify();
    server.flush().await.unwrap();
    await_bytes(&conn);
    assert!(conn.write_all(REQUEST).await.is_err());
    let (client, mut server) = pair().await;
    let address = client.peer_addr().unwrap();
    let mut conn = Conn::plain(client, address, Slot::alone());
    exchange(&mut conn, &mut server).await;
    drop(server);
    await_bytes(&conn);
    assert!(conn.write_all(REQUEST).await.is_err());
    assert!(conn.info.may_repeat());
}

#[tokio::test]
async fn a_connection_that_is_closed_to_make_room_carries_no_request() {
    let (client, _server) = pair().await;
    let address = client.peer_addr().unwrap();
    let mut conn = Conn::plain(client, address, Slot::alone());
    conn.slot.usage.close_if_idle();
    let mut byte = [0];
    assert_eq!(conn.read(&mut byte).await.unwrap(), 0, "its reader sees the end");
    let error = conn.write_all(REQUEST).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    assert!(conn.info.may_repeat(), "the request may go over another connection");
}

#[tokio::test]
async fn the_end_is_detected_over_tls() {
    let (conn, mut server) = secured().await;
    drop(conn);
    // A broken connection would be an error.
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
}
