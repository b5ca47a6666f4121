//! The appearance of the console: colours, signs, times.

use toml::de::DeValue;

use crate::profile::Choice;

/// The themes of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    /// The terminal's own 16 colours. Also called `colour`.
    #[default]
    Terminal,
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
    /// No colours.
    Mono,
}

impl Choice for ThemeName {
    const ALL: &'static [Self] = &[Self::Terminal, Self::Dark, Self::Light, Self::Mono];

    fn name(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Mono => "mono",
        }
    }
}

/// Parses a theme, by its older name too.
pub(super) fn theme(name: &str, value: &DeValue) -> Result<ThemeName, String> {
    match value.as_str() {
        Some("colour") => Ok(ThemeName::Terminal),
        _ => super::value::choice(name, value),
    }
}

/// The characters of borders and signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Borders {
    /// Any.
    Unicode,
    /// ASCII only.
    Ascii,
}

impl Choice for Borders {
    const ALL: &'static [Self] = &[Self::Unicode, Self::Ascii];

    fn name(self) -> &'static str {
        match self {
            Self::Unicode => "unicode",
            Self::Ascii => "ascii",
        }
    }
}

/// The zone of displayed times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// As in the log.
    #[default]
    Utc,
    /// This machine's.
    Local,
}

impl Choice for Zone {
    const ALL: &'static [Self] = &[Self::Utc, Self::Local];

    fn name(self) -> &'static str {
        match self {
            Self::Utc => "utc",
            Self::Local => "local",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::Settings;

    #[test]
    fn a_theme_keeps_its_older_name() {
        for (text, wanted) in
            [("colour", ThemeName::Terminal), ("terminal", ThemeName::Terminal), ("dark", ThemeName::Dark)]
        {
            let loaded = Settings::parse(&format!("theme = \"{text}\""), Path::new("config.toml"));
            assert_eq!((loaded.settings.theme, loaded.notices), (wanted, Vec::new()), "{text}");
        }
        let loaded = Settings::parse("theme = \"blue\"\nborders = 1", Path::new("config.toml"));
        assert_eq!(
            loaded.sentences().collect::<Vec<_>>(),
            [
                "config.toml:1: theme must be one of \"terminal\", \"dark\", \"light\", \"mono\"",
                "config.toml:2: borders must be one of \"unicode\", \"ascii\"",
            ]
        );
    }
}
