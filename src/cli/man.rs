//! `ringback man`: manual pages, from the same source as the help.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::error::CommandError;
use super::output::{eprint_line, print};
use super::{built, command_tree, examples};

/// Exit codes, for the program's own page.
const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "Success."),
    ("1", "The request was valid and failed: a delivery was not delivered, doctor found a problem."),
    ("2", "Wrong usage or input. The reason is printed to standard error."),
    ("128+n", "Ended by signal n."),
];

/// Files, for the program's own page.
const FILES: &[(&str, &str)] = &[
    ("$XDG_CONFIG_HOME/ringback/config.toml", "Settings. $XDG_CONFIG_HOME defaults to ~/.config."),
    ("$XDG_DATA_HOME/ringback/ringback.db", "Database. $XDG_DATA_HOME defaults to ~/.local/share."),
];

#[derive(Debug, clap::Args)]
pub(super) struct ManArgs {
    /// Directory to write the pages of all commands to; without it, prints ringback(1)
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs) -> Result<ExitCode, CommandError> {
    let failed = |what: String| move |error| CommandError::System(what, error);
    let Some(dir) = &args.dir else {
        let page = page(&built(), "").map_err(failed("cannot make the manual page".to_owned()))?;
        print(&String::from_utf8_lossy(&page))?;
        return Ok(ExitCode::SUCCESS);
    };
    let written =
        write_all(dir).map_err(failed(format!("cannot write manual pages to {}", dir.display())))?;
    eprint_line(&format!("ringback: wrote {written} manual pages to {}", dir.display()));
    Ok(ExitCode::SUCCESS)
}

/// Writes a page for the program and one for each command. Returns their number.
fn write_all(dir: &Path) -> io::Result<usize> {
    std::fs::create_dir_all(dir)?;
    let program = built();
    let commands = command_tree::walk(&program);
    for (path, command) in &commands {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name());
        std::fs::write(dir.join(format!("{name}.1")), page(command, path)?)?;
    }
    Ok(commands.len())
}

/// The page of a command, in roff.
fn page(command: &clap::Command, path: &str) -> io::Result<Vec<u8>> {
    let source = format!("ringback {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(source).manual("Ringback Manual");
    let mut out = Vec::new();
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut out)?;
    }
    let mut rest = Roff::default();
    rest.control("SH", ["EXAMPLES"]);
    for (what, line) in examples::of(path) {
        rest.control("TP", []).text([roman(*what)]);
        rest.control("EX", []);
        for line in line.lines() {
            rest.text([roman(line)]);
        }
        rest.control("EE", []);
    }
    if path.is_empty() {
        list(&mut rest, "EXIT STATUS", EXIT_STATUS);
        list(&mut rest, "FILES", FILES);
    } else {
        rest.control("SH", ["SEE ALSO"]).text([bold("ringback"), roman("(1)")]);
    }
    rest.to_writer(&mut out)?;
    Ok(out)
}

fn list(roff: &mut Roff, heading: &str, items: &[(&str, &str)]) {
    roff.control("SH", [heading]);
    for (term, meaning) in items {
        roff.control("TP", []).text([bold(*term)]).text([roman(*meaning)]);
    }
}
