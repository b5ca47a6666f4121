//! The settings of the console.

use crate::console::glyphs::Glyphs;
use crate::console::model::clock::Clock;
use crate::console::theme::Theme;
use crate::keymap::Keymap;
use crate::profile::{Region, Rules};

/// The settings of the console.
#[derive(Debug, Clone)]
pub struct ConsoleSettings {
    /// The rules that depend on settings.
    pub rules: Rules,
    /// The region of new profiles.
    pub region: Region,
    /// Colours.
    pub theme: Theme,
    /// The key bindings.
    pub keys: Keymap,
    /// Borders and signs.
    pub glyphs: Glyphs,
    /// How times are shown.
    pub clock: Clock,
    /// The name of the database, for the top line.
    pub database: String,
    /// Whether this is the demo.
    pub demo: bool,
}
