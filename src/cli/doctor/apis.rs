//! The HTTP APIs that run on the database.

use serde_json::json;

use super::finding::Finding;
use crate::storage::RunningApi;

/// A line for each.
pub fn found(running: &[RunningApi]) -> Vec<Finding> {
    let line = |api: &RunningApi| {
        let RunningApi { host, pid, url } = api;
        let place = if api.is_on_this_host() { String::new() } else { format!(" on {host}") };
        Finding::ok("api", format!("process {pid}{place} serves the HTTP API at {url}"))
            .with("api", json!({"host": host, "pid": pid, "url": url}))
    };
    running.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::sender_info::host_name;

    #[test]
    fn the_host_is_named_if_it_is_another() {
        let api = |host: String| RunningApi { host, pid: 7, url: "http://127.0.0.1:9979".to_owned() };
        let found = found(&[api(host_name()), api("web-1.example".to_owned())]);
        assert_eq!(found[0].found, "process 7 serves the HTTP API at http://127.0.0.1:9979");
        assert!(found[1].found.starts_with("process 7 on web-1.example serves"), "{}", found[1].found);
    }
}
