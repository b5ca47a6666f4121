//! The disk of the server is full, and has room again.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Stdio};

use super::*;
use crate::support::cli::On;
use crate::support::needs::skip;
use crate::support::postgres::{QUICK, as_nobody, binaries, new_folder};

/// Deliveries that are pending before the disk fills up: more than their outcomes find room in what is there.
const PENDING: usize = 4000;

/// A file system in memory that only a shell and its children see, and the server by way of that shell. It goes with
/// the shell.
struct SmallDisk {
    shell: Child,
    replies: Lines<BufReader<ChildStdout>>,
    folder: PathBuf,
}

impl SmallDisk {
    /// None, with a message, where the system gives nobody a file system of their own.
    fn of_mib(size: u32) -> Option<Self> {
        let folder = new_folder();
        let script = format!(
            "mount -t tmpfs -o size={size}m,mode=0700 disk \"$0\" && cd \"$0\" && mkdir -m 0700 data && echo there
            while read -r what; do
                case $what in
                    fill) yes >ballast ;;
                    free) rm ballast ;;
                esac
                echo done
            done"
        );
        let mut command = as_nobody("unshare".as_ref());
        command.args(["--map-root-user", "--mount", "sh", "-c", &script]).arg(&folder).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = command.spawn().ok()?;
        let replies = BufReader::new(shell.stdout.take().unwrap()).lines();
        let mut disk = Self { shell, replies, folder };
        if !disk.replied("there") {
            skip("this system gives nobody a file system of their own to fill");
            return None;
        }
        Some(disk)
    }

    fn replied(&mut self, text: &str) -> bool {
        self.replies.next().is_some_and(|line| line.unwrap() == text)
    }

    fn ask(&mut self, what: &str) {
        writeln!(self.shell.stdin.as_mut().unwrap(), "{what}").unwrap();
        assert!(self.replied("done"), "{what}");
    }

    /// Its folder for data, as the server sees it.
    fn data(&self) -> String {
        format!("/proc/{}/root{}/data", self.shell.id(), self.folder.display())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
        let _ = std::fs::remove_dir(&self.folder);
    }
}

#[test]
fn nothing_accepted_is_lost_when_the_disk_of_the_server_is_full_and_all_resumes_with_room() {
    let Some(server) = outages::own_server() else { return };
    let Some(mut disk) = SmallDisk::of_mib(64) else { return };
    server.sql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", disk.data()));
    let database = new_database(server, "template0 TABLESPACE small");
    let fleet = Fleet::of(server, database, Counting::start(Duration::from_millis(20)));
    let mut sender = fleet.join(1);
    fleet.accept("a-", PENDING);
    let intake = Intake::start(&fleet);
    fleet.wait_for_accepted(PENDING + 50);
    disk.ask("fill");
    let reported = sender.line(On::Err, "has no room left on the server's disk: free some");
    println!("{reported}");
    // It ends then. Until the last page is full, it accepts.
    intake.says("has no room left on the server's disk");
    let said = intake.end();
    assert_eq!(said.code, Some(1), "{:#?}", said.errors);
    // Reading needs no room.
    assert_eq!(fleet.senders().len(), 1);
    disk.ask("free");
    sender.line(On::Err, "sender recovered");
    fleet.accept("c-", 100);
    fleet.wait_until_idle();
    sender.signal("TERM");
    assert_eq!(sender.code(), Some(0), "{:#?}", sender.rest_of_errors());
    let counts = fleet.endpoint.counts();
    println!(
        "{} repeated, {} at once, {} accepted meanwhile",
        counts.repeated(),
        counts.most_open,
        said.accepted.len()
    );
    assert!(said.accepted.iter().all(|id| counts.times.contains_key(id)), "something is lost");
    assert!(counts.times.len() >= PENDING + said.accepted.len() + 100, "nothing is lost");
    assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
    assert!(counts.repeated() <= u32::try_from(2 * SLOTS).unwrap(), "{} were repeated", counts.repeated());
}

/// Moves the write-ahead log of a server that does not run to this folder.
fn move_log(server: &Cluster, folder: &str) {
    let script = "cp -a \"$1/.\" \"$2\" && rm -r \"$1\" && ln -s \"$2\" \"$1\"";
    let log = server.folder().join("data/pg_wal");
    let mut shell = as_nobody("sh".as_ref());
    let moved = shell.args(["-c", script, "sh"]).arg(log).arg(folder).current_dir("/").status().unwrap();
    assert!(moved.success());
}

/// Writes to the log until hardly any of what is there is left: some files of it are made in advance.
fn use_up_log(server: &Cluster) {
    let left =
        "SELECT count(*) FROM pg_ls_waldir() WHERE name > pg_walfile_name(pg_current_wal_insert_lsn())";
    let fill = "SELECT pg_logical_emit_message(false, 'fill', repeat('x', n)), pg_switch_wal() FROM
        (VALUES (1000)) v(n)";
    wait("the last file of the log is reached", || {
        server.sql("postgres", left) == "0" || server.try_sql("postgres", fill).is_err()
    });
    let rest = "SELECT pg_logical_emit_message(false, 'fill', repeat('x', greatest(0,
        (1 << 24) - 200000 - ((pg_current_wal_insert_lsn() - '0/0') % (1 << 24))::int)))";
    // It may have reached the end by now.
    let _ = server.try_sql("postgres", rest);
}

/// The server ends all of its processes when it cannot write its log, and does not start again before there is room.
#[test]
fn nothing_accepted_is_lost_when_the_disk_of_the_log_is_full() {
    let Some(bin) = cluster().and_then(|_| binaries()) else { return };
    let Some(mut disk) = SmallDisk::of_mib(112) else { return };
    // Nothing of the log is removed or used again.
    let settings = [&QUICK[..], &["min_wal_size=32MB", "max_wal_size=48MB", "wal_keep_size=1GB"]].concat();
    let server: &'static Cluster = Box::leak(Box::new(Cluster::start(&bin, &settings)));
    server.stop();
    move_log(server, &disk.data());
    server.start_again();
    let fleet = Fleet::on(server, Duration::from_millis(20));
    let mut senders = [fleet.join(1), fleet.join(2)];
    fleet.accept("a-", PENDING);
    let intake = Intake::start(&fleet);
    fleet.wait_for_accepted(PENDING + 50);
    disk.ask("fill");
    use_up_log(server);
    for sender in &senders {
        println!("{}", sender.line(On::Err, "postgres://ringback@"));
    }
    wait("the server has ended", || server.pid().is_none());
    disk.ask("free");
    server.start_again();
    for sender in &senders {
        println!("{}", sender.line(On::Err, "sender recovered"));
    }
    let said = intake.end();
    println!("{:#?}", said.errors);
    fleet.accept("c-", 100);
    fleet.wait_until_idle();
    for sender in &mut senders {
        sender.signal("TERM");
        assert_eq!(sender.code(), Some(0), "{:#?}", sender.rest_of_errors());
    }
    let counts = fleet.endpoint.counts();
    println!("{} repeated, {} accepted meanwhile", counts.repeated(), said.accepted.len());
    assert!(said.accepted.iter().all(|id| counts.times.contains_key(id)), "something is lost");
    assert!(counts.times.len() >= PENDING + said.accepted.len() + 100, "nothing is lost");
    assert!(counts.most_open <= SLOTS, "{} requests at once", counts.most_open);
    assert!(counts.repeated() <= u32::try_from(4 * SLOTS).unwrap(), "{} were repeated", counts.repeated());
}
