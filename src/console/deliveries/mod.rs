//! Panes 4 and 5: the deliveries as they happen, and the timeline of the chosen one.

pub mod many;
mod matched;
pub mod paused;
pub mod search;
pub mod state_text;
pub mod timeline;
pub mod view;

use jiff::tz::TimeZone;

use crate::delivery::{DeliveryId, Details, Summary};
use crate::keymap::Action;
use crate::profile::ProfileId;
use crate::store::{Found, HeldFor, Searched, searched_texts};

use super::list::List;
use super::message::Effect;
use super::overlay::{self, DetailsWindow, Overlay};
use super::state::{Pane, State};
use super::{pausing, programs};
use many::Running;
use search::Search;

/// How many deliveries are read at a time.
pub const PAGE: usize = 200;

/// Which deliveries are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// By state.
    pub show: Show,
    /// Of one profile only.
    pub profile: Option<ProfileId>,
    /// What was typed to find them: states, statuses and text.
    pub text: String,
    /// Where dates and times in it are of.
    pub zone: TimeZone,
    /// What of this was found before, where it takes a search.
    pub earlier: Option<Searched>,
    /// None newer than this one.
    pub upto: Option<DeliveryId>,
    /// Those before this one; the newest without.
    pub before: Option<DeliveryId>,
    /// How many at most.
    pub limit: usize,
}

/// The filter by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "named for the states they show")]
pub enum Show {
    #[default]
    All,
    Pending,
    Delivered,
    Failed,
    Cancelled,
}

impl Show {
    const ALL: [Self; 5] = [Self::All, Self::Pending, Self::Delivered, Self::Failed, Self::Cancelled];

    /// The word on the screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn next(self) -> Self {
        let at = Self::ALL.iter().position(|s| *s == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// Whether rows are being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Reading {
    #[default]
    Idle,
    Once,
    /// Something changed meanwhile: once more after it.
    Again,
}

/// The log on the screen.
#[derive(Debug, Default)]
pub struct Deliveries {
    rows: Vec<Summary>,
    /// Which row is chosen.
    pub list: List,
    show: Show,
    profile: Option<(ProfileId, String)>,
    /// The newest seen when the person moved away; while set, none newer is shown, and the chosen
    /// delivery stays chosen.
    paused_at: Option<DeliveryId>,
    /// How many came since then, as far as they were counted.
    came: usize,
    search: Search,
    /// Where dates and times that are looked for are of; UTC unless set.
    zone: Option<TimeZone>,
    /// What is being done to many of them.
    running: Option<Running>,
    /// How often it was asked about many of them.
    asked: u64,
    /// The newest on disk, whether it is shown or not.
    newest: Option<DeliveryId>,
    /// Where older ones are still to be looked for; none when there are none.
    next: Option<DeliveryId>,
    loading_more: bool,
    reading: Reading,
    /// The chosen delivery with its attempts.
    details: Option<Box<Details>>,
    /// How many of those that were read have no meaning, and are passed over.
    unreadable: usize,
}

impl Deliveries {
    /// None yet; dates and times that are looked for are of this zone.
    #[must_use]
    pub fn in_zone(zone: TimeZone) -> Self {
        Self { zone: Some(zone), ..Self::default() }
    }

    fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or(TimeZone::UTC)
    }

    /// The deliveries that were read, newest first.
    #[must_use]
    pub fn rows(&self) -> &[Summary] {
        &self.rows
    }

    /// The chosen delivery.
    #[must_use]
    pub fn chosen(&self) -> Option<&Summary> {
        self.rows.get(self.list.selected())
    }

    /// The chosen delivery with its attempts, once they were read.
    #[must_use]
    pub fn details(&self) -> Option<&Details> {
        let chosen = self.chosen()?.id;
        self.details.as_deref().filter(|d| d.summary.id == chosen)
    }

    /// Whether the newest is followed.
    #[must_use]
    pub fn is_following(&self) -> bool {
        self.paused_at.is_none()
    }

    /// The filters, for the pane's title.
    #[must_use]
    pub fn filter(&self) -> (Show, Option<&str>) {
        (self.show, self.profile.as_ref().map(|(_, title)| title.as_str()))
    }

    /// The rows on the screen, as of the last drawing.
    pub fn in_sight(&self) -> impl Iterator<Item = &Summary> {
        let sight = self.list.in_sight(self.rows.len());
        self.rows[sight].iter().chain(self.chosen())
    }

    /// Reads anew what is on the screen, once at a time: what changes meanwhile is read after it.
    pub fn reload(&mut self) -> Vec<Effect> {
        if self.reading != Reading::Idle {
            self.reading = Reading::Again;
            return Vec::new();
        }
        self.reading = Reading::Once;
        let query = self.query();
        let count = query.upto.map(|_| Effect::CountNewer(query.clone()));
        std::iter::once(Effect::LoadDeliveries(query)).chain(count).collect()
    }

    /// A read failed: the next change reads again.
    pub fn read_failed(&mut self) {
        (self.reading, self.loading_more) = (Reading::Idle, false);
    }

    /// What to read anew: all that is on the screen.
    #[must_use]
    pub fn query(&self) -> Query {
        Query {
            show: self.show,
            profile: self.profile.as_ref().map(|(id, _)| id.clone()),
            upto: self.paused_at,
            text: self.search.text(),
            zone: self.zone(),
            earlier: self.searched(),
            before: None,
            limit: self.wanted_rows(),
        }
    }

    /// How many rows to read anew: with the newest followed a screen is enough; while paused the chosen
    /// one must be among them.
    fn wanted_rows(&self) -> usize {
        if self.is_following() {
            self.rows.len().clamp(PAGE, 5 * PAGE)
        } else {
            self.rows.len().max(self.list.selected() + PAGE / 2).clamp(PAGE, 50 * PAGE)
        }
    }

    fn newest(&self) -> Option<DeliveryId> {
        self.rows.first().map(|r| r.id)
    }

    /// What the search has found so far, so that it need not begin again.
    fn searched(&self) -> Option<Searched> {
        let known = || self.rows.iter().map(|row| row.id).collect();
        let searches = self.search.is_on() && self.newest.is_some();
        searches.then(|| Searched { known: known(), newest: self.newest, next: self.next })
    }
}

/// Takes rows that were read.
pub fn set(state: &mut State, query: &Query, found: Found) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    let mut effects = Vec::new();
    if query.before.is_some() {
        deliveries.loading_more = false;
    } else {
        let again = deliveries.reading == Reading::Again;
        deliveries.reading = Reading::Idle;
        if again {
            effects = deliveries.reload();
        }
    }
    if !deliveries.is_for_now(query) {
        // Asked before the person moved away, or came back: what there is now was not asked for yet.
        if query.before.is_none() && query.upto != deliveries.paused_at && effects.is_empty() {
            effects = deliveries.reload();
        }
        return effects;
    }
    if let Some(before) = query.before {
        // What was read anew meanwhile may end elsewhere: then these do not fit.
        if deliveries.next == Some(before) {
            let first = deliveries.rows.is_empty();
            deliveries.next = found.next;
            deliveries.unreadable += found.unreadable.len();
            deliveries.rows.extend(found.rows);
            if first {
                effects.extend(load_chosen(state));
            }
        }
        effects.extend(load_more(state));
        return effects;
    }
    let chosen = deliveries.chosen().map(|r| r.id);
    (deliveries.newest, deliveries.next) = (found.newest, found.next);
    deliveries.unreadable = found.unreadable.len();
    deliveries.rows = found.rows;
    match chosen {
        Some(id) if !deliveries.is_following() => deliveries.stay_on(id),
        _ if deliveries.is_following() => deliveries.list.select(0),
        _ => deliveries.list.select(deliveries.list.selected().min(deliveries.rows.len().saturating_sub(1))),
    }
    effects.extend(load_chosen(state));
    effects.extend(load_more(state));
    effects
}

/// Reads the chosen delivery's attempts where what is known of them is old.
pub fn load_chosen(state: &State) -> Vec<Effect> {
    let deliveries = &state.deliveries;
    let Some(chosen) = deliveries.chosen() else { return Vec::new() };
    match deliveries.details() {
        Some(details) if details.summary == *chosen => Vec::new(),
        _ => vec![Effect::LoadDetails(chosen.id)],
    }
}

/// Takes one delivery in full.
pub fn set_details(state: &mut State, details: Box<Details>) {
    if let Some(row) = state.deliveries.rows.iter_mut().find(|r| r.id == details.summary.id) {
        *row = details.summary.clone();
    }
    if let Some(Overlay::Details(window)) = &mut state.overlay {
        window.take(&details);
        overlay::find_in_details(state);
    }
    if state.deliveries.chosen().is_some_and(|row| row.id == details.summary.id) {
        state.deliveries.details = Some(details);
    }
}

/// What changed in the store: the rows, what the details window shows, and tests that no row shows.
pub fn changed(state: &mut State) -> Vec<Effect> {
    let mut effects = state.deliveries.reload();
    let mut unseen: Vec<DeliveryId> = state.testing.iter().map(|t| t.id).collect();
    unseen.retain(|id| state.deliveries.rows.iter().all(|row| row.id != *id));
    if let Some(Overlay::Details(window)) = &state.overlay {
        unseen.push(window.id());
    }
    effects.extend(unseen.into_iter().map(Effect::LoadDetails));
    effects
}

/// The delivery that the actions are about: that of the details window, or the chosen one.
fn target(state: &State) -> Option<&Summary> {
    match &state.overlay {
        Some(Overlay::Details(window)) => window.details().map(|d| &d.summary),
        _ => state.deliveries.chosen(),
    }
}

/// Shows a delivery that was just made: follows the newest, whatever was filtered out.
pub fn show_new(state: &mut State) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    deliveries.show = Show::All;
    deliveries.profile = None;
    deliveries.search = Search::default();
    deliveries.paused_at = None;
    deliveries.list.select(0);
    deliveries.reload()
}

/// Why an action cannot be done now; `None` when it can.
#[must_use]
pub fn why_not(state: &State, action: Action) -> Option<&'static str> {
    let chosen = target(state);
    let reading = matches!(&state.overlay, Some(Overlay::Details(window)) if window.details().is_none());
    match action {
        Action::RetryNow | Action::Cancel | Action::SendAgain | Action::CopyDelivery if reading => {
            Some("it is still being read")
        }
        Action::FilterProfile if state.deliveries.profile.is_none() && state.profiles.chosen().is_none() => {
            Some("no profile is chosen")
        }
        Action::Details | Action::RetryNow | Action::Cancel | Action::SendAgain | Action::CopyDelivery
            if chosen.is_none() =>
        {
            Some("no delivery is chosen")
        }
        Action::RetryNow if chosen.is_some_and(|c| !c.state.is_pending()) => {
            Some("it has ended: {deliveries-send-again} sends it again")
        }
        Action::RetryNow if chosen.is_some_and(|c| state.sending.in_flight.contains_key(&c.id)) => {
            Some("it is being sent just now")
        }
        Action::RetryNow => match chosen.and_then(|c| pausing::holding(state, c))?.why {
            HeldFor::Deleted => Some("its profile is deleted: {profiles-undo} in the profiles restores it"),
            HeldFor::Paused | HeldFor::Disabled | HeldFor::AutoDisabled => {
                Some("it is held: {deliveries-send-again} sends it again by hand")
            }
        },
        Action::Cancel if chosen.is_some_and(|c| !c.state.is_pending()) => Some("it has ended already"),
        Action::Pager => programs::why_not(state, action),
        Action::Follow if state.deliveries.is_following() => Some("the newest is followed already"),
        _ => many::why_not(state, action),
    }
}

/// Chooses a row of the list by its number; as with the arrows, the newest is followed no more.
pub fn choose_row(state: &mut State, row: usize) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    deliveries.list.select(row.min(deliveries.rows.len().saturating_sub(1)));
    moved(state)
}

fn moved(state: &mut State) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    if deliveries.is_following() && deliveries.list.selected() > 0 {
        deliveries.pause();
    }
    [load_chosen(state), load_more(state)].concat()
}

/// Does an action of these panes.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    let (length, before) = (deliveries.rows.len(), deliveries.list.selected());
    if deliveries.list.act(action, length) {
        let deliveries = &state.deliveries;
        if before == 0 && deliveries.list.selected() == 0 && deliveries.new_since_paused() > 0 {
            let came = paused::words(deliveries.new_since_paused());
            let goes = state.settings.keys.spell("{deliveries-follow} goes to the newest");
            state.say(format!("{came} came since: {goes}"));
        }
        return moved(state);
    }
    let chosen = target(state).map(|r| r.id);
    let deliveries = &mut state.deliveries;
    match (action, chosen) {
        (Action::Details, Some(id)) => {
            // The window stays on this delivery, whatever arrives above it.
            if deliveries.is_following() {
                deliveries.pause();
            }
            let known = deliveries.details().cloned().map(Box::new);
            let sought = searched_texts(&deliveries.search.text()).into_iter().next();
            state.overlay = Some(Overlay::Details(DetailsWindow::new(id, known, sought)));
            overlay::find_in_details(state);
            vec![Effect::LoadDetails(id)]
        }
        (Action::RetryNow, Some(id)) => vec![Effect::RetryNow(id)],
        (Action::Cancel, Some(id)) => vec![Effect::Cancel(id)],
        (Action::SendAgain, Some(id)) => vec![Effect::SendAgain(id)],
        (Action::CopyDelivery, Some(id)) => {
            vec![Effect::Copy { text: id.to_string(), what: format!("delivery id {id}") }]
        }
        (Action::FilterState, _) => {
            deliveries.show = deliveries.show.next();
            refilter(state)
        }
        (Action::FilterProfile, _) => {
            deliveries.profile = match (&deliveries.profile, state.profiles.chosen()) {
                (None, Some(row)) => Some((row.id.clone(), row.title.clone())),
                _ => None,
            };
            refilter(state)
        }
        (Action::Pager, _) => programs::open_response(state),
        (Action::Follow, _) => {
            deliveries.paused_at = None;
            deliveries.list.select(0);
            // What is being read does not have what came meanwhile.
            deliveries.read_failed();
            [load_chosen(state), state.deliveries.reload()].concat()
        }
        (Action::TimeForm, _) => {
            state.settings.clock.turn();
            Vec::new()
        }
        (Action::Search, _) => search::open(state),
        (Action::RetryAll | Action::CancelAll | Action::SendAllAgain, _) => many::ask(state, action),
        (Action::PauseAll, _) => pausing::switch_all(state),
        (Action::Leave, _) if deliveries.running.is_some() => vec![Effect::StopMany],
        (Action::Leave, _) if deliveries.search.is_on() => search::end(state),
        (Action::Leave, _) => {
            state.focus = if state.focus == Pane::Timeline { Pane::Deliveries } else { Pane::Profiles };
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn refilter(state: &mut State) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    deliveries.rows.clear();
    (deliveries.newest, deliveries.next) = (None, None);
    deliveries.paused_at = None;
    deliveries.list.select(0);
    deliveries.read_failed();
    deliveries.reload()
}

/// Reads older ones when the end of the list comes near.
fn load_more(state: &mut State) -> Vec<Effect> {
    let deliveries = &mut state.deliveries;
    let near_end = deliveries.list.selected() + PAGE / 4 >= deliveries.rows.len();
    if !near_end || deliveries.next.is_none() || deliveries.loading_more {
        return Vec::new();
    }
    deliveries.loading_more = true;
    let before = deliveries.next;
    vec![Effect::LoadDeliveries(Query { before, limit: PAGE, earlier: None, ..deliveries.query() })]
}
