//! What fits at a place of a command line: subcommands, options, and values of arguments.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command};

use crate::cli::command_tree::join;
use crate::profile::{Choice as _, Event};
use crate::record::{DeliveryState, ErrorClass};
use crate::settings::Loaded;
use crate::storage::NameKind;

/// Something that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The word.
    pub text: String,
    /// What it is.
    pub about: String,
}

/// What fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// These words.
    These(Vec<Candidate>),
    /// Names that the database has.
    Stored(NameKind),
    /// Names of files.
    Files,
}

/// What fits at the end of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitting {
    /// What.
    pub what: Wanted,
    /// How it begins.
    pub prefix: String,
    /// What precedes it in the same word, such as `--profile=`.
    pub before: String,
    /// The database that the line names.
    pub db: Option<PathBuf>,
}

/// What fits in place of the last of these words, which follow the name of the program.
pub fn fitting(program: &Command, words: &[String]) -> Fitting {
    let (current, before) = words.split_last().map_or(("", &[][..]), |(last, before)| (last, before));
    let mut at = Place::start(program);
    let mut db = None;
    for word in before {
        if at.value_of.is_some_and(|arg| arg.get_id() == "db") && word != "=" {
            db = Some(PathBuf::from(word));
        } else if let Some(name) = word.strip_prefix("--db=").filter(|_| !at.only_positional) {
            db = Some(PathBuf::from(name));
        }
        at.step(word);
    }
    let (what, prefix, before) = at.wanted(current);
    let what = match what {
        Wanted::These(all) => {
            Wanted::These(all.into_iter().filter(|one| one.text.starts_with(prefix)).collect())
        }
        other => other,
    };
    Fitting { what, prefix: prefix.to_owned(), before, db }
}

/// A place in a command line.
struct Place<'a> {
    command: &'a Command,
    path: String,
    /// How many positional arguments came before.
    positional: usize,
    /// After `--`.
    only_positional: bool,
    /// The option whose value is next.
    value_of: Option<&'a Arg>,
}

impl<'a> Place<'a> {
    fn start(program: &'a Command) -> Self {
        Self { command: program, path: String::new(), positional: 0, only_positional: false, value_of: None }
    }

    /// Goes past a word.
    fn step(&mut self, word: &str) {
        if self.value_of.is_some() {
            // bash makes a word of it.
            if word != "=" {
                self.value_of = None;
            }
        } else if self.only_positional {
            self.positional = self.positional.saturating_add(1);
        } else if word == "--" {
            self.only_positional = true;
        } else if let Some(long) = word.strip_prefix("--") {
            self.value_of = self.option(long).filter(|arg| takes_value(arg));
        } else if let Some(short) = word.strip_prefix('-').and_then(|letters| letters.chars().last()) {
            let is_it = |arg: &&Arg| arg.get_short() == Some(short);
            self.value_of = self.command.get_arguments().find(is_it).filter(|arg| takes_value(arg));
        } else if let Some(sub) = self.command.find_subcommand(word).filter(|_| self.positional == 0) {
            self.path = join(&self.path, sub.get_name());
            self.command = sub;
        } else {
            self.positional = self.positional.saturating_add(1);
        }
    }

    /// What fits here in place of a word, how that begins, and what is before it in the word.
    fn wanted<'w>(&self, word: &'w str) -> (Wanted, &'w str, String) {
        if let Some(arg) = self.value_of {
            return (values(arg, &self.path), if word == "=" { "" } else { word }, String::new());
        }
        let is_option = word.starts_with('-') && !self.only_positional;
        if let Some((name, value)) = word.split_once('=').filter(|_| is_option) {
            let arg = name.strip_prefix("--").and_then(|name| self.option(name));
            let what = arg.filter(|arg| takes_value(arg)).map(|arg| values(arg, &self.path));
            return (what.unwrap_or(Wanted::These(Vec::new())), value, format!("{name}="));
        }
        if is_option {
            return (Wanted::These(self.options()), word, String::new());
        }
        let is_first = self.positional == 0 && !self.only_positional;
        let subcommands = if is_first { self.subcommands() } else { Vec::new() };
        let what = match self.argument().map(|arg| values(arg, &self.path)) {
            Some(Wanted::These(values)) => Wanted::These([subcommands, values].concat()),
            Some(stored) if subcommands.is_empty() => stored,
            _ => Wanted::These(subcommands),
        };
        (what, word, String::new())
    }

    fn option(&self, long: &str) -> Option<&'a Arg> {
        self.command.get_arguments().find(|arg| arg.get_long() == Some(long))
    }

    /// The positional argument that is next: the last one if it may be repeated.
    fn argument(&self) -> Option<&'a Arg> {
        let last = self.command.get_positionals().last();
        let repeated = last.filter(|arg| matches!(arg.get_action(), ArgAction::Append));
        self.command.get_positionals().nth(self.positional).or(repeated)
    }

    fn subcommands(&self) -> Vec<Candidate> {
        let shown = self.command.get_subcommands().filter(|sub| !sub.is_hide_set());
        shown.map(|sub| candidate(sub.get_name(), &help(sub.get_about()))).collect()
    }

    fn options(&self) -> Vec<Candidate> {
        let shown = self.command.get_arguments().filter(|arg| !arg.is_hide_set());
        let named = |arg: &Arg| Some(candidate(&format!("--{}", arg.get_long()?), &help(arg.get_help())));
        shown.filter_map(named).collect()
    }
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

fn candidate(text: &str, about: &str) -> Candidate {
    Candidate { text: text.to_owned(), about: about.to_owned() }
}

fn these<'n>(names: impl IntoIterator<Item = &'n str>) -> Wanted {
    Wanted::These(names.into_iter().map(|name| candidate(name, "")).collect())
}

/// The first line of a help text.
fn help(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default().lines().next().unwrap_or_default().to_owned()
}

/// What fits as the value of an argument.
fn values(arg: &Arg, path: &str) -> Wanted {
    let possible = arg.get_possible_values();
    if !possible.is_empty() {
        let shown = possible.iter().filter(|value| !value.is_hide_set());
        return Wanted::These(
            shown.map(|value| candidate(value.get_name(), &help(value.get_help()))).collect(),
        );
    }
    let named = arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    match (named, arg.get_id().as_str()) {
        ("PROFILE" | "PROFILES", _) if path == "profiles restore" => {
            Wanted::Stored(NameKind::DeletedProfiles)
        }
        ("PROFILE" | "PROFILES", _) => Wanted::Stored(NameKind::Profiles),
        ("DELIVERY" | "DELIVERY_ID", _) | (_, "before") => Wanted::Stored(NameKind::Deliveries),
        ("KEY", _) => Wanted::Stored(NameKind::ApiKeys),
        (_, "sample") if path != "variables add" && path != "variables set" => {
            Wanted::Stored(NameKind::Samples)
        }
        ("EVENT", _) => these(["default"].into_iter().chain(Event::ALL.iter().map(|event| event.name()))),
        (_, "state") => {
            let states = DeliveryState::ALL.iter().map(|state| state.name());
            these(states.chain(["pending", "ended", "expired"]))
        }
        (_, "status") => {
            let classes = ErrorClass::ALL.iter().map(|class| class.name());
            these(["2xx", "3xx", "4xx", "5xx"].into_iter().chain(classes))
        }
        (_, "names") if path == "config show" => {
            let settings = Loaded::default().effective();
            these(settings.iter().map(|setting| setting.name.as_str()).chain(["api", "keys"]))
        }
        ("FILE" | "FILES" | "DIR" | "URL", _) => Wanted::Files,
        _ => Wanted::These(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::built;

    fn at(line: &str) -> Fitting {
        fitting(&built(), &line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    fn texts(line: &str) -> Vec<String> {
        match at(line).what {
            Wanted::These(all) => all.into_iter().map(|candidate| candidate.text).collect(),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn words_fit_their_place() {
        let all = texts("");
        assert!(all.iter().any(|name| name == "profiles") && !all.iter().any(|name| name == "complete"));
        assert_eq!(texts("prof"), ["profiles"]);
        assert_eq!(texts("profiles sh"), ["show"]);
        assert_eq!(texts("--db a.db profiles sh"), ["show"]);
        assert_eq!(texts("deliveries list --fol"), ["--follow"]);
        assert_eq!(texts("deliveries list --state f"), ["failed"]);
        assert_eq!(texts("deliveries list --state = f"), ["failed"], "as bash splits it");
        assert_eq!(texts("deliveries list --status tim"), ["timeout"]);
        assert_eq!(texts("profiles list --channel wh"), ["whatsapp"]);
        assert_eq!(texts("config show the"), ["theme"]);
        assert_eq!(texts("config show theme api.str"), ["api.streams", "api.streams_per_key"]);
        assert_eq!(texts("deliveries list --limit "), [""; 0]);
        assert!(texts("test x --event ").contains(&"sms-send".to_owned()));
    }

    #[test]
    fn names_and_files_are_looked_up() {
        let stored = |line: &str| match at(line).what {
            Wanted::Stored(kind) => kind,
            other => panic!("{line}: {other:?}"),
        };
        for line in [
            "profiles show O",
            "profiles export a b O",
            "test O",
            "deliveries list --profile O",
            "keys create x --profile O",
        ] {
            assert_eq!((stored(line), at(line).prefix.as_str()), (NameKind::Profiles, "O"), "{line}");
        }
        assert_eq!(stored("profiles restore "), NameKind::DeletedProfiles);
        for line in
            ["deliveries show 01", "deliveries retry ", "preview x --from ", "deliveries list --before "]
        {
            assert_eq!(stored(line), NameKind::Deliveries, "{line}");
        }
        assert_eq!(stored("keys revoke "), NameKind::ApiKeys);
        assert_eq!(stored("test x --sample "), NameKind::Samples);
        assert_eq!(stored("preview x --sample "), NameKind::Samples);
        let option = at("deliveries list --profile=Ord");
        assert_eq!((option.prefix.as_str(), option.before.as_str()), ("Ord", "--profile="));
        for line in ["profiles apply ", "send --from ", "--db ", "--config c", "db backup "] {
            assert_eq!(at(line).what, Wanted::Files, "{line}");
        }
        assert_eq!(at("--db other.db profiles show ").db, Some(PathBuf::from("other.db")));
        assert_eq!(at("profiles show --db=other.db ").db, Some(PathBuf::from("other.db")));
        assert_eq!(at("profiles show -- --").what, Wanted::Stored(NameKind::Profiles));
    }
}
