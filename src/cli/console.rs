//! `ringback`: opens the console.

use std::path::PathBuf;
use std::process::ExitCode;

use super::error::CommandError;
use super::output::eprint_line;
use super::receive::stored;
use super::session::Session;
use super::terminal;
use crate::alerting::AlertTargets;
use crate::console::glyphs::Glyphs;
use crate::console::model::clock::Clock;
use crate::console::model::notice::{Notice, Tone};
use crate::console::model::settings::ConsoleSettings;
use crate::console::theme::{Depth, Theme};
use crate::console::{self, Start};
use crate::keymap;
use crate::receiver::Receiver;
use crate::settings::{Loaded, Settings, SettingsNotice};
use crate::storage::{Opened, RetentionPolicy, report_lock_waits};

pub(super) async fn run(session: &Session) -> Result<ExitCode, CommandError> {
    if let Some(why) = terminal::why_not() {
        return Err(no_terminal(why));
    }
    let Loaded { settings, notices, .. } = session.loaded();
    let store = session.store()?;
    let named = settings_of(settings, store.short_name(), false);
    let notice = first_of(notices).map(|text| Notice { text, tone: Tone::Bad });
    // Without a home folder there is none.
    let kept = stored::file(session).ok();
    show(store, settings, named, None, kept, notice).await
}

/// The problem with the settings, shortened to one line: every command prints all of it.
fn first_of(notices: &[SettingsNotice]) -> Option<String> {
    let first = notices.first()?;
    // The settings are only read at the start.
    let first = format!("{first} · fix it and start again");
    Some(match notices.len() {
        1 => first,
        n => format!("{} more · {first}", n - 1),
    })
}

/// The console on the demo's database.
pub(super) async fn demo(
    store: Opened,
    settings: Settings,
    receiver: Receiver,
) -> Result<ExitCode, CommandError> {
    let named = settings_of(&settings, store.short_name(), true);
    let text = "Press {test}, Enter: the first attempt fails, a retry succeeds. {help} shows all keys.";
    let text = named.keys.spell(text);
    let notice = Notice { text, tone: Tone::Plain };
    show(store, &settings, named, Some(receiver), None, Some(notice)).await
}

async fn show(
    store: Opened,
    set: &Settings,
    settings: ConsoleSettings,
    receiver: Option<Receiver>,
    kept: Option<PathBuf>,
    notice: Option<Notice>,
) -> Result<ExitCode, CommandError> {
    let demo = settings.demo;
    let start = Start {
        store: store.clone(),
        settings,
        keep: keep(set),
        alerts: AlertTargets::of(set),
        mouse: set.mouse,
        addresses: set.addresses.clone(),
        receiver,
        kept,
        notice,
    };
    // From now on the console uses the terminal.
    report_lock_waits(None);
    let left = Box::pin(console::run(start))
        .await
        .map_err(|error| CommandError::System("the terminal cannot be used".to_owned(), error))?;
    if let Some(trouble) = &left.trouble {
        eprint_line(&format!("ringback: {trouble}"));
    }
    let counts = store.counts().await?;
    match counts.queued + counts.waiting {
        0 => {}
        _ if demo => {}
        1 => eprint_line("1 delivery is pending: the next session sends it"),
        n => eprint_line(&format!("{n} deliveries are pending: the next session sends them")),
    }
    Ok(left.code().into())
}

fn settings_of(settings: &Settings, database: String, demo: bool) -> ConsoleSettings {
    ConsoleSettings {
        rules: settings.rules(),
        region: settings.region,
        theme: Theme::of(settings.theme, Depth::of(variable)),
        glyphs: Glyphs::of(settings.borders, variable),
        clock: Clock::of(settings.time),
        keys: keymap::bind(&settings.keys).0,
        database,
        demo,
    }
}

/// The retention of the log.
pub(super) fn keep(settings: &Settings) -> RetentionPolicy {
    RetentionPolicy { days: settings.keep_days, deliveries: settings.keep_deliveries }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The error if the terminal cannot run the console.
fn no_terminal(why: &str) -> CommandError {
    let commands = "`ringback profiles`, `ringback variables`, `ringback test`, `ringback send`, \
                    `ringback work`, `ringback deliveries`, `ringback receive`, `ringback demo`";
    CommandError::Input(format!(
        "the console needs a terminal, and {why}\n\
         use a command instead: {commands}; `ringback --help` describes each"
    ))
}
