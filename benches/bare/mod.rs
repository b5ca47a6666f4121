//! The bare loop of reqwest in a separate process, so that its cost is measured separately. The bench program,
//! started with additional arguments, is that process.

use crate::delivering::bare_loop_to;

/// Marks this process as the bare loop; followed by the number of concurrent requests, the total, and the URLs.
const ARGUMENT: &str = "--bare-loop";

/// The arguments that start this program as the bare loop.
pub fn arguments(concurrency: usize, count: usize, urls: &[String]) -> Vec<String> {
    let numbers = [ARGUMENT.to_owned(), concurrency.to_string(), count.to_string()];
    numbers.into_iter().chain(urls.iter().cloned()).collect()
}

/// Runs the bare loop and exits, if this process was started for that.
pub fn loop_if_asked() {
    let mut args = std::env::args().skip_while(|arg| arg != ARGUMENT).skip(1);
    let Some(concurrency) = args.next() else { return };
    let (concurrency, count) = (concurrency.parse().unwrap(), args.next().unwrap().parse().unwrap());
    let urls: Vec<String> = args.collect();
    tokio::runtime::Runtime::new().unwrap().block_on(bare_loop_to(&urls, concurrency, count));
    std::process::exit(0);
}
