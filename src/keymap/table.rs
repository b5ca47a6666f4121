//! The table of actions: names, keys, labels, scopes, and synonyms. Footer, help, palette, the settings' `[keys]` and
//! the key table of docs/console.md are generated from it; the console decides when each action is available.

use super::action::{Action, Scope};
use super::chord::Chord;

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The name by which the settings bind its keys, such as `quit` or `profiles-new`. It never changes.
    pub name: &'static str,
    /// What it does.
    pub action: Action,
    /// Where its keys work.
    pub scope: Scope,
    /// Its default keys, separated by spaces; the first is shown in the footer. `gg` is two consecutive letters.
    pub keys: &'static str,
    /// A word or two for the footer; not shown there if empty.
    pub short: &'static str,
    /// A sentence for the help.
    pub long: &'static str,
    /// Synonyms by which it is found in help and palette.
    pub words: &'static str,
}

impl Entry {
    /// The default keys of this entry.
    pub fn keys(&self) -> impl Iterator<Item = Chord> + use<> {
        self.keys.split(' ').filter_map(Chord::parse)
    }

    /// The word in the footer, or the sentence if there is none.
    #[must_use]
    pub fn label(&self) -> &'static str {
        if self.short.is_empty() { self.long } else { self.short }
    }
}

/// Name and action, keys, footer, help, words.
macro_rules! table {
    ($($scope:ident { $($name:literal $action:ident, $keys:literal, $short:literal, $long:literal,
        $words:literal;)* })*) => {
        &[$($(Entry {
            name: $name,
            action: Action::$action,
            scope: Scope::$scope,
            keys: $keys,
            short: $short,
            long: $long,
            words: $words,
        },)*)*]
    };
}

/// All actions, in the order of footer and help.
pub const TABLE: &[Entry] = table! {
    Profiles {
        "profiles-new" New, "n", "Add New Profile", "Add New Profile", "create make callback profile";
        "profiles-edit" Edit, "enter e", "Edit", "Edit the selected profile", "open change modify update";
        "profiles-search" Search, "/", "Search", "Search titles, URLs, ids and channels while typing; Esc shows all again",
            "find filter look up";
        "profiles-deliveries" FilterProfile, "f", "Deliveries",
            "Filter by the selected profile (follows the selection); again shows all",
            "filter log only show deliveries of this profile";
        "profiles-preview" Preview, "p", "Preview", "Preview the request; nothing is sent",
            "dry run render show request";
        "profiles-copy-id" CopyId, "y", "Copy id", "Copy the callback profile id",
            "clipboard yank callback profile id";
        "profiles-snippet" Snippet, "s", "",
            "Show a receiver for the profile as a program, in a language of your choice, to copy",
            "snippet code handler webhook endpoint example generate python node javascript php go java ruby rust";
        "profiles-edit-profile" EditProfile, "E", "",
            "Edit the selected profile as JSON in $VISUAL or $EDITOR",
            "external editor text vim";
        "profiles-duplicate" Duplicate, "d", "Duplicate", "Duplicate the selected profile",
            "clone copy profile";
        "profiles-delete" Delete, "D delete", "Delete", "Delete the selected profile; asks first",
            "remove erase";
        "profiles-undo" Undo, "u", "Undo", "Restore the profile deleted last", "undelete bring back recover";
        "profiles-enable" Enable, "space", "On/off", "Enable or disable the selected profile",
            "activate deactivate disable status switch on off";
        "profiles-pause" Pause, "P", "Pause/resume",
            "Pause or resume the selected profile: events stay queued, tests are still sent",
            "hold stop block resume";
    }
    Editor {
        "editor-save" Save, "ctrl+s f2", "Save", "Save the profile, or go to the first field in error",
            "store write submit confirm";
        "editor-test" Test, "ctrl+t f5", "Test", "Test what is on the screen, saved or not",
            "try send trial callback profile tested";
        "editor-variables" Variables, "f3", "Variables",
            "Dynamic Variables: view, select and insert",
            "placeholders attributes pick view picker parameters";
        "editor-other-step" OtherStep, "f4", "Basics/Advanced", "Advanced Configuration, or back to Basics",
            "next step back page tab";
        "editor-leave" Leave, "esc", "Close", "Close the editor; asks if there is something unsaved",
            "exit discard cancel quit";
        "editor-preview" Preview, "f7", "Preview",
            "Preview the request of what is on the screen; nothing is sent",
            "dry run render show request";
        "editor-next-field" NextField, "tab", "", "Next field (also Enter and ↓ in fields of one line)", "";
        "editor-previous-field" PreviousField, "shift+tab", "", "Previous field", "";
        "editor-left" Left, "left", "", "Previous choice", "";
        "editor-right" Right, "right", "", "Next choice (also Space)", "";
        "editor-secrets" Secrets, "f8", "Secrets", "Show or hide passwords and keys",
            "reveal unmask password hide";
        "editor-edit-body" EditBody, "ctrl+o", "$EDITOR", "Edit the Request Body in $VISUAL or $EDITOR",
            "external editor vim";
        "editor-edit-profile" EditProfile, "ctrl+g", "",
            "Edit the whole profile as JSON in $VISUAL or $EDITOR; hidden secrets are null",
            "external editor text vim";
    }
    Variables {
        "variables-toggle" Toggle, "space", "Select", "Select the variable, or not, and move down",
            "check tick mark choose";
        "variables-select-all" SelectAll, "a", "Select All", "Select All, or none",
            "check all mark all everything none";
        "variables-copy-variables" CopyVariables, "y", "Copy to Clipboard",
            "Copy to Clipboard, in the form that the profile takes",
            "yank paste";
        "variables-insert" Insert, "i enter", "Insert",
            "Insert where it belongs: the query for GET, the Request Body for POST",
            "paste add put use placeholder";
        "variables-search" Search, "/", "Filter", "Filter names and meanings while typing",
            "find search look up";
        "variables-add-variable" AddVariable, "n", "Add own", "Add a variable of your own to the event",
            "new own custom create placeholder";
        "variables-edit-variable" EditVariable, "e", "", "Edit a variable of your own",
            "change rename custom sample";
        "variables-remove-variable" RemoveVariable, "D delete", "",
            "Remove a variable of your own from the event; asks first",
            "delete custom";
        "variables-leave" Leave, "esc", "Close", "Close: back to the editor", "close exit";
    }
    Deliveries {
        "deliveries-details" Details, "enter", "Details", "Show request and responses in full",
            "open view response headers log attempt";
        "deliveries-retry-now" RetryNow, "r", "Retry now", "Retry now",
            "attempt again immediately re-trigger";
        "deliveries-cancel" Cancel, "c", "Cancel", "Stop retrying", "cancel abort give up stop";
        "deliveries-send-again" Resend, "a", "Resend", "Resend: the same request as a new delivery",
            "send again repeat replay re-trigger";
        "deliveries-original" Original, "[", "Original", "Go to the delivery that this one resends",
            "resent from link back source earlier";
        "deliveries-resent" Resent, "]", "Latest resend", "Go to its latest resend",
            "resent as link result newer again";
        "deliveries-filter-state" FilterState, "s", "State",
            "Show all, pending, delivered, failed or cancelled ones",
            "status show failed pending delivered";
        "deliveries-filter-profile" FilterProfile, "p", "Profile",
            "Filter by the selected profile (follows the selection); again shows all",
            "show only those of one profile";
        "deliveries-follow" Follow, "F", "Follow", "Follow the newest again", "live tail latest newest";
        "deliveries-time-form" TimeForm, "T", "", "Toggle absolute and relative times",
            "clock age ago timestamp";
        "deliveries-search" Search, "/", "Filter",
            "Filter by text and status while typing: 5xx, 404, timeout, order",
            "find look up callback reports log since resent";
        "deliveries-copy-delivery" CopyDelivery, "y", "Copy",
            "Copy the delivery's id; in the details: all of it",
            "clipboard yank id";
        "deliveries-retry-all" RetryAll, "ctrl+r", "Retry all",
            "Retry all waiting ones that match the filter now; asks first",
            "bulk retry everything waiting";
        "deliveries-cancel-all" CancelAll, "C", "Cancel all",
            "Cancel all pending ones that match the filter; asks first",
            "bulk stop everything pending abort";
        "deliveries-send-all-again" ResendAll, "A", "Resend all",
            "Resend all failed ones that match the filter; asks first",
            "bulk send again replay everything failed";
        "deliveries-pager" Pager, "o", "", "Open the last response in $PAGER", "less view body response";
        "deliveries-pause-all" PauseAll, "P", "Pause/resume all",
            "Pause or resume the sender, for all sessions: events stay queued, tests are still sent",
            "stop hold sending resume everything";
        "deliveries-leave" Leave, "esc", "Back", "One level up", "";
    }
    TestWindow {
        "test-window-accept" Accept, "ctrl+t f5", "Send", "Send the test (also Enter)", "run trial go";
        "test-window-next-field" NextField, "tab down", "", "Next value", "";
        "test-window-previous-field" PreviousField, "shift+tab up", "", "Previous value", "";
        "test-window-left" Left, "left", "", "Previous sample", "";
        "test-window-right" Right, "right", "Sample", "Next sample: delivered, failed, the last test, …",
            "status choose values";
        "test-window-open-file" OpenFile, "ctrl+o", "File", "Read the values from a file, a JSON object",
            "load import json values";
        "test-window-save-sample" SaveSample, "ctrl+s f2", "Save",
            "Save the values as a sample of your own, under a new name or its own", "store name keep";
        "test-window-remove-sample" RemoveSample, "f8", "", "Remove the selected sample of your own", "delete";
        "test-window-other-step" OtherStep, "f4", "Event", "Next event of the profile", "switch event type";
        "test-window-preview" Preview, "f7", "Preview",
            "Preview the request with these values; Esc returns here",
            "dry run render";
        "test-window-leave" Leave, "esc", "Back", "Back; nothing is sent", "";
    }
    PreviewWindow {
        "preview-window-copy-curl" CopyCurl, "c", "Copy as cURL",
            "Copy a curl command that makes the same request",
            "command line shell export snippet";
        "preview-window-copy-request" CopyRequest, "y", "Copy", "Copy the request", "clipboard yank";
        "preview-window-secrets" Secrets, "f8", "Secrets",
            "Show or hide secrets, here and in what is copied",
            "reveal unmask password";
        "preview-window-leave" Leave, "esc p f7", "Back", "One level up", "";
    }
    SnippetWindow {
        "snippet-window-copy-snippet" CopySnippet, "y", "Copy", "Copy the program", "clipboard yank code receiver";
        "snippet-window-left" Left, "left h", "", "Previous language", "";
        "snippet-window-right" Right, "right l", "Language", "Next language: Python, Node.js, PHP, Go, Java, Ruby, Rust",
            "python node javascript php go java ruby rust";
        "snippet-window-leave" Leave, "esc s", "Back", "Back; nothing is copied", "";
    }
    ReceiverWindow {
        "receiver-window-toggle" Toggle, "space", "Start/stop",
            "Start or stop the receiver, an endpoint to test against",
            "on off listen server";
        "receiver-window-left" Left, "left h", "", "Change the selected setting", "";
        "receiver-window-right" Right, "right l", "Change", "Change the selected setting",
            "respond status delay fail hang reset verify";
        "receiver-window-edit-responses" EditResponses, "e", "Script",
            "Set script, headers and body of the responses, and the paths that are shown",
            "sequence retry-after location redirect timeout body header filter path";
        "receiver-window-show-in-full" ShowInFull, "enter", "Show",
            "Show the selected request in full, or the newest one",
            "details open request body headers";
        "receiver-window-send-to" Replay, "p", "Send to",
            "Send the selected request, or the newest one, to another address",
            "forward repeat elsewhere";
        "receiver-window-copy-id" CopyId, "y", "Copy URL", "Copy the address to test against",
            "clipboard address endpoint";
        "receiver-window-leave" Leave, "esc R", "Back", "Back; the receiver keeps running", "";
    }
    ResponsesForm {
        "responses-accept" Accept, "enter", "Set", "Respond like that from now on", "save store ok";
        "responses-next-field" NextField, "tab down", "Next", "Next field", "";
        "responses-previous-field" PreviousField, "shift+tab up", "", "Previous field", "";
        "responses-leave" Leave, "esc", "Back", "Back; nothing is changed", "";
    }
    ReplayForm {
        "send-to-accept" Accept, "enter", "Send", "Send the request to this address", "ok";
        "send-to-leave" Leave, "esc", "Back", "Back to the receiver", "";
    }
    RequestWindow {
        "request-window-send-to" Replay, "p", "Send to", "Send the request to another address",
            "forward repeat elsewhere";
        "request-window-copy-request" CopyRequest, "y", "Copy", "Copy the request", "clipboard yank";
        "request-window-leave" Leave, "esc enter", "Back", "Back to the receiver", "";
    }
    Form {
        "form-accept" Accept, "enter", "Add", "Add the variable", "save store ok create";
        "form-next-field" NextField, "tab down", "Next", "Next field", "";
        "form-previous-field" PreviousField, "shift+tab up", "", "Previous field", "";
        "form-leave" Leave, "esc", "Back", "Back; nothing is added", "";
    }
    CopyWindow {
        "copy-window-show-in-full" ShowInFull, "v enter", "Show", "Show it in full, to select it",
            "display select text";
        "copy-window-write-file" WriteFile, "w", "Write file", "Write it to a file that only you can read",
            "save export disk";
        "copy-window-pager" Pager, "o", "Pager", "Open it in $PAGER", "less view";
        "copy-window-leave" Leave, "esc", "Back", "Back; nothing is copied", "";
    }
    Question {
        "question-accept" Accept, "y enter", "Yes", "Run", "ok confirm apply";
        "question-discard" Discard, "d", "Discard", "Discard changes", "drop throw away";
        "question-refuse" Refuse, "n esc", "No", "No: change nothing", "cancel abort keep";
    }
    Global {
        "test" Test, "t", "Test", "Test the profile", "try send trial callback profile tested";
        "receiver" Receiver, "R f9", "Receiver",
            "Receiver: an endpoint to test against; set its responses, see requests",
            "endpoint server listen mock localhost webhook requests";
        "palette" Palette, ": f10 ctrl+p", "Palette",
            "Command palette: run any action, or go to a profile or a field by its name",
            "";
        "help" Help, "? f1", "Help", "Help: what every key does; Enter runs it",
            "keys shortcuts bindings manual cheat sheet";
        "next-pane" NextPane, "tab f6", "", "Next pane", "focus switch window tab";
        "previous-pane" PreviousPane, "shift+tab shift+f6", "", "Previous pane",
            "focus switch window tab back";
        "go-profiles" GoProfiles, "1", "", "Go to the profiles", "list pane callback profiles";
        "go-editor" GoEditor, "2", "", "Go to the editor", "pane form profile";
        "go-variables" GoVariables, "3 v", "", "Go to the Dynamic Variables",
            "pane picker placeholders attributes view";
        "go-deliveries" GoDeliveries, "4", "", "Go to the deliveries", "pane log history callback reports resent";
        "go-timeline" GoTimeline, "5", "", "Go to the timeline", "pane attempts retries phase phases slow dns connect tls wait read";
        "senders" Senders, "S", "",
            "Senders: the processes that send from the database, their leases, requests in flight and rates",
            "fleet hosts workers processes standby lease";
        "overview" Overview, "O", "",
            "Overview: how many deliveries of each profile arrived and failed, how fast, and why",
            "numbers statistics stats rate success latency slow percentile failures failing since alert alerts health dashboard";
        "bulk" Bulk, "B", "",
            "Bulk actions: what became of bulk resends and retries",
            "result outcome resent retried progress batch resend all retry all";
        "show-failed" ShowFailed, "!", "Failed", "Failed deliveries of all profiles; again shows all",
            "failures errors problems what went wrong filter show";
        "theme" Theme, "f12", "", "Next theme: terminal, dark, light, mono",
            "colours colors dark light appearance";
        "mouse" Mouse, "M", "", "Mouse on or off; off, the terminal selects text", "click pointer selection";
        "suspend" Suspend, "ctrl+z", "", "Suspend; fg resumes", "background shell job";
        "redraw" Redraw, "ctrl+l", "", "Redraw the screen", "refresh repaint clear screen";
        "leave" Leave, "esc", "Back", "One level up; never quits", "";
        "quit" Quit, "q ctrl+c", "Quit", "Quit; what is pending stays queued", "exit close leave end";
    }
    SendersWindow {
        "senders-window-leave" Leave, "esc S", "Back", "Back", "";
    }
    OverviewWindow {
        "overview-window-left" Left, "left h", "", "Shorter time: week, day, today, hour", "";
        "overview-window-right" Right, "right l", "Hour … week", "Longer time: hour, today, day, week", "";
        "overview-window-show-failed" ShowFailed, "enter", "Failed",
            "Show the failed deliveries of the selected profile", "failures errors";
        "overview-window-leave" Leave, "esc O", "Back", "Back", "";
    }
    BulkWindow {
        "bulk-window-show-failed" ShowFailed, "enter", "Failed", "Show those that failed", "failures errors";
        "bulk-window-show-all" ShowInFull, "a", "All", "Show all deliveries of the selected action", "";
        "bulk-window-leave" Leave, "esc B", "Back", "Back", "";
    }
    List {
        "list-down" Down, "down j", "", "Down", "";
        "list-up" Up, "up k", "", "Up", "";
        "list-page-down" PageDown, "pgdn ctrl+d", "", "Page down", "";
        "list-page-up" PageUp, "pgup ctrl+u", "", "Page up", "";
        "list-top" Top, "home gg", "", "To the top", "first start beginning";
        "list-bottom" Bottom, "end G", "", "To the bottom", "last end";
    }
    Reading {
        "reading-search" Search, "/", "Find", "Search for text; Enter goes to it", "search look up";
        "reading-next-match" NextMatch, "n", "", "Next match", "";
        "reading-previous-match" PreviousMatch, "N", "", "Previous match", "";
    }
    Guide {
        "guide-accept" Accept, "enter", "Run", "Run the selected line", "";
        "guide-search" Search, "/ tab", "Search/list",
            "Search while typing, or go from the search to the list and back",
            "";
        "guide-next-match" NextMatch, "n ctrl+n", "", "Next match", "";
        "guide-previous-match" PreviousMatch, "N ctrl+p", "", "Previous match", "";
        "guide-leave" Leave, "esc q", "Back", "End the search, then close", "";
    }
};

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
                let _ = writeln!(out, "| {} | {} | `{}` |", keys.join(" "), entry.long, entry.name);
            }
        }
        out
    }

    #[test]
    fn every_key_of_the_table_is_valid() {
        for entry in TABLE {
            assert_eq!(entry.keys().count(), entry.keys.split(' ').count(), "{:?}", entry.action);
        }
    }

    /// Settings files use these names: they may be added to, never removed or changed.
    #[test]
    fn action_names_are_stable() {
        let names: Vec<&str> = TABLE.iter().map(|entry| entry.name).collect();
        let mut lasting: Vec<&str> = NAMES.split_whitespace().collect();
        lasting.retain(|name| !names.contains(name));
        assert_eq!(lasting, [""; 0], "gone");
        let different: std::collections::HashSet<&str> = names.iter().copied().collect();
        assert_eq!(different.len(), names.len(), "one name, one action");
    }

    const NAMES: &str = "
        profiles-new profiles-edit profiles-preview profiles-search profiles-copy-id profiles-edit-profile
        profiles-duplicate profiles-delete profiles-undo profiles-enable profiles-pause editor-save
        editor-test editor-variables editor-other-step editor-leave editor-preview editor-next-field
        editor-previous-field editor-left editor-right editor-secrets editor-edit-body editor-edit-profile
        variables-toggle variables-select-all variables-copy-variables variables-insert variables-search
        variables-add-variable variables-edit-variable variables-remove-variable variables-leave
        deliveries-details deliveries-retry-now deliveries-cancel deliveries-send-again deliveries-original
        deliveries-resent
        deliveries-filter-state deliveries-filter-profile deliveries-follow deliveries-time-form
        deliveries-search deliveries-copy-delivery deliveries-retry-all deliveries-cancel-all
        deliveries-send-all-again deliveries-pager deliveries-pause-all deliveries-leave test-window-accept
        test-window-next-field test-window-previous-field test-window-left test-window-right
        test-window-open-file test-window-other-step test-window-preview test-window-leave
        preview-window-copy-curl preview-window-copy-request preview-window-secrets preview-window-leave
        receiver-window-toggle receiver-window-left receiver-window-right receiver-window-show-in-full
        receiver-window-copy-id receiver-window-leave receiver-window-edit-responses responses-accept
        responses-next-field responses-previous-field responses-leave request-window-copy-request request-window-leave
        form-accept form-next-field form-previous-field form-leave copy-window-show-in-full
        copy-window-write-file copy-window-pager copy-window-leave question-accept question-discard
        question-refuse test receiver palette help next-pane previous-pane go-profiles go-editor
        go-variables go-deliveries go-timeline theme mouse suspend redraw leave quit list-down list-up
        list-page-down list-page-up list-top list-bottom reading-search reading-next-match
        reading-previous-match senders senders-window-leave overview overview-window-left overview-window-right
        overview-window-leave overview-window-show-failed show-failed bulk bulk-window-show-failed bulk-window-show-all
        bulk-window-leave guide-accept guide-search guide-next-match guide-previous-match guide-leave
    ";

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
