//! The key of an account: from the environment, a command or a private file. It is never an argument, and never shown.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::files::{self, RegularFile, UnreadableFile};
use crate::profile::Secret;
use crate::settings::RemoteSettings;
use crate::shell::{CommandFailure, Environment, ShellCommand};

/// The variable of the environment with the key.
pub const KEY_VARIABLE: &str = "RINGBACK_REMOTE_KEY";

/// The longest key, in bytes (our decision).
const MAX_KEY_BYTES: usize = 4096;

/// How long a command may take: a password manager may ask a person in a window of its own (our decision).
const COMMAND_LIMIT: Duration = Duration::from_mins(2);

/// Why there is no key. Displayed without it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Nothing says where it is.
    #[error(
        "no key for the account: set {KEY_VARIABLE} in the environment, or key_command or key_file in [remote] of the settings"
    )]
    Nowhere,
    /// Both settings are there.
    #[error("key_command and key_file are both set in [remote] of the settings: remove one")]
    Both,
    /// The text is no key.
    #[error("{0} has no usable key: it must be one line of visible ASCII characters without spaces")]
    Invalid(String),
    /// The file cannot be read.
    #[error("key_file {0}: {1}")]
    File(String, UnreadableFile),
    /// Others can read the file.
    #[error("key_file {0} can be read by other users: `chmod 600` it")]
    Open(String),
    /// The command has failed.
    #[error(transparent)]
    Command(#[from] CommandFailure),
}

impl KeyError {
    /// Where the key was expected: a variable or a setting.
    #[must_use]
    pub fn place(&self) -> &str {
        match self {
            Self::Nowhere | Self::Both => "[remote]",
            Self::Invalid(source) => source,
            Self::File(..) | Self::Open(_) => "key_file",
            Self::Command(_) => "key_command",
        }
    }
}

/// The key of the account: of the environment, otherwise from the command or the file in the settings.
///
/// # Errors
/// There is none, or it cannot be obtained.
pub async fn account_key(settings: &RemoteSettings) -> Result<Secret, KeyError> {
    if let Some(text) = std::env::var_os(KEY_VARIABLE).filter(|text| !text.is_empty()) {
        return checked(text.to_str().unwrap_or_default(), || KEY_VARIABLE.to_owned());
    }
    match (&settings.key_command, &settings.key_file) {
        (Some(_), Some(_)) => Err(KeyError::Both),
        (Some(command), None) => printed_by(command, COMMAND_LIMIT).await,
        (None, Some(file)) => read_from(&expanded(file, std::env::var_os("HOME").map(PathBuf::from))),
        (None, None) => Err(KeyError::Nowhere),
    }
}

/// What is wrong with the file in the settings, if a key is to be read from it.
#[must_use]
pub fn key_file_fault(settings: &RemoteSettings) -> Option<KeyError> {
    let file = settings.key_file.as_ref().filter(|_| settings.key_command.is_none())?;
    read_from(&expanded(file, std::env::var_os("HOME").map(PathBuf::from))).err()
}

/// The first line of a text as a key.
fn checked(text: &str, source: impl FnOnce() -> String) -> Result<Secret, KeyError> {
    let key = text.lines().next().unwrap_or_default().trim();
    let is_fine = (1..=MAX_KEY_BYTES).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_fine { Ok(Secret::new(key)) } else { Err(KeyError::Invalid(source())) }
}

/// A path; `~/` is the home folder.
fn expanded(file: &str, home: Option<PathBuf>) -> PathBuf {
    match (file.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(file),
    }
}

fn read_from(file: &Path) -> Result<Secret, KeyError> {
    let name = || file.display().to_string();
    let unreadable = |error| KeyError::File(name(), error);
    let open = RegularFile::open(file).map_err(unreadable)?.into_file();
    let mode = open.metadata().map_err(|error| unreadable(error.into()))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyError::Open(name()));
    }
    let bytes = files::read_from(open, MAX_KEY_BYTES as u64).map_err(unreadable)?;
    let text = files::text(bytes).map_err(unreadable)?;
    checked(&text, || format!("key_file {}", name()))
}

/// The key that a command prints.
async fn printed_by(command: &str, limit: Duration) -> Result<Secret, KeyError> {
    let command = ShellCommand {
        setting: "key_command",
        text: command,
        input: "",
        environment: Environment::Foreign,
        // One more than a key has, so that a longer one is noticed.
        output: MAX_KEY_BYTES + 1,
        limit,
    };
    let printed = command.run().await?;
    checked(&String::from_utf8_lossy(&printed), || "what key_command prints".to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn a_command_prints_the_key() {
        let key = printed_by("printf 'k3y\\nnote: not part of it\\n'", LONG).await.unwrap();
        assert_eq!(key.reveal(), "k3y");
        for (command, why) in [
            ("echo no entry >&2; exit 3", "key_command: the command ended with exit status: 3: no entry"),
            ("yes key | head -c 9000 | tr -d '\\n'", "has no usable key"),
            ("true", "what key_command prints has no usable key"),
            ("echo 'two words'", "has no usable key"),
            ("printf '\\303\\266'", "has no usable key"),
        ] {
            let error = printed_by(command, LONG).await.unwrap_err().to_string();
            assert!(error.contains(why), "{command}: {error}");
            assert!(!error.contains("words"), "{error}");
        }
        let late = printed_by("sleep 1000", Duration::from_millis(20)).await.unwrap_err();
        assert!(matches!(late, KeyError::Command(CommandFailure::TimedOut(..))), "{late}");
    }

    #[test]
    fn a_file_with_the_key_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        fs::write(&file, "k3y\n").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read_from(&file), Err(KeyError::Open(_))));
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read_from(&file).unwrap().reveal(), "k3y");
        fs::write(&file, "\n").unwrap();
        assert!(matches!(read_from(&file), Err(KeyError::Invalid(_))));
        assert!(matches!(read_from(&folder.path().join("none")), Err(KeyError::File(..))));
        assert_eq!(expanded("~/k", Some(PathBuf::from("/home/me"))), Path::new("/home/me/k"));
        assert_eq!(expanded("/k", Some(PathBuf::from("/home/me"))), Path::new("/k"));
    }
}
