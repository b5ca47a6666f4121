//! A PostgreSQL of the tests' own: one cluster for a test binary, in a temporary folder and on a loopback port, and a
//! database for each test.
//!
//! PostgreSQL refuses to run as root, so there it runs as nobody. A shell waits on a pipe from this process: however
//! this one ends, the pipe closes, and the shell stops the server and removes the folder.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use super::needs;

/// The superuser of the cluster.
const OWNER: &str = "ringback";

/// Settings of a server whose data need not survive a crash of the machine.
pub const QUICK: [&str; 2] = ["fsync=off", "full_page_writes=off"];

/// How long a server may take to start.
const START: Duration = Duration::from_mins(1);

/// A running server.
pub struct Cluster {
    pub(super) bin: PathBuf,
    folder: PathBuf,
    port: u16,
    settings: Vec<String>,
    /// A shell for each time that it was started. Their pipes must stay open.
    watchdogs: Mutex<Vec<Child>>,
}

/// A database that goes with the test.
pub struct Database {
    cluster: &'static Cluster,
    name: String,
}

/// The server of this test binary, started by the first test that needs it. `None`, and said by [`needs::skip`], where
/// PostgreSQL is not installed.
#[track_caller]
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let found = CLUSTER.get_or_init(|| binaries().map(|bin| Cluster::start(&bin, &QUICK))).as_ref();
    if found.is_none() {
        needs::skip("PostgreSQL is not installed (package postgresql)");
    }
    found
}

/// The folder with the programs of PostgreSQL: the one that `RINGBACK_POSTGRES_BIN` names, or that of the newest one
/// that is installed.
///
/// # Panics
/// There is no server in the folder that is named.
pub fn binaries() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("RINGBACK_POSTGRES_BIN").filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        let has_server = named.join("initdb").is_file() && named.join("postgres").is_file();
        assert!(has_server, "RINGBACK_POSTGRES_BIN names {}, and there is no server", named.display());
        return Some(named);
    }
    installed_binaries()
}

/// A program of PostgreSQL. Packages of the server alone have no clients: then that of the system is used.
fn program(bin: &Path, name: &str) -> PathBuf {
    let own = bin.join(name);
    if own.is_file() {
        return own;
    }
    let installed = installed_binaries().map(|bin| bin.join(name)).filter(|program| program.is_file());
    installed.or_else(|| needs::installed(name)).unwrap_or(own)
}

/// The folder with the programs of the newest PostgreSQL that is installed.
fn installed_binaries() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin).or_else(|| Some(needs::installed("initdb")?.parent()?.to_owned()))
}

impl Cluster {
    /// A server in a new folder, with these settings besides the usual ones.
    pub fn start(bin: &Path, settings: &[&str]) -> Self {
        let folder = new_folder();
        let data = folder.join("data");
        let initdb = as_nobody(&bin.join("initdb"))
            .args(["-A", "trust", "-U", OWNER, "--no-locale", "-E", "UTF8", "--no-sync", "-D"])
            .arg(&data)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(initdb.status.success(), "initdb: {}", String::from_utf8_lossy(&initdb.stderr));
        // Whoever is named so needs a password, or a certificate.
        let rules = data.join("pg_hba.conf");
        let usual = fs::read_to_string(&rules).unwrap();
        let ours = "host all guarded,on_terminal all scram-sha-256\nhostssl all certified all cert map=any\n";
        fs::write(&rules, format!("{ours}{usual}")).unwrap();
        fs::write(data.join("pg_ident.conf"), "any /.* certified\n").unwrap();
        Self::of_folder(bin, folder, settings.iter().map(|&setting| setting.to_owned()).collect())
    }

    /// A server on the data in a folder.
    pub(super) fn of_folder(bin: &Path, folder: PathBuf, settings: Vec<String>) -> Self {
        let port = free_port();
        let cluster = Self { bin: bin.to_owned(), folder, port, settings, watchdogs: Mutex::default() };
        cluster.start_again();
        cluster
    }

    /// Starts it on its data and its port, and waits until it takes connections.
    pub fn start_again(&self) {
        let watchdog = serve(&self.bin, &self.folder, self.port, &self.settings);
        self.watchdogs.lock().unwrap().push(watchdog);
        self.wait();
    }

    fn wait(&self) {
        let began = Instant::now();
        let is_ready = || {
            let mut command = Command::new(program(&self.bin, "pg_isready"));
            command.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            command.status().is_ok_and(|status| status.success())
        };
        while !is_ready() {
            assert!(began.elapsed() < START, "{}", fs::read_to_string(self.folder.join("log")).unwrap());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The number of its first process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        let text = fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        let pid = text.lines().next()?.trim().parse().ok()?;
        Path::new(&format!("/proc/{pid}")).exists().then_some(pid)
    }

    /// The address of a database, over TCP.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{OWNER}@127.0.0.1:{}/{database}", self.port)
    }

    /// The same over the socket.
    pub fn socket_url(&self, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://{OWNER}@{folder}:{}/{database}", self.port)
    }

    /// Waits for the end of a server that ends.
    pub(super) fn wait_until_gone(&self, pid: u32) {
        if let Some(watchdog) = self.watchdogs.lock().unwrap().last_mut() {
            watchdog.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        }
        let began = Instant::now();
        while Path::new(&format!("/proc/{pid}")).exists() {
            assert!(began.elapsed() < START, "{}", fs::read_to_string(self.folder.join("log")).unwrap());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its settings besides the usual ones.
    pub(super) fn settings(&self) -> &[String] {
        &self.settings
    }

    /// Its folder, which goes with this process.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What statements print, without headings.
    pub fn sql(&self, database: &str, text: &str) -> String {
        self.try_sql(database, text).unwrap()
    }

    /// The same; or why the server has not carried them out.
    pub fn try_sql(&self, database: &str, text: &str) -> Result<String, String> {
        run(self.psql(database).args(["-c", text]))
    }

    /// The client of PostgreSQL on a database, which prints without headings.
    pub fn psql(&self, database: &str) -> Command {
        let mut command = Command::new(program(&self.bin, "psql"));
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", OWNER]);
        command.args(["-p", &self.port.to_string(), "-d", database]);
        command
    }

    /// A new database, as a copy of another one.
    pub fn database(&'static self, template: &str) -> Database {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Database { cluster: self, name }
    }
}

impl Database {
    /// Its address.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its server.
    pub fn cluster(&self) -> &'static Cluster {
        self.cluster
    }

    /// What statements print, without headings.
    pub fn sql(&self, text: &str) -> String {
        self.cluster.sql(&self.name, text)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A failing test has said what failed; and a test may have ended its server.
        if !std::thread::panicking() && self.cluster.pid().is_some() {
            self.cluster.sql("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// A folder for a server.
pub fn new_folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("ringback-pg-").tempdir().unwrap().keep();
    give(&folder, 0o755);
    folder
}

/// Makes a file one of the server's, with this mode.
pub fn give(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    if is_root() {
        run(Command::new("chown").arg("nobody").arg(path)).unwrap();
    }
}

/// Starts a server, and the shell that ends it with this process.
fn serve(bin: &Path, folder: &Path, port: u16, settings: &[String]) -> Child {
    // The shell reads until the pipe closes; a line says that the server ends, or has ended. A server that starts yet
    // has no file with its number, so it goes by the number of its child, which `exec` keeps.
    let script = r#"
        folder=$1; shift
        "$@" >>"$folder/log" 2>&1 &
        server=$!
        while read -r _; do wait $server; done
        kill -INT $server 2>/dev/null
        wait $server
        rm -rf "$folder"
    "#;
    let postgres = as_nobody(&bin.join("postgres"));
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(folder).arg(postgres.get_program()).args(postgres.get_args());
    shell.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string()]);
    let sockets = format!("unix_socket_directories={}", folder.display());
    for setting in [
        "listen_addresses=127.0.0.1",
        &sockets,
        "max_connections=200",
        "shared_buffers=64MB",
        "max_wal_size=256MB",
        "autovacuum_naptime=600",
        "log_min_messages=fatal",
    ]
    .into_iter()
    .chain(settings.iter().map(String::as_str))
    {
        shell.args(["-c", setting]);
    }
    shell.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl+C ends the tests, and these the server.
    shell.process_group(0).spawn().unwrap()
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A program as somebody who is not root.
pub fn as_nobody(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
    command
}

/// A loopback port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(super) fn run(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().unwrap();
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap().trim_end().to_owned());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}
