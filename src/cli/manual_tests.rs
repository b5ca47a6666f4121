//! Tests of the manual: its commands are valid, and it describes all of them.

use std::path::{Path, PathBuf};

use clap::{Arg, Command};

use super::tested_lines::parse;
use super::{built, command_tree};

/// Options of all or most commands: the manual describes them once.
const COMMON: [&str; 5] = ["config", "db", "help", "json", "version"];

/// README.md, CHANGELOG.md and the pages of `docs/`, with their text.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = listed.filter(|file| file.extension().is_some_and(|extension| extension == "md"));
    let pages = pages.chain([root.join("README.md"), root.join("CHANGELOG.md")]);
    pages.map(|file| (file.clone(), std::fs::read_to_string(file).unwrap())).collect()
}

/// The text between each pair of these delimiters.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open).skip(1).filter_map(|rest| Some(rest.split_once(close)?.0)).collect()
}

/// The text without code blocks.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// The commands in a shell code block: an open quote or a backslash continues on the next line.
fn shell_commands(block: &str) -> Vec<String> {
    let (mut commands, mut command) = (Vec::new(), String::new());
    for line in block.lines() {
        command.push_str(line);
        if let Some(part) = command.strip_suffix('\\') {
            command.truncate(part.len());
        } else if shell_words::split(&command).is_ok() {
            commands.push(std::mem::take(&mut command));
        } else {
            command.push('\n');
        }
    }
    assert_eq!(command, "", "a quote is left open");
    commands
}

/// Whether a code span shows the usage of a command, with placeholders.
fn is_usage(code: &str) -> bool {
    let is_place = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    code.contains(['[', '…']) || code.split(' ').any(is_place)
}

/// Whether a code span only names a command, or some of its options.
fn is_name(program: &Command, code: &str) -> bool {
    let (path, command, _) = usage(program, code);
    let Some(rest) = code.strip_prefix("ringback ").and_then(|words| words.strip_prefix(&path)) else {
        return false;
    };
    let is_option = |word: &str| word.strip_prefix("--").is_some_and(|long| longs(command).contains(&long));
    !path.is_empty() && rest.split_whitespace().all(is_option)
}

/// The command of a usage, and the options that it names.
fn usage<'a>(program: &'a Command, code: &str) -> (String, &'a Command, Vec<String>) {
    let (mut path, mut command) = (String::new(), program);
    for word in code.split(' ').skip(1) {
        let Some(sub) = command.find_subcommand(word) else { break };
        path = command_tree::join(&path, word);
        command = sub;
    }
    let words = code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let options = words.filter_map(|word| word.strip_prefix("--")).map(str::to_owned).collect();
    (path, command, options)
}

fn longs(command: &Command) -> Vec<&str> {
    command.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(Arg::get_long).collect()
}

#[test]
fn every_command_line_of_the_manual_parses() {
    let program = built();
    let mut seen = 0;
    for (file, text) in pages() {
        let blocks = between(&text, "```sh\n", "```").into_iter().flat_map(shell_commands);
        let prose = prose(&text);
        let (usages, whole): (Vec<&str>, Vec<&str>) =
            between_ticks(&prose).into_iter().partition(|code| is_usage(code));
        let whole = whole.into_iter().filter(|code| !is_name(&program, code));
        for line in blocks.chain(whole.map(str::to_owned)) {
            for parsed in parse(&line) {
                assert!(parsed.is_ok(), "{}: {line}: {parsed:?}", file.display());
                seen += 1;
            }
        }
        for code in usages {
            let (path, command, options) = usage(&program, code);
            assert!(!path.is_empty() || !options.is_empty(), "{}: no command in `{code}`", file.display());
            for option in options {
                assert!(longs(command).contains(&&*option), "{}: `{code}`: no --{option}", file.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 40, "only {seen} commands were found");
}

/// The code spans that begin with the name of the program.
fn between_ticks(prose: &str) -> Vec<&str> {
    let code = prose.split('`').skip(1).step_by(2);
    code.filter(|code| *code == "ringback" || code.starts_with("ringback ")).collect()
}

#[test]
fn the_manual_names_every_command_and_option() {
    let program = built();
    let (_, text) = pages().into_iter().find(|(file, _)| file.ends_with("docs/commands.md")).unwrap();
    let named: Vec<(String, Vec<String>)> = between_ticks(&text)
        .into_iter()
        .map(|code| usage(&program, code))
        .map(|(path, _, options)| (path, options))
        .collect();
    let filter = text.split("## Filters").nth(1).unwrap();
    for (path, command) in command_tree::walk(&program) {
        let of: Vec<&Vec<String>> =
            named.iter().filter(|(named, _)| *named == path).map(|(_, options)| options).collect();
        let is_group = command.is_subcommand_required_set();
        assert!(is_group || !of.is_empty(), "docs/commands.md has no `ringback {path}`");
        for option in longs(command) {
            let is_named = COMMON.contains(&option)
                || of.iter().any(|options| options.iter().any(|named| named == option))
                || path.starts_with("deliveries ") && filter.contains(&format!("`--{option}"));
            assert!(is_named, "docs/commands.md: `ringback {path}` has no --{option}");
        }
    }
}

#[test]
fn links_of_the_manual_lead_somewhere() {
    for (file, text) in pages() {
        for link in between(&text, "](", ")") {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            if target.contains("://") {
                continue;
            }
            let target = if target.is_empty() { file.clone() } else { file.parent().unwrap().join(target) };
            assert!(target.exists(), "{}: {link}", file.display());
            if !anchor.is_empty() {
                let page = std::fs::read_to_string(&target).unwrap();
                let headings = page.lines().filter(|line| line.starts_with('#')).map(anchor_of);
                assert!(headings.into_iter().any(|known| known == anchor), "{}: {link}", file.display());
            }
        }
    }
}

/// The link anchor of a heading.
fn anchor_of(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
