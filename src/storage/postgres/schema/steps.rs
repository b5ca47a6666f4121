//! The steps of the schema, and which of them a program and a database must have in common.

use crate::storage::server_problem::ServerProblem;

/// Step n leads from schema n to n + 1. A step that was released is never changed.
pub const STEPS: &[&str] = &[
    include_str!("1.sql"),
    include_str!("2.sql"),
    include_str!("3.sql"),
    include_str!("4.sql"),
    include_str!("5.sql"),
    include_str!("6.sql"),
    include_str!("7.sql"),
    include_str!("8.sql"),
    include_str!("9.sql"),
    include_str!("10.sql"),
    include_str!("11.sql"),
    include_str!("12.sql"),
    include_str!("13.sql"),
    include_str!("14.sql"),
    include_str!("15.sql"),
    include_str!("16.sql"),
    include_str!("17.sql"),
    include_str!("18.sql"),
];

/// For each schema the oldest one that a program must know to work with it. A step that only adds keeps the number
/// of the step before: programs of both versions run side by side while hosts are updated. Programs that do not know
/// the feed (6), the turns of profiles (8) or the rollups (9) would leave out what they do;
/// those that do not know probes (12) would end a failed one.
pub const LEAST: &[i64] = &[1, 1, 1, 1, 1, 6, 6, 8, 9, 9, 9, 12, 12, 12, 12, 12, 12, 12];

/// The latest schema that this program knows.
#[allow(clippy::cast_possible_wrap, reason = "a handful of steps")]
pub const KNOWN: i64 = STEPS.len() as i64;

/// Whether this program can work with a database of this schema, for which it must know the schema `least`.
pub fn check(version: i64, least: i64) -> Result<(), ServerProblem> {
    if least > KNOWN {
        // The number is raised before the schema is changed.
        return Err(ServerProblem::Ahead { found: version.max(least), known: KNOWN });
    }
    if version < KNOWN {
        return Err(ServerProblem::Behind { found: version, known: KNOWN });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_says_which_programs_may_still_work_with_it() {
        assert_eq!(LEAST.len(), STEPS.len());
        assert!(LEAST.is_sorted());
        assert!(LEAST.iter().zip(1..).all(|(least, version)| (1..=version).contains(least)));
    }

    #[test]
    fn a_newer_schema_is_used_as_long_as_it_allows_that() {
        assert_eq!(check(KNOWN, KNOWN), Ok(()));
        assert_eq!(check(KNOWN + 3, KNOWN), Ok(()));
        assert_eq!(check(KNOWN + 3, KNOWN + 1), Err(ServerProblem::Ahead { found: KNOWN + 3, known: KNOWN }));
        assert_eq!(check(KNOWN - 1, 1), Err(ServerProblem::Behind { found: KNOWN - 1, known: KNOWN }));
    }
}
