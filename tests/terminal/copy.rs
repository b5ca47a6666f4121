//! Copying in practice: in tmux with its defaults, over SSH, on a machine without a display; and if nothing accepts
//! the text, to the screen and to a file.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::console::{PROGRAM, apply, launch, order_sms};
use crate::support::needs;
use crate::support::terminal::{Launch, Terminal};
use crate::support::tmux::Tmux;
use serde_json::{Value, json};

/// A database with one profile; returns its ID.
fn profile(db: &Path, body: &str) -> String {
    let mut profile = order_sms("https://hooks.example/cb");
    profile["body"] = json!(body);
    apply(db, &profile);
    let list = Command::new(PROGRAM).arg("--db").arg(db).args(["profiles", "list", "--json"]).output();
    let list: Value = serde_json::from_slice(&list.unwrap().stdout).unwrap();
    list[0]["profile_id"].as_str().unwrap().to_owned()
}

#[test]
fn without_a_display_the_terminal_copies() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let id = profile(&db, "{}");
    let mut terminal = Terminal::start(launch(&db).size(120, 36));
    terminal.wait_for("Order SMS");
    terminal.press("y");
    terminal.wait_clipboard(&id);
    terminal.wait_for(&format!("Copied {id} through the terminal (OSC 52)"));
}

#[test]
fn a_missing_display_falls_back_to_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let id = profile(&db, "{}");
    let mut terminal = Terminal::start(launch(&db).env("DISPLAY", "127.0.0.1:99").size(150, 36));
    terminal.wait_for("Order SMS");
    terminal.press("y");
    terminal.wait_clipboard(&id);
    // Depending on what is installed here: there is no such display, or no program for it.
    terminal.wait_for("through the terminal (OSC 52), as xclip");
}

/// An X server without a screen, on a display that it chooses.
struct Xvfb {
    child: Child,
    display: String,
}

impl Xvfb {
    /// None if it or xclip is not installed.
    fn start() -> Option<Self> {
        let mut server = Command::new(needs::program("Xvfb")?);
        needs::program("xclip")?;
        server.args(["-displayfd", "1", "-nolisten", "tcp"]).stdin(Stdio::null()).stderr(Stdio::null());
        let mut child = server.stdout(Stdio::piped()).spawn().unwrap();
        let mut number = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Some(Self { child, display: format!(":{}", number.trim()) })
    }

    /// The contents of the clipboard.
    fn clipboard(&self) -> String {
        let mut paste = Command::new("xclip");
        paste.args(["-out", "-selection", "clipboard"]).env("DISPLAY", &self.display);
        String::from_utf8(paste.output().unwrap().stdout).unwrap()
    }
}

impl Drop for Xvfb {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn text_copied_to_the_desktop_survives_the_end() {
    let Some(desktop) = Xvfb::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let id = profile(&db, "{}");
    let mut terminal = Terminal::start(launch(&db).env("DISPLAY", &desktop.display).size(120, 36));
    terminal.wait_for("Order SMS");
    terminal.press("y");
    terminal.wait_for(&format!("Copied {id} to this desktop (xclip)"));
    assert_eq!(desktop.clipboard(), id);
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(desktop.clipboard(), id);
}

#[test]
fn in_tmux_with_its_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let id = profile(&db, "{}");
    let tmux = Tmux::new();
    let mut terminal = tmux.start(&format!("exec {PROGRAM} --db {}", db.display()), (120, 36));
    terminal.wait_for("Order SMS");
    terminal.press("y");
    terminal.wait_for(&format!("Copied {id} through tmux"));
    assert_eq!(tmux.run(&["show-buffer"]), id);
    // The terminal around tmux has it too.
    terminal.wait_clipboard(&id);
}

#[test]
fn text_too_long_for_the_terminal_stays_in_tmux_and_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    profile(&db, &long_body());
    let tmux = Tmux::new();
    let mut terminal = tmux.start(&format!("exec {PROGRAM} --db {}", db.display()), (120, 36));
    terminal.wait_for("Order SMS");
    terminal.press("p");
    terminal.wait_for("nothing is sent");
    terminal.press("y");
    terminal.wait_for("to tmux's buffer only: too long");
    assert!(tmux.run(&["show-buffer"]).contains("the last line"));
}

fn long_body() -> String {
    let line = "one line of a body that is far too long\n";
    format!("{}the last line", line.repeat(1500))
}

#[test]
fn text_that_cannot_be_copied_is_shown_or_written_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    profile(&db, &long_body());
    let mut terminal = Terminal::start(launch(&db).env("PAGER", "less"));
    terminal.wait_for("Order SMS");
    terminal.press("p");
    terminal.wait_for("nothing is sent");
    terminal.press("y");
    terminal.wait_for("are more than a terminal accepts");
    // In full: nothing is left or right of it.
    terminal.press("v");
    terminal.wait_for("select it with the mouse");
    terminal.wait_for("POST /cb HTTP/1.1");
    assert!(terminal.screen().lines().any(|line| line == "POST /cb HTTP/1.1"), "{}", terminal.screen());
    terminal.press("G");
    terminal.wait_for("the last line");
    // In the pager, and back.
    terminal.press("o");
    terminal.wait_gone("select it with the mouse");
    terminal.wait_for("POST /cb HTTP/1.1");
    terminal.press("q");
    terminal.wait_for("select it with the mouse");
    // In a file.
    terminal.press("w");
    terminal.wait_for("Wrote the request");
    terminal.wait_gone("select it with the mouse");
    let file = written(terminal.home());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("POST /cb HTTP/1.1\n") && text.ends_with("the last line"), "{text}");
    assert!(!text.contains("hush-hush"), "secrets are hidden here as on the screen");
}

fn written(home: &Path) -> PathBuf {
    let entries = fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path());
    let mut files = entries.filter(|path| path.to_string_lossy().contains("/ringback-2"));
    files.next().unwrap()
}

#[test]
fn the_linux_console_has_no_clipboard() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    profile(&db, "{}");
    let mut terminal = Terminal::start(launch(&db).env("TERM", "linux"));
    terminal.wait_for("Order SMS");
    terminal.press("y");
    terminal.wait_for("this terminal has no clipboard");
    terminal.press("esc");
    terminal.wait_gone("this terminal has no clipboard");
}

/// An SSH server on this machine, with its own keys.
struct Sshd {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Sshd {
    fn start(program: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        for name in ["host", "user"] {
            let mut keygen = Command::new("ssh-keygen");
            let made = keygen.args(["-q", "-t", "ed25519", "-N", "", "-f", &path(name)]).status().unwrap();
            assert!(made.success());
        }
        fs::copy(path("user.pub"), path("authorized")).unwrap();
        // Currently free; sshd cannot choose a port itself.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // Run as root it needs this folder, which only its service creates.
        let _ = fs::create_dir_all("/run/sshd");
        let config = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\n\
             StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n",
            path("host"),
            path("authorized")
        );
        fs::write(path("config"), config).unwrap();
        let mut sshd = Command::new(program);
        sshd.args(["-D", "-e", "-f", &path("config")]).stdin(Stdio::null());
        sshd.stderr(fs::File::create(path("log")).unwrap());
        let child = sshd.spawn().unwrap();
        let sshd = Self { child, port, folder };
        let deadline = Instant::now() + Duration::from_secs(10);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "{}", fs::read_to_string(sshd.path("log")).unwrap());
            std::thread::sleep(Duration::from_millis(10));
        }
        sshd
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A terminal in which this command runs over SSH, with a terminal there.
    fn run(&self, command: &str, size: (u16, u16)) -> Terminal {
        let port = self.port.to_string();
        let key = self.path("user").display().to_string();
        let known = format!("UserKnownHostsFile={}", self.path("known").display());
        let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
        let at = format!("{}@127.0.0.1", user.trim());
        let mut args = vec!["-F", "none", "-tt", "-p", &port, "-i", &key, "-o", &known];
        args.extend(["-o", "StrictHostKeyChecking=no", "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"]);
        args.extend([at.as_str(), command]);
        Terminal::start(Launch::new("ssh").args(args).size(size.0, size.1))
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn over_ssh_the_local_terminal_copies() {
    let Some(program) = needs::program("sshd") else { return };
    let sshd = Sshd::start(&program);
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.db");
    let id = profile(&db, "{}");
    // A display there belongs to somebody else.
    let command = format!("DISPLAY=:9 exec {PROGRAM} --db {}", db.display());
    let mut terminal = sshd.run(&command, (120, 36));
    terminal.wait_for("Order SMS");
    terminal.press("y");
    terminal.wait_clipboard(&id);
    terminal.wait_for("through the terminal (OSC 52)");
    terminal.press("q");
    assert_eq!(terminal.wait_exit(), 0);

    // A broken connection ends the program at the other end within two seconds.
    let terminal = sshd.run(&format!("echo $$ >{}/pid; {command}", folder.path().display()), (80, 24));
    terminal.wait_for("Order SMS");
    let pid: u32 = fs::read_to_string(folder.path().join("pid")).unwrap().trim().parse().unwrap();
    let cut = Instant::now();
    terminal.kill9();
    while crate::support::process::state(pid).is_some_and(|state| state != 'Z') {
        assert!(cut.elapsed() < Duration::from_secs(2), "{pid} is still there");
        std::thread::sleep(Duration::from_millis(10));
    }
}
