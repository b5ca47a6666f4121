//! Endpoints that fail in every way.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A running `ringback receive`, all of whose output is kept. Ended when it is dropped.
pub struct Listener {
    child: Child,
    pub url: String,
    out: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Listener {
    /// Starts one, and waits until it listens.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = child.stderr.take().unwrap();
        let mut first = String::new();
        stdout.read_line(&mut first).unwrap();
        let url = first.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        let out = Arc::new(Mutex::new(first.into_bytes()));
        let keep = |mut read: Box<dyn std::io::Read + Send>| {
            let out = Arc::clone(&out);
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(n @ 1..) = read.read(&mut buffer) {
                    out.lock().unwrap().extend_from_slice(&buffer[..n]);
                }
            })
        };
        let readers = vec![keep(Box::new(stdout)), keep(Box::new(stderr))];
        Self { child, url, out, readers }
    }

    /// Ends it, and returns all its output.
    pub fn end(mut self) -> Vec<u8> {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        self.child.wait().unwrap();
        for reader in std::mem::take(&mut self.readers) {
            reader.join().unwrap();
        }
        std::mem::take(&mut self.out.lock().unwrap())
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
