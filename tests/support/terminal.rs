//! A real terminal with a program in it, read and typed at as by a person.
//!
//! Everything here waits for a condition, with a deadline; nothing waits for a time. If the condition is not met, the
//! panic shows the whole screen and the last bytes of the program's output.

mod answers;
mod failure;
mod feed;
mod keys;
mod launch;
mod signals;

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use feed::{Feed, Seen};
pub use keys::bytes_of;
pub use launch::Launch;

/// Sends a signal by its name without `SIG`, such as `TERM`, to a process.
pub fn send_signal(name: &str, pid: u32) {
    signals::send(name, &pid.to_string());
}

/// How long the screen must be unchanged to be considered settled.
const STILL: Duration = Duration::from_millis(60);
/// How long a program has to read a key before the next one is sent.
const READ: Duration = Duration::from_secs(5);
/// How long the last output of a program that ended may take to arrive.
const LAST_WORDS: Duration = Duration::from_millis(500);

type Keyboard = Arc<Mutex<Box<dyn Write + Send>>>;

/// A program running in a terminal. Dropping it kills the program.
pub struct Terminal {
    feed: Arc<Feed>,
    keyboard: Keyboard,
    master: Box<dyn MasterPty + Send>,
    pid: u32,
    patience: Duration,
    home: TempDir,
}

impl Terminal {
    /// Starts the program in its own terminal.
    ///
    /// # Panics
    /// No terminal is available, or the program does not start.
    #[track_caller]
    pub fn start(launch: Launch) -> Self {
        let home = tempfile::tempdir().expect("a temporary home folder");
        let Launch { size: (cols, rows), patience, .. } = launch;
        let name = launch.program.display().to_string();
        let pair = native_pty_system().openpty(size(cols, rows)).expect("a pseudo-terminal");
        let mut child = match pair.slave.spawn_command(launch.command(home.path())) {
            Ok(child) => child,
            Err(error) => panic!("cannot start {name}: {error:#}"),
        };
        // The program must have the only handle of its end, or the end of its output is never detected.
        drop(pair.slave);

        let mut output = pair.master.try_clone_reader().expect("the program's output");
        let keyboard: Keyboard =
            Arc::new(Mutex::new(pair.master.take_writer().expect("the program's keyboard")));
        let feed = Arc::new(Feed::new(cols, rows));
        let pid = child.process_id().expect("a child that runs has a process id");
        {
            let (feed, keyboard) = (Arc::clone(&feed), Arc::clone(&keyboard));
            thread::spawn(move || feed.read_all(&mut output, &keyboard));
        }
        {
            let feed = Arc::clone(&feed);
            thread::spawn(move || feed.ended(child.wait().map_or(-1, |status| signals::exit_code(&status))));
        }
        Self { feed, keyboard, master: pair.master, pid, patience, home }
    }

    /// Presses one key: `a`, `enter`, `esc`, `ctrl+s`, `alt+x`, `shift+tab`, `f5`, `ctrl+left`.
    #[track_caller]
    pub fn press(&mut self, key: &str) {
        let application = self.seen().screen().application_cursor();
        let Some(bytes) = bytes_of(key, application) else { panic!("no key sends anything as `{key}`") };
        let before = self.keys_read();
        self.send(&bytes);
        self.wait_read(before);
    }

    /// Presses keys one after the other, separated by blanks: `j j enter`.
    #[track_caller]
    pub fn press_all(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            self.press(key);
        }
    }

    /// Types a text, each character as its key, and waits until it has been read: the next key must not be taken for
    /// a part of it.
    pub fn type_text(&mut self, text: &str) {
        let before = self.keys_read();
        self.send(text.replace('\n', "\r").as_bytes());
        self.wait_read(before);
    }

    /// Pastes a text as xterm does: line ends become carriage returns, and the text is bracketed if
    /// the program asked for that.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\r").replace('\n', "\r");
        let bracketed = self.seen().screen().bracketed_paste();
        let pasted = if bracketed { format!("\x1b[200~{text}\x1b[201~") } else { text };
        self.send(pasted.as_bytes());
    }

    /// Presses and releases a mouse button on a cell, counted from 0, as a terminal with SGR reports does: 0 is the
    /// left button, 64 and 65 are the wheel up and down.
    ///
    /// # Panics
    /// The program has not asked for it.
    #[track_caller]
    pub fn mouse(&mut self, button: u8, x: u16, y: u16) {
        let asked = self.seen().screen().mouse_protocol_encoding() == vt100::MouseProtocolEncoding::Sgr;
        assert!(asked, "the program leaves the mouse to the terminal");
        let (x, y) = (x + 1, y + 1);
        self.send(format!("\x1b[<{button};{x};{y}M\x1b[<{button};{x};{y}m").as_bytes());
    }

    /// Resizes the terminal. The program is notified by `SIGWINCH`.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        let mut seen = self.seen();
        seen.resize(cols, rows);
        self.master.resize(size(cols, rows)).expect("the terminal takes the size");
    }

    /// Waits until the text is in one row of the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait(&format!("the text `{text}`"), |seen| seen.find(text).map(drop));
    }

    /// Waits until an answer to a question counts: it is no longer dimmed.
    #[track_caller]
    pub fn wait_answer(&self, answer: &str) {
        self.wait(&format!("the answer `{answer}` to count"), |seen| {
            let (x, y) = seen.find(answer)?;
            seen.screen().cell(y, x).filter(|cell| !cell.dim()).map(drop)
        });
    }

    /// Waits until the text is nowhere on the screen.
    #[track_caller]
    pub fn wait_gone(&self, text: &str) {
        self.wait(&format!("the text `{text}` to go"), |seen| seen.find(text).is_none().then_some(()));
    }

    /// Waits until the screen meets the condition; `what` describes it in words.
    #[track_caller]
    pub fn wait_until(&self, condition: impl Fn(&vt100::Screen) -> bool, what: &str) {
        self.wait(what, |seen| condition(seen.screen()).then_some(()));
    }

    /// Waits until the program has copied exactly this text to the clipboard by OSC 52.
    #[track_caller]
    pub fn wait_clipboard(&self, text: &str) {
        let what = format!("the clipboard to hold `{text}`");
        self.wait(&what, |seen| (seen.answers().clipboard.as_deref() == Some(text)).then_some(()));
    }

    /// Waits until the program has ended and its last output is on the screen. Returns its exit code, or 128 plus the
    /// signal's number, as a shell does.
    #[track_caller]
    pub fn wait_exit(&self) -> i32 {
        let code = self.wait("the program to end", |seen| seen.exit);
        // Something left behind by the program may keep the terminal open, so this wait may time out.
        self.feed.wait(Instant::now() + LAST_WORDS, |seen| seen.closed.then_some(()));
        code
    }

    /// Waits until the program has drawn something and then nothing for 60 ms. For pictures only: an assertion waits
    /// for its own condition.
    #[track_caller]
    pub fn settle(&self) {
        let deadline = Instant::now() + self.patience;
        loop {
            let seen = self.seen();
            let quiet = seen.last_byte.elapsed();
            if seen.is_whole() && (seen.closed || quiet >= STILL) {
                return;
            }
            assert!(Instant::now() < deadline, "{}", failure::message("the screen to settle", &seen));
            drop(seen);
            let next = Instant::now() + STILL.saturating_sub(quiet).max(Duration::from_millis(1));
            self.feed.wait(next, |_| None::<()>);
        }
    }

    /// The screen as text, without trailing blanks and blank rows at the bottom.
    pub fn screen(&self) -> String {
        self.seen().rows().join("\n").trim_end().to_owned()
    }

    /// One row of the screen, counted from 0, without trailing blanks.
    #[track_caller]
    pub fn row(&self, y: u16) -> String {
        self.seen().rows().swap_remove(usize::from(y))
    }

    /// One cell, counted from 0, with its colours and attributes.
    #[track_caller]
    pub fn cell(&self, x: u16, y: u16) -> vt100::Cell {
        let cell = self.seen().screen().cell(y, x).cloned();
        cell.expect("a cell of the screen")
    }

    /// Column and row of the start of the text, if it is on the screen.
    pub fn find(&self, text: &str) -> Option<(u16, u16)> {
        self.seen().find(text)
    }

    /// The cursor's column and row; none while it is hidden.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        let seen = self.seen();
        let (y, x) = seen.screen().cursor_position();
        (!seen.screen().hide_cursor()).then_some((x, y))
    }

    /// A copy of the screen with everything on it, for the painter.
    pub fn snapshot(&self) -> vt100::Screen {
        self.seen().screen().clone()
    }

    /// How many bytes the program has written to the terminal so far.
    pub fn bytes_written(&self) -> u64 {
        self.seen().bytes
    }

    /// Every byte the program has written to the terminal so far.
    pub fn output(&self) -> Vec<u8> {
        self.seen().all.clone()
    }

    /// The text that the program last copied to the clipboard by OSC 52.
    pub fn clipboard(&self) -> Option<String> {
        self.seen().answers().clipboard.clone()
    }

    /// The window title that the program has set; empty if it has set none.
    pub fn title(&self) -> String {
        self.seen().answers().title.clone()
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The folder the program knows as `HOME`, removed with the terminal.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Sends a signal by its name without `SIG`, such as `TERM`, unless the program has ended.
    pub fn signal(&self, name: &str) {
        if self.seen().exit.is_none() {
            signals::send(name, &self.pid.to_string());
        }
    }

    /// Kills the program as a power failure does: it cannot clean up.
    pub fn kill9(&self) {
        self.signal("KILL");
    }

    /// Sends bytes in one piece, as a terminal does for reports and for pastes without brackets.
    pub fn send(&mut self, bytes: &[u8]) {
        let mut keyboard = self.keyboard.lock().unwrap_or_else(PoisonError::into_inner);
        // A program that has just ended reads no keys; the wait that follows reports what happened.
        keyboard.write_all(bytes).and_then(|()| keyboard.flush()).ok();
    }

    /// Waits until the keyboard thread has dropped an unfinished sequence, and blocks without timeout.
    #[track_caller]
    pub fn wait_keyboard_asleep(&self) {
        let deadline = Instant::now() + self.patience;
        // It waits at most this long while something is unfinished.
        let longest = Duration::from_millis(300);
        loop {
            let before = self.keys_read();
            thread::sleep(longest);
            if self.keys_read() == before {
                return;
            }
            assert!(Instant::now() < deadline, "{}", failure::message("a quiet keyboard", &self.seen()));
        }
    }

    /// How often the program's keyboard thread went to sleep; none if the program has no such thread.
    fn keys_read(&self) -> Option<u64> {
        let threads = super::process::sleeps(self.pid);
        threads.into_iter().find(|(_, name, _)| name == "keyboard").map(|(.., count)| count)
    }

    /// Waits until the keyboard thread has read what was sent. Keys sent faster may arrive in one read, unlike those
    /// of a person, and the console takes them for pasted text.
    fn wait_read(&self, before: Option<u64>) {
        let deadline = Instant::now() + READ;
        while before.is_some() && self.keys_read() == before && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, ready: impl FnMut(&Seen) -> Option<T>) -> T {
        match self.feed.wait(Instant::now() + self.patience, ready) {
            Some(found) => found,
            None => panic!("{}", failure::message(what, &self.seen())),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.feed.seen()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.seen().exit.is_none() {
            signals::send("KILL", &format!("-{}", self.pid));
            // The home folder is removed next, so the program must be gone first.
            self.feed.wait(Instant::now() + LAST_WORDS * 10, |seen| seen.exit);
        }
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
