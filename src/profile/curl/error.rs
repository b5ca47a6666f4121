//! Why a command cannot be imported.

/// Why a command cannot be imported.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CurlError {
    /// Text that no shell would read as one command, or that would run another program.
    #[error("line {line}: {message}")]
    Shell {
        /// From 1.
        line: usize,
        /// A sentence.
        message: String,
    },
    /// Another command, or none.
    #[error("expected a command that starts with `curl`{}", found.as_ref().map(|word| format!(", not with `{word}`")).unwrap_or_default())]
    NotCurl {
        /// Its first word.
        found: Option<String>,
    },
    /// An option without its value.
    #[error("{0} needs a value")]
    NoValue(String),
    /// An option that is not in the table: whether it has a value is unknown.
    #[error("curl has no option {0} that is known here: remove it")]
    UnknownOption(String),
    /// A request that no profile can send.
    #[error("{option} cannot be imported: {reason}")]
    Refused {
        /// As typed.
        option: String,
        /// The rest of the sentence.
        reason: &'static str,
    },
    /// A value that a profile cannot have.
    #[error("{option}: {message}")]
    Value {
        /// As typed.
        option: String,
        /// A sentence.
        message: String,
    },
    /// No URL, or several.
    #[error("{0} URLs: a profile has one endpoint")]
    Urls(usize),
    /// Fields and other data at once, which curl refuses too.
    #[error("--form and --data make two different bodies: use one of them")]
    TwoBodies,
}
