//! Examples of every command. They are part of its help and of its manual page.

use std::fmt::Write as _;

use clap::Command;

use super::command_tree::join;

/// The purpose of a command line, and the line, which may continue on further lines.
pub(super) type Example = (&'static str, &'static str);

/// The examples by command, in the order of the help. The program itself has no name here.
const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "",
        &[
            ("Open the console", "ringback"),
            ("Try everything on a throwaway database", "ringback demo"),
            ("Keep the profiles of a project in a database of its own", "ringback --db shop.db"),
        ],
    ),
    (
        "profiles",
        &[
            ("List all profiles", "ringback profiles list"),
            ("Create or update profiles from a file", "ringback profiles apply profiles.json"),
        ],
    ),
    (
        "profiles list",
        &[
            ("Find a profile by a part of its title", "ringback profiles list --search order"),
            (
                "Print the IDs of the SMS profiles",
                "ringback profiles list --channel sms --json | jq '.[].profile_id'",
            ),
            ("List deleted profiles that can be restored", "ringback profiles list --deleted"),
        ],
    ),
    ("profiles show", &[("Show one profile as JSON", "ringback profiles show \"Order SMS\" --json")]),
    (
        "profiles apply",
        &[
            ("Create or update the profiles of a file", "ringback profiles apply profiles.json"),
            ("Show what a folder would change", "ringback profiles apply -f profiles/ --prune --dry-run"),
            ("Read YAML from standard input", "ringback profiles apply - --format yaml < profiles.txt"),
            (
                "Create a profile from standard input",
                r#"echo '{"title": "Order SMS", "channel": "sms",
       "url": "https://hooks.example/cb",
       "body": "{\"id\": \"<id>\"}"}' | ringback profiles apply -"#,
            ),
            (
                "Copy all profiles, with their secrets, to another database",
                "ringback profiles export --secrets | ringback profiles apply - --db copy.db",
            ),
        ],
    ),
    (
        "profiles schema",
        &[("Save the schema for an editor", "ringback profiles schema > profiles.schema.json")],
    ),
    (
        "profiles template",
        &[
            ("Start a profile for SMS", "ringback profiles template --channel sms > order.json"),
            ("The same in YAML", "ringback profiles template --channel sms --yaml > order.yaml"),
        ],
    ),
    (
        "profiles import-curl",
        &[
            (
                "Create a profile from a command in a file, such as one that a browser copied",
                "ringback profiles import-curl command.txt --title \"Order SMS\"",
            ),
            (
                "See what becomes of a command, and save nothing",
                r#"ringback profiles import-curl --dry-run \
       "curl https://hooks.example/cb --json '{\"id\": \"<id>\"}'""#,
            ),
        ],
    ),
    ("profiles enable", &[("Enable a profile", "ringback profiles enable \"Order SMS\"")]),
    ("profiles disable", &[("Disable a profile", "ringback profiles disable \"Order SMS\"")]),
    (
        "profiles delete",
        &[("Delete a profile without a question", "ringback profiles delete \"Order SMS\" --yes")],
    ),
    ("profiles restore", &[("Undo a deletion", "ringback profiles restore \"Order SMS\"")]),
    (
        "profiles export",
        &[
            ("Export all profiles without their secrets", "ringback profiles export > profiles.json"),
            ("Export one profile with its secrets", "ringback profiles export \"Order SMS\" --secrets"),
            ("Keep each profile in a file of its own", "ringback profiles export -o profiles/ --yaml"),
        ],
    ),
    (
        "variables",
        &[
            ("List the variables of an event", "ringback variables --event sms-send"),
            (
                "List the samples that `ringback test --sample` takes",
                "ringback variables --channel sms --samples",
            ),
        ],
    ),
    (
        "variables add",
        &[(
            "Add a variable to an event",
            "ringback variables add sms-send shop_id --meaning \"id of the shop\" --sample 42",
        )],
    ),
    ("variables set", &[("Change a sample", "ringback variables set sms-send shop_id --sample 43")]),
    ("variables remove", &[("Remove a variable", "ringback variables remove sms-send shop_id")]),
    ("variables samples", &[("Add one", "ringback variables samples add sms-send blocked --set id=7")]),
    (
        "variables samples add",
        &[("Keep values for tests", "ringback variables samples add sms-send blocked --set status=FAILED")],
    ),
    (
        "variables samples set",
        &[("Change one", "ringback variables samples set sms-send blocked --set id=7")],
    ),
    ("variables samples remove", &[("Remove it", "ringback variables samples remove sms-send blocked")]),
    (
        "preview",
        &[
            ("Show the request of a test", "ringback preview \"Order SMS\" --set status=FAILED"),
            ("Run the same request with curl", "ringback preview \"Order SMS\" --curl --secrets | sh"),
        ],
    ),
    (
        "test",
        &[
            ("Send a test with sample values", "ringback test \"Order SMS\""),
            (
                "Send a sample with one value changed",
                "ringback test \"Order SMS\" --sample failed --set id=7",
            ),
            ("Set a number instead of a string", "ringback test \"Order SMS\" --set price:=0.120"),
            (
                "Send the test to another endpoint; the profile keeps its own",
                "ringback test \"Order SMS\" --endpoint http://127.0.0.1:9977/cb",
            ),
        ],
    ),
    (
        "snippet",
        &[
            (
                "Start a receiver in Python from a profile",
                "ringback snippet \"Order SMS\" --language python > receiver.py",
            ),
            (
                "Print one in Go that listens on another port",
                "ringback snippet \"Order SMS\" --language go --listen 127.0.0.1:9000",
            ),
        ],
    ),
    (
        "check",
        &[
            ("Send every sample of a profile to its endpoint", "ringback check \"Order SMS\""),
            (
                "Check an endpoint in a pipeline, which reads the results as JUnit XML",
                "ringback check \"Order SMS\" --junit callbacks.xml",
            ),
        ],
    ),
    (
        "deliveries",
        &[
            ("List the newest deliveries", "ringback deliveries list"),
            ("Show one delivery", "ringback deliveries show 01a22916"),
        ],
    ),
    (
        "deliveries list",
        &[
            ("Follow what happens", "ringback deliveries list --follow"),
            ("List server errors of the last two hours", "ringback deliveries list --status 5xx --since 2h"),
            ("Find the deliveries of one order", "ringback deliveries list --text 4711 --limit 0"),
            (
                "Report what failed since yesterday",
                "ringback deliveries list --csv --state failed --since 1d",
            ),
            (
                "List failures of one profile as JSON",
                "ringback deliveries list --state failed --profile \"Order SMS\" --json",
            ),
        ],
    ),
    ("deliveries show", &[("Show the request, attempts and responses", "ringback deliveries show 01a22916")]),
    (
        "deliveries retry",
        &[
            ("Retry or resend one delivery", "ringback deliveries retry 01a22916"),
            (
                "Count what would be resent",
                "ringback deliveries retry --state failed --profile \"Order SMS\" --dry-run",
            ),
            ("Resend without a question", "ringback deliveries retry --state failed --since 2h --yes"),
        ],
    ),
    (
        "deliveries resend",
        &[
            ("Resend one delivery", "ringback deliveries resend 01a22916"),
            ("Resend what failed in the last two hours", "ringback deliveries resend --since 2h"),
            ("Resend what was delivered too", "ringback deliveries resend --state ended --text 'order 4711'"),
            ("Resend, and wait for the result", "ringback deliveries resend --since 2h --yes --wait"),
        ],
    ),
    (
        "deliveries bulk",
        &[
            ("See what became of the last bulk resends and retries", "ringback deliveries bulk"),
            ("Wait for the result of one", "ringback deliveries bulk 00c3a91f5e20 --wait"),
        ],
    ),
    (
        "deliveries cancel",
        &[
            ("Cancel one delivery", "ringback deliveries cancel 01a22916"),
            ("Cancel all that wait for a retry", "ringback deliveries cancel --state waiting"),
        ],
    ),
    (
        "deliveries pause",
        &[
            ("Pause all events", "ringback deliveries pause"),
            ("Pause the events of one profile", "ringback deliveries pause \"Order SMS\""),
        ],
    ),
    ("deliveries resume", &[("Resume one profile", "ringback deliveries resume \"Order SMS\"")]),
    (
        "deliveries prune",
        &[
            ("Apply the retention settings now", "ringback deliveries prune"),
            (
                "Remove deliveries that succeeded more than 30 days ago",
                "ringback deliveries prune --older-than 30d --state delivered",
            ),
        ],
    ),
    (
        "send",
        &[
            (
                "Send one event and wait for the outcome",
                "ringback send \"Order SMS\" --set id=7 --set status=DELIVRD --set price:=0.120",
            ),
            (
                "Send one event at most once, however often this runs",
                "ringback send \"Order SMS\" --set id=7 --event-id order-7",
            ),
            ("Send the events of a file", "ringback send --from events.ndjson"),
            ("Accept the events of a pipe", "my-platform | ringback send --from - --no-wait --json"),
        ],
    ),
    (
        "keys",
        &[
            ("Create a key that may hand over events", "ringback keys create shop --scope send"),
            ("List all keys", "ringback keys list"),
        ],
    ),
    ("remote", &[("What differs from the account?", "ringback remote diff --account HX1")]),
    (
        "remote pull",
        &[
            ("See what would change here", "ringback remote pull --dry-run"),
            ("From another server", "ringback remote pull --url https://hooks.example --account acme"),
        ],
    ),
    (
        "remote push",
        &[
            ("See what would change on the account", "ringback remote push --dry-run"),
            ("One profile, without a question", "ringback remote push \"Order SMS\" --yes"),
        ],
    ),
    ("remote diff", &[("In a script", "ringback remote diff --json > differences.json")]),
    (
        "keys create",
        &[
            ("Keep a new key in a variable", "KEY=$(ringback keys create shop --scope send)"),
            (
                "Limit a key to one profile, for 90 days",
                "ringback keys create board --scope read --profile \"Order SMS\" --expires 90d",
            ),
        ],
    ),
    ("keys list", &[("Print the keys as JSON", "ringback keys list --json")]),
    ("keys revoke", &[("Revoke a key by its name", "ringback keys revoke shop")]),
    (
        "alerts",
        &[("Give a sample alert to the command and the profile of the settings", "ringback alerts test")],
    ),
    (
        "alerts list",
        &[
            ("See when which profile began to fail", "ringback alerts list"),
            ("Print the last turn as JSON", "ringback alerts list --limit 1 --json"),
        ],
    ),
    ("alerts test", &[("Try out on_alert and alert_profile", "ringback alerts test")]),
    (
        "db",
        &[
            ("Check that a database is sound", "ringback db check"),
            ("Back up a file while it is in use", "ringback db backup backup.db"),
            (
                "Move to PostgreSQL, and close the file",
                "ringback db copy --from ringback.db --to postgres://ringback@db1/ringback",
            ),
        ],
    ),
    (
        "db check",
        &[
            ("Check the database", "ringback db check"),
            (
                "Print what is not sound, for a script",
                "ringback db check --json | jq '.checks[] | select(.faults > 0)'",
            ),
        ],
    ),
    (
        "db backup",
        &[
            ("Back up a file while it is in use", "ringback db backup backup.db"),
            ("Back up each night, under the date", r#"ringback db backup "backup-$(date +%F).db" --json"#),
        ],
    ),
    (
        "db copy",
        &[(
            "Move to PostgreSQL, and print counts and checksums as JSON",
            "ringback db copy --from ringback.db --to @url-file --json",
        )],
    ),
    (
        "config",
        &[
            ("Print the path of the settings file", "ringback config path"),
            ("Check the settings file", "ringback config check"),
        ],
    ),
    ("config path", &[("Print the path of the settings file", "ringback config path")]),
    ("config check", &[("Check a file before it is used", "ringback config check --config new.toml")]),
    (
        "config show",
        &[
            ("Show the settings of the HTTP API", "ringback config show api"),
            (
                "List what is not a default, for a script",
                "ringback config show --json | jq '.settings[] | select(.source != \"default\")'",
            ),
        ],
    ),
    (
        "work",
        &[
            ("Send until interrupted", "ringback work"),
            ("Send what is queued, then exit", "ringback work --until-idle"),
        ],
    ),
    (
        "serve",
        &[
            ("Try the API on this machine, without a key", "ringback serve --insecure-no-auth"),
            ("Serve on another port, and log requests", "ringback serve --listen 9000 --access-log -"),
            (
                "Serve other machines over HTTPS",
                "ringback serve --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem",
            ),
        ],
    ),
    (
        "receive",
        &[
            ("Fail the first attempt of each delivery", "ringback receive --fail-first 1"),
            (
                "Verify and decrypt requests with the secrets of a profile",
                "ringback receive --profile \"Order SMS\"",
            ),
            ("Let each delivery fail in three ways first", "ringback receive --script 500,timeout,429:5,200"),
            (
                "Respond with a redirect",
                "ringback receive --status 302 --header \"Location: http://127.0.0.1:9978/\"",
            ),
            ("Decrypt values with a profile's key", "ringback receive --decrypt-profile \"Order SMS\""),
            ("Respond with 503 after two seconds", "ringback receive --listen 9978 --status 503 --delay 2s"),
        ],
    ),
    (
        "receive list",
        &[
            ("List the last requests", "ringback receive list"),
            ("List those to some paths, as JSON", "ringback receive list --path /sms --json"),
        ],
    ),
    ("receive show", &[("Show the last request in full", "ringback receive show last")]),
    (
        "receive replay",
        &[
            (
                "Send the last request to a server on this machine",
                "ringback receive replay last http://127.0.0.1:3000",
            ),
            (
                "Send a request to another address, signed anew",
                "ringback receive replay last https://x.example/hooks --profile \"Order SMS\"",
            ),
        ],
    ),
    ("receive clear", &[("Remove the requests that are kept", "ringback receive clear")]),
    (
        "stats",
        &[
            ("Show the numbers of the last hour, by profile", "ringback stats"),
            (
                "Show why deliveries of a profile failed today",
                "ringback stats --profile \"Order SMS\" --since 1d --by class",
            ),
            (
                "Write a week by hour for a spreadsheet",
                "ringback stats --since 7d --by hour --csv > week.csv",
            ),
        ],
    ),
    (
        "senders",
        &[("List who sends", "ringback senders"), ("Check that this host sends", "ringback senders --here")],
    ),
    (
        "doctor",
        &[
            ("Check this machine", "ringback doctor"),
            ("Check a settings file", "ringback doctor --config config.toml"),
        ],
    ),
    (
        "completions",
        &[
            ("Install completions for bash", "ringback completions bash >> ~/.bash_completion"),
            ("Load completions into fish", "ringback completions fish | source"),
        ],
    ),
    (
        "man",
        &[
            ("Read the manual page", "ringback man | man -l -"),
            ("Install the pages of all commands", "ringback man ~/.local/share/man/man1"),
        ],
    ),
    (
        "licences",
        &[
            ("Read the licences", "ringback licences | less"),
            (
                "List the libraries with their versions",
                "ringback licences | grep -E '^[a-z0-9_-]+ [0-9.]+.*: '",
            ),
        ],
    ),
    ("demo", &[("Open the demo", "ringback demo"), ("Print the demo as text", "ringback demo < /dev/null")]),
];

/// The examples of a command by its path, such as `profiles apply`; the program's own path is empty.
pub(super) fn of(path: &str) -> &'static [Example] {
    EXAMPLES.iter().find(|(command, _)| *command == path).map_or(&[], |(_, examples)| examples)
}

/// Adds its examples to the help of a command and of all its subcommands.
pub(super) fn add(command: Command) -> Command {
    add_at(command, "")
}

fn add_at(command: Command, path: &str) -> Command {
    let header = *command.get_styles().get_header();
    let mut help = format!("{header}Examples:{header:#}");
    for (what, line) in of(path) {
        let _ = write!(help, "\n  # {what}\n  {}", line.replace('\n', "\n  "));
    }
    let command = if of(path).is_empty() { command } else { command.after_help(help) };
    command.mut_subcommands(|sub| {
        let path = join(path, sub.get_name());
        add_at(sub, &path)
    })
}

#[cfg(test)]
mod tests;
