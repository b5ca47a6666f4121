use super::*;
use crate::profile::Channel;
use crate::profile::draft::Draft;

fn draft_with(text: &str, literal: bool) -> (Draft, Vec<String>) {
    let imported = read_curl(text, literal, &NoInputs).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut draft = Draft::new(Channel::Default);
    imported.apply_to(&mut draft);
    (draft, imported.notes)
}

fn draft(text: &str) -> Draft {
    draft_with(text, false).0
}

fn headers(draft: &Draft) -> Vec<(&str, &str)> {
    draft.headers.iter().map(|row| (row.name.as_str(), row.value.as_str())).collect()
}

#[test]
fn a_browsers_command() {
    let draft = draft(
        "curl 'https://shop.example/api/orders?x=1' \\\n  -H 'accept: application/json' \\\n  -H 'content-type: \
         application/json' \\\n  -b 'sid=abc' \\\n  --data-raw $'{\"a\":\"it\\'s\"}' \\\n  --compressed",
    );
    assert_eq!(
        (draft.method.as_str(), draft.endpoint.as_str()),
        ("POST", "https://shop.example/api/orders?x=1")
    );
    assert_eq!(draft.body, r#"{"a":"it's"}"#);
    assert_eq!(headers(&draft), [("accept", "application/json"), ("Cookie", "sid=abc")]);
}

#[test]
fn postmans_commands() {
    let form = draft(
        "curl --location 'https://x.example/cb' \\\n--header 'X-Key: <b>' \\\n--form 'id=\"<id>\"' \\\n--form 'b=\"a;b\"'",
    );
    assert_eq!((form.data_format.as_str(), form.body.as_str()), ("form-data", "id=<id>&b=a%3Bb"));
    let encoded = draft(
        "curl --location --request PUT 'https://x.example' --data-urlencode 'a=b c' --data-urlencode 'd=<id>'",
    );
    assert_eq!((encoded.method.as_str(), encoded.body.as_str()), ("PUT", "a=b%20c&d=<id>"));
    assert!(encoded.headers.is_empty());
}

#[test]
fn the_content_type_is_the_one_that_curl_sends() {
    let (plain, notes) = draft_with(r#"curl https://x.example -d '{"a":1}'"#, false);
    assert_eq!(headers(&plain), [("Content-Type", "application/x-www-form-urlencoded")]);
    assert_eq!(notes, ["curl sends this body as application/x-www-form-urlencoded, and so does the profile"]);
    let json = draft(r#"curl https://x.example --json '{"a":1}'"#);
    assert_eq!(headers(&json), [("Accept", "application/json")]);
    let charset = draft("curl https://x.example -H 'Content-Type: application/json; charset=utf-8' -d '{}'");
    assert_eq!(headers(&charset), [("Content-Type", "application/json; charset=utf-8")]);
}

#[test]
fn authentication_is_found_where_it_is() {
    for text in
        ["curl -u me:s3:x https://x.example", "curl -H 'Authorization: Basic bWU6czM6eA==' https://x.example"]
    {
        let draft = draft(text);
        assert_eq!(
            (draft.auth_kind.as_str(), draft.auth_user.as_str(), draft.auth_password.as_str()),
            ("basic", "me", "s3:x"),
            "{text}"
        );
        assert!(draft.headers.is_empty());
    }
    let both = draft("curl -u me:s3 https://a:b@x.example/");
    assert_eq!((both.auth_user.as_str(), both.endpoint.as_str()), ("me", "https://x.example/"));
    let header = draft("curl -u me:s3 -H 'Authorization: Bearer x' https://a:b@x.example/");
    assert_eq!((header.auth_kind.as_str(), headers(&header)), ("none", vec![("Authorization", "Bearer x")]));
    let bearer = draft("curl --oauth2-bearer t0k https://x.example");
    assert_eq!(headers(&bearer), [("Authorization", "Bearer t0k")]);
}

#[test]
fn data_goes_to_the_query_with_get() {
    let draft = draft("curl -G 'https://x.example/a?b=1' -d c=2 --data-urlencode 'd=<id>'");
    assert_eq!((draft.method.as_str(), draft.body.as_str()), ("GET", ""));
    assert_eq!(draft.endpoint, "https://x.example/a?b=1&c=2&d=<id>");
}

#[test]
fn what_has_no_place_is_named() {
    let (draft, notes) = draft_with(
        "curl -k -L --proxy http://p:1 -m 2.5 --retry 5 --retry-delay 3 -H 'Host: other' -o x 'https://x.example/<id>'",
        false,
    );
    assert_eq!(
        (draft.retry_count.as_str(), draft.retry_interval.as_str(), draft.retry_timeout.as_str()),
        ("2", "3", "2500")
    );
    assert_eq!(
        notes,
        [
            "-k: not carried: TLS 1.2 or newer with a verified certificate is always used",
            "-L: not carried: redirects are never followed",
            "--proxy: not carried: the sender has its own route, names and proxies",
            "the header Host: not carried: Host is set by Ringback itself",
            "--retry 5: 2 retries, unless extended_retries is set",
            "placeholders: <id> (doubled, as in <<id>, it is text)",
        ]
    );
}

#[test]
fn literal_text_stays_text() {
    let (draft, notes) = draft_with(
        "curl 'https://x.example/<id>' -H 'X-A: <a>' -H 'Content-Type: application/json' -d '{\"b\":\"<b>\"}'",
        true,
    );
    assert_eq!(draft.endpoint, "https://x.example/<<id>");
    assert_eq!(headers(&draft), [("X-A", "<<a>")]);
    assert_eq!(draft.body, "{\"b\":\"<<b>\"}");
    assert_eq!(notes, Vec::<String>::new());
}

#[test]
fn what_no_profile_can_send_is_an_error() {
    for (text, wanted) in [
        ("", "expected a command that starts with `curl`"),
        ("wget https://x", "expected a command that starts with `curl`, not with `wget`"),
        ("curl", "0 URLs: a profile has one endpoint"),
        ("curl https://a https://b", "2 URLs"),
        ("curl https://a/{x,y}", "a URL with `{a,b}`"),
        ("curl https://a; curl https://b", "a second command cannot be imported"),
        ("cat x | curl https://a -d @-", "line 1: the command before the pipe is not run"),
        ("curl https://a -d @body.json", "-d: it reads the file body.json"),
        ("curl https://a -d a=b -F c=d", "--form and --data make two different bodies"),
        ("curl https://a -d @-", "-d: reads standard input, which is not there"),
    ] {
        let error = read_curl(text, false, &NoInputs).expect_err(text).to_string();
        assert!(error.starts_with(wanted), "{text}: {error}");
    }
    assert!(read_curl("curl -g 'https://a/{x,y}' | jq .", false, &NoInputs).is_ok());
}

#[test]
fn a_pasted_command_is_recognized() {
    for text in ["curl https://x", "  $ curl -s x", "curl.exe \"x\"", "curl \\\n https://x"] {
        assert!(is_curl(text), "{text}");
    }
    for text in ["curl", "curly brace", "https://curl.example", ""] {
        assert!(!is_curl(text), "{text}");
    }
}

#[test]
fn lines_may_end_in_any_way() {
    let lines = ["curl 'https://x.example' \\", "  -X PUT \\", "  -H 'X-One: 1'", ""];
    let cmd = ["curl ^\"https://x.example^\" ^", "  -X PUT ^", "  -H ^\"X-One: 1^\"", ""];
    for ends in ["\n", "\r\n", "\r"] {
        for lines in [&lines, &cmd] {
            let draft = draft(&lines.join(ends));
            assert_eq!((draft.method.as_str(), headers(&draft)), ("PUT", vec![("X-One", "1")]), "{ends:?}");
        }
    }
}
