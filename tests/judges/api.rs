//! Schemathesis reads the description of the API, sends what it allows and what it forbids, and judges the responses.

use std::process::Command;

use crate::python::{python, script};
use crate::support::cli::{On, Place, Running, address};
use crate::support::recorder::Recorder;

/// How many requests each operation gets: `RINGBACK_API_CASES`, or 25, which make 1 700 in all and take half a minute.
fn cases() -> String {
    std::env::var("RINGBACK_API_CASES").unwrap_or_else(|_| "25".to_owned())
}

#[test]
fn the_api_is_as_described() {
    let Some(python) = python("the HTTP API") else { return };
    let place = Place::new();
    let endpoint = Recorder::taking();
    let profile = place.apply(&endpoint.profile(0)).remove(0);
    let tested = place.run(&["test", &profile, "--json"]).json();
    let delivery = tested["delivery_id"].as_str().unwrap();
    // With keys: without, no check could see whether they are ignored.
    let key = place.run(&["keys", "create", "judge", "--scope", "manage"]).out.trim().to_owned();
    let serving = Running::start(place.command(&["serve", "--listen", "0"]));
    let url = format!("http://{}/openapi.json", address(&serving.line(On::Out, "listening on http://")));
    // Ids that exist: others have no response but 404.
    let config = std::fs::read_to_string(script("schemathesis.toml")).unwrap();
    let known = |path: &str, id: &str| {
        format!("\n[[operations]]\ninclude-path-regex = \"{path}\"\nparameters = {{ id = \"{id}\" }}\n")
    };
    let config = config + &known("/profiles/", &profile) + &known("/deliveries/", delivery);
    let config = place.file("schemathesis.toml", &config);
    let mut command = Command::new(python.with_file_name("schemathesis"));
    command
        .args([
            "--config-file",
            &config,
            "run",
            &url,
            "--checks",
            "all",
            "--header",
            &format!("api-key: {key}"),
        ])
        .args(["--max-examples", &cases(), "--continue-on-failure", "--no-color"])
        .current_dir(place.path(""));
    let ran = command.output().unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{out}{}", String::from_utf8_lossy(&ran.stderr));
    let judged = out.lines().find(|line| line.contains(" generated, ")).unwrap();
    println!("{}", judged.trim());
}
