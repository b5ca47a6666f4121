//! The bare loop of reqwest as a process of its own, so that what it costs is counted alone. The bench's own program,
//! started with arguments more, is that process.

use crate::delivering::bare_loop_to;

/// Says that this process is the bare loop; then come how many requests at a time, how many in all, and the URLs.
const ARGUMENT: &str = "--bare-loop";

/// The arguments with which this program is the bare loop.
pub fn arguments(concurrency: usize, count: usize, urls: &[String]) -> Vec<String> {
    let numbers = [ARGUMENT.to_owned(), concurrency.to_string(), count.to_string()];
    numbers.into_iter().chain(urls.iter().cloned()).collect()
}

/// Is the bare loop until its end, where this process was started for that.
pub fn loop_if_asked() {
    let mut args = std::env::args().skip_while(|arg| arg != ARGUMENT).skip(1);
    let Some(concurrency) = args.next() else { return };
    let (concurrency, count) = (concurrency.parse().unwrap(), args.next().unwrap().parse().unwrap());
    let urls: Vec<String> = args.collect();
    tokio::runtime::Runtime::new().unwrap().block_on(bare_loop_to(&urls, concurrency, count));
    std::process::exit(0);
}
