//! Checks that the preview is correct: it is compared with the bytes that are sent, and its command is run by a real
//! shell with a real curl.

mod cases;
mod import;
mod listener;
mod sending;

use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use crate::support::server::{Reply, Seen, Server};
use cases::any_case;
use listener::{Listener, Wire};
use proptest::prelude::*;
use ringback::callback::{CurlSecrets, Preview, curl_command};
use sending::{RUNTIME, sent_and_shown};

/// How many cases each property is tested with.
fn cases() -> ProptestConfig {
    let asked = std::env::var("RINGBACK_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(asked.unwrap_or(64)) }
}

/// Runs a command as a person's shell does. The variables contain the secrets in the order of their headers.
fn run(shell: &[&'static str], command: &str, variables: &[(String, String)]) -> Output {
    let mut shell_command = Command::new(shell[0]);
    shell_command.args(&shell[1..]).arg(command).stdin(Stdio::null());
    // Settings of a machine that must not matter.
    shell_command.env("http_proxy", "http://127.0.0.1:1").env("HOME", "/nonexistent");
    shell_command.envs(variables.iter().map(|(n, v)| (n, v)));
    shell_command.output().unwrap()
}

/// The request that curl sends for a preview.
#[track_caller]
fn curled(
    shown: &Preview,
    secrets: CurlSecrets,
    shell: &'static [&'static str],
    listener: &Listener,
) -> Wire {
    let command = curl_command(shown, secrets);
    let variables = if secrets == CurlSecrets::AsVariables { variables(&command, shown) } else { Vec::new() };
    let output = run(shell, &command, &variables);
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    listener.next()
}

/// Sets the variables as the command's comment says.
fn variables(command: &str, shown: &Preview) -> Vec<(String, String)> {
    let names = command.lines().filter_map(|line| line.strip_prefix("# First run: read -r "));
    let values = shown.headers.iter().filter(|h| h.secret && !h.value.trim().is_empty());
    let all: Vec<_> = names.map(str::to_owned).zip(values.clone().map(|h| h.value.clone())).collect();
    assert_eq!(all.len(), values.count());
    // The values of other headers may occur elsewhere in the request too.
    for (name, value) in &all {
        assert!(name != "RINGBACK_API_KEY" || !command.contains(value.as_str()), "{command}");
    }
    all
}

static SHELLS: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
    let there = |shell: &&Vec<&str>| Command::new(shell[0]).args(["-c", ":"]).status().is_ok();
    let all = [vec!["sh", "-c"], vec!["bash", "-c"], vec!["zsh", "-fc"], vec!["ksh", "-c"]];
    all.iter().filter(there).cloned().collect()
});

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_preview_equals_the_sent_request(case in any_case()) {
        let listener = Listener::start();
        let (wire, shown) = sent_and_shown(&case.profile(listener.addr), &case.values, &listener);
        let (wire, shown) = (wire.bytes(), shown.bytes());
        prop_assert_eq!(String::from_utf8_lossy(&shown), String::from_utf8_lossy(&wire));
        prop_assert_eq!(shown, wire);
    }

    #[test]
    fn curl_makes_the_same_request(case in any_case(), shown_secrets: bool, shell: prop::sample::Index) {
        let listener = Listener::start();
        let (wire, shown) = sent_and_shown(&case.profile(listener.addr), &case.values, &listener);
        let secrets = if shown_secrets { CurlSecrets::Shown } else { CurlSecrets::AsVariables };
        let shell: &Vec<&str> = shell.get(&SHELLS);
        let curled = curled(&shown, secrets, shell, &listener);
        prop_assert_eq!(curled.request_line(), wire.request_line());
        prop_assert_eq!(curled.headers(), wire.headers(), "{}", curl_command(&shown, secrets));
        prop_assert_eq!(curled.body, wire.body, "{}", curl_command(&shown, secrets));
    }

    #[test]
    fn reported_replacements_are_in_the_request(case in any_case()) {
        use ringback::callback::{Escaping, RequestPart};
        let listener = Listener::start();
        let (_, shown) = sent_and_shown(&case.profile(listener.addr), &case.values, &listener);
        let body = shown.body_text();
        for variable in &shown.variables {
            let used = &variable.used;
            let stands = match &used.part {
                RequestPart::Url => shown.callback.url.contains(&used.sent),
                RequestPart::Body => body.contains(&used.sent),
                RequestPart::Header { name, secret } => shown.headers.iter().any(|header| {
                    header.name.eq_ignore_ascii_case(name) && header.value.contains(&used.sent)
                        && header.secret == *secret
                }),
            };
            prop_assert!(stands, "{:?}", used);
            prop_assert_eq!(variable.is_missing(), used.path.as_str() == "gone");
            let covered = ["other", "word"].contains(&used.path.as_str());
            prop_assert!(!used.encrypted || covered);
            prop_assert!(used.escaping != Escaping::Dropped || used.sent.is_empty());
        }
    }
}

/// Longer than an argument can be; the command itself is too long too, so it is read from a file.
#[test]
fn a_large_body_goes_through_a_pipe() {
    let listener = Listener::start();
    let profile = crate::support::profiles::profile(&format!("http://{}/", listener.addr), |draft| {
        draft.body = "'<id>%\\\r\n@".to_owned() + &"0123456789\n".repeat(50_000);
    });
    let mut values = ringback::callback::Values::default();
    values.set("id", "\0".into());
    let (wire, shown) = sent_and_shown(&profile, &values, &listener);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, curl_command(&shown, CurlSecrets::Shown).as_bytes()).unwrap();
    for shell in SHELLS.iter() {
        let output = run(&shell[..1], file.path().to_str().unwrap(), &[]);
        assert!(output.status.success(), "{shell:?}: {}", String::from_utf8_lossy(&output.stderr));
        let curled = listener.next();
        assert_eq!(curled.headers(), wire.headers(), "{shell:?}");
        assert!(curled.body == wire.body && curled.body == shown.callback.body, "{shell:?}");
    }
}

#[test]
fn a_command_does_nothing_until_all_secrets_are_set() {
    let listener = Listener::start();
    let profile = crate::support::profiles::profile(&format!("http://{}/", listener.addr), |draft| {
        draft.auth_kind = "basic".to_owned();
        draft.auth_user = "me".to_owned();
        draft.auth_password = "hush".to_owned();
    });
    let (_, shown) = sent_and_shown(&profile, &ringback::callback::Values::default(), &listener);
    for shell in SHELLS.iter() {
        let output = run(shell, &curl_command(&shown, CurlSecrets::AsVariables), &[]);
        assert!(!output.status.success(), "{shell:?}");
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains("RINGBACK_AUTHORIZATION"), "{shell:?}: {message}");
    }
    assert!(listener.is_quiet(), "nothing was sent");
}

#[test]
fn an_access_token_is_mentioned_and_not_fetched() {
    let asked = |_: &Seen, _: usize| Reply::new(200, r#"{"access_token": "t0k", "token_type": "Bearer"}"#);
    let tokens = RUNTIME.block_on(Server::start(asked));
    let listener = Listener::start();
    for body in ["", "a=<id>"] {
        let profile = crate::support::profiles::profile(&format!("http://{}/", listener.addr), |draft| {
            draft.auth_kind = "oauth2".to_owned();
            draft.oauth2.token_url = tokens.url();
            draft.oauth2.client_id = "ringback".to_owned();
            draft.oauth2.client_secret = "hush".to_owned();
            draft.body = body.to_owned();
        });
        let (wire, shown) = sent_and_shown(&profile, &ringback::callback::Values::default(), &listener);
        assert_eq!(tokens.seen().len(), 1, "the preview asks for none");
        let bytes = String::from_utf8(shown.bytes()).unwrap();
        let bytes = bytes.replace("authorization: \r\n", "authorization: Bearer t0k\r\n");
        assert_eq!(bytes, String::from_utf8(wire.bytes()).unwrap());
        assert!(shown.text(true).contains("authorization: (an access token, fetched when it is sent)\n"));
        let command = curl_command(&shown, CurlSecrets::Shown);
        let token = [("RINGBACK_AUTHORIZATION".to_owned(), "Bearer t0k".to_owned())];
        assert!(run(&SHELLS[0], &command, &token).status.success(), "{command}");
        assert_eq!(listener.next().headers(), wire.headers());
    }
}
