//! A database on a server: version, latency, standbys, senders, and what grows.

use serde_json::json;

use crate::cli::doctor::apis;
use crate::cli::doctor::database::{blocks, copied, size};
use crate::cli::doctor::finding::Finding;
use crate::storage::postgres::{PgStore, ServerFacts};
use crate::storage::{
    Control as _, Describe as _, Health as _, NamedProfiles, Profiles as _, SenderInfo, StoreError,
};

const TOPIC: &str = "database";

/// Dead rows of the queue from which on something keeps them from being removed.
const DEAD: u64 = 1_000_000;

/// A clock that is off by this much is worth knowing, in milliseconds.
const CLOCK_OFF: i64 = 1000;

/// Brings the database to the latest schema.
pub async fn migrate(store: &PgStore) -> Finding {
    match store.migrate().await {
        Ok(done) if done.from == done.to => {
            Finding::ok("schema", format!("schema {} was there: nothing to migrate", done.to))
        }
        Ok(done) if done.from == 0 => Finding::ok("schema", format!("made: schema {}", done.to)),
        Ok(done) => Finding::ok("schema", format!("migrated from schema {} to {}", done.from, done.to)),
        Err(error) => problem("schema", &error),
    }
}

/// Looks at the database.
pub async fn check(store: &PgStore) -> Vec<Finding> {
    let facts = match store.facts().await {
        Ok(facts) => facts,
        Err(error) => return vec![problem(TOPIC, &error)],
    };
    let mut all = judge(&store.name(), &facts);
    match store.senders().await {
        Ok(senders) => {
            all.push(sender(&senders, &facts));
            all.extend(senders.iter().filter_map(trouble));
        }
        Err(error) => all.push(problem("sender", &error)),
    }
    match store.running_apis().await {
        Ok(running) => all.extend(apis::found(&running)),
        Err(error) => all.push(problem("api", &error)),
    }
    match store.blocked(None).await {
        Ok(blocked) => all.extend(blocks(&blocked)),
        Err(error) => all.push(problem("held", &error)),
    }
    all
}

/// The profiles that a text names, and what may keep their events from being delivered.
///
/// # Errors
/// The database cannot be read.
pub async fn named_profiles(store: &PgStore, text: &str) -> Result<NamedProfiles, StoreError> {
    let mut profiles = Vec::new();
    for row in store.find_profiles(text).await? {
        profiles.extend(store.profile(&row.id).await?);
    }
    let (failing, blocks) = (store.failing_profiles().await?, store.blocks().await?);
    Ok(NamedProfiles { profiles, failing, blocks })
}

fn problem(topic: &'static str, error: &StoreError) -> Finding {
    let problem = error.problem.to_string();
    // Each problem says after its last colon what to do.
    let (what, fix) = problem.rsplit_once(": ").unwrap_or((&problem, "check the server"));
    let place = error.location.as_deref().unwrap_or("the database");
    Finding::problem(topic, format!("{place} {what}"), fix)
}

fn judge(name: &str, facts: &ServerFacts) -> Vec<Finding> {
    let latency = facts.latency.as_secs_f64() * 1000.0;
    let secured = if facts.is_encrypted { "encrypted" } else { "not encrypted" };
    let of_server = format!(
        "{name}: PostgreSQL {}, schema {}, {}, responds in {latency:.1} ms, {secured}",
        facts.version,
        facts.schema,
        size(facts.bytes)
    );
    let first = match &facts.copy {
        Some(copy) => {
            let (state, fix) = copied(copy);
            Finding::note(TOPIC, format!("{of_server}, {state}"), fix)
        }
        None => Finding::ok(TOPIC, of_server),
    };
    let mut all = vec![first.with("server", json!({
        "version": facts.version, "schema": facts.schema, "bytes": facts.bytes, "latency_ms": latency,
        "encrypted": facts.is_encrypted, "connections": facts.connections, "max_connections": facts.max_connections,
        "clock_offset_ms": facts.clock_offset_ms, "dead_rows": facts.dead_rows,
        "oldest_pending_s": facts.oldest_pending_s,
    }))];
    all.push(match (facts.standbys, facts.synchronous) {
        (0, _) => {
            Finding::note("standby", "no standby is connected", "add one if deliveries must survive the host")
        }
        (n, 0) => Finding::note(
            "standby",
            format!("{n} connected, none synchronous"),
            "set synchronous_standby_names: without it, accepted deliveries may be lost with the host",
        ),
        (n, synchronous) => Finding::ok("standby", format!("{n} connected, {synchronous} synchronous")),
    });
    if facts.connections * 5 > facts.max_connections * 4 {
        let what = format!("{} of {} connections are taken", facts.connections, facts.max_connections);
        all.push(Finding::note("connections", what, "raise max_connections, or close other programs"));
    }
    if facts.clock_offset_ms.abs() >= CLOCK_OFF {
        let what = format!("this host's clock is {} ms off the server's", facts.clock_offset_ms);
        all.push(Finding::note("clock", what, "synchronize both, as with chrony"));
    }
    if facts.dead_rows > DEAD {
        let what = format!("{} dead rows in ringback.pending", facts.dead_rows);
        let fix = "end transactions that are open for long (pg_stat_activity), then VACUUM ringback.pending";
        all.push(Finding::note("bloat", what, fix));
    }
    if let Some(n) = facts.orphans.filter(|n| *n > 0) {
        let claimed = if n == 1 { "1 delivery is claimed" } else { &format!("{n} deliveries are claimed") };
        let what =
            format!("{claimed} by senders that do not exist: the database was restored while they ran");
        let fix = "start a sender, such as `ringback work`: it frees and sends them";
        all.push(Finding::problem("claims", what, fix));
    }
    if facts.days_ahead < 1 {
        let what = "no partition for tomorrow";
        all.push(Finding::problem("partitions", what, "run `ringback doctor --migrate`"));
    }
    all
}

/// What a sender reported last, if it cannot send.
fn trouble(sender: &SenderInfo) -> Option<Finding> {
    let trouble = sender.trouble.as_ref()?;
    // Each problem says after its last colon what to do.
    let (what, fix) = trouble.rsplit_once(": ").unwrap_or((trouble, "see what its process reports"));
    Some(Finding::problem("sender", format!("process {} on {}: {what}", sender.pid, sender.host), fix))
}

fn sender(senders: &[SenderInfo], facts: &ServerFacts) -> Finding {
    let waits = match (facts.pending, facts.oldest_pending_s) {
        (1, Some(s)) => format!("1 delivery is pending, for {s} s"),
        (n, Some(s)) => format!("{n} deliveries are pending, the oldest for {s} s"),
        (n, None) => format!("{n} deliveries are pending"),
    };
    if let [first, ..] = senders {
        let hosts: std::collections::BTreeSet<&str> = senders.iter().map(|sender| &*sender.host).collect();
        let who = match senders.len() {
            1 => format!("process {} on {} sends", first.pid, first.host),
            n if hosts.len() == 1 => format!("{n} processes on {} send", first.host),
            n => format!("{n} processes on {} hosts send", hosts.len()),
        };
        return Finding::ok("sender", format!("{who}; {waits}"));
    }
    if facts.pending == 0 {
        return Finding::ok("sender", format!("no active sender; {waits}"));
    }
    // Of a file that is a note, since the next command that sends does; hosts are to send all the time.
    let fix = "run `ringback work` on a host, or open the console: `ringback`";
    Finding::problem("sender", format!("no active sender; {waits}"), fix)
}
