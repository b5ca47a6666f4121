//! The key that decrypts values: from an argument, a file, or a stored profile.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use super::error::ReceiveError;
use crate::cli::error::CommandError;
use crate::cli::resolve_profile;
use crate::cli::session::Session;
use crate::files;
use crate::profile::{Choice as _, Secret};
use crate::receiver::Decryption;
use crate::text::escape_controls;
use crate::threads;

/// The longest key file in bytes: the longest key has 77.
const LONGEST_FILE: u64 = 4096;

/// The source of the key.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub(super) struct DecryptionArgs {
    /// Decrypt values; without :IV, each value starts with its own. Other users can read it in the list of
    /// processes: prefer --decrypt-profile or --decrypt-file
    // Parsed later: clap prints arguments that it rejects, and a key must not be printed.
    #[arg(long, value_name = "ALGO:KEY:IV", value_parser = secret)]
    decrypt: Option<Secret>,
    /// Decrypt values with the algorithm, key and IV of a profile: ID, unique prefix of an ID, or title
    #[arg(long, value_name = "PROFILE")]
    decrypt_profile: Option<String>,
    /// Decrypt values with ALGO:KEY:IV read from a file; - reads standard input
    #[arg(long, value_name = "FILE")]
    decrypt_file: Option<PathBuf>,
}

impl DecryptionArgs {
    /// The key and vector, if given.
    ///
    /// # Errors
    /// The argument or the file is invalid, or there is no such profile, or it does not encrypt. The message never
    /// contains the key.
    pub(super) async fn read(&self, session: &Session) -> Result<Option<Decryption>, CommandError> {
        if let Some(name) = &self.decrypt_profile {
            return of_profile(session, name).await.map(Some);
        }
        if let Some(file) = &self.decrypt_file {
            let file = file.clone();
            // Opening a pipe without a writer blocks, and a signal ends the wait.
            let read = threads::blocking(move || of_file(&file)).await?;
            return read.map(Some).map_err(|why| invalid("--decrypt-file", why));
        }
        let text = self.decrypt.as_ref().map(|text| Decryption::parse(text.reveal()));
        text.transpose().map_err(|why| invalid("--decrypt", why))
    }
}

fn invalid(option: &'static str, why: String) -> CommandError {
    ReceiveError::Decrypt { option, why }.into()
}

async fn of_profile(session: &Session, name: &str) -> Result<Decryption, CommandError> {
    let store = session.store_if_there()?;
    let (_, profile) = resolve_profile::profile(store.as_ref(), name).await?;
    let none = || format!("profile '{}' has no encryption", profile.title.as_str());
    profile.encryption.as_ref().map(Decryption::from).ok_or_else(|| invalid("--decrypt-profile", none()))
}

fn of_file(file: &Path) -> Result<Decryption, String> {
    let named = if file == Path::new("-") { "standard input".into() } else { file.to_string_lossy() };
    let named = escape_controls(&named);
    let text = files::read_input(file, LONGEST_FILE).and_then(files::text);
    let text = text.map_err(|error| format!("{named}: {error}"))?;
    // Editors end the last line; a key may end with blanks.
    let line = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    Decryption::parse(line).map_err(|why| format!("{named}: {why}"))
}

/// Accepts any text: it is checked later.
#[allow(clippy::unnecessary_wraps, reason = "a value parser gives a result")]
fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

/// Warnings before the first value is decrypted.
pub(super) fn announced(decryption: &Decryption) -> String {
    let name = decryption.algorithm.name();
    if decryption.is_authenticated() {
        format!("decrypting values with {name}")
    } else {
        format!(
            "decrypting values with {name}, which cannot verify the key: a short value may decrypt to other text with a wrong key"
        )
    }
}
