//! Where actions are looked up and run: the help, in the order of the table, and the palette, best match first. Both
//! are above everything else, and what is beneath does not change.

pub mod help;
pub mod lookup;
pub mod palette;

use crate::console::model::guide::help::Help;
use crate::console::model::guide::lookup::Lookup;
use crate::console::model::guide::palette::Palette;

/// The help or the palette.
#[derive(Debug)]
pub enum Guide {
    /// The help about every key.
    Help(Box<Help>),
    /// All actions, searched while typing.
    Palette(Box<Palette>),
}

impl Guide {
    /// The help, unfiltered.
    #[must_use]
    pub fn help() -> Self {
        Self::Help(Box::default())
    }

    /// The palette, with the focus in its search.
    #[must_use]
    pub fn palette() -> Self {
        Self::Palette(Box::default())
    }

    /// Whether keys type into the search.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.lookup().typing
    }

    pub(in crate::console) fn lookup(&self) -> &Lookup {
        match self {
            Self::Help(help) => &help.lookup,
            Self::Palette(palette) => &palette.lookup,
        }
    }

    pub(in crate::console) fn lookup_mut(&mut self) -> &mut Lookup {
        match self {
            Self::Help(help) => &mut help.lookup,
            Self::Palette(palette) => &mut palette.lookup,
        }
    }
}
