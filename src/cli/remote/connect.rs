//! The account that a command works with, and its client.

use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::cli::error::CommandError;
use crate::cli::session::Session;
use crate::cli::status_line::StatusLine;
use crate::delivery::Exchange;
use crate::management::ProfileCheck;
use crate::profile::Tls;
use crate::remote::{
    Account, Adopted, Pair, RemoteClient, RemoteError, account_key, adopted, all_profiles, chosen, pairs,
    usual_url,
};
use crate::storage::Opened;
use crate::text::{escape_controls, escape_lines};

#[derive(Debug, clap::Args)]
pub(super) struct AccountArgs {
    /// URL before `/v1/` [default: `url` in [remote] of the settings, otherwise that of the region]
    #[arg(long, value_name = "URL", global = true, env = "RINGBACK_REMOTE_URL", hide_env_values = true)]
    url: Option<String>,
    /// Account ID [default: `account` in [remote] of the settings]
    #[arg(long, value_name = "SID", global = true, env = "RINGBACK_REMOTE_ACCOUNT", hide_env_values = true)]
    account: Option<String>,
}

/// The profiles on both sides.
pub(super) struct Pairs {
    /// All of them.
    pub all: Vec<Pair>,
    /// Those that were named.
    pub chosen: Vec<Pair>,
}

/// What a command works with.
pub(super) struct Connected {
    pub store: Opened,
    pub client: RemoteClient,
    progress: Arc<Mutex<StatusLine>>,
}

impl Connected {
    /// The account, with its key, and the database, which only a pull creates.
    ///
    /// # Errors
    /// One of them cannot be used.
    pub async fn new(session: &Session, args: &AccountArgs, creates: bool) -> Result<Self, CommandError> {
        let settings = session.settings();
        let remote = &settings.remote;
        let url = args.url.as_deref().or(remote.url.as_deref()).unwrap_or_else(|| usual_url(settings.region));
        let missing = || {
            let fix = "set `account` in [remote] of the settings, or give --account SID";
            CommandError::Input(format!("no account ID: {fix}"))
        };
        let sid = args.account.as_deref().or(remote.account.as_deref()).ok_or_else(missing)?;
        let account = Account::new(url, sid, settings.allow_insecure_http);
        let account = account.map_err(|error| CommandError::Input(error.to_string()))?;
        let network = settings.addresses.for_sending()?;
        // A core file would contain the key. 1 also keeps the system from piping one to a program.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(1), maximum: Some(1) });
        let key = account_key(remote).await.map_err(|error| CommandError::Input(error.to_string()))?;
        let tls = Tls { ca_file: remote.ca_file.clone(), ..Tls::default() };
        let progress = Arc::new(Mutex::new(StatusLine::new()));
        let line = Arc::clone(&progress);
        let on_wait = move |text: &str| {
            let text = format!("ringback: {text}");
            line.lock().unwrap_or_else(PoisonError::into_inner).print_above(&text);
        };
        let exchange = Exchange::new(network, tls);
        let client = RemoteClient::new(exchange, account, key, remote.timeout, Box::new(on_wait));
        let store = if creates { session.store() } else { session.existing_store() }?;
        Ok(Self { store, client, progress })
    }

    /// The profiles here and on the account that these texts name; all if there are none.
    ///
    /// # Errors
    /// The account or the database cannot be read, or a text names no profile.
    pub async fn pairs(
        &self,
        named: &[String],
        which: Adopted,
        check: &ProfileCheck<'_>,
    ) -> Result<Pairs, CommandError> {
        let line = Arc::clone(&self.progress);
        let progress = move |count: usize| {
            let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
            line.draw(|_| format!("reading the account: {count} profiles"));
        };
        let remotes = all_profiles(&self.client, &progress).await;
        self.progress().clear();
        let remotes = remotes.map_err(|error| self.failed(error))?;
        let all = pairs(&*self.store, self.client.account().name(), remotes).await?;
        let all = adopted(all, which, check);
        let chosen = chosen(all.clone(), named).map_err(|why| CommandError::Input(escape_lines(&why)))?;
        Ok(Pairs { all, chosen })
    }

    /// Checks of documents.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn check<'a>(&self, session: &'a Session) -> Result<ProfileCheck<'a>, CommandError> {
        Ok(ProfileCheck::new(&*self.store, session.settings()).await?)
    }

    /// The progress line.
    pub fn progress(&self) -> std::sync::MutexGuard<'_, StatusLine> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An error of the account, with its name.
    pub fn failed(&self, error: RemoteError) -> CommandError {
        match error {
            RemoteError::Store(error) => CommandError::Store(error),
            error => CommandError::Remote(escape_controls(self.client.account().name()), error),
        }
    }
}
