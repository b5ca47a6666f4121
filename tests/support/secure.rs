//! A TLS endpoint with its own authority, which reports how it was reached.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// An authority, which issues certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: Vec<u8>,
}

/// A certificate with its key.
pub struct Issued {
    pub pem: String,
    pub key_pem: String,
    der: Vec<u8>,
    key_der: Vec<u8>,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "Authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let made = params.self_signed(&key).unwrap();
        Self { pem: made.pem(), der: made.der().to_vec(), issuer: Issuer::new(params, key) }
    }

    /// A self-signed server certificate that claims to be an authority's.
    pub fn of_itself(name: &str) -> Issued {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Issued::made(&params.self_signed(&key).unwrap(), &key)
    }

    pub fn issue(&self, name: &str) -> Issued {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let made = params.signed_by(&key, &self.issuer).unwrap();
        Issued::made(&made, &key)
    }

    /// Writes its certificate to a file.
    pub fn file(&self, folder: &Path) -> String {
        write(&folder.join("ca.pem"), &self.pem)
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone().into()).unwrap();
        Arc::new(roots)
    }
}

impl Issued {
    fn made(made: &rcgen::Certificate, key: &KeyPair) -> Self {
        Self {
            pem: made.pem(),
            key_pem: key.serialize_pem(),
            der: made.der().to_vec(),
            key_der: key.serialize_der(),
        }
    }

    /// Writes certificate and key to files.
    pub fn files(&self, folder: &Path, name: &str) -> (String, String) {
        let certificate = write(&folder.join(format!("{name}.pem")), &self.pem);
        (certificate, write(&folder.join(format!("{name}.key")), &self.key_pem))
    }
}

pub fn write(path: &Path, text: &str) -> String {
    std::fs::write(path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The server's side of TLS, offering these protocol names. `clients` is the authority of accepted client
/// certificates; without it anyone is accepted.
pub fn acceptor(certificate: &Issued, alpn: &[&[u8]], clients: Option<&Authority>) -> TlsAcceptor {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => builder.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(authority.roots(), provider).build().unwrap(),
        ),
    };
    let key = PrivatePkcs8KeyDer::from(certificate.key_der.clone());
    let mut config = builder.with_single_cert(vec![certificate.der.clone().into()], key.into()).unwrap();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

/// A TLS endpoint on loopback, until it is dropped. It responds with the version of HTTP and the number of
/// certificates that the client presented, such as `HTTP/1.1 0`.
pub struct Secure {
    pub addr: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Secure {
    /// `clients` is the authority of accepted client certificates; without it anyone is accepted.
    pub async fn start(certificate: &Issued, alpn: &[&[u8]], clients: Option<&Authority>) -> Self {
        let acceptor = acceptor(certificate, alpn, clients);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let shown = stream.get_ref().1.peer_certificates().map_or(0, <[_]>::len);
                    let output = hyper::service::service_fn(move |request: hyper::Request<_>| async move {
                        let _: &hyper::body::Incoming = request.body();
                        let text = format!("{:?} {shown}", request.version());
                        Ok::<_, std::convert::Infallible>(hyper::Response::new(http_body_util::Full::new(
                            bytes::Bytes::from(text),
                        )))
                    });
                    let serving = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                    let _ = serving.serve_connection(TokioIo::new(stream), output).await;
                });
            }
        });
        Self { addr, connections, task }
    }

    /// How many connections were made to it.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Its URL with the name that its certificate is for.
    pub fn url(&self) -> String {
        format!("https://localhost:{}/cb", self.addr.port())
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        self.task.abort();
    }
}
