use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{CertificateParams, KeyPair};

use super::*;
use crate::profile::ClientIdentity;

/// A certificate and its key, as PEM.
fn made() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let made = CertificateParams::new(vec!["x.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    (made.pem(), key.serialize_pem())
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn of(ca: Option<&str>, certificate: Option<&str>, key: Option<&str>) -> Tls {
    let own = |text: &str| text.to_owned();
    let identity = certificate.map(|path| ClientIdentity { certificate: own(path), key: key.map(own) });
    Tls { ca_file: ca.map(own), identity }
}

#[test]
fn a_wrong_file_is_reported_by_field_and_without_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let ((certificate, key), (_, other)) = (made(), made());
    let at = |name: &str, text: &str| write(folder.path(), name, text);
    let (cert, key_file) = (at("cert.pem", &certificate), at("key.pem", &key));
    let both = at("both.pem", &format!("{certificate}{key}"));
    for good in [
        Tls::default(),
        of(Some(&cert), None, None),
        of(None, Some(&cert), Some(&key_file)),
        of(Some(&both), Some(&both), None),
    ] {
        assert_eq!(check_files(&good), Ok(()), "{good:?}");
    }
    let middle = key.len() / 2;
    let other = at("other.pem", &other);
    let cut = at("cut.pem", &key[..middle]);
    let damaged = at("damaged.pem", &key.replace("MIG", "M!G"));
    let locked = at("locked.pem", &key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
    let text = at("text.pem", "hello");
    let long = at("long.pem", &"x".repeat((1 << 20) + 1));
    let empty = at("empty.pem", "");
    let none = folder.path().join("none.pem").to_str().unwrap().to_owned();
    let dir = folder.path().to_str().unwrap().to_owned();
    for (tls, field, said) in [
        (of(Some(&none), None, None), Field::TlsCaFile, "there is no such file"),
        (of(Some(&dir), None, None), Field::TlsCaFile, "is a folder"),
        (of(Some(&text), None, None), Field::TlsCaFile, "no certificate in it"),
        (of(Some(&key_file), None, None), Field::TlsCaFile, "no certificate in it"),
        (of(Some(&long), None, None), Field::TlsCaFile, "has more than 1048576 bytes"),
        (of(Some(&empty), None, None), Field::TlsCaFile, "is empty"),
        (of(Some("/dev/zero"), None, None), Field::TlsCaFile, "is not a regular file"),
        (of(None, Some(&none), None), Field::TlsCertificate, "there is no such file"),
        (of(None, Some(&cert), None), Field::TlsCertificate, "no private key in it"),
        (of(None, Some(&cert), Some(&other)), Field::TlsKey, "the key does not match the certificate"),
        (of(None, Some(&cert), Some(&none)), Field::TlsKey, "there is no such file"),
        (of(None, Some(&cert), Some(&cut)), Field::TlsKey, "cut off"),
        (of(None, Some(&cert), Some(&damaged)), Field::TlsKey, "damaged"),
        (of(None, Some(&cert), Some(&locked)), Field::TlsKey, "has a passphrase"),
    ] {
        let error = check_files(&tls).expect_err(said);
        assert_eq!(error.field, field, "{error}");
        assert!(error.message.contains(said), "{error}");
        let lines = key.lines().filter(|line| !line.starts_with('-'));
        assert!(lines.into_iter().all(|line| !error.message.contains(line)), "{error}");
    }
}

#[tokio::test]
async fn what_was_made_is_kept_until_a_file_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "ca.pem", &made().0);
    let (configs, tls) = (Configs::default(), of(Some(&path), None, None));
    let first = configs.get(&tls, false).await.unwrap();
    assert!(Arc::ptr_eq(&first, &configs.get(&tls, false).await.unwrap()));
    assert!(!Arc::ptr_eq(&first, &configs.get(&tls, true).await.unwrap()));
    assert_eq!(configs.get(&tls, true).await.unwrap().alpn_protocols, [&b"h2"[..], b"http/1.1"]);
    // Replaced, as tools that renew certificates do.
    std::fs::rename(write(folder.path(), "new.pem", &made().0), &path).unwrap();
    configs.expire_check();
    let second = configs.get(&tls, false).await.unwrap();
    assert!(!Arc::ptr_eq(&first, &second), "the file is another one");
    configs.expire_check();
    assert!(Arc::ptr_eq(&second, &configs.get(&tls, false).await.unwrap()), "nothing changed");
    std::fs::remove_file(&path).unwrap();
    configs.expire_check();
    let fault = configs.get(&tls, false).await.unwrap_err();
    assert_eq!(fault.to_string(), format!("CA file: {path}: there is no such file"));
}

/// Such files have no length, and may contain gigabytes, or block until something happens.
#[test]
#[cfg(target_os = "linux")]
fn files_that_the_kernel_makes_up_are_not_read() {
    for path in ["/proc/self/pagemap", "/proc/kmsg"] {
        for tls in [of(Some(path), None, None), of(None, Some(path), None)] {
            let fault = check_files(&tls).unwrap_err();
            let refused = ["is empty", "may not be read by this user", "there is no such file"];
            assert!(refused.iter().any(|why| fault.message.ends_with(why)), "{fault}");
        }
    }
}

/// So that a thousand attempts that wait for the same certificates read them once, and use no thread in which the
/// database is read.
#[test]
fn all_who_wait_for_the_same_files_share_one_look_in_a_thread_of_its_own() {
    let looks = Arc::new(AtomicUsize::new(0));
    let (release, hangs) = std::sync::mpsc::channel::<()>();
    let (count, hangs) = (Arc::clone(&looks), Mutex::new(hangs));
    let configs = Arc::new(Configs::reading(move |tls| {
        count.fetch_add(1, Ordering::SeqCst);
        if !tls.is_usual() {
            // Until the other end is dropped.
            let _ = hangs.lock().unwrap().recv();
        }
        config(tls)
    }));
    let folder = tempfile::tempdir().unwrap();
    let hanging = of(Some(&write(folder.path(), "ca.pem", &made().0)), None, None);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build();
    runtime.unwrap().block_on(async {
        let ask = |tls: &Tls, http2| {
            let (configs, tls) = (Arc::clone(&configs), tls.clone());
            tokio::spawn(async move { configs.get(&tls, http2).await })
        };
        let waiting: Vec<_> = (0..1000).map(|n| ask(&hanging, n % 2 == 0)).collect();
        while looks.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        assert!(ask(&Tls::default(), false).await.unwrap().is_ok(), "others do not wait for it");
        assert_eq!(tokio::task::spawn_blocking(|| 1).await.unwrap(), 1, "nor does the database");
        drop(release);
        for one in waiting {
            assert!(one.await.unwrap().is_ok());
        }
    });
    assert_eq!(looks.load(Ordering::SeqCst), 2);
}
