//! The way round the lanes of the queue, a part of them a claim.

use crate::record::LaneId;

/// How far it has come.
#[derive(Debug, Default)]
pub struct Sweep {
    /// The lane that was looked at last.
    after: Option<LaneId>,
    /// Lanes are left to look at since it began.
    unfinished: Option<Began>,
}

#[derive(Debug)]
struct Began {
    /// After this lane.
    after: Option<LaneId>,
    /// It has come to the first lane again since.
    has_wrapped: bool,
}

impl Sweep {
    /// Where the next claim begins.
    pub fn after(&self) -> Option<LaneId> {
        self.after
    }

    /// All lanes are to be looked at once more.
    pub fn begin(&mut self) {
        self.unfinished = Some(Began { after: self.after, has_wrapped: false });
    }

    /// Whether lanes are left to look at.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished.is_some()
    }

    /// A claim has come to this lane, and looked at all or at a part of them.
    pub fn note(&mut self, after: Option<LaneId>, is_partial: bool) {
        if let Some(began) = &mut self.unfinished {
            // A part is less than one way round.
            began.has_wrapped |= after <= self.after;
            if !is_partial || (began.has_wrapped && after >= began.after) {
                self.unfinished = None;
            }
        }
        self.after = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The questions until all were looked at, of those that come to these lanes.
    fn questions(sweep: &mut Sweep, lanes: &[i64]) -> usize {
        sweep.begin();
        let unfinished = lanes.iter().take_while(|lane| {
            sweep.note(Some(LaneId::new(**lane)), true);
            sweep.is_unfinished()
        });
        unfinished.count() + 1
    }

    #[test]
    fn it_ends_where_it_began() {
        let mut sweep = Sweep::default();
        assert_eq!(questions(&mut sweep, &[40, 80, 10, 50]), 3, "it began before all");
        assert_eq!(sweep.after(), Some(LaneId::new(10)));
        assert_eq!(questions(&mut sweep, &[50, 90, 10, 50]), 3);
        assert_eq!(questions(&mut sweep, &[50, 90, 5, 45, 85]), 4, "not all of them are seen");
        assert_eq!(questions(&mut sweep, &[10, 40, 45]), 3);
    }

    #[test]
    fn it_ends_when_all_are_looked_at_in_one() {
        let mut sweep = Sweep::default();
        sweep.begin();
        assert!(sweep.is_unfinished());
        sweep.note(None, false);
        assert!(!sweep.is_unfinished());
    }
}
