//! What becomes of a server: it stops, is killed, and is followed by a standby.

use std::process::Command;
use std::time::{Duration, Instant};

use super::postgres::{Cluster, as_nobody, new_folder, run};
use super::process::{children, state};

/// The longest that a server may take for any of this.
const DEADLINE: Duration = Duration::from_mins(1);

impl Cluster {
    /// Stops it: open transactions are undone, connections are closed.
    pub fn stop(&self) {
        let pid = self.pid().expect("it runs");
        signal("INT", &[pid]);
        self.wait_until_gone(pid);
    }

    /// Ends all of its processes at once, as when its machine fails.
    pub fn kill9(&self) {
        let pid = self.pid().expect("it runs");
        // A process that is stopped starts no other.
        signal("STOP", &[pid]);
        let mut all = children(pid);
        all.push(pid);
        signal("KILL", &all);
        self.wait_until_gone(pid);
        wait("all are gone", || all.iter().all(|pid| matches!(state(*pid), None | Some('Z'))));
    }

    /// A server that follows this one, and without which this one commits nothing.
    pub fn synchronous_standby(&self) -> Self {
        let folder = new_folder();
        let copied = run(as_nobody(&self.bin.join("pg_basebackup"))
            .args(["-h", "127.0.0.1", "-U", "ringback", "-p", &self.port().to_string()])
            .args(["-R", "-c", "fast", "-X", "stream", "--no-sync", "-D"])
            .arg(folder.join("data"))
            .current_dir(&folder));
        copied.unwrap();
        let standby = Self::of_folder(&self.bin, folder, self.settings().to_vec());
        self.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql("postgres", "SELECT pg_reload_conf()");
        wait("the standby is synchronous", || {
            let sql = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
            self.sql("postgres", sql) == "1"
        });
        standby
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        assert_eq!(self.sql("postgres", "SELECT pg_promote()"), "t");
    }
}

fn signal(name: &str, pids: &[u32]) {
    let pids = pids.iter().map(u32::to_string);
    // One of them may have ended meanwhile.
    let _ = Command::new("kill").arg(format!("-{name}")).args(pids).status().unwrap();
}

#[track_caller]
fn wait(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}: not within {DEADLINE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
