//! The program: one command, an exit code.

use std::process::ExitCode;

use ringback::cli;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return cli::no_runtime(&error),
    };
    let code = runtime.block_on(cli::run());
    // A name that is still being looked up must not keep us.
    runtime.shutdown_background();
    code
}
