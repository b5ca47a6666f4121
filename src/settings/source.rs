//! Where a setting comes from.

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SettingSource {
    /// Nothing sets it.
    #[default]
    Default,
    /// The settings file.
    File {
        /// The line, counted from 1.
        line: usize,
    },
    /// A variable of the environment.
    Environment(&'static str),
    /// An error in the settings file: until it is fixed, this is the safe value.
    Fault,
}
