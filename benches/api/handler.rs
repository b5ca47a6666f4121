//! A bare axum handler that parses the same JSON and responds as if the events were accepted, in a process of its own:
//! what a program costs that does nothing with them.
//!
//! The bench program, started with an additional argument, is that process.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Marks this process as the handler.
const ARGUMENT: &str = "--api-handler";

/// The handler's process. Dropping it ends the process.
pub struct Handler {
    child: Child,
    pub addr: String,
}

impl Handler {
    pub fn start() -> Self {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program).arg(ARGUMENT).stdout(Stdio::piped()).spawn().unwrap();
        let addr = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        Self { child, addr }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Serves as the handler until killed, if this process was started for that.
pub fn serve_if_asked() {
    if !std::env::args().any(|arg| arg == ARGUMENT) {
        return;
    }
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        axum::serve(listener, Router::new().fallback(accept)).await.unwrap();
    });
}

async fn accept(body: Bytes) -> impl IntoResponse {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let events = body.as_array().map_or(1, Vec::len);
    let accepted: Vec<Value> =
        (0..events).map(|index| json!({"index": index, "delivery_id": Uuid::new_v4().to_string()})).collect();
    let response = json!({"code": "RBK202", "message": "", "data": {"accepted": accepted, "refused": []}});
    (StatusCode::ACCEPTED, [(header::CONTENT_TYPE, "application/json")], response.to_string())
}
