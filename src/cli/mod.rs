//! The commands: everything that the console can do, for scripts. One file per command.
//!
//! Output is text unless `--json` is given; errors go to standard error; exit codes follow the design, section 3: 0
//! done, 1 failed, 2 invalid usage or input.

mod alerts;
mod ask;
mod blocked;
mod check;
mod command_sender;
mod command_tree;
mod completions;
mod config;
mod console;
mod csv;
mod database_name;
mod db;
mod deliveries;
mod demo;
mod doctor;
mod error;
mod examples;
mod health_text;
mod interrupt;
mod json_error;
mod json_input;
mod keys;
mod licences;
mod listen_address;
mod man;
#[cfg(test)]
mod manual_tests;
mod other_endpoint;
mod output;
mod passed_over;
mod preview;
mod profiles;
mod receive;
mod remote;
mod resolve_profile;
mod send;
mod senders;
mod serve;
mod session;
mod set_value;
mod snippet;
mod stats;
mod status_line;
mod streams;
mod table;
mod terminal;
mod test;
mod test_values;
#[cfg(test)]
mod tested_lines;
mod throughput;
mod unused_values;
mod upkeep;
mod value_enum;
mod variables;
mod work;

use std::process::ExitCode;

use clap::builder::Resettable;
use clap::{CommandFactory as _, FromArgMatches as _, Parser};
use rustix::process::Signal;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use error::{CommandError, FAILED};
use interrupt::{BlockedSignals, Interrupts};
use output::eprint_line;
use session::Session;

use crate::delivery::raise_limit;
use crate::storage::report_lock_waits;
use crate::threads;

/// A terminal console and durable sender for callback profiles: edit, test, and watch every attempt.
/// Without a command, opens the console
#[derive(Debug, Parser)]
#[command(name = "ringback", version, arg_required_else_help = false)]
struct Cli {
    #[command(flatten)]
    session: Session,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List, show, create, update, delete and export callback profiles
    Profiles(profiles::ProfilesArgs),
    /// List the variables of each event; add your own
    Variables(variables::VariablesArgs),
    /// Show the exact request of a test without sending it, or print it as a curl command
    Preview(preview::PreviewArgs),
    /// Send a test callback and report each attempt
    Test(test::TestArgs),
    /// Print a receiver for a profile as a program: it verifies, decrypts and reads the callbacks
    Snippet(snippet::SnippetArgs),
    /// Send every sample of a profile to its endpoint once, and report responses, phases and TLS
    Check(check::CheckArgs),
    /// List, show, retry, resend, cancel and prune deliveries; pause and resume sending
    Deliveries(deliveries::DeliveriesArgs),
    /// Send events: one, or each line of a file or pipe
    Send(send::SendArgs),
    /// Run the sender without the console
    Work(work::WorkArgs),
    /// Run the HTTP API and the sender
    Serve(serve::ServeArgs),
    /// Show how many deliveries were accepted, delivered and failed, how fast, and why
    Stats(stats::StatsArgs),
    /// List the processes that send from the database: machine, lease, requests in flight, rate, trouble
    Senders(senders::SendersArgs),
    /// Run the built-in receiver and print each request
    Receive(receive::ReceiveArgs),
    /// Compare and exchange profiles with an account of the platform
    Remote(remote::RemoteArgs),
    /// Create, list and revoke keys of the HTTP API
    Keys(keys::KeysArgs),
    /// List when profiles turned failing and recovered; try out how alerts are given
    Alerts(alerts::AlertsArgs),
    /// Check, back up or copy a database
    Db(db::DbArgs),
    /// Print the path of the settings file, check it, or show the settings that apply
    Config(config::ConfigArgs),
    /// Check files, sender, terminal, clipboard and certificates, and suggest fixes; changes nothing without --migrate
    Doctor(doctor::DoctorArgs),
    /// Print shell completions
    Completions(completions::CompletionsArgs),
    /// Print what fits at the end of a line, for the scripts that `completions` prints
    #[command(hide = true)]
    Complete(completions::CompleteArgs),
    /// Print the manual page, or write the pages of all commands to a directory
    Man(man::ManArgs),
    /// Print the licences of Ringback and of the libraries in it
    #[command(visible_alias = "licenses")]
    Licences,
    /// Open the console on a throwaway database with sample profiles and a receiver
    Demo,
}

/// The command line as declared above, with examples.
fn command() -> clap::Command {
    examples::add(Cli::command())
}

/// The same, completed by clap: with inherited options and full names.
fn built() -> clap::Command {
    let mut command = command().disable_help_subcommand(true);
    command.build();
    command
}

/// Reads the arguments of this process.
fn arguments() -> Result<Cli, clap::Error> {
    let mut command = without_empty(command());
    let mut matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// The same, with all subcommands, without the variables that are empty: such a variable counts as not set, as in other
/// programs.
fn without_empty(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|arg| {
        let is_empty = arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
        if is_empty { arg.env(Resettable::Reset) } else { arg }
    });
    command.mut_subcommands(without_empty)
}

/// Runs the command of the arguments, from the start of the process to its exit code.
///
/// Not a future: the program would have to poll it, and all that it awaits would be compiled a second time.
#[must_use]
pub fn run() -> ExitCode {
    // Before anything that takes time.
    let signals = BlockedSignals::block();
    threads::run(run_command(signals)).unwrap_or_else(|error| {
        report(&error.to_string(), || json_error::of_start(&error.to_string(), FAILED));
        FAILED.into()
    })
}

/// Reports an error on standard error: as JSON if that is asked for.
fn report(text: &str, json: impl FnOnce() -> Value) {
    if json_error::is_asked_for(std::env::args_os()) {
        eprint_line(&json().to_string());
    } else {
        eprint_line(&format!("ringback: {text}"));
    }
}

async fn run_command(signals: BlockedSignals) -> ExitCode {
    let cli = match arguments() {
        Ok(cli) => cli,
        Err(error) => {
            // A reader that never reads must not prevent the process from ending.
            drop(signals);
            let code = u8::try_from(error.exit_code()).unwrap_or(error::INVALID_INPUT);
            if error.use_stderr() && json_error::is_asked_for(std::env::args_os()) {
                eprint_line(&json_error::of_usage(&error, code).to_string());
            } else if error.use_stderr() {
                // It repeats arguments, which may contain anything.
                eprint_line(error.render().to_string().trim_end());
            } else {
                // Help and version: our own text, in colours if supported. It ends with a line feed, which flushes
                // standard output.
                if let Err(unwritten) = error.print()
                    && unwritten.kind() != std::io::ErrorKind::BrokenPipe
                {
                    let error = CommandError::Output(unwritten);
                    report(&error.to_string(), || json_error::of_command(&error));
                    return FAILED.into();
                }
            }
            return code.into();
        }
    };
    raise_limit();
    // A write beyond the file size limit (`ulimit -f`) then fails instead of ending the program.
    let _ = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
    report_lock_waits(Some(|wait| eprint_line(&format!("ringback: {wait}"))));
    let session = cli.session;
    let ended = Box::pin(carry_out(&session, cli.command, signals)).await;
    close(&session).await;
    match ended {
        Ok(code) => code,
        Err(error) => {
            if error.is_printed() {
                report(&error.to_string(), || json_error::of_command(&error));
            }
            error.code().into()
        }
    }
}

/// Closes the database, which takes as long as the disk does: a signal ends the program at once.
async fn close(session: &Session) {
    let Some(store) = session.opened() else { return };
    let (tx, closed) = oneshot::channel();
    let own = store.clone();
    let closing = threads::spawn("close", move || {
        own.close();
        // After a signal nobody is waiting.
        let _ = tx.send(());
    });
    match (closing, Interrupts::watch()) {
        (Ok(_), Ok(mut interrupts)) => tokio::select! {
            _ = closed => {}
            _ = interrupts.next() => {}
        },
        (Ok(_), Err(_)) => {
            let _ = closed.await;
        }
        (Err(_), _) => store.close(),
    }
}

/// The name of a command that sends, for lists of senders.
fn sends_as(command: Option<&Command>) -> Option<&'static str> {
    match command {
        None => Some("console"),
        Some(Command::Work(_)) => Some("work"),
        Some(Command::Send(_)) => Some("send"),
        Some(Command::Serve(_)) => Some("serve"),
        Some(Command::Test(_)) => Some("test"),
        Some(_) => None,
    }
}

async fn carry_out(
    session: &Session,
    command: Option<Command>,
    signals: BlockedSignals,
) -> Result<ExitCode, CommandError> {
    if let Some(name) = sends_as(command.as_ref()) {
        session.sends_as(name);
    }
    // These are normally ended by a signal, so they handle signals from the start.
    let signals = matches!(command, Some(Command::Work(_) | Command::Serve(_) | Command::Receive(_)))
        .then_some(signals);
    // The commands left out do not use the settings, or report their errors themselves.
    if !matches!(
        command,
        None | Some(
            Command::Completions(_)
                | Command::Complete(_)
                | Command::Config(_)
                | Command::Man(_)
                | Command::Licences
                | Command::Doctor(_)
        )
    ) {
        session.report_settings();
    }
    match command {
        Some(Command::Profiles(args)) => profiles::run(session, args).await,
        Some(Command::Variables(args)) => variables::run(session, &args).await,
        Some(Command::Preview(args)) => preview::run(session, &args).await,
        Some(Command::Test(args)) => test::run(session, &args).await,
        Some(Command::Snippet(args)) => snippet::run(session, &args).await,
        Some(Command::Check(args)) => check::run(session, &args).await,
        Some(Command::Deliveries(args)) => deliveries::run(session, args).await,
        Some(Command::Send(args)) => send::run(session, args).await,
        Some(Command::Work(args)) => work::run(session, &args, signals).await,
        Some(Command::Serve(args)) => serve::run(session, &args, signals).await,
        Some(Command::Stats(args)) => stats::run(session, &args).await,
        Some(Command::Senders(args)) => senders::run(session, &args).await,
        Some(Command::Receive(args)) => receive::run(session, args, signals).await,
        Some(Command::Remote(args)) => Box::pin(remote::run(session, args)).await,
        Some(Command::Keys(args)) => keys::run(session, args).await,
        Some(Command::Alerts(args)) => alerts::run(session, args).await,
        Some(Command::Db(args)) => db::run(session, args).await,
        Some(Command::Config(args)) => config::run(session, &args),
        Some(Command::Doctor(args)) => doctor::run(session, &args).await,
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Complete(args)) => completions::complete(session, &args).await,
        Some(Command::Man(args)) => man::run(&args),
        Some(Command::Licences) => licences::run(),
        Some(Command::Demo) => Box::pin(demo::run(session)).await,
        None => console::run(session).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        command().debug_assert();
    }

    #[test]
    fn commands_named_in_errors_exist() {
        let message = crate::storage::Problem::NoDelivery(crate::record::DeliveryId::generate()).to_string();
        let commands: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        assert!(!commands.is_empty(), "{message}");
        for command in commands {
            let read = Cli::try_parse_from(command.split(' '));
            assert!(read.is_ok(), "{command}: {read:?}");
        }
    }
}
