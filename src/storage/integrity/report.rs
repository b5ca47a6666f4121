//! What a check of a database has found.

use crate::record::DeliveryId;
use crate::storage::integrity::invariant::Invariant;
use crate::storage::log::counts::Counts;
use crate::storage::unreadable::name_of;

/// How many faults of an invariant are named.
const NAMED: usize = 5;

/// Whether an invariant holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrityCheck {
    /// The invariant.
    pub invariant: Invariant,
    /// How many violations there are.
    pub faults: u64,
    /// The first of them.
    pub named: Vec<String>,
}

impl IntegrityCheck {
    /// It holds so far.
    #[must_use]
    pub fn new(invariant: Invariant) -> Self {
        Self { invariant, faults: 0, named: Vec::new() }
    }

    /// Adds a violation.
    pub fn add(&mut self, what: impl Into<String>) {
        self.faults = self.faults.saturating_add(1);
        if self.named.len() < NAMED {
            self.named.push(what.into());
        }
    }

    /// Adds a violation by a delivery, by its id if that is known.
    pub fn add_delivery(&mut self, id: Option<DeliveryId>, row: i64, why: &str) {
        self.add(format!("{}: {why}", name_of(id, row)));
    }
}

/// What a check of a database has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrityReport {
    /// Its schema; none for an empty file.
    pub schema: Option<i64>,
    /// The schema that this program knows, by which it was checked.
    pub known_schema: i64,
    /// The deliveries by state, as they were counted one by one; none if that was not possible.
    pub deliveries: Option<Counts>,
    /// What was checked.
    pub checks: Vec<IntegrityCheck>,
}

impl IntegrityReport {
    /// How many violations there are.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.checks.iter().fold(0, |sum, check| sum.saturating_add(check.faults))
    }

    /// Whether it is of an earlier schema, so that only the file itself was checked.
    #[must_use]
    pub fn is_of_earlier_schema(&self) -> bool {
        self.schema.is_some_and(|schema| schema < self.known_schema)
    }
}
