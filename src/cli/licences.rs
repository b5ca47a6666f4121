//! `ringback licences`: the program carries the licences of what is linked into it, so that a copy of the one file is
//! complete.

use std::process::ExitCode;

use super::error::CommandError;
use super::output::print;

/// Made by a test from the sources of the libraries: see docs/development.md.
const LICENCES: &str = include_str!("../../packaging/licences/all.txt");

pub(super) fn run() -> Result<ExitCode, CommandError> {
    print(LICENCES)?;
    Ok(ExitCode::SUCCESS)
}
