//! A disk that fails while a batch is committed: the advice how to continue the input is exact, whether the batch was
//! stored or not.

use crate::failing_calls::failing;
use crate::support::cli::{Place, ran};
use crate::support::recorder::{Recorder, events};

/// Lines of the input, in batches of 512.
const LINES: usize = 2000;

#[test]
fn following_the_advice_after_a_failed_commit_sends_each_line_once() {
    let endpoint = Recorder::taking();
    let mut outcomes = Vec::new();
    // One call fails, or all from one on; each of them may be one that a batch needs.
    for which in ["3", "4", "3+", "4+", "5+"] {
        let place = Place::new();
        let profile = place.apply(&endpoint.profile(0)).remove(0);
        let file = place.file("events.ndjson", &events(&profile, "", LINES));
        let how = format!("error=EIO:when={which}");
        let args = ["send", "--from", &file, "--no-wait"];
        let Some(command) = failing(&place, "fsync,fdatasync", &how, &args) else { return };
        let sent = ran(command);
        if sent.code == Some(0) {
            continue;
        }
        assert_eq!(sent.code, Some(1), "{which}: {sent:?}");
        let taken = sent.err.split("was accepted up to line ").nth(1);
        let taken: usize = taken.map_or(0, |rest| rest.split(';').next().unwrap().parse().unwrap());
        let listed = place.run(&["deliveries", "list", "--json", "--limit", "0"]);
        assert_eq!(listed.json().as_array().unwrap().len(), taken, "{which}: {}", sent.err);
        outcomes.push(sent.err.contains("were accepted although the disk failed"));
    }
    assert!(outcomes.contains(&true) && outcomes.contains(&false), "both were met: {outcomes:?}");
}
