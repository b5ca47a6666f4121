//! `ringback profiles schema`.

use crate::cli::error::CommandError;
use crate::cli::output::print;
use crate::profile::document::schema;

pub(super) fn run() -> Result<(), CommandError> {
    print(&format!("{:#}\n", schema()))
}
