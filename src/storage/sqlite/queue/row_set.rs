//! A set of rows.

use std::collections::HashSet;

/// A set of rows. Nobody outside chooses their numbers, so the hash is a fast one: each row is looked up several times.
pub type RowSet = HashSet<i64, foldhash::fast::RandomState>;
