//! A closed list of named values, such as a channel or a method.

/// A value from a short list, with its name in JSON and on the command line.
pub trait Choice: Copy + Eq + Sized + 'static {
    /// Every value, in the order of the lists.
    const ALL: &'static [Self];

    /// The name in JSON, in commands and in the database.
    fn name(self) -> &'static str;

    /// The value with that name, ignoring case.
    #[must_use]
    fn from_name(name: &str) -> Option<Self> {
        let named = |is_it: &dyn Fn(&str) -> bool| Self::ALL.iter().copied().find(|c| is_it(c.name()));
        // Stored names, of which each delivery has some, are exact.
        named(&|exact| exact == name).or_else(|| named(&|exact| exact.eq_ignore_ascii_case(name.trim())))
    }

    /// All names separated by commas, for messages.
    fn names() -> String {
        Self::ALL.iter().map(|c| c.name()).collect::<Vec<_>>().join(", ")
    }
}
