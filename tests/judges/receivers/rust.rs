//! The receivers in Rust. They are compiled with these tests, and a test is the process that runs one.
//!
//! `rust/*.txt` are what `ringback snippet` prints; with `RINGBACK_RECEIVERS=1` they are written anew.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::{Place, Variant, judge, variants};

/// A printed receiver, with a `TcpListener` that listens where the test wants.
macro_rules! printed {
    ($name:ident, $file:literal) => {
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, reason = "as it is printed")]
        mod $name {
            mod tokio {
                pub use ::tokio::*;
                pub mod net {
                    pub struct TcpListener;
                    impl TcpListener {
                        pub async fn bind(_: &str) -> std::io::Result<::tokio::net::TcpListener> {
                            ::tokio::net::TcpListener::bind(std::env::var("RECEIVER_LISTENS").unwrap()).await
                        }
                    }
                }
            }
            include!($file);
            pub fn run() {
                main().unwrap();
            }
        }
    };
}

printed!(open, "rust/open.txt");
printed!(signed, "rust/signed.txt");
printed!(sealed, "rust/sealed.txt");
printed!(key, "rust/key.txt");
printed!(form_data, "rust/form-data.txt");
printed!(url_encoded, "rust/url-encoded.txt");

/// The process of a receiver; without its environment it does nothing.
#[test]
fn serve() {
    match std::env::var("RECEIVER_IN_RUST").as_deref() {
        Ok("open") => open::run(),
        Ok("signed") => signed::run(),
        Ok("sealed") => sealed::run(),
        Ok("key") => key::run(),
        Ok("form-data") => form_data::run(),
        Ok("url-encoded") => url_encoded::run(),
        Ok(other) => panic!("no receiver {other}"),
        Err(_) => {}
    }
}

/// The compiled receiver is the printed one, but for the profile's ID and the address.
fn compare(place: &Place, variant: &Variant, listen: SocketAddr) {
    let printed = std::fs::read_to_string(place.path("main.rs")).unwrap();
    let listen = listen.to_string();
    let without_id = |word: &str| if word.starts_with("IN_") { "ID".to_owned() } else { word.to_owned() };
    let printed: Vec<String> =
        printed.replace(&listen, "127.0.0.1:8000").split(' ').map(without_id).collect();
    let printed = printed.join(" ");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/receivers/rust");
    let path = folder.join(format!("{}.txt", variant.name));
    if std::env::var_os("RINGBACK_RECEIVERS").is_some() {
        std::fs::write(&path, &printed).unwrap();
    }
    let compiled = std::fs::read_to_string(&path).unwrap();
    assert!(
        compiled == printed,
        "{} is not what is printed; to write it anew: RINGBACK_RECEIVERS=1 cargo test --test judges rust_receives\n{printed}",
        path.display()
    );
}

#[test]
fn rust_receives() {
    for variant in variants() {
        judge("rust", "main.rs", &variant, &|place, listen| {
            compare(place, &variant, listen);
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["receivers::rust::serve", "--exact", "--nocapture"]);
            command.env("RECEIVER_IN_RUST", variant.name).env("RECEIVER_LISTENS", listen.to_string());
            command
        });
    }
}
