//! The health of the server and of the database, for people.

use std::time::{Duration, Instant};

use crate::clock;
use crate::storage::encoding::millis;
use crate::storage::error::StoreError;
use crate::storage::postgres::PgStore;
use crate::storage::postgres::queue::orphans::COUNT_ORPHANS;
use crate::storage::postgres::rows::get_or_default;
use crate::storage::transfer::CopiedTo;

/// What is found of the server and of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// Its version, such as `15.4`.
    pub version: String,
    /// The schema.
    pub schema: i64,
    /// What the database takes up on disk.
    pub bytes: u64,
    /// How long the shortest question takes.
    pub latency: Duration,
    /// Whether the connection is encrypted.
    pub is_encrypted: bool,
    /// Standbys that are connected.
    pub standbys: u32,
    /// Those of them that commits wait for.
    pub synchronous: u32,
    /// Connections of all programs.
    pub connections: u32,
    /// Most connections.
    pub max_connections: u32,
    /// How far the clock of this host is ahead of the server's.
    pub clock_offset_ms: i64,
    /// Dead rows of the queue that no vacuum has removed yet.
    pub dead_rows: u64,
    /// How many deliveries are pending.
    pub pending: u64,
    /// How long the oldest of them has been pending.
    pub oldest_pending_s: Option<u64>,
    /// How many of them are claimed by senders that do not exist; none if that cannot be counted within the time that a
    /// statement has.
    pub orphans: Option<u64>,
    /// For how many days after today there are partitions.
    pub days_ahead: u32,
    /// The copy into another database that has closed this one.
    pub copy: Option<CopiedTo>,
}

/// One row with everything that the server knows.
const FACTS: &str = "
SELECT current_setting('server_version') AS version, (SELECT version FROM meta) AS schema,
  pg_database_size(current_database()) AS bytes,
  coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS ssl,
  (SELECT count(*) FROM pg_stat_replication)::int AS standbys,
  (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))::int AS synchronous,
  (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int AS connections,
  current_setting('max_connections')::int AS max_connections,
  coalesce(pg_stat_get_dead_tuples('pending'::regclass), 0) AS dead,
  (SELECT sum(queued + waiting)::bigint FROM tally) AS pending,
  (SELECT (extract(epoch FROM clock_timestamp()) - (min(seq) >> 11) / 1000000)::bigint FROM pending) AS oldest,
  (SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'delivery'::regclass AND c.relname > 'delivery_' || to_char(now(), 'YYYYMMDD'))::int
    AS days_ahead,
  (SELECT moved_to FROM meta WHERE closed_at IS NOT NULL) AS moved_to,
  (SELECT moved_at IS NOT NULL FROM meta) AS is_moved";

impl PgStore {
    /// Looks at the server and at the database.
    ///
    /// # Errors
    /// It cannot be reached or read.
    pub async fn facts(&self) -> Result<ServerFacts, StoreError> {
        let mut acquired = self.read().await?;
        let db = acquired.db()?;
        let clock = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
        // Prepared and warm, so that only the way there and back is measured.
        db.value::<i64>(clock, &[]).await?;
        let (began, before) = (Instant::now(), millis(clock::now()));
        let there = db.value::<i64>(clock, &[]).await?.unwrap_or_default();
        let latency = began.elapsed();
        let here = before.saturating_add(i64::try_from(latency.as_millis()).unwrap_or(0) / 2);
        let row = db.row(FACTS, &[]).await?;
        let row = row.ok_or_else(|| StoreError::unreadable("the server's statistics", "there is no row"))?;
        // Of very many that are pending it may take too long.
        let orphans = db.value::<i64>(COUNT_ORPHANS, &[]).await.ok().flatten();
        let small = |name| u32::try_from(get_or_default::<i32>(&row, name)).unwrap_or(0);
        let large = |name| u64::try_from(get_or_default::<i64>(&row, name)).unwrap_or(0);
        Ok(ServerFacts {
            version: get_or_default(&row, "version"),
            schema: get_or_default::<i32>(&row, "schema").into(),
            bytes: large("bytes"),
            latency,
            is_encrypted: get_or_default(&row, "ssl"),
            standbys: small("standbys"),
            synchronous: small("synchronous"),
            connections: small("connections"),
            max_connections: small("max_connections"),
            clock_offset_ms: here.saturating_sub(there),
            dead_rows: large("dead"),
            pending: large("pending"),
            oldest_pending_s: get_or_default::<Option<i64>>(&row, "oldest")
                .and_then(|s| u64::try_from(s).ok()),
            orphans: orphans.and_then(|n| u64::try_from(n).ok()),
            days_ahead: small("days_ahead"),
            copy: get_or_default::<Option<String>>(&row, "moved_to")
                .map(|target| CopiedTo { target, is_finished: get_or_default(&row, "is_moved") }),
        })
    }
}
