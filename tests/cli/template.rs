//! `ringback profiles template` and `schema`.

use crate::support::cli::Place;
use serde_json::json;

#[test]
fn a_template_of_each_channel_is_applied_unchanged_and_without_notes() {
    let place = Place::new();
    for channel in ["default", "voice", "sms", "email", "whatsapp"] {
        let template = place.run(&["profiles", "template", "--channel", channel]);
        assert_eq!(template.json()["channel"], channel);
        let applied = place.run_with_input(&["profiles", "apply", "-"], &template.out);
        let id = applied.out.trim();
        assert_eq!(applied.err, format!("ringback: created 'My callback profile' ({id})\n"), "{applied:?}");
        let body = place.run(&["profiles", "show", id, "--json"]).json()["body"].clone();
        assert!(body.as_str().unwrap().contains("\"id\":\"<id>\""), "{channel}: {body}");
    }
    assert_eq!(place.run(&["profiles", "template"]).json()["channel"], "default");
    place.run(&["profiles", "template", "--channel", "fax"]).refused(2, &["fax", "whatsapp"]);
}

#[test]
fn the_schema_says_which_dialect_it_is_in() {
    let schema = Place::new().run_unnamed(&["profiles", "schema"]).json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["$defs"]["profile"]["required"], json!(["title", "url"]));
}
