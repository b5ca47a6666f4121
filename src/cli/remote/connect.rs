//! The account that a command works with, and its client.

use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::cli::error::CommandError;
use crate::cli::output::eprint_line;
use crate::cli::session::Session;
use crate::cli::status_line::StatusLine;
use crate::delivery::Exchange;
use crate::management::ProfileCheck;
use crate::profile::Tls;
use crate::remote::{
    Account, Adopted, Matched, Pair, RemoteClient, RemoteError, account_key, adopted, all_profiles, chosen,
    pairs, usual_url,
};
use crate::settings::{AccountId, AccountNameError, AccountUrl};
use crate::storage::{Opened, RemoteLink, Storage};
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

impl AccountArgs {
    /// The account: that of the command line, otherwise that of the settings.
    ///
    /// # Errors
    /// None is named, or not with certainty.
    fn account(&self, session: &Session) -> Result<Account, CommandError> {
        let loaded = session.loaded();
        let settings = &loaded.settings;
        let refused = |error: AccountNameError, at: &str| CommandError::explained(at, error.to_string());
        let url = match (&self.url, &settings.remote.url) {
            (Some(text), _) => AccountUrl::parse(text, settings.allow_insecure_http)
                .map_err(|error| refused(error, "--url"))?,
            (None, Some(url)) => url.clone(),
            // They may have meant another one: the key must not go to this one.
            (None, None) if !loaded.notices.is_empty() => {
                let fix = "fix them (`ringback config check`), or give --url URL";
                return Err(CommandError::explained(
                    "settings",
                    format!("the URL of the account is not certain, since the settings have errors: {fix}"),
                ));
            }
            (None, None) => AccountUrl::parse(usual_url(settings.region), false)
                .map_err(|error| refused(error, "settings"))?,
        };
        let id = match (&self.account, &settings.remote.account) {
            (Some(text), _) => AccountId::parse(text).map_err(|error| refused(error, "--account"))?,
            (None, Some(id)) => id.clone(),
            (None, None) => {
                let fix = "set `account` in [remote] of the settings, or give --account SID";
                return Err(CommandError::explained("settings", format!("no account ID: {fix}")));
            }
        };
        Ok(Account::new(&url, &id))
    }
}

/// The profiles on both sides.
pub(super) struct Pairs {
    /// All of them.
    pub all: Vec<Pair>,
    /// Those that were named.
    pub chosen: Vec<Pair>,
    /// Links that were made under other URLs of the account.
    moved: Vec<RemoteLink>,
}

impl Pairs {
    /// Stores the links that were made under other URLs of the account under its URL of now too.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn keep_moved(&self, store: &dyn Storage) -> Result<(), CommandError> {
        for link in &self.moved {
            store.keep_remote_link(link.clone()).await?;
        }
        Ok(())
    }
}

/// What a command works with.
pub(super) struct Connected {
    /// None if there is no database.
    store: Option<Opened>,
    pub client: RemoteClient,
    progress: Arc<Mutex<StatusLine>>,
}

impl Connected {
    /// The database, if it exists, and the account, with its key.
    ///
    /// # Errors
    /// One of them cannot be used, or a database that is named does not exist.
    pub async fn new(session: &Session, args: &AccountArgs) -> Result<Self, CommandError> {
        let settings = session.settings();
        let account = args.account(session)?;
        let store = session.store_if_there()?;
        let network = settings.addresses.for_sending()?;
        let progress = Arc::new(Mutex::new(StatusLine::new()));
        // A core file would contain the key. 1 also keeps the system from piping one to a program.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(1), maximum: Some(1) });
        // A command may take long, such as until a person has touched a token.
        progress.lock().unwrap_or_else(PoisonError::into_inner).draw(|_| "reading the key".to_owned());
        let key = account_key(&settings.remote).await;
        progress.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let key = key.map_err(|error| CommandError::explained(error.place(), error.to_string()))?;
        let tls = Tls { ca_file: settings.remote.ca_file.clone(), ..Tls::default() };
        let line = Arc::clone(&progress);
        let on_wait = move |text: &str| {
            let text = format!("ringback: {text}");
            line.lock().unwrap_or_else(PoisonError::into_inner).print_above(&text);
        };
        let exchange = Exchange::new(network, tls);
        let client = RemoteClient::new(exchange, account, key, settings.remote.timeout, Box::new(on_wait));
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
        let Matched { pairs: all, moved, other_names } =
            pairs(self.store(), self.client.account().name(), remotes).await?;
        for name in &other_names {
            let name = escape_controls(name);
            eprint_line(&format!("ringback: note: is the same account as {name}: its links apply here too"));
        }
        let all = adopted(all, which, check);
        let chosen = chosen(all.clone(), named).map_err(|why| CommandError::Input(escape_lines(&why)))?;
        Ok(Pairs { all, chosen, moved })
    }

    /// Checks of documents.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn check<'a>(&self, session: &'a Session) -> Result<ProfileCheck<'a>, CommandError> {
        let own = match &self.store {
            Some(store) => store.own_variables().await?,
            None => Vec::new(),
        };
        Ok(ProfileCheck::with(own, session.settings()))
    }

    /// The database, if it exists.
    pub fn store(&self) -> Option<&dyn Storage> {
        self.store.as_deref()
    }

    /// The progress line.
    pub fn progress(&self) -> std::sync::MutexGuard<'_, StatusLine> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An error of the account, with its name.
    fn failed(&self, error: RemoteError) -> CommandError {
        CommandError::Remote(escape_controls(self.client.account().name()), error)
    }
}
