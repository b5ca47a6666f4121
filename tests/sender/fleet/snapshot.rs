//! A transaction is held open, as by a backup or a forgotten console: nothing that ended can be vacuumed meanwhile.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};

use super::*;

/// Events that are sent meanwhile.
const EVENTS: usize = 3000;

/// A session with a snapshot, idle in its transaction until it is dropped.
struct Snapshot(Child);

impl Snapshot {
    fn take(database: &Database) -> Self {
        let mut psql = database.cluster().psql(database.name());
        let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let sql = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 'held' FROM ringback.meta;\n";
        child.stdin.as_mut().unwrap().write_all(sql.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        Self(child)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn work_is_done_while_a_transaction_is_held_open() {
    let Some(fleet) = Fleet::new(Duration::ZERO) else { return };
    let _senders = (fleet.join(1), fleet.join(2));
    fleet.accept("a-", EVENTS / 10);
    fleet.wait_until_idle();
    let snapshot = Snapshot::take(&fleet.database);
    for n in 0..3 {
        fleet.accept(&format!("b-{n}-"), EVENTS / 3);
        fleet.wait_until_idle();
    }
    let held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND state = 'idle in transaction' AND backend_xmin IS NOT NULL";
    assert_eq!(fleet.sql(held), "1");
    drop(snapshot);
    let counts = fleet.endpoint.counts();
    assert_eq!((counts.times.len(), counts.repeated()), (EVENTS / 10 + EVENTS, 0));
}
