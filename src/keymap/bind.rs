//! Applies the key bindings of the settings. An invalid binding is reported with its position, and its action keeps
//! the keys of the table.

use crate::settings::{Binding, SettingsNotice};
use crate::text::nearest;

use super::chord::Chord;
use super::table::{Entry, TABLE};
use super::{Keymap, reserved};

/// The keys with these bindings, and a notice for each binding that was rejected.
#[must_use]
pub fn bind(bindings: &[Binding]) -> (Keymap, Vec<SettingsNotice>) {
    let mut keymap = Keymap::default();
    let mut notices = Vec::new();
    // Line of the table, and its binding in the settings.
    let mut bound: Vec<(usize, &Binding)> = Vec::new();
    for binding in bindings {
        match read(binding) {
            Ok((line, keys)) => {
                keymap.keys[line] = keys;
                bound.push((line, binding));
            }
            Err(message) => notices.push(SettingsNotice { place: binding.place.clone(), message }),
        }
    }
    // A rejected entry gets its own keys back, which another entry may use by now: repeat until there are no clashes.
    while let Some((at, what)) = clash(&keymap, &bound) {
        let (line, binding) = bound.remove(at);
        keymap.keys[line] = TABLE[line].keys().collect();
        let message = format!("{what}{}", stays(&TABLE[line]));
        notices.push(SettingsNotice { place: binding.place.clone(), message });
    }
    (keymap, notices)
}

/// The line of the table and its new keys.
fn read(binding: &Binding) -> Result<(usize, Vec<Chord>), String> {
    let name = &binding.action;
    let Some(line) = TABLE.iter().position(|entry| entry.name == *name) else {
        return Err(unknown(name));
    };
    let entry = &TABLE[line];
    let reported = |what: String| format!("{name}: {what}{}", stays(entry));
    let mut keys = Vec::new();
    for text in &binding.keys {
        let key = Chord::parse(text).ok_or_else(|| {
            reported(format!("unknown key \"{text}\": write keys as ctrl+s, f5, pgdn, G or gg"))
        })?;
        let own = entry.keys().any(|own| own == key);
        if let Some(why) = reserved::why(key.first()).filter(|_| !own) {
            return Err(reported(format!("{key} cannot be bound: {why}")));
        }
        if entry.scope.is_for_text() && key.first().is_text() {
            return Err(reported(format!(
                "{key} writes text there: a key with Ctrl, or F1 to F12, does not"
            )));
        }
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if keys.len() == 1 && keys[0].to_string() == "Ctrl+S" {
        let why = "Ctrl+S needs another key beside it: flow control keeps it in some terminals";
        return Err(reported(why.to_owned()));
    }
    keys.extend(
        entry.keys().filter(|own| reserved::is_fixed(own.first()) && !keys.contains(own)).collect::<Vec<_>>(),
    );
    Ok((line, keys))
}

/// The binding to reject, by its index in `bound`, since its key is already taken: the later one of two.
fn clash(keymap: &Keymap, bound: &[(usize, &Binding)]) -> Option<(usize, String)> {
    bound.iter().enumerate().rev().find_map(|(at, (line, binding))| {
        let (key, other) = taken(keymap, *line)?;
        let (name, other_name) = (&binding.action, other.name);
        Some((at, format!("{name}: {key} is {} already ({other_name})", other.label())))
    })
}

/// The first key of an entry that means something else in the same scope, and what.
fn taken(keymap: &Keymap, line: usize) -> Option<(Chord, &'static Entry)> {
    let entry = &TABLE[line];
    let mut others = keymap.entries().filter(|(other, _)| {
        entry.scope.meets(other.scope) && entry.action != other.action && entry.name != other.name
    });
    // If the table itself has one key in a scope and globally, the scope takes precedence, intentionally.
    let meant = |key: &Chord, other: &Entry| {
        entry.scope != other.scope && [entry, other].iter().all(|e| e.keys().any(|own| own == *key))
    };
    others.find_map(|(other, theirs)| {
        let clashes = |key: &&Chord| theirs.iter().any(|k| k.clashes_with(**key)) && !meant(key, other);
        keymap.of(line).iter().find(clashes).map(|key| (*key, other))
    })
}

/// The known names, for an unknown one.
fn unknown(name: &str) -> String {
    let ends = format!("-{name}");
    let names = || TABLE.iter().map(|entry| entry.name);
    let resembled = nearest(name, names());
    let is_near = |known: &&str| known.ends_with(&ends) || resembled == Some(*known);
    let near: Vec<&str> = names().filter(is_near).collect();
    if near.is_empty() {
        return format!("unknown action {name}: the help and the manual list all");
    }
    format!("unknown action {name}: did you mean {}?", near.join(", "))
}

fn stays(entry: &Entry) -> String {
    let keys: Vec<String> = entry.keys().map(|key| key.to_string()).collect();
    format!(" · it stays on {}", keys.join(" "))
}

#[cfg(test)]
mod tests {
    use crate::keymap::{Action, Key, Meaning, Scope};
    use crate::settings::SettingsPlace;

    use super::*;

    fn binding(line: usize, action: &str, keys: &str) -> Binding {
        let keys = keys.split_whitespace().map(str::to_owned).collect();
        Binding { action: action.to_owned(), keys, place: SettingsPlace::on_line("config.toml", line) }
    }

    fn bound(all: &[(&str, &str)]) -> (Keymap, Vec<String>) {
        let all: Vec<_> =
            all.iter().enumerate().map(|(at, (name, keys))| binding(at + 2, name, keys)).collect();
        let (keymap, notices) = bind(&all);
        (keymap, notices.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_misspelled_action_is_recognized() {
        assert_eq!(unknown("profile-new"), "unknown action profile-new: did you mean profiles-new?");
        assert_eq!(unknown("quti"), "unknown action quti: did you mean quit?");
    }

    #[test]
    fn the_table_has_no_clashes() {
        let keymap = Keymap::default();
        for (line, entry) in TABLE.iter().enumerate() {
            let taken = taken(&keymap, line).map(|(key, other)| (key.to_string(), other.name));
            assert_eq!(taken, None, "{}", entry.name);
            for (at, key) in keymap.of(line).iter().enumerate() {
                assert!(keymap.of(line)[..at].iter().all(|k| !k.clashes_with(*key)), "{key} twice");
            }
        }
    }

    #[test]
    fn bound_keys_replace_the_default_ones() {
        let (keymap, notices) =
            bound(&[("profiles-new", "ctrl+n o"), ("list-top", "home tt"), ("test", "x")]);
        assert_eq!(notices, [""; 0]);
        let does = |key: &str| {
            keymap.resolve(Key::parse(key).unwrap(), &[Scope::Profiles, Scope::Global, Scope::List])
        };
        assert_eq!(does("o"), Some(Meaning::Does(Action::New)));
        assert_eq!(does("ctrl+n"), Some(Meaning::Does(Action::New)));
        assert_eq!(does("n"), None);
        assert_eq!(does("t"), Some(Meaning::Begins));
        assert_eq!(does("g"), None);
    }

    #[test]
    fn two_actions_can_swap_keys() {
        let (keymap, notices) = bound(&[("profiles-new", "e"), ("profiles-edit", "enter n")]);
        assert_eq!(notices, [""; 0]);
        assert_eq!(
            (keymap.shown("profiles-new"), keymap.shown("profiles-edit")),
            ("e".into(), "Enter".into())
        );
    }

    #[test]
    fn invalid_bindings_are_reported_and_change_nothing() {
        let (keymap, notices) = bound(&[
            ("profiles-new", "hyper+n"),
            ("save", "f2"),
            ("fly", "f2"),
            ("editor-save", "alt+s"),
            ("editor-test", "x"),
            ("profiles-edit", "ctrl+b"),
            ("editor-preview", "ctrl+s"),
            ("profiles-delete", "esc"),
        ]);
        assert_eq!(
            notices,
            [
                "config.toml:2: profiles-new: unknown key \"hyper+n\": write keys as ctrl+s, f5, pgdn, G or \
                 gg · it stays on n",
                "config.toml:3: unknown action save: did you mean editor-save?",
                "config.toml:4: unknown action fly: the help and the manual list all",
                "config.toml:5: editor-save: Alt+s cannot be bound: desktops and terminals keep Alt · it \
                 stays on Ctrl+S F2",
                "config.toml:6: editor-test: x writes text there: a key with Ctrl, or F1 to F12, does not \
                 · it stays on Ctrl+T F5",
                "config.toml:7: profiles-edit: Ctrl+B cannot be bound: tmux keeps Ctrl+B · it stays on \
                 Enter e",
                "config.toml:8: editor-preview: Ctrl+S needs another key beside it: flow control keeps it \
                 in some terminals · it stays on F7",
                "config.toml:9: profiles-delete: Esc cannot be bound: it always goes one level up · it \
                 stays on D Del",
            ]
        );
        assert_eq!(keymap, Keymap::default());
    }

    #[test]
    fn a_key_bound_twice_is_reported_and_the_later_binding_is_rejected() {
        let (keymap, notices) = bound(&[("profiles-new", "e"), ("help", "j")]);
        assert_eq!(notices.len(), 2, "{notices:?}");
        assert!(notices.contains(
            &"config.toml:2: profiles-new: e is Edit already (profiles-edit) · it stays on n".to_owned()
        ));
        assert_eq!(keymap, Keymap::default());
        let (keymap, notices) = bound(&[("profiles-new", "x"), ("profiles-undo", "x")]);
        assert_eq!(
            notices,
            ["config.toml:3: profiles-undo: x is Add New Profile already (profiles-new) · it stays on u"]
        );
        assert_eq!(keymap.shown("profiles-new"), "x");
        // A rejected entry gets its own key back, which another one took.
        let (keymap, notices) = bound(&[("profiles-new", "y"), ("profiles-undo", "n")]);
        assert_eq!(notices.len(), 2, "{notices:?}");
        assert_eq!(keymap, Keymap::default());
        // A letter that starts a sequence of two cannot be bound alone.
        let (_, notices) = bound(&[("profiles-undo", "g")]);
        assert!(notices[0].contains("g is To the top already (list-top)"), "{notices:?}");
    }

    #[test]
    fn quit_cannot_be_rebound() {
        let (keymap, notices) = bound(&[("quit", "f11"), ("leave", "backspace"), ("profiles-undo", "")]);
        assert_eq!(notices, [""; 0]);
        let shown = |name: &str| {
            let line = TABLE.iter().position(|entry| entry.name == name).unwrap();
            keymap.of(line).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown("quit"), "F11 Ctrl+C");
        assert_eq!(shown("leave"), "Backspace Esc");
        assert_eq!(shown("profiles-undo"), "");
    }
}
