use serde_json::json;

use super::*;
use crate::callback::test_samples::{header, profile, values};
use crate::callback::{Moment, Origins, preview};
use crate::profile::Draft;

fn shown(change: impl FnOnce(&mut Draft), text: &str) -> Preview {
    let mut moment = Moment { delivery_id: "d1", unix_seconds: 1_700_000_000, random: &mut |_| () };
    preview(&profile(change), &values(json!({"id": text})), &Origins::new(), &mut moment).unwrap()
}

#[test]
fn the_command_is_readable() {
    let change = |draft: &mut Draft| {
        r#"{"id": "<id>"}"#.clone_into(&mut draft.body);
        draft.headers = vec![header("Authorization", "Bearer t0ken"), header("X-None", "<gone>")];
        "https://x.example/a?b=<id>".clone_into(&mut draft.endpoint);
    };
    let command = command(&shown(change, "it's"), CurlSecrets::AsVariables);
    let agent = concat!("ringback/", env!("CARGO_PKG_VERSION"));
    let expected = format!(
        r#"# First run: read -r RINGBACK_AUTHORIZATION
#   and paste the value of the header authorization
curl -q --http1.1 --noproxy '*' --globoff --path-as-is \
  -X POST \
  --url 'https://x.example/a?b=it%27s' \
  -H 'user-agent: {agent}' \
  -H 'webhook-id: d1' \
  -H 'content-type: application/json' \
  -H 'x-none;' \
  -H 'authorization: '"${{RINGBACK_AUTHORIZATION:?}}" \
  -H 'webhook-timestamp: 1700000000' \
  -H 'accept: */*' \
  -H 'accept-encoding: identity' \
  -H 'expect:' \
  --data-raw '{{"id": "it'\''s"}}'
"#
    );
    assert_eq!(command, expected);
}

#[test]
fn tls_files_and_http_2_are_used_with_https_only() {
    let change = |draft: &mut Draft| {
        "https://x.example/".clone_into(&mut draft.endpoint);
        "/etc/my ca.pem".clone_into(&mut draft.ca_file);
        "/etc/a:b.pem".clone_into(&mut draft.client_certificate);
        "/etc/k.pem".clone_into(&mut draft.client_key);
        draft.http2 = true;
    };
    let secure = command(&shown(change, ""), CurlSecrets::Shown);
    for part in ["-q --http2 ", "--cacert '/etc/my ca.pem'", "--cert '/etc/a\\:b.pem'", "--key '/etc/k.pem'"]
    {
        assert!(secure.contains(part), "{part}: {secure}");
    }
    let plain = |draft: &mut Draft| {
        change(draft);
        "http://127.0.0.1/".clone_into(&mut draft.endpoint);
    };
    let plain = command(&shown(plain, ""), CurlSecrets::Shown);
    assert!(plain.contains("--http1.1") && !plain.contains("/etc"), "{plain}");
}

#[test]
fn secrets_are_included_only_on_request() {
    let change =
        |draft: &mut Draft| draft.headers = vec![header("X-Token", "t0ken"), header("x_token", "other")];
    let preview = shown(change, "");
    let hidden = command(&preview, CurlSecrets::AsVariables);
    assert!(!hidden.contains("t0ken") && !hidden.contains("other"), "{hidden}");
    assert!(
        hidden.contains("${RINGBACK_X_TOKEN:?}") && hidden.contains("${RINGBACK_X_TOKEN_2:?}"),
        "{hidden}"
    );
    let clear = command(&preview, CurlSecrets::Shown);
    assert!(clear.contains("-H 'x-token: t0ken'") && !clear.contains("RINGBACK"), "{clear}");
}

#[test]
fn invisible_characters_are_written_as_octal() {
    let change = |draft: &mut Draft| "<id>".clone_into(&mut draft.body);
    for (text, written) in [
        ("a\0%\\'", r"printf 'a\000%%\\'\''' |"),
        ("-\u{1b}\u{202e}", r"printf '\055\033\342\200\256' |"),
        ("@file\n", "--data-raw '@file\n'"),
    ] {
        let command = command(&shown(change, text), CurlSecrets::Shown);
        assert!(command.contains(written), "{command}");
        assert!(!command.chars().any(|c| c.is_control() && c != '\n'), "{command}");
    }
}
