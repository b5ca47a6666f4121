//! `docs/api.md`: each example is run as it stands, and its response has the shape that is shown.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::keys::create;
use crate::serving::Serving;
use crate::support::cli::{On, Place, Running, address, finish};
use crate::support::needs;
use crate::support::recorder::Recorder;

/// The address in the examples.
const ADDRESS: &str = "127.0.0.1:9979";

/// The address in the example with HTTPS.
const SECURE_ADDRESS: &str = "localhost:9443";

/// The fenced blocks of a page: language and text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((language.to_owned(), text.join("\n")));
        }
    }
    blocks
}

/// Server-sent events: names and data.
fn events(text: &str) -> Vec<(String, Value)> {
    let event = |block: &str| {
        let line = |start: &str| block.lines().find_map(|line| line.strip_prefix(start)).map(str::to_owned);
        Some((line("event: ")?, serde_json::from_str(&line("data: ")?).unwrap()))
    };
    text.split("\n\n").filter_map(event).collect()
}

/// Where two documents differ in shape.
fn difference(shown: &Value, seen: &Value, place: &str) -> Option<String> {
    match (shown, seen) {
        (Value::Object(shown), Value::Object(seen)) => {
            if shown.keys().any(|name| !seen.contains_key(name)) || shown.len() != seen.len() {
                return Some(format!("{place}: {:?} and {:?}", shown.keys(), seen.keys()));
            }
            shown.iter().find_map(|(name, value)| difference(value, &seen[name], &format!("{place}.{name}")))
        }
        (Value::Array(shown), Value::Array(seen)) => {
            let pairs = shown.iter().zip(seen);
            pairs.enumerate().find_map(|(n, (a, b))| difference(a, b, &format!("{place}[{n}]")))
        }
        (Value::String(a), Value::String(b)) => {
            let member = place.rsplit('.').next().unwrap_or_default();
            let is_fixed = ["code", "message", "params"].contains(&member);
            (is_fixed && a != b).then(|| format!("{place}: {a:?} and {b:?}"))
        }
        (a, b) => {
            let same = std::mem::discriminant(a) == std::mem::discriminant(b);
            (!same).then(|| format!("{place}: {a} and {b}"))
        }
    }
}

#[test]
fn each_curl_example_has_the_response_that_is_shown() {
    if needs::program("curl").is_none() {
        return;
    }
    let page = include_str!("../../docs/api.md");
    let place = Place::new();
    let serving = Serving::open(&place);
    let blocks = blocks(page);
    let mut script = "set -eu\n".to_owned();
    for (n, (language, text)) in blocks.iter().enumerate() {
        if language == "sh" && text.contains("curl") && !text.contains(SECURE_ADDRESS) {
            let text = text.replace(ADDRESS, &serving.addr);
            let out = place.path(&format!("{n}.out"));
            writeln!(script, "{{\n{text}\n}} > {}", out.display()).unwrap();
        }
    }
    let mut command = Command::new("bash");
    command.args(["-c", &script]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = finish(command.spawn().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{script}");

    let mut compared = 0;
    for (n, (_, text)) in blocks.iter().enumerate() {
        let Ok(out) = std::fs::read_to_string(place.path(&format!("{n}.out"))) else { continue };
        if text.contains("/stream") {
            let (seen, shown) = (events(&out), events(&blocks[n + 1].1));
            assert!(!shown.is_empty() && seen.len() > 5, "{out}");
            for ((name, shown), (seen_name, seen)) in shown.iter().zip(&seen) {
                assert_eq!((name, difference(shown, seen, "")), (seen_name, None), "{out}");
            }
            compared += 1;
            continue;
        }
        let seen: Vec<Value> =
            serde_json::Deserializer::from_str(&out).into_iter().collect::<Result<_, _>>().unwrap();
        assert!(!seen.is_empty() || !text.contains("curl -sS $API"), "{text}");
        match blocks.get(n + 1) {
            Some((language, shown)) if language == "json" => {
                let shown: Value = serde_json::from_str(shown).unwrap();
                assert_eq!(difference(&shown, &seen[0], ""), None, "{text}");
                compared += 1;
            }
            // No example fails without saying so.
            _ => assert!(seen.iter().all(|response| response["error"].as_array().is_none()), "{text}: {out}"),
        }
    }
    assert!(compared > 3, "{compared}");
}

#[test]
fn the_python_program_works_as_it_is_shown() {
    let Some(python) = needs::program("python3") else { return };
    let place = Place::new();
    let endpoint = Recorder::taking();
    let key = create(&place, "shop", &["--scope", "manage"]);
    let serving = Serving::start(&place, &[]);
    let blocks = blocks(include_str!("../../docs/api.md"));
    let (_, program) = blocks.iter().find(|(language, _)| language == "python").unwrap();
    assert!(program.lines().count() <= 28, "it is meant to be short");
    for shown in [ADDRESS, "127.0.0.1:9977", "rbk_KEY"] {
        assert_eq!(program.matches(shown).count(), 1, "{shown}");
    }
    let program = program
        .replace(ADDRESS, &serving.addr)
        .replace("127.0.0.1:9977", &endpoint.addr.to_string())
        .replace("rbk_KEY", &key);
    let mut command = Command::new(python);
    command.args(["-c", &program]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = finish(command.spawn().unwrap());
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "delivered 200\n", ""));
}

#[test]
fn the_example_with_https_works_as_it_is_shown() {
    if needs::program("curl").is_none() || needs::program("openssl").is_none() {
        return;
    }
    let place = Place::new();
    create(&place, "shop", &["--scope", "manage"]);
    let blocks = blocks(include_str!("../../docs/api.md"));
    let at = blocks.iter().position(|(_, text)| text.starts_with("openssl req")).unwrap();
    let (certificate, serve) = blocks[at].1.split_once("\nringback ").unwrap();
    let run = |script: &str| {
        let mut command = Command::new("bash");
        command.args(["-ec", script]).current_dir(place.path("."));
        finish(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    };
    assert_eq!(run(certificate).code, Some(0));

    let serve = serve.replace("127.0.0.1:9443", "127.0.0.1:0");
    let mut command = place.command(&serve.split(' ').collect::<Vec<_>>());
    command.current_dir(place.path("."));
    let serving = Running::start(command);
    let listening = address(&serving.line(On::Out, "listening on https://127.0.0.1:"));
    let port = listening.rsplit(':').next().unwrap();

    let asked = run(&blocks[at + 1].1.replace(SECURE_ADDRESS, &format!("localhost:{port}")));
    assert_eq!((asked.code, asked.err.as_str()), (Some(0), ""), "{asked:?}");
    assert_eq!(asked.out, "{\"status\":\"ok\"}\n");
}
