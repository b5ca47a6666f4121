//! A curl command and the profile imported from it make the same request: both are run by a real shell with a real
//! curl, the second as `preview --curl` writes it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use jiff::Timestamp;
use ringback::callback::{CurlSecrets, Moment, Origins, Values, curl_command, preview};
use ringback::profile::{Channel, Draft, Identity, NoInputs, Profile, ProfileId, Region, Rules, read_curl};
use uuid::Uuid;

use super::listener::{Listener, Wire};
use super::run;

/// Headers of curl itself, and of Ringback, which a command does not ask for.
const OTHERS: [&str; 9] = [
    "host",
    "content-length",
    "connection",
    "webhook-id",
    "webhook-timestamp",
    "expect",
    "accept-encoding",
    "accept",
    "user-agent",
];

/// Methods and URLs, options, and bodies: each with each, 300 commands.
fn commands(to: SocketAddr) -> Vec<String> {
    let starts = [
        format!("curl 'http://{to}/cb?a=1&b=x%20y'"),
        format!("curl -sS --globoff --url 'http://{to}/a/{{x}}/[1]'"),
        format!("curl --location --request PUT \"http://{to}/p\""),
        format!("curl -kLXPOST http://{to}"),
        format!("curl http://me:s3%40t@{to}/user \\\n  -X 'POST'"),
        format!("$ curl -X DELETE -g 'http://{to}/d?list[]=1'"),
    ];
    let options = [
        "",
        "-H 'X-One: 1' -H \"X-Two: a 'b' \\\"c\\\"\" -H 'X-Empty;'",
        "-u 'me:pa:ss' -A 'agent/1.0' -e 'https://ref.example/x' -b 'a=1; b=2'",
        "-H 'Authorization: Bearer t0k' -H 'Accept: application/xml' -H 'User-Agent: x/1'",
        "-H $'X-Escaped: \\u00e9\\x2d\\'' --compressed -m 3 -o /dev/null",
    ];
    let bodies = [
        "",
        "-d 'a=1&b=x%20y' -d c=%26",
        "--data-raw '@not-a-file'",
        "-H 'Content-Type: application/json' --data-raw $'{\"it\\'s\": [1.50, \"\\u00e9\\n\"]}'",
        "--json '{ \"a\" : 1 }'",
        "-d '{\"form\": \"as curl says\"}'",
        "--data-urlencode 'a=b c&d' --data-urlencode 'e=é+'",
        "-H 'Content-Type: application/xml; charset=utf-8' -d '<?xml version=\"1.0\"?><a><b>1</b></a>'",
        "-H 'Content-Type: text/plain' --data-binary $'two\\nlines\\n'",
        "-F 'a=1' -F 'b=\"x;y\"' --form-string 'c=@d'",
    ];
    let mut commands = Vec::new();
    for start in &starts {
        for option in options {
            for body in bodies {
                commands.push(format!("{start} \\\n  {option} \\\n  {body}"));
            }
        }
    }
    commands
}

fn profile(command: &str) -> Profile {
    let imported = read_curl(command, true, &NoInputs).unwrap_or_else(|error| panic!("{command}\n{error}"));
    let mut draft = Draft::new(Channel::Default);
    "Imported".clone_into(&mut draft.title);
    imported.apply_to(&mut draft);
    let now = Timestamp::UNIX_EPOCH;
    let id = ProfileId::new(Region::default(), Uuid::nil());
    let identity = Identity { id, created_at: now, modified_at: now };
    draft.check(Rules::default(), identity).unwrap_or_else(|errors| panic!("{command}\n{errors:?}"))
}

fn no_random(_: &mut [u8]) {
    panic!("these profiles draw nothing");
}

/// The command that `preview --curl` writes for a profile.
fn previewed(profile: &Profile) -> String {
    let mut moment = Moment {
        delivery_id: "01890a5d-ac96-774b-bcce-b302099a8057",
        unix_seconds: 0,
        random: &mut no_random,
    };
    let shown = preview(profile, &Values::default(), &Origins::new(), &mut moment).unwrap();
    curl_command(&shown, CurlSecrets::Shown)
}

/// Method and URL. Ringback encodes a URL as the URL standard says, so that `{` is `%7B` in a path.
fn request_line(wire: &Wire) -> (String, String) {
    let mut words = wire.request_line().split(' ');
    let method = words.next().unwrap().to_owned();
    let url = url::Url::parse(&format!("http://host{}", words.next().unwrap())).unwrap();
    (method, url.to_string())
}

/// The headers that the command asks for.
fn asked(wire: &Wire, also: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let rows = wire.headers().into_iter();
    rows.filter(|(name, value)| !OTHERS.contains(&name.as_str()) || also.get(name) == Some(value)).collect()
}

/// Fields of a form are compared as fields: their encoding is Ringback's, and a boundary is drawn for each request.
fn content(wire: &Wire) -> (Option<String>, Vec<(String, String)>, Vec<u8>) {
    let kind = wire.header("content-type");
    match kind.as_deref() {
        Some("application/x-www-form-urlencoded") if !wire.body.starts_with(b"{") => {
            let fields = url::form_urlencoded::parse(&wire.body).into_owned().collect();
            (kind, fields, Vec::new())
        }
        Some(multipart) if multipart.starts_with("multipart/form-data") => {
            let boundary = multipart.split("boundary=").nth(1).unwrap().trim_matches('"');
            let text = String::from_utf8(wire.body.clone()).unwrap();
            let delimiter = format!("--{boundary}");
            let parts = text.split(&delimiter).map(str::to_owned);
            (
                Some("multipart/form-data".to_owned()),
                parts.map(|part| (String::new(), part)).collect(),
                Vec::new(),
            )
        }
        _ => (kind, Vec::new(), wire.body.clone()),
    }
}

#[test]
fn an_imported_command_makes_the_same_request() {
    let listener = Listener::start();
    let commands = commands(listener.addr);
    assert!(commands.len() >= 200);
    let no_proxy = [("no_proxy".to_owned(), "*".to_owned())];
    for command in &commands {
        let shown = command.trim_start_matches("$ ");
        let output = run(&["bash", "-c"], shown, &no_proxy);
        assert!(output.status.success(), "{shown}\n{}", String::from_utf8_lossy(&output.stderr));
        let wanted = listener.next();
        let profile = profile(command);
        let ours = previewed(&profile);
        let output = run(&["sh", "-c"], &ours, &[]);
        assert!(output.status.success(), "{ours}\n{}", String::from_utf8_lossy(&output.stderr));
        let found = listener.next();
        assert_eq!(request_line(&found), request_line(&wanted), "{command}\n{ours}");
        // `Accept` and others count where the command names them.
        let named: BTreeMap<String, String> = profile
            .headers
            .iter()
            .map(|row| (row.name.to_ascii_lowercase(), row.value.to_string()))
            .collect();
        let mut headers = (asked(&found, &named), asked(&wanted, &named));
        let contents = (content(&found), content(&wanted));
        headers.0.remove("content-type");
        headers.1.remove("content-type");
        assert_eq!(headers.0, headers.1, "{command}\n{ours}");
        // A body is not sent with DELETE.
        if profile.method.has_body() || wanted.body.is_empty() {
            assert_eq!(contents.0, contents.1, "{command}\n{ours}");
        }
        // What was imported from a preview is that profile again.
        let again = self::profile(&ours);
        assert_eq!(previewed(&again), ours, "{command}\n{ours}");
    }
}
