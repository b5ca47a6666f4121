//! `ringback serve` as a process, with a database and a key of its own. All is paused: what is measured is acceptance,
//! and sending has figures of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use crate::client::Load;
use crate::figures::process::memory_mib;
use crate::program::{Output, Site};

/// Where nothing is sent to.
const NOWHERE: &str = "http://127.0.0.1:9/";

/// How many different events there are.
const EVENTS: usize = 10_000;

/// The process. Dropping it ends the process, and removes its database.
pub struct Serving {
    child: Child,
    pub addr: String,
    pub key: String,
    pub events: String,
    site: Site,
}

impl Serving {
    pub fn start() -> Self {
        let site = Site::new(&[NOWHERE.to_owned()]);
        site.settings("[api]\nqueue_limit = 100000000\n");
        site.run(&["deliveries", "pause"], Output::File);
        let created = site.command(&["keys", "create", "bench", "--scope", "send"]).output().unwrap();
        let key = String::from_utf8(created.stdout).unwrap().trim().to_owned();
        let events = site.events(EVENTS).to_str().unwrap().to_owned();
        let mut child = site.command(&["serve", "--listen", "0"]).stdout(Stdio::piped()).spawn().unwrap();
        let line = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        let addr = line.split("http://").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        Self { child, addr, key, events, site }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A load on it.
    pub fn load(&self, connections: usize, events_per_request: usize, requests: usize) -> Load {
        Load {
            addr: self.addr.clone(),
            key: self.key.clone(),
            events: self.events.clone(),
            connections,
            events_per_request,
            requests,
            rate: None,
        }
    }

    /// An event, as a line.
    pub fn event(&self, number: usize) -> String {
        self.site.event(number)
    }

    /// A line of its memory statistics, in MiB; none if the system does not report it.
    pub fn memory_mib(&self, line: &str) -> Option<f64> {
        memory_mib(self.child.id(), line)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
