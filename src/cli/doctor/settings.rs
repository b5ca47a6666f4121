//! Checks the settings file, and lists the settings.

use crate::cli::session::Session;

use super::finding::Finding;

const TOPIC: &str = "settings";

pub fn check(session: &Session) -> Vec<Finding> {
    let loaded = session.loaded();
    let Some(file) = session.settings_file() else {
        return vec![Finding::note(TOPIC, "there is no home folder to look in", "name a file with --config")];
    };
    let shown = file.display();
    if !loaded.notices.is_empty() {
        let fix = format!("fix {shown}");
        return loaded.notices.iter().map(|notice| Finding::problem(TOPIC, notice, &fix)).collect();
    }
    let found =
        if file.exists() { format!("{shown}") } else { format!("{shown} does not exist: defaults apply") };
    vec![Finding::ok(TOPIC, found)]
}
