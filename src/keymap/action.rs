//! The one table of actions: names, keys, labels and places. Footer, help, palette, the settings'
//! `[keys]` and the key table of docs/console.md are read from it; the console says when each can be done.

use super::chord::Chord;

/// What a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table beneath says what each is")]
pub enum Action {
    Help,
    Quit,
    Leave,
    NextPane,
    PreviousPane,
    GoProfiles,
    GoEditor,
    GoVariables,
    GoDeliveries,
    GoTimeline,
    Test,
    Preview,
    CopyCurl,
    CopyRequest,
    Receiver,
    Redraw,
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Search,
    New,
    Edit,
    Duplicate,
    Delete,
    Undo,
    Enable,
    Pause,
    CopyId,
    NextField,
    PreviousField,
    OtherStep,
    Save,
    Variables,
    Secrets,
    Toggle,
    SelectAll,
    CopyVariables,
    Insert,
    AddVariable,
    EditVariable,
    RemoveVariable,
    Details,
    RetryNow,
    Cancel,
    SendAgain,
    FilterState,
    FilterProfile,
    Follow,
    TimeForm,
    Theme,
    CopyDelivery,
    RetryAll,
    CancelAll,
    SendAllAgain,
    PauseAll,
    Accept,
    Refuse,
    Discard,
    Left,
    Right,
    OpenFile,
    EditBody,
    EditProfile,
    Pager,
    ShowInFull,
    WriteFile,
    Mouse,
    Suspend,
    Palette,
    NextMatch,
    PreviousMatch,
}

impl Action {
    /// Whether it goes from place to place where something was found.
    #[must_use]
    pub fn is_match(self) -> bool {
        matches!(self, Self::NextMatch | Self::PreviousMatch)
    }

    /// Whether it works whatever window lies above the panes, though it is one of [`Scope::Global`].
    #[must_use]
    pub fn works_above_windows(self) -> bool {
        matches!(self, Self::Help | Self::Palette | Self::Redraw | Self::Suspend | Self::Quit)
    }
}

/// Where an action's keys work. A scope that has the keyboard is asked before [`Scope::Global`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is named for its pane or window")]
pub enum Scope {
    Global,
    List,
    Profiles,
    Editor,
    Variables,
    Deliveries,
    TestWindow,
    PreviewWindow,
    Question,
    ReceiverWindow,
    RequestWindow,
    Form,
    Reading,
    Guide,
    CopyWindow,
}

impl Scope {
    /// All, in the order of the help.
    pub const ALL: &'static [Self] = &[
        Self::Global,
        Self::List,
        Self::Profiles,
        Self::Editor,
        Self::Variables,
        Self::Deliveries,
        Self::TestWindow,
        Self::PreviewWindow,
        Self::ReceiverWindow,
        Self::RequestWindow,
        Self::Form,
        Self::CopyWindow,
        Self::Question,
        Self::Reading,
        Self::Guide,
    ];

    /// Whether both can have the keyboard at the same time, so that one key cannot mean two things.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self == other || TOGETHER.iter().any(|all| all.contains(&self) && all.contains(&other))
    }

    /// Whether it is that of a pane.
    #[must_use]
    pub fn is_pane(self) -> bool {
        matches!(self, Self::Profiles | Self::Editor | Self::Variables | Self::Deliveries)
    }

    /// Whether keys with characters are always for text here, and so never for an action.
    #[must_use]
    pub fn is_for_text(self) -> bool {
        matches!(self, Self::Editor | Self::TestWindow | Self::Form)
    }

    /// The heading in the help.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::List => "In lists",
            Self::Profiles => "Profiles",
            Self::Editor => "Editor",
            Self::Variables => "Variables",
            Self::Deliveries => "Deliveries, timeline and details",
            Self::TestWindow => "Test window",
            Self::PreviewWindow => "Preview",
            Self::Question => "Questions",
            Self::ReceiverWindow => "Receiver",
            Self::RequestWindow => "Request",
            Self::Form => "Own variable",
            Self::Reading => "In details, preview and request",
            Self::Guide => "In palette and help",
            Self::CopyWindow => "What could not be copied",
        }
    }
}

/// The scopes that have the keyboard together: in a pane, in a window.
const TOGETHER: &[&[Scope]] = &[
    &[Scope::Editor, Scope::Global],
    &[Scope::Profiles, Scope::Global, Scope::List],
    &[Scope::Variables, Scope::Global, Scope::List],
    &[Scope::Deliveries, Scope::Global, Scope::List],
    &[Scope::Reading, Scope::Deliveries, Scope::List],
    &[Scope::PreviewWindow, Scope::Reading, Scope::List],
    &[Scope::ReceiverWindow, Scope::List],
    &[Scope::RequestWindow, Scope::Reading, Scope::List],
    &[Scope::Guide, Scope::List],
];

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What it does.
    pub action: Action,
    /// Where its keys work.
    pub scope: Scope,
    /// Its keys unless the settings say otherwise, separated by spaces; the first is shown in the
    /// footer. `gg` is one letter after the other.
    pub keys: &'static str,
    /// A word or two for the footer; empty keeps it out.
    pub short: &'static str,
    /// A sentence for the help.
    pub long: &'static str,
}

const fn entry(
    scope: Scope,
    action: Action,
    keys: &'static str,
    short: &'static str,
    long: &'static str,
) -> Entry {
    Entry { action, scope, keys, short, long }
}

/// Every action, in the order of footer and help.
pub const TABLE: &[Entry] = &[
    entry(Scope::Profiles, Action::New, "n", "New", "Add New Profile"),
    entry(Scope::Profiles, Action::Edit, "enter e", "Edit", "Edit the selected profile"),
    entry(Scope::Profiles, Action::Preview, "p", "Preview", "Preview the request; nothing is sent"),
    entry(
        Scope::Profiles,
        Action::Search,
        "/",
        "Search",
        "Search titles and ids while typing; Esc shows all again",
    ),
    entry(Scope::Profiles, Action::CopyId, "y", "Copy id", "Copy the callback profile id"),
    entry(
        Scope::Profiles,
        Action::EditProfile,
        "E",
        "",
        "Edit the selected profile as JSON in $VISUAL or $EDITOR",
    ),
    entry(Scope::Profiles, Action::Duplicate, "d", "Duplicate", "Duplicate the selected profile"),
    entry(Scope::Profiles, Action::Delete, "D delete", "Delete", "Delete the selected profile; asks first"),
    entry(Scope::Profiles, Action::Undo, "u", "Undo", "Restore the profile deleted last"),
    entry(Scope::Profiles, Action::Enable, "space", "On/off", "Enable or disable the selected profile"),
    entry(
        Scope::Profiles,
        Action::Pause,
        "P",
        "Pause/resume",
        "Pause or resume the selected profile: events stay queued, tests are still sent",
    ),
    entry(
        Scope::Editor,
        Action::Save,
        "ctrl+s f2",
        "Save",
        "Save the profile, or go to the first field in error",
    ),
    entry(Scope::Editor, Action::Test, "ctrl+t f5", "Test", "Test what is on the screen, saved or not"),
    entry(Scope::Editor, Action::Variables, "f3", "Variables", "Dynamic Variables: view, select and insert"),
    entry(
        Scope::Editor,
        Action::OtherStep,
        "f4",
        "Basics/Advanced",
        "Advanced Configuration, or back to Basics",
    ),
    entry(
        Scope::Editor,
        Action::Leave,
        "esc",
        "Close",
        "Close the editor; asks if there is something unsaved",
    ),
    entry(
        Scope::Editor,
        Action::Preview,
        "f7",
        "Preview",
        "Preview the request of what is on the screen; nothing is sent",
    ),
    entry(Scope::Editor, Action::NextField, "tab", "", "Next field (also Enter and ↓ in fields of one line)"),
    entry(Scope::Editor, Action::PreviousField, "shift+tab", "", "Previous field"),
    entry(Scope::Editor, Action::Left, "left", "", "Previous choice"),
    entry(Scope::Editor, Action::Right, "right", "", "Next choice (also Space)"),
    entry(Scope::Editor, Action::Secrets, "f8", "Secrets", "Show or hide passwords and keys"),
    entry(Scope::Editor, Action::EditBody, "ctrl+o", "$EDITOR", "Edit the body in $VISUAL or $EDITOR"),
    entry(
        Scope::Editor,
        Action::EditProfile,
        "ctrl+g",
        "",
        "Edit the whole profile as JSON in $VISUAL or $EDITOR; hidden secrets are null",
    ),
    entry(Scope::Variables, Action::Toggle, "space", "Choose", "Select the variable, or not, and move down"),
    entry(Scope::Variables, Action::SelectAll, "a", "All", "Select All, or none"),
    entry(
        Scope::Variables,
        Action::CopyVariables,
        "y",
        "Copy",
        "Copy to Clipboard, in the form that the profile takes",
    ),
    entry(
        Scope::Variables,
        Action::Insert,
        "i enter",
        "Insert",
        "Insert where it belongs: the query for GET, the body for POST",
    ),
    entry(Scope::Variables, Action::Search, "/", "Filter", "Filter names and meanings while typing"),
    entry(Scope::Variables, Action::AddVariable, "n", "Add own", "Add a variable of your own to the event"),
    entry(Scope::Variables, Action::EditVariable, "e", "", "Edit a variable of your own"),
    entry(
        Scope::Variables,
        Action::RemoveVariable,
        "D delete",
        "",
        "Remove a variable of your own from the event; asks first",
    ),
    entry(Scope::Variables, Action::Leave, "esc", "Close", "Back to the editor"),
    entry(Scope::Deliveries, Action::Details, "enter", "Details", "Show request and responses in full"),
    entry(Scope::Deliveries, Action::RetryNow, "r", "Retry now", "Retry now"),
    entry(Scope::Deliveries, Action::Cancel, "c", "Cancel", "Stop retrying"),
    entry(Scope::Deliveries, Action::SendAgain, "a", "Resend", "Resend: the same request as a new delivery"),
    entry(
        Scope::Deliveries,
        Action::FilterState,
        "s",
        "State",
        "Show all, pending, delivered, failed or cancelled ones",
    ),
    entry(
        Scope::Deliveries,
        Action::FilterProfile,
        "p",
        "Profile",
        "Show those of the selected profile, or all",
    ),
    entry(Scope::Deliveries, Action::Follow, "F", "Follow", "Follow the newest again"),
    entry(Scope::Deliveries, Action::TimeForm, "T", "", "Toggle absolute and relative times"),
    entry(
        Scope::Deliveries,
        Action::Search,
        "/",
        "Filter",
        "Filter by text and status while typing: 5xx, 404, timeout, order",
    ),
    entry(
        Scope::Deliveries,
        Action::CopyDelivery,
        "y",
        "Copy",
        "Copy the delivery's id; in the details: all of it",
    ),
    entry(
        Scope::Deliveries,
        Action::RetryAll,
        "ctrl+r",
        "Retry all",
        "Retry all waiting ones that match the filter now; asks first",
    ),
    entry(
        Scope::Deliveries,
        Action::CancelAll,
        "C",
        "Cancel all",
        "Cancel all pending ones that match the filter; asks first",
    ),
    entry(
        Scope::Deliveries,
        Action::SendAllAgain,
        "A",
        "Resend all",
        "Resend all failed ones that match the filter; asks first",
    ),
    entry(Scope::Deliveries, Action::Pager, "o", "", "Open the last response in $PAGER"),
    entry(
        Scope::Deliveries,
        Action::PauseAll,
        "P",
        "Pause/resume all",
        "Pause or resume the sender, for all sessions: events stay queued, tests are still sent",
    ),
    entry(Scope::Deliveries, Action::Leave, "esc", "Back", "One level up"),
    entry(Scope::TestWindow, Action::Accept, "ctrl+t f5", "Send", "Send the test (also Enter)"),
    entry(Scope::TestWindow, Action::NextField, "tab down", "", "Next value"),
    entry(Scope::TestWindow, Action::PreviousField, "shift+tab up", "", "Previous value"),
    entry(Scope::TestWindow, Action::Left, "left", "", "Previous sample"),
    entry(
        Scope::TestWindow,
        Action::Right,
        "right",
        "Sample",
        "Next sample: delivered, failed, the last test, …",
    ),
    entry(
        Scope::TestWindow,
        Action::OpenFile,
        "ctrl+o",
        "File",
        "Read the values from a file, a JSON object",
    ),
    entry(Scope::TestWindow, Action::OtherStep, "f4", "Event", "Next event of the profile"),
    entry(
        Scope::TestWindow,
        Action::Preview,
        "f7",
        "Preview",
        "Preview the request with these values; Esc returns here",
    ),
    entry(Scope::TestWindow, Action::Leave, "esc", "Back", "Back; nothing is sent"),
    entry(
        Scope::PreviewWindow,
        Action::CopyCurl,
        "c",
        "Copy as cURL",
        "Copy a curl command that makes the same request",
    ),
    entry(Scope::PreviewWindow, Action::CopyRequest, "y", "Copy", "Copy the request"),
    entry(
        Scope::PreviewWindow,
        Action::Secrets,
        "f8",
        "Secrets",
        "Show or hide secrets, here and in what is copied",
    ),
    entry(Scope::PreviewWindow, Action::Leave, "esc p f7", "Back", "One level up"),
    entry(
        Scope::ReceiverWindow,
        Action::Toggle,
        "space",
        "Start/stop",
        "Start or stop the receiver, an endpoint to test against",
    ),
    entry(Scope::ReceiverWindow, Action::Left, "left h", "", "Change the selected setting"),
    entry(Scope::ReceiverWindow, Action::Right, "right l", "Change", "Change the selected setting"),
    entry(
        Scope::ReceiverWindow,
        Action::ShowInFull,
        "enter",
        "Show",
        "Show the selected request in full, or the newest one",
    ),
    entry(Scope::ReceiverWindow, Action::CopyId, "y", "Copy URL", "Copy the address to test against"),
    entry(Scope::ReceiverWindow, Action::Leave, "esc R", "Back", "Back; the receiver keeps running"),
    entry(Scope::RequestWindow, Action::CopyRequest, "y", "Copy", "Copy the request"),
    entry(Scope::RequestWindow, Action::Leave, "esc enter", "Back", "Back to the receiver"),
    entry(Scope::Form, Action::Accept, "enter", "Add", "Add the variable"),
    entry(Scope::Form, Action::NextField, "tab down", "Next", "Next field"),
    entry(Scope::Form, Action::PreviousField, "shift+tab up", "", "Previous field"),
    entry(Scope::Form, Action::Leave, "esc", "Back", "Back; nothing is added"),
    entry(Scope::CopyWindow, Action::ShowInFull, "v enter", "Show", "Show it in full, to select it"),
    entry(
        Scope::CopyWindow,
        Action::WriteFile,
        "w",
        "Write file",
        "Write it to a file that only you can read",
    ),
    entry(Scope::CopyWindow, Action::Pager, "o", "Pager", "Open it in $PAGER"),
    entry(Scope::CopyWindow, Action::Leave, "esc", "Back", "Back; nothing is copied"),
    entry(Scope::Question, Action::Accept, "y enter", "Yes", "Run"),
    entry(Scope::Question, Action::Discard, "d", "Discard", "Discard changes"),
    entry(Scope::Question, Action::Refuse, "n esc", "No", "No: change nothing"),
    entry(Scope::Global, Action::Test, "t", "Test", "Test the profile"),
    entry(
        Scope::Global,
        Action::Receiver,
        "R f9",
        "Receiver",
        "Receiver: an endpoint to test against; set its responses, see requests",
    ),
    entry(
        Scope::Global,
        Action::Palette,
        ": f10 ctrl+p",
        "Palette",
        "Command palette: run any action, or go to a profile by its title",
    ),
    entry(Scope::Global, Action::Help, "? f1", "Help", "Help: what every key does; Enter runs it"),
    entry(Scope::Global, Action::NextPane, "tab f6", "", "Next pane"),
    entry(Scope::Global, Action::PreviousPane, "shift+tab shift+f6", "", "Previous pane"),
    entry(Scope::Global, Action::GoProfiles, "1", "", "Go to the profiles"),
    entry(Scope::Global, Action::GoEditor, "2", "", "Go to the editor"),
    entry(Scope::Global, Action::GoVariables, "3 v", "", "Go to the variables"),
    entry(Scope::Global, Action::GoDeliveries, "4", "", "Go to the deliveries"),
    entry(Scope::Global, Action::GoTimeline, "5", "", "Go to the timeline"),
    entry(Scope::Global, Action::Theme, "f12", "", "Next theme: terminal, dark, light, mono"),
    entry(Scope::Global, Action::Mouse, "M", "", "Mouse on or off; off, the terminal selects text"),
    entry(Scope::Global, Action::Suspend, "ctrl+z", "", "Suspend; fg resumes"),
    entry(Scope::Global, Action::Redraw, "ctrl+l", "", "Redraw the screen"),
    entry(Scope::Global, Action::Leave, "esc", "Back", "One level up; never quits"),
    entry(Scope::Global, Action::Quit, "q ctrl+c", "Quit", "Quit; what is pending stays queued"),
    entry(Scope::List, Action::Down, "down j", "", "Down"),
    entry(Scope::List, Action::Up, "up k", "", "Up"),
    entry(Scope::List, Action::PageDown, "pgdn ctrl+d", "", "Page down"),
    entry(Scope::List, Action::PageUp, "pgup ctrl+u", "", "Page up"),
    entry(Scope::List, Action::Top, "home gg", "", "To the top"),
    entry(Scope::List, Action::Bottom, "end G", "", "To the bottom"),
    entry(Scope::Reading, Action::Search, "/", "Find", "Search for text; Enter goes to it"),
    entry(Scope::Reading, Action::NextMatch, "n", "", "Next match"),
    entry(Scope::Reading, Action::PreviousMatch, "N", "", "Previous match"),
    entry(Scope::Guide, Action::Accept, "enter", "Run", "Run the selected line"),
    entry(
        Scope::Guide,
        Action::Search,
        "/ tab",
        "Search/list",
        "Search while typing, or go from the search to the list and back",
    ),
    entry(Scope::Guide, Action::NextMatch, "n ctrl+n", "", "Next match"),
    entry(Scope::Guide, Action::PreviousMatch, "N ctrl+p", "", "Previous match"),
    entry(Scope::Guide, Action::Leave, "esc q", "Back", "End the search, then close"),
];

impl Entry {
    /// The keys of this entry unless the settings say otherwise.
    pub fn keys(&self) -> impl Iterator<Item = Chord> + use<> {
        self.keys.split(' ').filter_map(Chord::parse)
    }

    /// The name by which the settings bind its keys, such as `quit` or `profiles-new`: the place, but for
    /// what works everywhere, and the action. It is made of the names in this file, and docs/console.md
    /// lists it, so a change of them is seen.
    #[must_use]
    pub fn name(&self) -> String {
        let action = kebab(&format!("{:?}", self.action));
        if self.scope == Scope::Global { action } else { format!("{}-{action}", self.scope.name()) }
    }

    /// The word in the footer, or the sentence where there is none.
    #[must_use]
    pub fn label(&self) -> &'static str {
        if self.short.is_empty() { self.long } else { self.short }
    }
}

impl Scope {
    /// The place in the names of the settings, such as `test-window`.
    #[must_use]
    pub fn name(self) -> String {
        kebab(&format!("{self:?}"))
    }
}

/// `SelectAll` as `select-all`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// The table of keys in docs/console.md, in Markdown.
    fn markdown() -> String {
        let mut out = String::new();
        for scope in Scope::ALL {
            let _ = write!(out, "\n| {} | | name in the settings |\n|---|---|---|\n", scope.title());
            for entry in TABLE.iter().filter(|e| e.scope == *scope) {
                let keys: Vec<_> = entry.keys().map(|k| format!("`{k}`")).collect();
                let _ = writeln!(out, "| {} | {} | `{}` |", keys.join(" "), entry.long, entry.name());
            }
        }
        out
    }

    #[test]
    fn every_key_of_the_table_can_be_read() {
        for entry in TABLE {
            assert_eq!(entry.keys().count(), entry.keys.split(' ').count(), "{:?}", entry.action);
        }
    }

    #[test]
    fn every_entry_has_a_name_of_its_own() {
        let mut seen = std::collections::HashSet::new();
        for entry in TABLE {
            assert!(seen.insert(entry.name()), "{}", entry.name());
        }
        assert!(seen.contains("quit") && seen.contains("test-window-open-file"), "{seen:?}");
    }

    #[test]
    fn the_manual_has_this_table() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/console.md");
        let page = std::fs::read_to_string(file).unwrap();
        let (before, rest) = page.split_once("<!-- keys -->\n").unwrap();
        let (_, after) = rest.split_once("<!-- /keys -->").unwrap();
        let wanted = format!("{before}<!-- keys -->\n{}\n<!-- /keys -->{after}", markdown());
        if std::env::var_os("RINGBACK_DOCS").is_some_and(|value| !value.is_empty()) {
            std::fs::write(file, &wanted).unwrap();
        }
        assert!(
            page == wanted,
            "the keys in docs/console.md are out of date: run this test with RINGBACK_DOCS=1"
        );
    }
}
