//! A small separate disk, which can be filled up: a file system in memory that is only visible in its own namespace
//! (`unshare` and `nsenter`, of util-linux). It needs no privileges, but a system that allows unprivileged
//! namespaces.

pub mod site;
pub mod unchanging;

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::needs::skip;

/// A wait that takes longer has no end.
const LONGEST_WAIT: Duration = Duration::from_mins(2);

/// The disk. Dropped, it is gone with all that is on it.
pub struct Disk {
    /// Keeps the namespace alive while it runs.
    holder: Child,
    folder: TempDir,
}

impl Disk {
    /// A disk of so many MiB; none, with a message, if the system cannot provide one.
    pub fn of_mib(size: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let script = format!("mount -t tmpfs -o size={size}m,mode=0700 disk \"$0\" && echo there && cat");
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", &script]).arg(folder.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let Ok(mut holder) = command.spawn() else {
            skip("there is no `unshare` here, and so no disk that can be filled");
            return None;
        };
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let disk = Self { holder, folder };
        if line != "there\n" {
            skip("this system gives nobody a file system of their own to fill");
            return None;
        }
        Some(disk)
    }

    /// The path of a file on the disk, inside the namespace.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same file from outside the namespace.
    fn outside(&self, name: &str) -> PathBuf {
        let root = format!("/proc/{}/root", self.holder.id());
        Path::new(&root).join(self.path(name).strip_prefix("/").unwrap())
    }

    /// The words before a command that run it in the namespace.
    pub fn words(&self) -> Vec<String> {
        let target = self.holder.id().to_string();
        ["nsenter", "--target", &target, "--user", "--mount", "--preserve-credentials"]
            .map(str::to_owned)
            .into()
    }

    /// The same command, run in the namespace.
    pub fn command(&self, command: &Command) -> Command {
        behind(&self.words(), command)
    }

    /// Fills it up to the last byte.
    pub fn fill(&self) {
        let mut ballast = fs::File::create(self.outside("ballast")).unwrap();
        // Smaller and smaller pieces, so that the last page is full, too.
        for size in [65_536, 4096, 1] {
            let piece = vec![0; size];
            let error = loop {
                if let Err(error) = ballast.write_all(&piece) {
                    break error;
                }
            };
            assert_eq!(error.kind(), ErrorKind::StorageFull);
        }
    }

    /// Leaves this many bytes free on a full disk.
    pub fn leave(&self, bytes: u64) {
        let ballast = fs::OpenOptions::new().write(true).open(self.outside("ballast")).unwrap();
        ballast.set_len(ballast.metadata().unwrap().len() - bytes).unwrap();
    }

    /// Waits until a process has this file in its memory: the file may be there, left by another one.
    #[track_caller]
    pub fn wait_mapped(&self, pid: u32, name: &str) {
        let (until, path) = (Instant::now() + LONGEST_WAIT, self.path(name));
        let maps = || fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
        while !maps().lines().any(|line| line.ends_with(path.to_str().unwrap())) {
            assert!(Instant::now() < until, "{name} is not mapped by {pid}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Frees space again.
    pub fn make_room(&self) {
        fs::remove_file(self.outside("ballast")).unwrap();
    }

    /// Remounts it read-only, which the system does while nobody has a file open for writing.
    pub fn make_read_only(&self) {
        self.mount(&["--options-mode", "ignore", "-o", "remount,ro", "disk"]);
    }

    /// Undoes that.
    pub fn make_writable(&self) {
        self.mount(&["--options-mode", "ignore", "-o", "remount,rw", "disk"]);
    }

    /// Makes it read-only for files opened from now on. Open files stay writable.
    pub fn cover(&self) {
        let folder = self.folder.path().to_str().unwrap();
        self.mount(&["--bind", folder]);
        self.mount(&["-o", "remount,bind,ro"]);
    }

    /// Undoes that, also if somebody has opened a file meanwhile.
    pub fn uncover(&self) {
        let mut command = Command::new("umount");
        command.arg("--lazy").arg(self.folder.path());
        assert!(self.command(&command).status().unwrap().success());
    }

    fn mount(&self, how: &[&str]) {
        let mut command = Command::new("mount");
        command.args(how).arg(self.folder.path());
        assert!(self.command(&command).status().unwrap().success(), "{how:?}");
    }

    /// Copies a file from the disk.
    pub fn take(&self, name: &str, to: &Path) {
        fs::copy(self.outside(name), to).unwrap();
    }
}

/// The same command after these words.
pub fn behind(words: &[String], command: &Command) -> Command {
    let mut all = Command::new(&words[0]);
    all.args(&words[1..]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => all.env(name, value),
            None => all.env_remove(name),
        };
    }
    all.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    all
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
