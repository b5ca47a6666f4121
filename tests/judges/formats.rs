//! Every method, data format and body format, verified by a third-party server: what Flask decodes of a real delivery
//! must equal the input.

use crate::courier::{Courier, checked, draft, header};
use crate::echo::{Decoded, Echo};
use crate::nasty::{self, OTHERS, PAYMENT, TEXTS, name};
use ringback::profile::{Draft, Field, Identity, ProfileId, Region, Rules};
use ringback::record::DeliveryState;
use serde_json::{Map, Value, json};

/// A body as typed, and the expected result.
struct Typed {
    what: &'static str,
    body: String,
    /// As a JSON document; none if it is not JSON and has no fields.
    json: Option<Value>,
    /// As the fields of a form.
    fields: Vec<(String, String)>,
    /// The default data format.
    usual: &'static str,
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
const TEXT: &str = "text/plain";

fn pair(name: impl Into<String>, value: impl Into<String>) -> (String, String) {
    (name.into(), value.into())
}

/// Names and texts of all nasty values, alone and with other text.
fn flat() -> Vec<(String, String, String)> {
    let alone =
        (0..TEXTS.len()).map(|at| (format!("f{at}"), format!("<{}>", name(at)), TEXTS[at].to_owned()));
    let among = (0..TEXTS.len()).map(|at| {
        let (text, next) = (TEXTS[at], (at + 1) % TEXTS.len());
        (format!("m{at}"), format!("x<{}>é<{}>", name(at), name(next)), format!("x{text}é{}", TEXTS[next]))
    });
    alone.chain(among).collect()
}

fn object() -> Typed {
    let mut members: Vec<String> =
        flat().iter().map(|(name, typed, _)| format!("{}: {}", json!(name), json!(typed))).collect();
    let mut fields: Vec<_> = flat().into_iter().map(|(name, _, text)| (name, text)).collect();
    // A nasty name, as typed and from its value.
    members.push(r#""n\"a&m= ü<t10>": "<number>""#.to_owned());
    fields.push(pair(format!("n\"a&m= ü{}", TEXTS[10]), "12.50"));
    members.push(r#""yes": "<yes>", "none": "<nothing>", "gone": "<gone>", "typed": 1.0"#.to_owned());
    fields.extend([pair("yes", "true"), pair("none", ""), pair("gone", ""), pair("typed", "1.0")]);
    let mut json: Map<String, Value> =
        fields.iter().map(|(name, text)| (name.clone(), json!(text))).collect();
    json.insert("typed".to_owned(), json!(1.0));
    let body = format!("{{\n  {}\n}}", members.join(",\n  "));
    Typed { what: "a JSON object", body, json: Some(json.into()), fields, usual: JSON }
}

fn nested() -> Typed {
    let body = r#"{"id": "<t2>", "payment": "<payment>", "bare": <payment>, "list": "<list>",
        "deep": {"a": ["<t3>", <number>, <big>, <yes>, <nothing>, <t4>], "p": "<payment>",
                 "at": "<payment.amount.value>", "of": "<list[1].c>", "in": "is <payment>"},
        "number": <number>, "big": <big>, "nothing": <nothing>, "text": <t15>, "gone": <gone>}"#;
    let payment: Value = read_as_python(PAYMENT);
    let list = read_as_python(OTHERS[1].1);
    let deep = json!({"a": [TEXTS[3], 12.5, 18_446_744_073_709_551_615_u64, true, null, TEXTS[4]], "p": payment,
        "at": "450", "of": "\\", "in": format!("is {PAYMENT}")});
    let mut json = json!({"id": TEXTS[2], "payment": payment, "bare": payment, "list": list, "deep": deep,
        "number": 12.5, "big": 0, "nothing": null, "text": TEXTS[15], "gone": ""});
    let big: Value = serde_json::from_str("18446744073709551616").unwrap();
    json["big"] = big.clone();
    json["deep"]["a"][2] = big;
    let deep_text = format!(
        r#"{{"a":[{},12.50,18446744073709551616,true,null,{}],"p":{PAYMENT},"at":"450","of":"\\","in":{}}}"#,
        json!(TEXTS[3]),
        json!(TEXTS[4]),
        json!(format!("is {PAYMENT}"))
    );
    let fields = vec![
        pair("id", TEXTS[2]),
        pair("payment", PAYMENT),
        pair("bare", PAYMENT),
        pair("list", OTHERS[1].1),
        pair("deep", deep_text),
        pair("number", "12.50"),
        pair("big", "18446744073709551616"),
        pair("nothing", ""),
        pair("text", TEXTS[15]),
        pair("gone", ""),
    ];
    Typed { what: "a nested JSON object", body: body.to_owned(), json: Some(json), fields, usual: JSON }
}

fn pairs() -> Typed {
    let encoded = |text: &str| text.replace('é', "%C3%A9").replace('x', "%78+");
    let mut typed: Vec<String> =
        flat().iter().map(|(name, typed, _)| format!("{name}={}", encoded(typed))).collect();
    let spaced = |(name, typed, text): (String, String, String)| {
        let text = if typed.starts_with('x') { text.replacen('x', "x ", 1) } else { text };
        (name, text)
    };
    let mut fields: Vec<_> = flat().into_iter().map(spaced).collect();
    let mut json: Map<String, Value> =
        fields.iter().map(|(name, text)| (name.clone(), json!(text))).collect();
    typed.push(
        "n%22a%26m%3D+ü<t10>=<number>&rep=1&rep=<t5>&payment=<payment>&none=<nothing>&gone=<gone>&e=".into(),
    );
    let more = [
        (format!("n\"a&m= ü{}", TEXTS[10]), "12.50"),
        ("rep".to_owned(), "1"),
        ("rep".to_owned(), TEXTS[5]),
        ("payment".to_owned(), PAYMENT),
        ("none".to_owned(), ""),
        ("gone".to_owned(), ""),
        ("e".to_owned(), ""),
    ];
    for (name, text) in more {
        json.insert(name.clone(), if text == PAYMENT { read_as_python(text) } else { json!(text) });
        fields.push(pair(name, text));
    }
    Typed { what: "pairs", body: typed.join("&"), json: Some(json.into()), fields, usual: FORM }
}

fn text() -> Typed {
    let (typed, sent): (Vec<_>, Vec<_>) = flat().into_iter().map(|(_, typed, sent)| (typed, sent)).unzip();
    let (typed, sent) = (typed.join("\n"), sent.join("\n"));
    let (body, sent) = (format!("Dear all,\r\n{typed}"), format!("Dear all,\r\n{sent}"));
    Typed { what: "text", body, json: None, fields: vec![pair("", sent)], usual: TEXT }
}

/// JSON as Python writes it after parsing: numbers by their value.
fn read_as_python(json: &str) -> Value {
    serde_json::from_str(&json.replace("12.50", "12.5").replace("1.50", "1.5")).unwrap()
}

/// The query of every request, and its expected result.
fn query() -> (String, Vec<(String, String)>) {
    let typed: Vec<String> = flat()
        .iter()
        .map(|(name, typed, _)| format!("{name}={typed}"))
        .chain(["p=<payment>".into()])
        .collect();
    let mut args: Vec<_> = flat().into_iter().map(|(name, _, text)| (name, text)).collect();
    args.push(pair("p", PAYMENT));
    (typed.join("&"), args)
}

fn set(draft: &mut Draft, method: &str, format: &str, body: &Typed) {
    method.clone_into(&mut draft.method);
    format.clone_into(&mut draft.data_format);
    body.body.clone_into(&mut draft.body);
    // All characters that a header may contain, in one value.
    let fit: Vec<String> = (0..TEXTS.len())
        .filter(|at| !TEXTS[*at].chars().any(|c| c.is_ascii_control() && c != '\t'))
        .map(|at| format!("[<{}>]", name(at)))
        .collect();
    draft.headers = vec![header("X-Texts", &fit.concat()), header("X-Token", "t-<t9>")];
}

fn texts_header() -> String {
    let fit = TEXTS.iter().filter(|text| !text.chars().any(|c| c.is_ascii_control() && c != '\t'));
    format!("[{}]", fit.copied().collect::<Vec<_>>().join("]["))
}

/// Delivers, and returns the request as the server decoded it.
async fn judged(courier: &Courier, draft: &Draft, what: &str) -> Decoded {
    let details = courier.deliver(checked(draft), &nasty::values()).await;
    assert_eq!(details.summary.state, DeliveryState::Delivered, "{what}: {:?}", details.summary);
    let attempt = &details.attempts[0];
    assert!(!attempt.response_cut, "{what}: the judgement is whole");
    let decoded: Decoded = serde_json::from_slice(&attempt.response_body).unwrap();
    assert_eq!(decoded.header("webhook-id"), Some(details.summary.id.to_string().as_str()), "{what}");
    decoded
}

#[track_caller]
fn check_body(decoded: &Decoded, typed: &Typed, content_type: &str, what: &str) {
    assert_eq!(decoded.media_type(), Some(content_type), "{what}");
    let none: &[(String, String)] = &[];
    assert_eq!(decoded.files, 0, "{what}");
    match content_type {
        JSON => {
            assert_eq!(&decoded.json, typed.json.as_ref().unwrap(), "{what}");
            assert_eq!(decoded.form, none, "{what}");
        }
        FORM | MULTIPART => {
            assert_eq!(decoded.form, typed.fields, "{what}");
            assert_eq!(decoded.json, Value::Null, "{what}");
        }
        _ => assert_eq!(String::from_utf8(decoded.raw()).unwrap(), typed.fields[0].1, "{what}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_method_and_format() {
    let Some(python) = crate::python::python("the data formats") else { return };
    let server = Echo::start(&python);
    let courier = Courier::new();
    let (typed_query, args) = query();
    let url = server.url(&format!("/in/s-<t19>/<t14>%20x?{typed_query}"));
    let mut delivered = 0;
    for method in ["GET", "POST", "PUT", "DELETE"] {
        let has_body = matches!(method, "POST" | "PUT");
        for format in ["", "form-data", "url-encoded", "json"] {
            for typed in [object(), nested(), pairs(), text()] {
                let what = format!("{method} of {} as '{format}'", typed.what);
                let draft = draft(&url, |draft| set(draft, method, format, &typed));
                if has_body && typed.usual == TEXT && !format.is_empty() {
                    refused(&draft, Field::Body, &what);
                    continue;
                }
                let decoded = judged(&courier, &draft, &what).await;
                delivered += 1;
                assert_eq!(decoded.method, method, "{what}");
                assert_eq!(decoded.path, format!("/in/s-{}/{} x", TEXTS[19], TEXTS[14]), "{what}");
                assert_eq!(decoded.args, args, "{what}");
                assert_eq!(decoded.header("x-texts"), Some(texts_header().as_str()), "{what}");
                // The server repeats it, and the log must not keep it.
                assert_eq!(decoded.header("x-token"), Some("••••"), "{what}");
                if has_body {
                    let content_type = match format {
                        "form-data" => MULTIPART,
                        "url-encoded" => FORM,
                        "json" => JSON,
                        _ => typed.usual,
                    };
                    check_body(&decoded, &typed, content_type, &what);
                } else {
                    assert_eq!(decoded.raw(), b"", "{what}");
                    assert_eq!(decoded.header("content-type"), None, "{what}");
                }
            }
        }
    }
    assert_eq!(delivered, 64 - 6, "all but text in a format that has fields");
}

#[track_caller]
fn refused(draft: &Draft, field: Field, what: &str) {
    let now = jiff::Timestamp::now();
    let id = ProfileId::new(Region::In, uuid::Uuid::nil());
    let errors = draft.check(Rules::default(), Identity { id, created_at: now, modified_at: now });
    let errors = errors.expect_err(what);
    assert!(errors.iter().any(|error| error.field == field), "{what}: {errors:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_content_type_header_takes_precedence_except_with_multipart() {
    let Some(python) = crate::python::python("the Content-Type rules") else { return };
    let server = Echo::start(&python);
    let courier = Courier::new();
    for (typed, format, own, kind) in [
        (object(), "", "application/vnd.orders+json; v=2", JSON),
        (pairs(), "json", "Application/JSON; charset=utf-8", JSON),
        (nested(), "url-encoded", "application/x-www-form-urlencoded; charset=utf-8", FORM),
        (text(), "", "text/csv; header=absent", TEXT),
    ] {
        let what = format!("{} as '{format}' and {own}", typed.what);
        let draft = draft(&server.url("/"), |draft| {
            set(draft, "POST", format, &typed);
            draft.headers.push(header("content-type", own));
        });
        let decoded = judged(&courier, &draft, &what).await;
        assert_eq!(decoded.header("content-type"), Some(own), "{what}");
        match kind {
            JSON => assert_eq!(&decoded.json, typed.json.as_ref().unwrap(), "{what}"),
            FORM => assert_eq!(decoded.form, typed.fields, "{what}"),
            _ => assert_eq!(String::from_utf8(decoded.raw()).unwrap(), typed.fields[0].1, "{what}"),
        }
    }
    for typed in [object(), nested(), pairs()] {
        let draft = draft(&server.url("/"), |draft| {
            set(draft, "POST", "form-data", &typed);
            draft.headers.push(header("Content-Type", "multipart/form-data; boundary=mine"));
        });
        refused(&draft, Field::HeaderName(2), typed.what);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_of_numbers_and_the_order_of_keys_are_kept() {
    let Some(python) = crate::python::python("the text of JSON") else { return };
    let server = Echo::start(&python);
    let courier = Courier::new();
    let typed = r#"{"z" : <number>,"a":<big>, "p":"<payment>", "typed": 1E2}"#;
    let sent = format!(r#"{{"z" : 12.50,"a":18446744073709551616, "p":{PAYMENT}, "typed": 1E2}}"#);
    let draft = draft(&server.url("/"), |draft| typed.clone_into(&mut draft.body));
    let decoded = judged(&courier, &draft, "numbers").await;
    assert_eq!(String::from_utf8(decoded.raw()).unwrap(), sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_body_is_empty_in_every_format() {
    let Some(python) = crate::python::python("empty bodies") else { return };
    let server = Echo::start(&python);
    let courier = Courier::new();
    for format in ["", "form-data", "url-encoded", "json"] {
        let draft = draft(&server.url("/"), |draft| format.clone_into(&mut draft.data_format));
        let decoded = judged(&courier, &draft, format).await;
        assert_eq!(decoded.raw(), b"", "{format}");
        assert_eq!(decoded.header("content-type"), None, "{format}");
        assert_eq!(decoded.header("content-length"), Some("0"), "{format}");
    }
}
