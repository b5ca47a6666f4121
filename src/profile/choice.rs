//! A closed list of named values, such as a channel or a method.

/// A value chosen from a short list, each with the name it has in JSON and on the command line.
pub trait Choice: Copy + Eq + Sized + 'static {
    /// Every value, in the order in which a person is offered them.
    const ALL: &'static [Self];

    /// The name in JSON, in commands and in the database.
    fn name(self) -> &'static str;

    /// The value of that name; letter case is not looked at.
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.name().eq_ignore_ascii_case(name.trim()))
    }

    /// All names with commas between, for messages.
    fn names() -> String {
        Self::ALL.iter().map(|c| c.name()).collect::<Vec<_>>().join(", ")
    }
}
