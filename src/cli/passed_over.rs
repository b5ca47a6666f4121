//! Reports rows that cannot be read and are skipped.

use super::output::eprint_line;
use crate::storage::{PassedOver, UnreadableRow};

/// How many are listed.
const NAMED: usize = 3;

/// Reports one on standard error.
fn name(row: &UnreadableRow) {
    eprint_line(&format!("ringback: note: {row} and is skipped"));
}

/// How many were skipped so far. The first few are reported at once, the others counted at the end.
#[derive(Debug, Default)]
pub struct Notes {
    reported: usize,
    more: u64,
}

impl Notes {
    pub fn add(&mut self, rows: &[UnreadableRow]) {
        for row in rows {
            if self.reported < NAMED {
                name(row);
                self.reported += 1;
            } else {
                self.more += 1;
            }
        }
    }

    pub fn end(&self) {
        if self.more > 0 {
            eprint_line(&format!("ringback: note: {} more are skipped", self.more));
        }
    }
}

/// Reports all of them.
pub fn report(passed_over: &PassedOver) {
    let mut notes = Notes::default();
    notes.add(&passed_over.named);
    notes.more += passed_over.all.saturating_sub(passed_over.named.len() as u64);
    notes.end();
}
