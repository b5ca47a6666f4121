//! Endpoints that misbehave: raw bytes on real sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// An endpoint on loopback that handles every connection in one way, until it is dropped.
pub struct Endpoint {
    /// The address that it listens on.
    pub addr: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

/// What an endpoint does with a connection after reading the request's head.
#[derive(Clone)]
pub enum Manner {
    /// Writes these bytes and keeps the connection.
    Says(Vec<u8>),
    /// Writes these bytes and closes.
    SaysAndCloses(Vec<u8>),
    /// Closes without a response.
    Closes,
    /// Keeps the connection and never responds.
    Hangs,
    /// Hangs if the path starts with `/hangs`, and responds to every other request.
    HangsInPart,
    /// Writes a head, and then an endless body.
    Endless,
    /// Writes a head, and then a byte now and then.
    Drips,
}

impl Endpoint {
    /// Starts one.
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, manner.clone()));
            }
        });
        Self { addr, connections, task }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}/cb", self.addr)
    }

    /// A URL of it at which it hangs.
    pub fn hanging_url(&self) -> String {
        format!("http://{}/hangs", self.addr)
    }

    /// How many connections were made to it.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, manner: Manner) -> std::io::Result<()> {
    let mut request = vec![0; 64 * 1024];
    let _ = stream.read(&mut request).await?;
    match manner {
        Manner::Says(bytes) => {
            stream.write_all(&bytes).await?;
            while stream.read(&mut request).await? > 0 {
                stream.write_all(&bytes).await?;
            }
        }
        Manner::SaysAndCloses(bytes) => stream.write_all(&bytes).await?,
        Manner::Closes => {}
        Manner::HangsInPart => {
            while !String::from_utf8_lossy(&request).contains(" /hangs") {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await?;
                request.fill(0);
                if stream.read(&mut request).await? == 0 {
                    return Ok(());
                }
            }
            while stream.read(&mut request).await? > 0 {}
        }
        Manner::Hangs => while stream.read(&mut request).await? > 0 {},
        Manner::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            loop {
                stream.write_all(&[b'x'; 4096]).await?;
            }
        }
        Manner::Drips => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await?;
            loop {
                stream.write_all(b"x").await?;
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
    }
    Ok(())
}
