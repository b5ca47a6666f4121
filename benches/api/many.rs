//! Many connections at once: open ones that do nothing, and slow ones that send a byte a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::figures::Figure;
use crate::serving::Serving;
use crate::{CONNECTIONS, Scale, median};

const MANY: usize = 1000;

/// The memory of the server while many connections are open, each of which made a request.
pub fn memory() -> Vec<Figure> {
    let serving = Serving::start();
    let runtime = Runtime::new().unwrap();
    let open: Vec<TcpStream> = runtime.block_on(async {
        let mut open = Vec::new();
        for _ in 0..MANY {
            let mut stream = TcpStream::connect(&serving.addr).await.unwrap();
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: bench\r\n\r\n").await.unwrap();
            let mut response = [0; 512];
            assert!(stream.read(&mut response).await.unwrap() > 0);
            open.push(stream);
        }
        open
    });
    let mib = serving.memory_mib("VmRSS");
    drop(open);
    let name = "1 000 connections open, memory, MiB";
    mib.into_iter().map(|mib| Figure::new(name, mib, Some("<= 64"))).collect()
}

/// How fast healthy clients are beside many that send a byte a second, as a part of how fast they are alone.
pub fn slow(scale: Scale) -> Vec<Figure> {
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    let requests = scale.of(30_000);
    for _ in 0..scale.rounds() {
        let serving = Serving::start();
        alone.push(serving.load(CONNECTIONS, 1, requests).send().rate);
        let slow = Slow::start(&serving.addr);
        beside.push(serving.load(CONNECTIONS, 1, requests).send().rate);
        drop(slow);
    }
    let ratio = median(&mut beside) / median(&mut alone);
    vec![Figure::new("healthy clients beside 1 000 slow ones, against alone", ratio, Some(">= 0.9"))]
}

/// Connections that send a byte a second, and connect again when they are closed.
struct Slow {
    runtime: Option<Runtime>,
    stop: Arc<AtomicBool>,
}

impl Slow {
    /// All of them are connected, and have sent a byte.
    fn start(addr: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let stop = Arc::<AtomicBool>::default();
        let streams = runtime.block_on(async {
            let mut streams = Vec::new();
            for _ in 0..MANY {
                let mut stream = TcpStream::connect(addr).await.unwrap();
                stream.write_all(b"P").await.unwrap();
                streams.push(stream);
            }
            streams
        });
        for stream in streams {
            let (stop, addr) = (Arc::clone(&stop), addr.to_owned());
            runtime.spawn(drip(stream, addr, stop));
        }
        Self { runtime: Some(runtime), stop }
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn drip(mut stream: TcpStream, addr: String, stop: Arc<AtomicBool>) {
    let head = b"OST /v1/bench/callback/events HTTP/1.1\r\nhost: bench\r\nx-long: aaaaaaaaaaaaaaaaaaaaaa";
    loop {
        for byte in head {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if stop.load(Ordering::SeqCst) {
                return;
            }
            if stream.write_all(&[*byte]).await.is_err() {
                break;
            }
        }
        let Ok(mut again) = TcpStream::connect(&addr).await else { return };
        if again.write_all(b"P").await.is_ok() {
            stream = again;
        }
    }
}
