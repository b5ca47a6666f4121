//! Pane 2: the editor, in two steps.

pub mod check_request;
pub mod checked;
pub mod complete;
pub mod files;
pub mod insert;
pub mod item;
pub mod rows;
pub mod saved;
pub mod starts;
pub mod text;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::console::model::editor::checked::{Checked, Freshness};
use crate::console::model::editor::files::Unusable;
use crate::console::model::editor::item::{Item, Step};
use crate::console::model::editor::rows::Rows;
use crate::console::model::input::{Input, Killed};
use crate::profile::{Draft, Event, Field, FieldError, Identity, Profile, ProfileId, Rules};
use crate::storage::UnsavedDraft;

/// The fields whose errors are shown.
#[derive(Debug, Clone, Default)]
pub(in crate::console) struct Touched {
    pub(in crate::console) fields: HashSet<Field>,
    pub(in crate::console) all: bool,
}

/// A profile being edited.
#[derive(Debug)]
pub struct Editor {
    identity: Identity,
    pub(in crate::console) is_new: bool,
    pub(in crate::console) draft: Draft,
    /// The draft as stored, or the initial draft of a new profile.
    saved: Draft,
    pub(in crate::console) rules: Rules,
    pub(in crate::console) step: Step,
    pub(in crate::console) focus: Item,
    /// Text fields that were typed in, with their undo history.
    pub(in crate::console) inputs: HashMap<Field, Input>,
    /// The text last cut from a field, which can be inserted into another.
    pub(in crate::console) killed: Killed,
    /// The result of the last check.
    pub(in crate::console) checked: Checked,
    /// Whether that result is up to date.
    freshness: Freshness,
    /// Fields whose errors are shown: those typed in, or all after Save or Test.
    pub(in crate::console) touched: Touched,
    /// A file that could not be used when the profile was saved.
    pub(in crate::console) unusable: Option<Unusable>,
    pub(in crate::console) show_secrets: bool,
    /// Whether the draft was written to disk.
    pub(in crate::console) kept: bool,
    /// The offered name that Tab inserts; none while the offer is closed, until the next change.
    pub(in crate::console) completion: Option<usize>,
    /// The first visible line, kept from one frame to the next.
    pub(in crate::console) scroll: Cell<usize>,
}

impl Editor {
    /// Opens a profile, or a new draft.
    #[must_use]
    pub fn open(draft: Draft, identity: Identity, is_new: bool, rules: Rules) -> Self {
        Self {
            // A new profile is unsaved as soon as something is typed, a duplicate from the start.
            saved: if is_new { Draft::new(draft.channel().unwrap_or_default()) } else { draft.clone() },
            identity,
            is_new,
            draft,
            rules,
            step: Step::Basics,
            focus: Item::Text(Field::Title),
            inputs: HashMap::new(),
            killed: Killed::default(),
            checked: Checked::default(),
            freshness: Freshness::Stale,
            touched: Touched::default(),
            unusable: None,
            show_secrets: false,
            kept: false,
            completion: Some(0),
            scroll: Cell::new(0),
        }
    }

    /// Restores an earlier session's unsaved draft over the stored profile.
    pub fn bring_back(&mut self, draft: Draft) {
        self.draft = draft;
        self.kept = true;
        self.inputs.clear();
        self.touched.all = true;
        self.changed();
    }

    /// The id and times of the profile.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The profile's id; a new profile has one already.
    #[must_use]
    pub fn id(&self) -> &ProfileId {
        &self.identity.id
    }

    /// Whether the profile has never been saved.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// The draft as typed.
    #[must_use]
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// When the stored profile was last modified, as of opening it; none for a profile that has never been saved.
    #[must_use]
    pub fn seen(&self) -> Option<Timestamp> {
        (!self.is_new).then_some(self.identity.modified_at)
    }

    /// Whether there are unsaved changes.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.draft != self.saved
    }

    /// The step on the screen.
    #[must_use]
    pub fn step(&self) -> Step {
        self.step
    }

    /// The focused item.
    #[must_use]
    pub fn focus(&self) -> &Item {
        &self.focus
    }

    /// The profile, or every field's error.
    ///
    /// # Errors
    /// All fields with errors.
    pub fn profile(&self) -> Result<Profile, Vec<FieldError>> {
        self.draft.check(self.rules.clone(), self.identity.clone())
    }

    /// The draft as it is kept on disk until it is saved.
    #[must_use]
    pub fn unsaved(&self, now: Timestamp) -> UnsavedDraft {
        UnsavedDraft {
            profile_id: self.identity.id.clone(),
            is_new: self.is_new,
            draft: self.draft.clone(),
            edited_at: now,
        }
    }

    /// The selected events.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        let known = self.draft.channel().map_or(&[][..], |c| c.events());
        let selected = |e: &&Event| self.draft.events.iter().any(|n| n == crate::profile::Choice::name(**e));
        match known {
            [only] => vec![*only],
            _ => known.iter().filter(selected).copied().collect(),
        }
    }

    pub(in crate::console) fn items(&self) -> Vec<Item> {
        self.items_of(self.step)
    }

    fn items_of(&self, step: Step) -> Vec<Item> {
        item::items(&self.draft, &self.checked.variables, step, self.is_new)
    }

    /// The input of the focused field, if it is a text field.
    pub(in crate::console) fn input(&mut self) -> Option<(Field, &mut Input)> {
        let field = self.focus.field().filter(|_| self.focus.is_text())?;
        Some((field, self.input_of(field)))
    }

    pub(in crate::console) fn input_of(&mut self, field: Field) -> &mut Input {
        let text = text::text(&self.draft, field);
        self.inputs.entry(field).or_insert_with(|| {
            let mut input = if field == Field::Body { Input::lines(text) } else { Input::line(text) };
            input.to_end();
            input
        })
    }

    /// The first visible line of the body, as of the last frame, and the number of lines.
    pub(in crate::console) fn body_place(&self) -> (usize, usize) {
        match self.inputs.get(&Field::Body) {
            Some(input) => (input.scroll.get().1, input.rows().len()),
            None => (0, self.draft.body.bytes().filter(|byte| *byte == b'\n').count() + 1),
        }
    }

    /// Sets a field's text from outside its input.
    pub(in crate::console) fn set(&mut self, field: Field, value: String) {
        if let Some(input) = self.inputs.get_mut(&field) {
            input.set(&value);
        }
        text::set_text(&mut self.draft, field, value);
        self.touched.fields.insert(field);
        self.changed();
    }

    /// Step and item of the first of these fields that is in the form.
    pub(in crate::console) fn place_of(&self, fields: &[Field]) -> Option<(Step, Item)> {
        [Step::Basics, Step::Advanced].into_iter().find_map(|step| {
            let mut items = self.items_of(step).into_iter();
            let hit = items.find(|item| item.field().is_some_and(|field| fields.contains(&field)));
            hit.map(|item| (step, item))
        })
    }

    /// Shows these errors, and goes to the first of their fields.
    pub(in crate::console) fn go_to_error(&mut self, errors: &[FieldError]) {
        self.touched.all = true;
        errors.clone_into(&mut self.checked.errors);
        let fields: Vec<Field> = errors.iter().map(|e| e.field).collect();
        self.go_to_field(&fields);
    }

    /// Goes to the first of these fields that is in the form.
    pub(in crate::console) fn go_to_field(&mut self, fields: &[Field]) {
        if let Some((step, item)) = self.place_of(fields) {
            self.step = step;
            self.enter(item);
        }
    }

    /// Focuses an item. A number in its field is selected, so that typing replaces it.
    pub(in crate::console) fn enter(&mut self, item: Item) {
        if let Item::Text(field @ (Field::RetryInterval | Field::RetryTimeout)) = item {
            self.input_of(field).select_all();
        }
        self.focus = item;
    }

    /// Removes empty rows that are not focused.
    pub(in crate::console) fn drop_empty_rows(&mut self) {
        let here = self.focus.field().and_then(Rows::place).map(|(rows, ..)| rows);
        let empty = |row: &crate::profile::DraftHeader| row.name.is_empty() && row.value.is_empty();
        for rows in Rows::ALL {
            if here != Some(rows) && rows.of(&self.draft).iter().any(empty) {
                rows.of_mut(&mut self.draft).retain(|row| !empty(row));
                self.inputs.retain(|field, _| Rows::place(*field).is_none_or(|(of, ..)| of != rows));
                self.changed();
            }
        }
    }
}
