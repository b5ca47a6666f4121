//! Where actions are looked up and done: the help, in the order of the table, and the palette, the
//! best match first. Both lie above everything else, and what is beneath stays as it is.

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
    /// Every action, searched while typing.
    Palette(Box<Palette>),
}

impl Guide {
    /// The help, with all of it in sight.
    #[must_use]
    pub fn help() -> Self {
        Self::Help(Box::default())
    }

    /// The palette, with the keyboard in its search.
    #[must_use]
    pub fn palette() -> Self {
        Self::Palette(Box::default())
    }

    /// Whether keys are written into the search.
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
