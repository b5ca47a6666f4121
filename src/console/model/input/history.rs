//! Undo and redo. Text typed without interruption is one step: a word with the blanks behind it, a run of Backspace,
//! a paste.

use std::collections::VecDeque;

use super::text::{Change, Place};

/// The memory limit of the history: bytes removed and inserted.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The maximum number of steps.
const MOST_STEPS: usize = 1000;

/// How a change was made; consecutive changes of one kind may be one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One character was typed.
    Typed,
    /// One grapheme was deleted to the left.
    ErasedLeft,
    /// One grapheme was deleted to the right.
    ErasedRight,
    /// Anything else: a step of its own.
    Whole,
}

/// A change, and the cursor before and after it.
#[derive(Clone)]
pub struct Step {
    /// The change.
    pub change: Change,
    /// Cursor and start of the selection before.
    pub before: (Place, Option<Place>),
    /// The cursor afterwards.
    pub after: Place,
}

impl Step {
    fn bytes(&self) -> usize {
        self.change.removed.len() + self.change.inserted.len()
    }
}

/// The undo and redo stacks.
#[derive(Clone, Default)]
pub struct History {
    done: VecDeque<Step>,
    undone: Vec<Step>,
    bytes: usize,
    /// The kind of the last step, while it can still grow.
    open: Option<Kind>,
}

impl History {
    /// Records a step. Clears the steps that could be redone.
    pub fn push(&mut self, step: Step, kind: Kind) {
        if step.change.is_nothing() {
            return;
        }
        self.undone.clear();
        self.bytes += step.bytes();
        let grows = self.open == Some(kind)
            && self
                .done
                .back_mut()
                .is_some_and(|last| last.after == step.before.0 && grow(last, &step, kind));
        if !grows {
            self.done.push_back(step);
        }
        self.open = (kind != Kind::Whole).then_some(kind);
        while self.done.len() > 1 && (self.done.len() > MOST_STEPS || self.bytes > MOST_BYTES) {
            if let Some(oldest) = self.done.pop_front() {
                self.bytes -= oldest.bytes();
            }
        }
    }

    /// The cursor moved: the next change starts a new step.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// The step to undo.
    pub fn undo(&mut self) -> Option<Step> {
        self.open = None;
        let step = self.done.pop_back()?;
        self.bytes -= step.bytes();
        self.undone.push(step.clone());
        Some(step)
    }

    /// The step to redo.
    pub fn redo(&mut self) -> Option<Step> {
        let step = self.undone.pop()?;
        self.bytes += step.bytes();
        self.done.push_back(step.clone());
        Some(step)
    }
}

/// Merges the next step into the last one if a person would see them as one.
fn grow(last: &mut Step, next: &Step, kind: Kind) -> bool {
    // If letters have joined with their neighbours, the next step may extend beyond the last one.
    let joins = match kind {
        Kind::Typed => next.change.at == last.change.at.after(&last.change.inserted),
        Kind::ErasedLeft => next.change.at.after(&next.change.removed) == last.change.at,
        Kind::ErasedRight => next.change.at == last.change.at,
        Kind::Whole => false,
    };
    if !joins {
        return false;
    }
    match kind {
        Kind::Typed => {
            let blank = |text: &str| text.chars().next_back().is_some_and(char::is_whitespace);
            // A letter after a blank starts a word, and a step.
            if !next.change.removed.is_empty()
                || (blank(&last.change.inserted) && !blank(&next.change.inserted))
            {
                return false;
            }
            last.change.inserted.push_str(&next.change.inserted);
        }
        Kind::ErasedLeft => {
            last.change.removed.insert_str(0, &next.change.removed);
            last.change.at = next.change.at;
        }
        Kind::ErasedRight => last.change.removed.push_str(&next.change.removed),
        Kind::Whole => return false,
    }
    last.after = next.after;
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(at: usize, removed: &str, inserted: &str) -> Step {
        let at = Place { line: 0, byte: at };
        Step {
            change: Change { at, removed: removed.to_owned(), inserted: inserted.to_owned() },
            before: (at.after(removed), None),
            after: at.after(inserted),
        }
    }

    #[test]
    fn the_history_is_bounded() {
        let mut history = History::default();
        for _ in 0..3 * MOST_STEPS {
            history.push(step(0, "", "x"), Kind::Whole);
        }
        assert_eq!(history.done.len(), MOST_STEPS);
        let large = "x".repeat(MOST_BYTES / 3);
        for _ in 0..5 {
            history.push(step(0, "", &large), Kind::Whole);
        }
        assert!(history.bytes <= MOST_BYTES && history.done.len() == 3);
        let huge = "x".repeat(MOST_BYTES + 1);
        history.push(step(0, "", &huge), Kind::Whole);
        assert_eq!(history.done.len(), 1, "the last step can always be undone");
    }

    #[test]
    fn an_empty_change_is_not_a_step() {
        let mut history = History::default();
        history.push(step(0, "a", "a"), Kind::Whole);
        assert!(history.undo().is_none());
    }
}
