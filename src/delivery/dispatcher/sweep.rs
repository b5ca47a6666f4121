//! The round over the lanes of the queue, one part per claim.

use crate::record::LaneId;

/// The progress of the round.
#[derive(Debug, Default)]
pub struct Sweep {
    /// The lane that was examined last.
    after: Option<LaneId>,
    /// Lanes are left to examine since it started.
    unfinished: Option<Began>,
}

#[derive(Debug)]
struct Began {
    /// After this lane.
    after: Option<LaneId>,
    /// It has wrapped around to the first lane since.
    has_wrapped: bool,
}

impl Sweep {
    /// Where the next claim starts.
    pub fn after(&self) -> Option<LaneId> {
        self.after
    }

    /// Starts a new round over all lanes.
    pub fn begin(&mut self) {
        self.unfinished = Some(Began { after: self.after, has_wrapped: false });
    }

    /// Whether lanes are left to examine.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished.is_some()
    }

    /// A claim has reached this lane, and examined all lanes or a part of them.
    pub fn note(&mut self, after: Option<LaneId>, is_partial: bool) {
        if let Some(began) = &mut self.unfinished {
            // A part is less than a full round.
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

    /// The queries until all were examined, if each reaches one of these lanes.
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
