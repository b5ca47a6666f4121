//! Checks the database and the sender.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::blocked;
use crate::cli::error::CommandError;

use crate::storage::transfer::CopiedTo;
use crate::storage::{BlockedCounts, Inspection, Lease, LogPinned, inspect};
use crate::text::rfc3339;

use super::apis;
use super::finding::Finding;

const TOPIC: &str = "database";

/// How many blocks are listed; the rest are counted.
const MOST_BLOCKS: usize = 5;

/// Checks the database; `named` says that its name was given explicitly.
pub fn check(path: Result<PathBuf, CommandError>, named: bool) -> Vec<Finding> {
    let Ok(path) = path else {
        return vec![Finding::problem(TOPIC, "there is no home folder for it", "name a file with --db")];
    };
    // A file that cannot be inspected exists: opening it reports the problem.
    if !path.try_exists().unwrap_or(true) {
        return vec![missing(&path, named)];
    }
    match inspect(&path) {
        Ok(found) => {
            let mut all = judge(&found);
            all.push(sender(&path, &found));
            all.extend(apis::found(&found.apis));
            all.extend(blocks(&found.blocked));
            all
        }
        Err(error) => {
            let problem = error.problem.to_string();
            // Each problem ends with the fix, after the last colon.
            let (what, fix) = problem.rsplit_once(": ").unwrap_or((&problem, "check the file"));
            vec![Finding::problem(TOPIC, format!("{} {what}", path.display()), fix)]
        }
    }
}

fn missing(path: &Path, named: bool) -> Finding {
    let folder = path.ancestors().skip(1).find(|folder| folder.exists());
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let writable = folder.metadata().is_ok_and(|facts| facts.is_dir() && !facts.permissions().readonly());
    let found = format!("{} is not there yet", path.display());
    if writable && named {
        let fix = "check --db or RINGBACK_DB; the first session creates a new database";
        Finding::note(TOPIC, found, fix)
    } else if writable {
        Finding::ok(TOPIC, found + ": the first session creates it")
    } else {
        let fix = format!("allow writing to {}, or name another file with --db", folder.display());
        Finding::problem(TOPIC, found, fix)
    }
}

/// What a copy into another database means for this one, and what to do.
pub fn copied(CopiedTo { target, is_finished }: &CopiedTo) -> (String, &'static str) {
    if *is_finished {
        (format!("was copied to {target}: it can only be read"), "use that database")
    } else {
        (
            format!("is being copied to {target}: it takes no changes"),
            "wait for the end of `ringback db copy`; if it was interrupted, run it again, or with --abandon",
        )
    }
}

fn judge(found: &Inspection) -> Vec<Finding> {
    let path = found.path.display();
    let schema = match found.schema {
        Some(schema) => format!("schema {schema}"),
        None => "nothing in it yet".to_owned(),
    };
    let log = match found.log_bytes {
        0 => String::new(),
        bytes => format!(", {} in its log", size(bytes)),
    };
    let sound = if found.damage.is_empty() { ", sound" } else { "" };
    let facts = format!("{path}: {}{log}, {schema}, mode {:04o}{sound}", size(found.bytes), found.mode);
    let mut all = vec![if let Some(copy) = &found.copy {
        let (state, fix) = copied(copy);
        Finding::note(TOPIC, format!("{facts}, {state}"), fix)
    } else if found.writable {
        Finding::ok(TOPIC, facts)
    } else {
        Finding::problem(
            TOPIC,
            format!("{facts}, cannot be written"),
            "allow writing to the file and its folder",
        )
    }];
    if !found.damage.is_empty() {
        let what = found.damage.join("; ");
        all.push(Finding::problem(
            TOPIC,
            format!("damaged: {what}"),
            "restore a copy, or name another file with --db",
        ));
    }
    if let Some(schema) = found.schema.filter(|schema| *schema < found.known_schema) {
        let what = format!("schema {schema} is older");
        all.push(Finding::note(TOPIC, what, "none needed: the next session migrates it"));
    }
    if found.unreadable.all > 0 {
        let some: Vec<String> =
            found.unreadable.named.iter().map(|row| format!("{} ({})", row.name, row.why)).collect();
        let (n, some) = (found.unreadable.all, some.join("; "));
        let what = if n == 1 {
            format!("1 unreadable row is skipped: {some}")
        } else {
            format!("{n} unreadable rows are skipped, among them {some}")
        };
        let fix = "none needed for deliveries and attempts: retention removes them";
        all.push(Finding::note(TOPIC, what, fix));
    }
    if let Some(log) = &found.log_pinned {
        all.push(Finding::note(TOPIC, log.what(), log.fix()).with("log", pinned(log)));
    }
    if found.mode & 0o077 != 0 {
        let what = format!("other users may read it (mode {:04o}), and it holds secrets", found.mode);
        all.push(Finding::note(TOPIC, what, format!("chmod 600 {path}; the next session does so too")));
    }
    all
}

fn sender(path: &Path, inspected: &Inspection) -> Finding {
    if let Some((what, fix)) = inspected.lock.as_ref().and_then(|why| why.rsplit_once(": ")) {
        return Finding::problem("sender", format!("no session can send: {what}"), fix);
    }
    let pending = inspected.pending;
    let waits = match pending {
        Some(1) => "1 delivery is pending".to_owned(),
        Some(n) => format!("{n} deliveries are pending"),
        None => "the number of pending deliveries is unknown".to_owned(),
    };
    match Lease::holder(path) {
        Some(pid) if inspected.stopped_sender == Some(pid) => Finding::problem(
            "sender",
            format!(
                "pid {pid} holds the sender's lock and is stopped (Ctrl+Z, SIGSTOP or a debugger); {waits}"
            ),
            format!("continue it with `fg` or `kill -CONT {pid}`, or end it"),
        ),
        Some(pid) => Finding::ok("sender", format!("process {pid} is the active sender; {waits}")),
        None if pending.unwrap_or(0) == 0 => Finding::ok("sender", format!("no active sender; {waits}")),
        None => Finding::note(
            "sender",
            format!("no active sender; {waits}"),
            "run `ringback work`, or open the console: `ringback`",
        ),
    }
}

/// Pending deliveries that are blocked, and the command that ends each block.
pub fn blocks(counts: &BlockedCounts) -> Vec<Finding> {
    let named = counts.by.iter().take(MOST_BLOCKS);
    let mut all: Vec<Finding> = named
        .map(|block| {
            let until = block.restorable_until().map(|until| format!(" until {}", blocked::clock(until)));
            let resumes = format!("`{}` resumes them{}", blocked::command(block), until.unwrap_or_default());
            Finding::note("held", blocked::what(block), resumes)
        })
        .collect();
    if let Some(first) = all.first_mut() {
        first.found = format!("{} blocked: {}", blocked::pending(counts.total()), first.found);
    }
    if let Some(more) = counts.by.len().checked_sub(MOST_BLOCKS).filter(|more| *more > 0) {
        let list = "`ringback deliveries list --state pending` shows what blocks each";
        all.push(Finding::note("held", format!("and by {more} more"), list));
    }
    all
}

/// Bytes for people: `1.2 MiB`.
pub fn size(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} bytes"),
    }
}

/// The program that prevents the write-ahead log from shrinking, for scripts.
fn pinned(log: &LogPinned) -> Value {
    let readers = log.readers.iter().map(|reader| json!({"pid": reader.pid, "program": reader.program}));
    json!({"bytes": log.bytes, "since": log.since.map(rfc3339), "readers": readers.collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;
    use crate::storage::PassedOver;

    fn sound() -> Inspection {
        Inspection {
            path: "/data/a.db".into(),
            bytes: 1_300_000,
            log_bytes: 0,
            mode: 0o600,
            writable: true,
            schema: Some(2),
            known_schema: 2,
            copy: None,
            damage: Vec::new(),
            pending: Some(0),
            blocked: BlockedCounts::default(),
            stopped_sender: None,
            unreadable: PassedOver::default(),
            log_pinned: None,
            apis: Vec::new(),
            lock: None,
        }
    }

    fn states(found: &Inspection) -> Vec<State> {
        judge(found).iter().map(|finding| finding.state).collect()
    }

    #[test]
    fn each_problem_is_reported_separately() {
        assert_eq!(judge(&sound())[0].found, "/data/a.db: 1.2 MiB, schema 2, mode 0600, sound");
        assert_eq!(states(&sound()), [State::Ok]);
        assert_eq!(states(&Inspection { writable: false, ..sound() }), [State::Problem]);
        assert_eq!(states(&Inspection { schema: Some(1), ..sound() }), [State::Ok, State::Note]);
        let copy = |is_finished| Some(CopiedTo { target: "postgres://db1/log".to_owned(), is_finished });
        for (is_finished, part) in [(false, "is being copied to postgres://db1/log"), (true, "was copied to")]
        {
            let found = judge(&Inspection { copy: copy(is_finished), writable: !is_finished, ..sound() });
            assert!(found[0].state == State::Note && found[0].found.contains(part), "{found:?}");
        }
        assert_eq!(states(&Inspection { mode: 0o644, ..sound() }), [State::Ok, State::Note]);
        let damaged = Inspection { damage: vec!["row 7 missing".to_owned()], ..sound() };
        assert_eq!(states(&damaged), [State::Ok, State::Problem]);
        assert!(!judge(&damaged)[0].found.contains("sound"));
    }

    #[test]
    fn sizes() {
        assert_eq!(
            [0, 1023, 1024, 1_572_864, 5 << 30].map(size),
            ["0 bytes", "1023 bytes", "1.0 KiB", "1.5 MiB", "5.0 GiB"]
        );
    }
}
