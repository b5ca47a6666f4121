//! A filter as a condition in SQL, so that a search brings few rows over the network. It lets everything through that
//! may fit; [`RowMatcher`](crate::storage::log::matcher::RowMatcher) decides.
//!
//! PostgreSQL folds letter case as Rust does with the collation of ICU. Of bytes it folds ASCII; bodies with other
//! bytes are let through.

use std::fmt::Write as _;

use tokio_postgres::types::ToSql;

use crate::profile::Choice as _;
use crate::storage::log::filter::Filter;
use crate::storage::log::search_words::SearchTerm;
use crate::storage::log::status_filter::StatusFilter;

/// A condition on the tables of a look (see [`looks`](super::looks)), and its values.
pub struct Sieve {
    condition: String,
    values: Vec<String>,
    first: usize,
}

impl Sieve {
    /// The sieve of a filter; its values come after so many others.
    pub fn of(filter: &Filter, values_before: usize, has_icu: bool) -> Self {
        let mut sieve = Self { condition: "is_meant".to_owned(), values: Vec::new(), first: values_before };
        let words = filter.words();
        for statuses in [&filter.statuses, &words.statuses] {
            sieve.add_statuses(statuses);
        }
        if filter.not_again {
            sieve.condition.push_str(" AND d.again IS NULL");
        }
        for term in words.texts.iter().filter(|_| has_icu) {
            sieve.add_text(term);
        }
        sieve
    }

    /// The condition.
    pub fn condition(&self) -> &str {
        &self.condition
    }

    /// Whether it looks at what came of attempts.
    pub fn needs_last_attempt(&self) -> bool {
        self.condition.contains("last.")
    }

    /// Whether it looks at the texts of a delivery.
    pub fn needs_texts(&self) -> bool {
        !self.values.is_empty()
    }

    /// Its values, in their order.
    pub fn values(&self) -> impl Iterator<Item = &(dyn ToSql + Sync)> {
        self.values.iter().map(|value| value as &(dyn ToSql + Sync))
    }

    fn add_statuses(&mut self, statuses: &[StatusFilter]) {
        if statuses.is_empty() {
            return;
        }
        let one = |status: &StatusFilter| match status {
            StatusFilter::Code(code) => format!("last.status = {code}"),
            StatusFilter::Hundred(n) => format!("last.status / 100 = {n}"),
            // The names of classes are ours.
            StatusFilter::Error(class) => format!("last.class = '{}'", class.name()),
        };
        let any = statuses.iter().map(one).collect::<Vec<_>>().join(" OR ");
        // Writing to a string never fails.
        let _ = write!(self.condition, " AND ({any})");
    }

    /// One word of a search, which may be anywhere.
    fn add_text(&mut self, term: &SearchTerm) {
        if term.may_be_time() {
            return;
        }
        let begins = self.value(format!("{}%", escaped(&term.text)));
        let plain = self.value(format!("%{}%", escaped(&term.text)));
        let in_json = self.value(format!("%{}%", escaped(&term.in_json)));
        // As `encode` writes a backslash.
        let in_bytes = self.value(format!("%{}%", escaped(&term.text.replace('\\', "\\\\"))));
        let folded = |text: &str| format!("lower({text} COLLATE \"und-x-icu\")");
        let bytes = |column: &str| {
            let text = format!("encode({column}, 'escape')");
            format!("{text} ~ '\\\\[0-9]' OR lower({text}) LIKE {in_bytes}")
        };
        let row = folded(
            "(d.title || E'\\n' || coalesce(d.event, '') || E'\\n' || coalesce(d.url, '') || E'\\n' || d.vals
              || E'\\n' || coalesce(d.headers, '') || E'\\n' || coalesce(last.message, ''))",
        );
        // Not `EXISTS`, for which a plan may read all attempts that there are into a table of hashes.
        let condition = format!(
            " AND (d.id::text LIKE {begins} OR {} LIKE {begins} OR {row} LIKE {plain} OR {row} LIKE {in_json}
              OR {} OR coalesce((SELECT bool_or({} LIKE {plain} OR {}) FROM attempt a WHERE a.seq = w.seq), false))",
            folded("l.profile_id"),
            bytes("d.body"),
            folded("coalesce(a.message, '')"),
            bytes("a.response_body"),
        );
        self.condition.push_str(&condition);
    }

    /// The place of a value.
    fn value(&mut self, value: String) -> String {
        self.values.push(value);
        format!("${}", self.first + self.values.len())
    }
}

/// A text that `LIKE` takes as it is.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '%' | '_') {
            escaped.push('\\');
        }
        // No text there has it.
        escaped.push(if c == '\0' { '\u{FFFD}' } else { c });
    }
    escaped
}
