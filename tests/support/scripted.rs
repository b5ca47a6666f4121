//! A server whose connections follow scripts, and which records what arrives on each.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};

/// A server on loopback, until it is dropped. Its n-th connection follows the n-th script; those after the last have
/// an empty one.
pub struct Scripted {
    /// The address that it listens on.
    pub addr: SocketAddr,
    seen: Arc<Mutex<Vec<Vec<String>>>>,
    task: tokio::task::JoinHandle<()>,
}

/// Records the requests of one connection.
pub struct Notes {
    connection: usize,
    seen: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Notes {
    /// Records the body of a request.
    pub fn request(&self, body: String) {
        self.seen.lock().unwrap()[self.connection].push(body);
    }
}

impl Scripted {
    /// Starts one. `serve` serves a connection as its script says.
    pub async fn start<D, F>(
        scripts: Vec<Vec<D>>,
        serve: impl Fn(TcpStream, Vec<D>, Notes) -> F + Send + 'static,
    ) -> Self
    where
        D: Send + 'static,
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
        let requests = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            let mut scripts = scripts.into_iter();
            while let Ok((stream, _)) = listener.accept().await {
                let notes = {
                    let mut seen = requests.lock().unwrap();
                    seen.push(Vec::new());
                    Notes { connection: seen.len() - 1, seen: Arc::clone(&requests) }
                };
                tokio::spawn(serve(stream, scripts.next().unwrap_or_default(), notes));
            }
        });
        Self { addr, seen, task }
    }

    /// The bodies of the requests of each connection.
    pub fn seen(&self) -> Vec<Vec<String>> {
        self.seen.lock().unwrap().clone()
    }

    /// How many requests came over each connection.
    pub fn counts(&self) -> Vec<usize> {
        self.seen.lock().unwrap().iter().map(Vec::len).collect()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}
