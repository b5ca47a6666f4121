//! What violates an invariant of profiles, in the words of every store that has rows.

use crate::storage::integrity::Invariant;

/// Violations by profiles: their ids, and why.
pub const BY_PROFILE: &[(Invariant, &str)] = &[(
    Invariant::Blocks,
    "SELECT p.id, 'it is ' || p.status || ', and its events are not blocked' AS why
     FROM profile p
     WHERE p.deleted_at IS NULL AND p.status <> 'active'
         AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.profile_id = p.id AND h.why = p.status)
     UNION ALL
     SELECT p.id, 'it is ' || p.status || ', and its events are blocked as ' || h.why
     FROM profile p JOIN hold h ON h.profile_id = p.id AND h.why <> 'paused'
     WHERE p.deleted_at IS NULL AND h.why <> p.status",
)];
