//! All commands, by their paths.

use clap::Command;

/// The path of a subcommand, such as `profiles apply`. The program's own path is empty.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path} {name}") }
}

/// The program and all commands that its help lists, with their paths; the program is first.
pub(super) fn walk(program: &Command) -> Vec<(String, &Command)> {
    let mut all = vec![(String::new(), program)];
    let mut next = 0;
    while let Some((path, command)) = all.get(next) {
        let (path, command) = (path.clone(), *command);
        let shown = command.get_subcommands().filter(|sub| !sub.is_hide_set());
        all.extend(shown.map(|sub| (join(&path, sub.get_name()), sub)));
        next += 1;
    }
    all
}
