//! Counts of the cases, to prove that all kinds occurred.

use std::collections::BTreeMap;
use std::fmt;

use super::body::Body;
use super::case::Case;
use super::check::CaseOutcome;

/// How many cases there were of each kind.
#[derive(Default)]
pub struct CaseCounts {
    all: u32,
    kinds: BTreeMap<String, u32>,
}

impl CaseCounts {
    /// Counts a case and its outcome.
    pub fn count(&mut self, case: &Case, outcome: CaseOutcome) {
        self.all += 1;
        let mut add = |kind: String| *self.kinds.entry(kind).or_default() += 1;
        add(match outcome {
            CaseOutcome::Request => "decoded".to_owned(),
            CaseOutcome::BrokenHeader => "refused: a header".to_owned(),
            CaseOutcome::OtherPath => "refused: a path".to_owned(),
        });
        let typed = match &case.body {
            Body::Empty(_) => "nothing",
            Body::Json(_) => "JSON",
            Body::Pairs(_) => "pairs",
            Body::Text(_) => "text",
        };
        add(case.method.to_owned());
        if case.has_body() {
            add(format!("{typed} as {}", if case.format.is_empty() { "auto" } else { case.format }));
        }
        let sealing = case.encryption.as_ref();
        add(sealing.map_or("not encrypted".to_owned(), |sealing| {
            use ringback::profile::Choice as _;
            sealing.algorithm.name().to_owned()
        }));
        if sealing.is_some_and(|sealing| sealing.iv.is_none()) {
            add("random IV".to_owned());
        }
    }

    /// The sum of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.all += other.all;
        for (kind, n) in other.kinds {
            *self.kinds.entry(kind).or_default() += n;
        }
        self
    }

    /// Checks that all cases ran, and that each kind occurred.
    pub fn assert_all_was_met(&self, cases: u32) {
        assert_eq!(self.all, cases);
        // Three outcomes, four methods, bodies by format (text has none), seven ways to encrypt or not.
        let kinds = 3 + 4 + (4 + 4 + 4 + 1) + 7 + 1;
        assert!(cases < 1000 || self.kinds.len() == kinds, "{} of {kinds} kinds: {self}", self.kinds.len());
    }
}

impl fmt::Display for CaseCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} random profiles and values", self.all)?;
        self.kinds.iter().try_for_each(|(kind, n)| writeln!(f, "{n:>8}  {kind}"))
    }
}
