//! Senders whose connections to the server are secured.

use std::path::Path;

use super::*;
use crate::support::cli::Ran;
use crate::support::postgres::{QUICK, binaries, give};
use crate::support::secure::{Authority, Issued};

/// A server with this certificate, which accepts the client certificates of this authority.
fn server(folder: &Path, certificate: &Issued, clients: &Authority) -> Option<&'static Cluster> {
    cluster()?;
    let (certificate, key) = certificate.files(folder, "server");
    give(Path::new(&key), 0o600);
    let ours = [
        "ssl=on".to_owned(),
        format!("ssl_cert_file={certificate}"),
        format!("ssl_key_file={key}"),
        format!("ssl_ca_file={}", clients.file(folder)),
    ];
    let settings: Vec<&str> = QUICK.into_iter().chain(ours.iter().map(String::as_str)).collect();
    binaries().map(|bin| &*Box::leak(Box::new(Cluster::start(&bin, &settings))))
}

#[test]
fn a_sender_delivers_over_a_secured_connection_and_trusts_only_the_named_authority() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new());
    give(folder.path(), 0o755);
    let Some(server) = server(folder.path(), &authority.issue("localhost"), &authority) else { return };
    let mut fleet = Fleet::on(server, Duration::ZERO);
    let root = authority.file(folder.path());
    let (port, name) = (server.port(), fleet.database.name().to_owned());
    let url = |host: &str, options: &str| format!("postgres://ringback@{host}:{port}/{name}?{options}");
    let verified = format!("sslmode=verify-full&sslrootcert={root}");
    fleet.url = url("localhost", &verified);
    let _sender = fleet.join(1);
    fleet.accept("a-", 100);
    fleet.wait_until_idle();
    assert_eq!(fleet.endpoint.counts().times.len(), 100);
    let secured = "SELECT bool_and(ssl), count(*) > 3 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                   WHERE application_name LIKE 'ringback/%'";
    assert_eq!(fleet.sql(secured), "t|t");

    let at = |url: &str| -> Ran {
        let mut command = fleet.command(&["deliveries", "list"]);
        command.env("RINGBACK_DB", url);
        ran(command)
    };
    assert_eq!(at(&url("127.0.0.1", "sslmode=require")).code, Some(0), "encrypted, whoever answers");
    at(&url("127.0.0.1", &verified)).refused(1, &["has no secure connection", "not valid for name"]);
    at(&url("localhost", "sslmode=verify-full"))
        .refused(1, &["has no secure connection", "sslrootcert=FILE"]);
    fleet.sql("CREATE ROLE certified LOGIN SUPERUSER");
    let (certificate, key) = authority.issue("sender").files(folder.path(), "client");
    let certified = |files: &str| format!("postgres://certified@localhost:{port}/{name}?{verified}{files}");
    at(&certified("")).refused(2, &["refused the user", "certificate"]);
    assert_eq!(at(&certified(&format!("&sslcert={certificate}&sslkey={key}"))).code, Some(0));
    let (certificate, key) = Authority::new().issue("sender").files(folder.path(), "other");
    let refused = at(&certified(&format!("&sslcert={certificate}&sslkey={key}")));
    assert_eq!((refused.code, refused.err.contains("please report")), (Some(1), false), "{refused:?}");
    let no_key = format!("&sslcert={certificate}&sslkey={certificate}");
    at(&certified(&no_key)).refused(1, &["no private key in it"]);
    let another = tempfile::tempdir().unwrap();
    let other = format!("sslmode=verify-full&sslrootcert={}", Authority::new().file(another.path()));
    at(&url("localhost", &other)).refused(1, &["has no secure connection"]);
    let none = "sslmode=verify-full&sslrootcert=/nowhere/ca.pem";
    at(&url("localhost", none)).refused(1, &["/nowhere/ca.pem"]);
}
