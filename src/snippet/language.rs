//! The languages of receivers.

use crate::profile::Choice;

/// A language to print a receiver in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Language {
    Python,
    Node,
    Php,
    Go,
    Java,
    Ruby,
    Rust,
}

impl Choice for Language {
    const ALL: &'static [Self] =
        &[Self::Python, Self::Node, Self::Php, Self::Go, Self::Java, Self::Ruby, Self::Rust];

    fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
            Self::Php => "php",
            Self::Go => "go",
            Self::Java => "java",
            Self::Ruby => "ruby",
            Self::Rust => "rust",
        }
    }
}

impl Language {
    /// The name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Node => "Node.js",
            Self::Php => "PHP",
            Self::Go => "Go",
            Self::Java => "Java",
            Self::Ruby => "Ruby",
            Self::Rust => "Rust",
        }
    }

    /// The usual file name of the receiver, which its first line names too. Java requires it.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Python => "receiver.py",
            Self::Node => "receiver.mjs",
            Self::Php => "receiver.php",
            Self::Go => "receiver.go",
            Self::Java => "Receiver.java",
            Self::Ruby => "receiver.rb",
            Self::Rust => "main.rs",
        }
    }

    /// The receiver for every profile, with conditions.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Python => include_str!("python.txt"),
            Self::Node => include_str!("node.txt"),
            Self::Php => include_str!("php.txt"),
            Self::Go => include_str!("go.txt"),
            Self::Java => include_str!("java.txt"),
            Self::Ruby => include_str!("ruby.txt"),
            Self::Rust => include_str!("rust.txt"),
        }
    }

    /// A string literal of this text, which has no control characters.
    pub(super) fn quoted(self, text: &str) -> String {
        let quote = match self {
            // In double quotes these replace `$name` and `#{code}`.
            Self::Php | Self::Ruby => '\'',
            Self::Python | Self::Node | Self::Go | Self::Java | Self::Rust => '"',
        };
        let mut out = String::from(quote);
        for c in text.chars() {
            if c == quote || c == '\\' {
                out.push('\\');
            }
            out.push(c);
        }
        out.push(quote);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_ends_where_it_should() {
        assert_eq!(Language::Python.quoted(r#"a"b'c\"#), r#""a\"b'c\\""#);
        assert_eq!(Language::Ruby.quoted(r#"a"b'c\#{x}"#), r#"'a"b\'c\\#{x}'"#);
    }
}
