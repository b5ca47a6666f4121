//! `ringback`: opens the console.

use std::path::Path;
use std::process::ExitCode;

use super::error::CommandError;
use super::output::tell;
use super::session::Session;
use super::terminal;
use crate::console::state::{Notice, Settings as ConsoleSettings, Tone};
use crate::console::theme::Theme;
use crate::console::{self, Start};
use crate::receiver::Receiver;
use crate::settings::{Loaded, Settings, ThemeName};
use crate::store::Store;

pub(super) async fn run(session: &Session) -> Result<ExitCode, CommandError> {
    if !terminal::is_there() {
        return Err(no_terminal());
    }
    let Loaded { settings, notices } = session.loaded();
    let store = session.store()?;
    let database = store.path().to_owned();
    let named = settings_of(&settings, &database, false);
    let notice = notices.into_iter().next().map(|text| Notice { text, tone: Tone::Bad });
    show(store, named, None, notice).await
}

/// The console on the demo's database.
pub(super) async fn demo(
    store: Store,
    settings: Settings,
    receiver: Receiver,
) -> Result<ExitCode, CommandError> {
    let named = settings_of(&settings, store.path(), true);
    let text = "Press t and Enter: the first try fails, a retry succeeds. ? shows every key.".to_owned();
    show(store, named, Some(receiver), Some(Notice { text, tone: Tone::Plain })).await
}

async fn show(
    store: Store,
    settings: ConsoleSettings,
    receiver: Option<Receiver>,
    notice: Option<Notice>,
) -> Result<ExitCode, CommandError> {
    let demo = settings.demo;
    let start = Start { store: store.clone(), settings, receiver, notice };
    let signal = console::run(start)
        .await
        .map_err(|error| CommandError::System("the terminal cannot be used".to_owned(), error))?;
    let counts = store.counts().await?;
    match counts.queued + counts.waiting {
        0 => {}
        _ if demo => {}
        1 => tell("1 delivery is pending: it goes on when ringback runs again"),
        n => tell(&format!("{n} deliveries are pending: they go on when ringback runs again")),
    }
    // As a shell tells it: 128 and the signal's number.
    Ok(signal.map_or(ExitCode::SUCCESS, |number| (128 + number).into()))
}

fn settings_of(settings: &Settings, database: &Path, demo: bool) -> ConsoleSettings {
    let name = database.file_name().unwrap_or_default().to_string_lossy().into_owned();
    ConsoleSettings {
        rules: settings.rules(),
        region: settings.region,
        theme: match settings.theme {
            ThemeName::Colour => Theme::colour(),
            ThemeName::Mono => Theme::mono(),
        },
        database: name,
        demo,
    }
}

/// What a script is told that wants the console.
fn no_terminal() -> CommandError {
    let commands = "`ringback profiles`, `ringback variables`, `ringback test`, `ringback receive`, \
                    `ringback demo`";
    CommandError::Input(format!(
        "the console needs a terminal, and there is none here\n\
         use a command instead: {commands}; `ringback --help` tells of each"
    ))
}
