//! `ringback completions`: prints a shell's completion script.

use std::process::ExitCode;

use clap_complete::Shell;

use super::command;
use super::error::CommandError;
use super::output::print;

#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell to complete for
    #[arg(ignore_case = true)]
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "ringback", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
