use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::*;
use crate::profile::Secret;

const IV: &str = "POabcdefghijklLY";
const KEY: &str = "K1abcdefghijkl2Pmnopqrstuvwxyz01";

fn encryption(algorithm: Algorithm, iv: Iv) -> Encryption {
    let key = Secret::new(&KEY[..algorithm.key_bytes()]);
    Encryption { algorithm, key, iv, parameters: Vec::new() }
}

fn fixed(algorithm: Algorithm, plain: &[u8]) -> String {
    encrypt(&encryption(algorithm, Iv::Fixed(Secret::new(IV))), plain, &mut |_| {
        panic!("no randomness needed")
    })
    .unwrap()
}

fn key(algorithm: Algorithm) -> &'static [u8] {
    &KEY.as_bytes()[..algorithm.key_bytes()]
}

#[test]
fn the_vectors_of_the_facts() {
    for (algorithm, sent) in [
        (Algorithm::Aes128Cfb, "6+sHPg0LMg=="),
        (Algorithm::Aes192Cfb, "bG4ktLtGFw=="),
        (Algorithm::Aes256Cfb, "CmVCb+BkvA=="),
        (Algorithm::Aes128Gcm, "bYDNTDJ93zW7biIpTjp4/YJnYJDTGOE="),
        (Algorithm::Aes192Gcm, "YjMExOGfnyA9ibZMnxfQBUfR6z805lM="),
        (Algorithm::Aes256Gcm, "nu/Sw5YNZbs5Z9MTJ7XvxVJAq/j6Xk4="),
    ] {
        assert_eq!(fixed(algorithm, b"DELIVRD"), sent, "{}", algorithm.name());
        let opened = decrypt(algorithm, key(algorithm), Some(IV.as_bytes()), sent);
        assert_eq!(opened.unwrap(), b"DELIVRD", "{}", algorithm.name());
    }
}

#[test]
fn a_random_vector_comes_first() {
    let mut fill = |bytes: &mut [u8]| bytes.copy_from_slice(IV.as_bytes());
    let sent = encrypt(&encryption(Algorithm::Aes128Gcm, Iv::Random), b"DELIVRD", &mut fill).unwrap();
    let bytes = STANDARD.decode(&sent).unwrap();
    assert_eq!(&bytes[..IV_BYTES], IV.as_bytes());
    assert_eq!(STANDARD.encode(&bytes[IV_BYTES..]), "bYDNTDJ93zW7biIpTjp4/YJnYJDTGOE=");
}

#[test]
fn modified_ciphertext_is_rejected() {
    let gcm = Algorithm::Aes128Gcm;
    let open = |key: &[u8], iv: Option<&[u8]>, text: &str| decrypt(gcm, key, iv, text).unwrap_err();
    let iv = Some(IV.as_bytes());
    let sent = fixed(gcm, b"DELIVRD");
    assert_eq!(open(key(gcm), iv, "not base64!"), DecryptError::NotBase64);
    assert_eq!(open(key(gcm), None, &sent), DecryptError::TooShort { needed: 32, found: 23 });
    assert_eq!(open(b"0123456789abcdef", iv, &sent), DecryptError::Tag);
    let short = CipherError::Key { algorithm: "AES-128-GCM", needed: 16, found: 5 };
    assert_eq!(open(b"short", iv, &sent), DecryptError::Cipher(short));
    assert_eq!(open(key(gcm), Some(b"iv"), &sent), DecryptError::Cipher(CipherError::Iv { found: 2 }));
}

#[test]
fn cfb_equals_openssl() {
    for (algorithm, name) in [
        (Algorithm::Aes128Cfb, "-aes-128-cfb"),
        (Algorithm::Aes192Cfb, "-aes-192-cfb"),
        (Algorithm::Aes256Cfb, "-aes-256-cfb"),
    ] {
        for length in [0, 1, 15, 16, 17, 1000] {
            let plain: Vec<u8> = (0..=255).cycle().take(length).collect();
            let Some(theirs) = openssl(name, key(algorithm), &plain) else {
                eprintln!("skipped: openssl is not on PATH");
                return;
            };
            assert_eq!(STANDARD.decode(fixed(algorithm, &plain)).unwrap(), theirs, "{name}, {length} bytes");
        }
    }
}

/// The ciphertext of the real program; `None` if it is not installed.
fn openssl(algorithm: &str, key: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    let mut child = Command::new("openssl")
        .args(["enc", algorithm, "-nosalt", "-K", &hex(key), "-iv", &hex(IV.as_bytes())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take().unwrap().write_all(plain).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl enc {algorithm}");
    Some(output.stdout)
}

proptest! {
    #[test]
    fn encryption_round_trips(
        plain in any::<Vec<u8>>(),
        algorithm in proptest::sample::select(Algorithm::ALL),
        iv: [u8; IV_BYTES],
    ) {
        let sent = fixed(algorithm, &plain);
        prop_assert_eq!(&decrypt(algorithm, key(algorithm), Some(IV.as_bytes()), &sent).unwrap(), &plain);
        let sent = encrypt(&encryption(algorithm, Iv::Random), &plain, &mut |b| b.copy_from_slice(&iv)).unwrap();
        prop_assert_eq!(&decrypt(algorithm, key(algorithm), None, &sent).unwrap(), &plain);
    }
}
