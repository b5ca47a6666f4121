//! An error in the settings file, and its place.

use std::fmt;

/// A place in a settings file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsPlace {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1 on; none for the file as a whole.
    pub line: Option<usize>,
}

impl SettingsPlace {
    /// A line of a file.
    #[must_use]
    pub fn on_line(file: impl Into<String>, line: usize) -> Self {
        Self { file: file.into(), line: Some(line) }
    }
}

/// Such as `config.toml:7`.
impl fmt::Display for SettingsPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// An error in a settings file. The message has the fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsNotice {
    /// Where it is.
    pub place: SettingsPlace,
    /// What it is.
    pub message: String,
}

/// The sentence with its place.
impl fmt::Display for SettingsNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}
