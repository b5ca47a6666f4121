//! A filter as a condition in SQL, so that a search brings few rows over the network. It lets everything through that
//! may match; [`RowMatcher`](crate::storage::log::matcher::RowMatcher) decides. States and statuses are conditions of
//! the [ranges](super::ranges).
//!
//! Text in ASCII is looked for in bytes, with the letters of ASCII folded, which takes a third of the time of real
//! folding. Other text is folded by the collation of ICU as Rust does it; of bytes only ASCII can be folded, and bodies
//! with other bytes are let through.

use std::fmt::Write as _;

use tokio_postgres::types::ToSql;

use crate::storage::error::StoreError;
use crate::storage::log::filter::Filter;
use crate::storage::log::search_term::{SearchPlace, SearchTerm};
use crate::storage::postgres::connection::db::Db;

/// The characters beyond ASCII that become letters of ASCII in lower case: with these, as PostgreSQL writes bytes.
const BECOME_ASCII: [(char, &str, &str); 2] =
    [('i', "\u{130}", r"\304\260"), ('k', "\u{212A}", r"\342\204\252")];

/// A condition, and its values.
pub struct Sieve {
    /// The lines with which times of acceptance are compared.
    times: Vec<String>,
    terms: Vec<Term>,
    not_again: bool,
    values: Vec<Box<dyn ToSql + Sync + Send>>,
}

/// One word of a search, which may be anywhere: the places of its values.
struct Term {
    text: String,
    /// As it is in JSON, where that differs.
    in_json: Option<String>,
    /// None where it is not ASCII.
    ascii: Option<Ascii>,
}

/// A word in ASCII.
struct Ascii {
    /// As PostgreSQL writes bytes.
    in_bytes: String,
    /// Characters that fold to letters of it, as they are in texts and in bytes.
    folding: Vec<(&'static str, &'static str)>,
}

/// Whether this server has the collation by which letter case is folded, where the filter needs it.
pub async fn has_icu(db: Db<'_>, filter: &Filter) -> Result<bool, StoreError> {
    if filter.words().texts.iter().all(|term| term.text.is_ascii()) {
        return Ok(false);
    }
    let sql = "SELECT EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu')";
    Ok(db.value::<bool>(sql, &[]).await?.unwrap_or(false))
}

/// Whether the JSON of a body may have this text with escapes, which the matcher reads.
fn may_be_escaped(term: &SearchTerm) -> bool {
    matches!(term.place, SearchPlace::Body(_))
        && (!term.text.is_ascii() || term.in_json != term.text || term.text.contains('/'))
}

impl Sieve {
    /// The sieve of a filter; its values come after this many others.
    pub fn of(filter: &Filter, values_before: usize, has_icu: bool) -> Self {
        let mut sieve =
            Self { times: Vec::new(), terms: Vec::new(), not_again: filter.not_again, values: Vec::new() };
        let until = filter.until.into_iter().chain(filter.ended_before).min();
        for (operator, time) in [(">=", filter.since), ("<", until)] {
            if let Some(time) = time {
                let place = sieve.value(values_before, time.as_millisecond());
                sieve.times.push(format!("accepted_at {operator} {place}"));
            }
        }
        for term in filter.words().texts {
            // The matcher looks it up.
            if term.place == SearchPlace::Original {
                continue;
            }
            if term.may_be_time() || !(term.text.is_ascii() || has_icu) || may_be_escaped(&term) {
                continue;
            }
            let term = sieve.term(values_before, &term);
            sieve.terms.push(term);
        }
        sieve
    }

    /// Whether it looks at the texts of a delivery.
    pub fn needs_texts(&self) -> bool {
        !self.terms.is_empty()
    }

    /// Its values, in their order.
    pub fn values(&self) -> impl Iterator<Item = &(dyn ToSql + Sync)> {
        self.values.iter().map(|value| -> &(dyn ToSql + Sync) { &**value })
    }

    /// The condition on a delivery of this name in the statement, on its lane `l`, and on what it has ended with, `e`.
    pub fn condition(&self, delivery: &str) -> String {
        let mut all: Vec<String> = self.times.iter().map(|time| format!("{delivery}.{time}")).collect();
        if self.not_again {
            all.push(format!("{delivery}.again IS NULL"));
        }
        all.extend(self.terms.iter().map(|term| term.condition(delivery)));
        if all.is_empty() { "true".to_owned() } else { all.join(" AND ") }
    }

    fn term(&mut self, values_before: usize, term: &SearchTerm) -> Term {
        // No text there has the character that is replaced.
        let mut place = |text: &str| self.value(values_before, text.replace('\0', "\u{FFFD}"));
        let has = |letter: &char| term.text.contains(*letter);
        let folding = BECOME_ASCII.iter().filter(|(letter, ..)| has(letter));
        Term {
            text: place(&term.text),
            in_json: (term.in_json != term.text).then(|| place(&term.in_json)),
            ascii: term.text.is_ascii().then(|| Ascii {
                // As `encode` writes a backslash.
                in_bytes: place(&term.text.replace('\\', "\\\\")),
                folding: folding.map(|(_, text, bytes)| (*text, *bytes)).collect(),
            }),
        }
    }

    /// Adds a value: its place.
    fn value(&mut self, values_before: usize, value: impl ToSql + Sync + Send + 'static) -> String {
        self.values.push(Box::new(value));
        format!("${}", values_before + self.values.len())
    }
}

impl Term {
    fn condition(&self, d: &str) -> String {
        let Self { text, .. } = self;
        let row = format!(
            "({d}.title || E'\\n' || coalesce({d}.event, '') || E'\\n' || coalesce({d}.url, '') || E'\\n' || {d}.vals
              || E'\\n' || coalesce({d}.headers, '') || E'\\n' || coalesce(e.message, ''))"
        );
        // Not `EXISTS`, for which a plan may read all attempts that there are into a table of hashes.
        format!(
            "(starts_with({d}.id::text, {text}) OR starts_with(lower(l.profile_id COLLATE \"C\"), {text})
              OR {} OR {} OR coalesce((SELECT bool_or({} OR {}) FROM attempt a WHERE a.seq = w.seq), false))",
            self.in_text(&row, self.in_json.as_deref()),
            self.in_bytes(&format!("{d}.body")),
            self.in_text("coalesce(a.message, '')", None),
            self.in_bytes("a.response_body"),
        )
    }

    /// That a text has it.
    fn in_text(&self, text: &str, in_json: Option<&str>) -> String {
        let wanted = [Some(self.text.as_str()), in_json].into_iter().flatten();
        let Some(Ascii { folding, .. }) = &self.ascii else {
            // What is all ASCII is not folded for it.
            let has =
                wanted.map(|wanted| format!("strpos(lower({text} COLLATE \"und-x-icu\"), {wanted}) > 0"));
            let any = has.collect::<Vec<_>>().join(" OR ");
            return format!("(octet_length({text}) <> length({text}) AND ({any}))");
        };
        let has = wanted.map(|wanted| format!("strpos(lower({text} COLLATE \"C\"), {wanted}) > 0"));
        let folds = folding.iter().map(|(text_of, _)| format!("strpos({text}, '{text_of}') > 0"));
        has.chain(folds).collect::<Vec<_>>().join(" OR ")
    }

    /// That bytes have it.
    fn in_bytes(&self, column: &str) -> String {
        let text = format!("encode({column}, 'escape')");
        let Some(Ascii { in_bytes, folding }) = &self.ascii else {
            return format!("strpos({text}, '\\') > 0");
        };
        let mut any = format!("strpos(lower({text} COLLATE \"C\"), {in_bytes}) > 0");
        for (_, bytes) in folding {
            // Writing to a string cannot fail.
            let _ = write!(any, " OR strpos({text}, '{bytes}') > 0");
        }
        any
    }
}
