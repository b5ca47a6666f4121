//! `ringback completions`: prints a shell's completion script. Those of bash, zsh and fish ask `ringback complete` what
//! fits, so that they know the profiles and deliveries of the database.

mod candidates;
mod line;
mod stored;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap_complete::Shell;

use super::error::CommandError;
use super::output::print;
use super::session::Session;
use super::{built, command};
use candidates::Wanted;

#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell to complete for
    #[arg(ignore_case = true)]
    shell: Shell,
}

/// A request of a completion script.
#[derive(Debug, clap::Args)]
pub(super) struct CompleteArgs {
    /// The shell that asks
    shell: Shell,
    /// bash: the line, the position of the cursor, the current word; others: the words after the program's name
    #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
    words: Vec<OsString>,
}

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode, CommandError> {
    let script = match args.shell {
        Shell::Bash => include_str!("bash.sh").to_owned(),
        Shell::Zsh => include_str!("zsh.sh").to_owned(),
        Shell::Fish => include_str!("fish.fish").to_owned(),
        other => {
            let mut script = Vec::new();
            clap_complete::generate(other, &mut command(), "ringback", &mut script);
            String::from_utf8_lossy(&script).into_owned()
        }
    };
    print(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// What a script is given in place of candidates where the shell is to complete names of files.
const FILES: &str = ":files\n-\n";

/// Prints what fits: a line for each, and one that says what it is, or `-`. Whatever is wrong, nothing instead of an error,
/// which would be in the middle of the line that is being typed.
pub(super) async fn complete(session: &Session, args: &CompleteArgs) -> Result<ExitCode, CommandError> {
    let given: Vec<String> = args.words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let typed = match (args.shell, &given[..]) {
        (Shell::Bash, [line, point, current]) => line::Typed::of_bash(line, point, current),
        (Shell::Bash, _) => return Ok(ExitCode::SUCCESS),
        _ => line::Typed::of_words(&given),
    };
    let fitting = candidates::fitting(&built(), &typed.words);
    let mut all = match fitting.what {
        Wanted::Files => {
            print(FILES)?;
            return Ok(ExitCode::SUCCESS);
        }
        Wanted::These(these) => these,
        Wanted::Stored(kind) => {
            stored::names(&session.on_line(fitting.db.as_deref()), kind, &fitting.prefix).await
        }
    };
    for candidate in &mut all {
        candidate.text.insert_str(0, &fitting.before);
    }
    let lines = all.iter().filter_map(|candidate| {
        let text = match args.shell {
            Shell::Bash => typed.quoted(&candidate.text)?,
            _ => candidate.text.clone(),
        };
        // It would be escaped, and so be another one.
        let is_plain = |text: &str| !text.is_empty() && !text.contains(char::is_control);
        let about = Some(candidate.about.as_str()).filter(|about| is_plain(about)).unwrap_or("-");
        is_plain(&text).then(|| format!("{text}\n{about}\n"))
    });
    print(&lines.collect::<String>())?;
    Ok(ExitCode::SUCCESS)
}
