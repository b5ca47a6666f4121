//! Command lines in the examples and in the manual, parsed as the shell and the program parse them.

use clap::ArgMatches;
use clap::error::ErrorKind;

use super::command;
use super::command_tree::join;

/// Parses each `ringback …` in a shell command line. Returns the path of its command, or why it does not parse.
pub(super) fn parse(line: &str) -> Vec<Result<String, String>> {
    let words = match shell_words::split(substituted(line)) {
        Ok(words) => words,
        Err(error) => return vec![Err(error.to_string())],
    };
    let commands = words.split(|word| matches!(word.as_str(), "|" | "||" | "&" | "&&" | ";"));
    commands.filter_map(run_of).map(|words| parse_words(&words)).collect()
}

/// The command of a line whose output is kept in a variable: `KEY=$(…)`; any other line as it is.
fn substituted(line: &str) -> &str {
    let kept = line.strip_suffix(')').and_then(|line| line.split_once("=$("));
    kept.filter(|(name, _)| is_name(name)).map_or(line, |(_, run)| run)
}

/// The words of a Ringback command, without preceding variables and redirections.
fn run_of(words: &[String]) -> Option<Vec<&str>> {
    let mut words = words.iter().map(String::as_str).skip_while(|word| is_assignment(word));
    let mut run = vec![words.next().filter(|word| *word == "ringback")?];
    while let Some(word) = words.next() {
        match word.trim_start_matches('2') {
            ">" | ">>" | "<" => drop(words.next()),
            _ => run.push(word),
        }
    }
    Some(run)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| is_name(name))
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

fn parse_words(words: &[&str]) -> Result<String, String> {
    match command().try_get_matches_from(words) {
        Ok(matches) => Ok(path_of(&matches)),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            Ok(String::new())
        }
        Err(error) => Err(error.to_string()),
    }
}

fn path_of(matches: &ArgMatches) -> String {
    let (mut path, mut matches) = (String::new(), matches);
    while let Some((name, sub)) = matches.subcommand() {
        path = join(&path, name);
        matches = sub;
    }
    path
}
