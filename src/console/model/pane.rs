//! The panes.

/// The focused pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is named for what it shows")]
pub enum Pane {
    Profiles,
    Editor,
    Variables,
    Deliveries,
    Timeline,
}

impl Pane {
    /// In numerical order.
    pub const ALL: [Self; 5] =
        [Self::Profiles, Self::Editor, Self::Variables, Self::Deliveries, Self::Timeline];

    /// The number on the pane, and the key that focuses it.
    #[must_use]
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|p| *p == self).map_or(0, |at| at + 1)
    }
}
