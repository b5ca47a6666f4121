//! Reports rows that cannot be read and are passed over.

use super::output::tell;
use crate::storage::{PassedOver, UnreadableRow};

/// Most that are named.
const NAMED: usize = 3;

/// Names one on standard error.
fn name(row: &UnreadableRow) {
    tell(&format!("ringback: note: {row} and is skipped"));
}

/// How many were passed over so far. The first few are named at once, the others counted at the end.
#[derive(Debug, Default)]
pub struct Notes {
    told: usize,
    more: u64,
}

impl Notes {
    pub fn add(&mut self, rows: &[UnreadableRow]) {
        for row in rows {
            if self.told < NAMED {
                name(row);
                self.told += 1;
            } else {
                self.more += 1;
            }
        }
    }

    pub fn end(&self) {
        if self.more > 0 {
            tell(&format!("ringback: note: {} more are skipped", self.more));
        }
    }
}

/// Reports all of them.
pub fn tell_of(passed_over: &PassedOver) {
    let mut notes = Notes::default();
    notes.add(&passed_over.named);
    notes.more += passed_over.all.saturating_sub(passed_over.named.len() as u64);
    notes.end();
}
