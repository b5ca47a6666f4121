use super::*;
use crate::cli::tested_lines;
use crate::cli::{built, command_tree};

#[test]
fn every_command_has_examples_and_every_example_a_command() {
    let program = built();
    let commands = command_tree::walk(&program);
    for (path, command) in &commands {
        let help = (*command).clone().render_help().to_string();
        assert!(!of(path).is_empty(), "no example for `ringback {path}`");
        for line in of(path).iter().flat_map(|(_, line)| line.lines()) {
            // Help is wrapped: a line that is broken cannot be pasted.
            assert!(line.len() <= 78, "too long for help in 80 columns: {line}");
            assert!(help.lines().any(|reported| reported.strip_prefix("  ") == Some(line)), "{line}: {help}");
        }
    }
    for (path, _) in EXAMPLES {
        assert!(commands.iter().any(|(command, _)| command == path), "examples of no command: {path}");
    }
}

#[test]
fn no_command_has_an_example_twice() {
    for (path, examples) in EXAMPLES {
        let lines: std::collections::HashSet<String> =
            examples.iter().map(|(_, line)| line.replace('"', "'")).collect();
        assert_eq!(lines.len(), examples.len(), "{path}");
    }
}

#[test]
fn every_example_parses_and_runs_its_command() {
    for (path, examples) in EXAMPLES {
        for (_, line) in *examples {
            let parsed = tested_lines::parse(line);
            let runs: Vec<String> = parsed.into_iter().collect::<Result<_, _>>().unwrap();
            let is_meant =
                |run: &String| path.is_empty() || format!("{run} ").starts_with(&format!("{path} "));
            assert!(runs.iter().any(is_meant), "{path}: {line}: {runs:?}");
        }
    }
}
