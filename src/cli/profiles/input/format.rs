//! JSON or YAML.

use std::path::Path;

use serde_json::Value;

use crate::profile::Choice;
use crate::yaml;

/// The format of a file with profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentFormat {
    /// JSON.
    Json,
    /// YAML 1.2.
    Yaml,
}

impl Choice for DocumentFormat {
    const ALL: &'static [Self] = &[Self::Json, Self::Yaml];

    fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }
}

impl DocumentFormat {
    /// YAML if asked for.
    pub(in crate::cli) fn yaml_if(asked: bool) -> Self {
        if asked { Self::Yaml } else { Self::Json }
    }

    /// A value in this format, for people.
    pub(in crate::cli) fn written(self, value: &Value) -> String {
        match self {
            Self::Json => format!("{value:#}\n"),
            Self::Yaml => yaml::write(value),
        }
    }

    /// What the ending of a file's name says.
    pub(in crate::cli) fn of_name(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// What a text is. YAML may begin as JSON does; it is then taken for JSON.
    pub(super) fn of_text(text: &str) -> Self {
        let is_json = text.trim_start().chars().next().is_none_or(|first| ['{', '[', '"'].contains(&first));
        if is_json { Self::Json } else { Self::Yaml }
    }

    /// How a value that is of the wrong type was probably meant, by the message about it.
    pub(in crate::cli::profiles) fn hint(self, message: &str) -> &'static str {
        match self {
            Self::Yaml if message.ends_with("must be a string") => {
                ": in YAML, put it in quotes, or in lines below a |"
            }
            Self::Yaml if message.ends_with("must be true or false") => {
                ": YAML 1.2 has no other words for them, such as yes and no"
            }
            Self::Json | Self::Yaml => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_decides_then_the_text() {
        for (name, wanted) in [
            ("a.json", Some(DocumentFormat::Json)),
            ("a.YAML", Some(DocumentFormat::Yaml)),
            ("dir.json/a.yml", Some(DocumentFormat::Yaml)),
            ("-", None),
            ("json", None),
        ] {
            assert_eq!(DocumentFormat::of_name(Path::new(name)), wanted, "{name}");
        }
        for text in ["", " \n", "{\"title\": 1}", "\n[1]", "\"a\""] {
            assert_eq!(DocumentFormat::of_text(text), DocumentFormat::Json, "{text}");
        }
        for text in ["title: a", "- title: a", "---\n{}", "# {", "7"] {
            assert_eq!(DocumentFormat::of_text(text), DocumentFormat::Yaml, "{text}");
        }
    }
}
