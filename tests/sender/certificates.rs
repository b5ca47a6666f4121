//! Certificates with one fault each, and servers with broken TLS: each has its own sentence in plain words.

use std::sync::Arc;

use crate::support::desk::{Desk, failure};
use crate::support::profiles::profile;
use crate::support::secure::write;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, Issuer, KeyPair, NameConstraints, date_time_ymd,
};
use ringback::record::ErrorClass;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::{self, sign::any_supported_type};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::ServerConfig;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};

/// Self-signed, for localhost, and X.509 version 1, which no library here can create any more.
const VERSION_1: &str = "-----BEGIN CERTIFICATE-----
MIIBJDCBywIUAfgiqJahfFudXKgtXpaf6L6pGwwwCgYIKoZIzj0EAwIwFDESMBAG
A1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyOTE5MTkxOVoYDzIxMjYxMTA1MTkxOTE5
WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AARy7SLDAbIPdNlsg7ySbrIlJSNyHXrpKP/KmsAq2IZKxrEr6o64J4hh/fMwRzFv
t6Jucy/w9mM6ypAQKiytjuQIMAoGCCqGSM49BAMCA0gAMEUCIQDPN8T0GiRfKBtb
dhr83aFaTyh0lH5Bl5R7CwFIJ6nurQIgWZS0NsgBRoaV2aZCbBMgd47cKGE2JphK
jvoNyBK92us=
-----END CERTIFICATE-----
";

type Made = (CertificateParams, KeyPair);

/// The parameters of an authority.
fn authority(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Made {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    (params, KeyPair::generate().unwrap())
}

/// The parameters of a server's certificate.
fn leaf(change: impl FnOnce(&mut CertificateParams)) -> Made {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "localhost");
    change(&mut params);
    (params, KeyPair::generate().unwrap())
}

fn signed(made: &Made, by: &Made) -> CertificateDer<'static> {
    let issuer = Issuer::from_params(&by.0, &by.1);
    made.0.signed_by(&made.1, &issuer).unwrap().der().clone()
}

/// The certificates of a server and of a profile.
struct Case {
    what: &'static str,
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
    /// PEM; without it only the system's authorities are trusted.
    ca: Option<String>,
    text: &'static str,
}

fn plain(_: &mut CertificateParams) {}

fn pem(made: &Made) -> String {
    made.0.self_signed(&made.1).unwrap().pem()
}

fn cases() -> Vec<Case> {
    let root = authority("Root", plain);
    [of_the_certificate(&root), of_its_issuer(&root), of_the_chain(&root)].into_iter().flatten().collect()
}

/// Faults of a certificate whose issuer is trusted.
fn of_the_certificate(root: &Made) -> Vec<Case> {
    let mut all = Vec::new();
    let mut by_root = |what, change: fn(&mut CertificateParams), text| {
        let made = leaf(change);
        all.push(Case { what, chain: vec![signed(&made, root)], key: made.1, ca: Some(pem(root)), text });
    };
    by_root(
        "expired",
        |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 2, 3);
        },
        "it expired on 2021-02-03, and its owner must renew it",
    );
    by_root(
        "not valid yet",
        |params| params.not_before = date_time_ymd(3000, 1, 2),
        "it is not valid before 3000-01-02, and the clock of this machine says ",
    );
    by_root(
        "another name",
        |params| {
            params.subject_alt_names = CertificateParams::new(vec!["a.example".into(), "10.0.0.1".into()])
                .unwrap()
                .subject_alt_names;
        },
        "it is for a.example, 10.0.0.1, not for localhost",
    );
    by_root(
        "a common name only",
        |params| params.subject_alt_names.clear(),
        "it names no host (subjectAltName), and a common name alone does not count",
    );
    by_root(
        "for clients",
        |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
        "it is not for servers: it must be issued for server authentication",
    );
    by_root(
        "an authority's",
        |params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
        "it is an authority's (CA:TRUE), not a server's",
    );
    by_root(
        "a critical extension",
        |params| {
            let mut odd = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
            odd.set_criticality(true);
            params.custom_extensions.push(odd);
        },
        "it says something of itself that must be understood and is not known (critical extension)",
    );
    all
}

/// Certificates whose issuer is unknown, or has another key.
fn of_its_issuer(root: &Made) -> Vec<Case> {
    let mut all = Vec::new();
    let mut add = |what, chain, key, ca, text| all.push(Case { what, chain, key, ca, text });
    let made = leaf(plain);
    add(
        "unknown authority",
        vec![signed(&made, root)],
        made.1,
        None,
        "its issuer is not known, and the server sends no certificate of it",
    );
    let middle = authority("Middle", plain);
    let made = leaf(plain);
    add(
        "missing intermediate",
        vec![signed(&made, &middle)],
        made.1,
        Some(pem(root)),
        "its issuer is not known, and the server sends no certificate of it",
    );
    let made = leaf(plain);
    add(
        "a chain to an unknown authority",
        vec![signed(&made, &middle), signed(&middle, root)],
        made.1,
        None,
        "no trusted authority has issued it: set its authority as the CA file of the profile",
    );
    let made = leaf(plain);
    add(
        "signed by itself",
        vec![made.0.self_signed(&made.1).unwrap().der().clone()],
        made.1,
        None,
        "it is signed by itself: set it as the CA file of the profile",
    );
    let (made, same) = (leaf(plain), leaf(plain));
    add(
        "signed by itself, and another one of its name is trusted",
        vec![made.0.self_signed(&made.1).unwrap().der().clone()],
        made.1,
        Some(pem(&same)),
        "it is signed by itself: set it as the CA file of the profile",
    );
    let (made, anew) = (leaf(plain), authority("Root", plain));
    add(
        "an authority made anew",
        vec![signed(&made, &anew)],
        made.1,
        Some(pem(root)),
        "the trusted authority of its issuer's name has another key",
    );
    all
}

/// Faults between a certificate and its authority; and certificates that cannot be parsed.
fn of_the_chain(root: &Made) -> Vec<Case> {
    let mut all = Vec::new();
    let mut add = |what, chain, key, ca, text| all.push(Case { what, chain, key, ca, text });
    let no_authority = leaf(|params| params.distinguished_name.push(DnType::CommonName, "no authority"));
    let made = leaf(plain);
    add(
        "issued by a server's certificate",
        vec![signed(&made, &no_authority), signed(&no_authority, root)],
        made.1,
        Some(pem(root)),
        "it was issued by a certificate that is no authority's (CA:FALSE)",
    );
    let short = authority("Short", |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let (under, made) = (authority("Under", plain), leaf(plain));
    add(
        "too long a chain",
        vec![signed(&made, &under), signed(&under, &short), signed(&short, root)],
        made.1,
        Some(pem(root)),
        "there are more authorities between it and the trusted one than that one allows",
    );
    let narrow = authority("Narrow", |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("a.example".into())],
            excluded_subtrees: Vec::new(),
        });
    });
    let made = leaf(plain);
    add(
        "a name that its authority may not sign",
        vec![signed(&made, &narrow), signed(&narrow, root)],
        made.1,
        Some(pem(root)),
        "its authority may not issue certificates for this name",
    );
    let old = CertificateDer::from_pem_slice(VERSION_1.as_bytes()).unwrap();
    add(
        "version 1",
        vec![old],
        KeyPair::generate().unwrap(),
        Some(pem(root)),
        "it is of an old version of X.509: it must be reissued as version 3",
    );
    let made = leaf(plain);
    let mut damaged = signed(&made, root).to_vec();
    damaged.truncate(40);
    add(
        "damaged",
        vec![damaged.into()],
        made.1,
        Some(pem(root)),
        "it is damaged: the server must get another one",
    );
    all
}

/// Serves one connection after the other with this certificate, valid or not.
async fn serve(case: &Case) -> (std::net::SocketAddr, tokio::task::JoinHandle<()>) {
    let key = any_supported_type(&PrivateKeyDer::Pkcs8(case.key.serialize_der().into())).unwrap();
    let shown = SingleCertAndKey::from(CertifiedKey::new(case.chain.clone(), key));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(shown));
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    (addr, task)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_certificate_error_has_its_message() {
    let desk = Desk::new();
    for (n, case) in cases().into_iter().enumerate() {
        let (addr, task) = serve(&case).await;
        let ca = case.ca.as_ref().map(|pem| write(&desk.folder.path().join(format!("{n}.pem")), pem));
        let profile = profile(&format!("https://localhost:{}/", addr.port()), |draft| {
            draft.ca_file = ca.unwrap_or_default();
        });
        let (class, message) = failure(&desk.only_attempt(&profile).await);
        task.abort();
        let begin = format!(
            "no secure connection to localhost:{}: the certificate is not valid: {}",
            addr.port(),
            case.text
        );
        assert_eq!(class, ErrorClass::Tls, "{}: {message}", case.what);
        assert!(message.starts_with(&begin), "{}: {message}", case.what);
        assert!(!message.contains(['{', '[']), "for people: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_aborted_by_the_server_has_its_reason() {
    let desk = Desk::new();
    for (alert, text) in [
        (40, "the server refuses the handshake: no cipher in common, or a client certificate is missing"),
        (70, "the server speaks only versions of TLS before 1.2"),
        (112, "the server does not know this name"),
        (80, "the server aborted the handshake (InternalError)"),
        (200, "the server aborted the handshake (alert 200)"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await?;
            assert!(stream.read(&mut [0; 4096]).await? > 0);
            stream.write_all(&[21, 3, 3, 0, 2, 2, alert]).await?;
            stream.read(&mut [0; 4096]).await
        });
        let (class, message) =
            failure(&desk.only_attempt(&profile(&format!("https://{addr}/"), |_| ())).await);
        task.abort();
        assert_eq!((class, message), (ErrorClass::Tls, format!("no secure connection to {addr}: {text}")));
    }
}
