//! Panes 4 and 5: the deliveries as they happen.

pub mod bulk;
pub mod paused;
pub mod query;
pub mod search;
pub mod state_text;
pub mod total;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::console::model::deliveries::bulk::Running;
use crate::console::model::deliveries::query::{Query, Show};
use crate::console::model::deliveries::search::Search;
use crate::console::model::effect::Effect;
use crate::console::model::list::List;
use crate::profile::ProfileId;
use crate::record::{BulkId, Details, LogPosition, Summary};
use crate::storage::{BoundedCount, Counts, EarlierSearch};

/// The number of deliveries loaded at a time.
pub const PAGE: usize = 200;

/// Whether rows are being loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::console) enum TextView {
    #[default]
    Idle,
    Once,
    /// Something has changed meanwhile: load again afterwards.
    Again,
}

/// The log on the screen.
#[derive(Debug, Default)]
pub struct Deliveries {
    pub(in crate::console) rows: Vec<Summary>,
    /// The selected row.
    pub list: List,
    pub(in crate::console) show: Show,
    /// Only those of this profile: the selected one, and another one when that is selected.
    pub(in crate::console) profile: Option<(ProfileId, String)>,
    /// Only those of this bulk action, with its name; of any profile.
    pub(in crate::console) bulk: Option<(BulkId, String)>,
    /// The newest delivery when the person moved away from it. While set, no newer ones are shown, and the selected
    /// delivery stays selected.
    pub(in crate::console) paused_at: Option<LogPosition>,
    /// How many have arrived since, up to a limit.
    came: usize,
    pub(in crate::console) search: Search,
    /// The zone of dates and times in a search; UTC unless set.
    zone: Option<TimeZone>,
    /// The bulk change in progress.
    pub(in crate::console) running: Option<Running>,
    /// The number of questions about bulk changes so far.
    pub(in crate::console) bulk_questions: u64,
    /// The newest delivery on disk, shown or not.
    pub(in crate::console) newest: Option<LogPosition>,
    /// Where to continue loading older deliveries; none at the end of the log.
    pub(in crate::console) next: Option<LogPosition>,
    /// When the oldest delivery loaded so far was accepted.
    pub(in crate::console) reached: Option<Timestamp>,
    pub(in crate::console) loading_more: bool,
    pub(in crate::console) reading: TextView,
    /// The selected delivery with its attempts.
    pub(in crate::console) details: Option<Box<Details>>,
    /// How many of the loaded rows cannot be interpreted and are skipped.
    pub(in crate::console) unreadable: usize,
    /// Whether the rows of the current filter were read.
    pub(in crate::console) is_read: bool,
    /// How many deliveries are in each state, once counted.
    counts: Option<Counts>,
    /// How many of the profile match, once counted.
    counted: Option<BoundedCount>,
}

impl Deliveries {
    /// An empty log; dates and times in a search are of this zone.
    #[must_use]
    pub fn in_zone(zone: TimeZone) -> Self {
        Self { zone: Some(zone), ..Self::default() }
    }

    pub(in crate::console) fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or(TimeZone::UTC)
    }

    /// The loaded deliveries, newest first.
    #[must_use]
    pub fn rows(&self) -> &[Summary] {
        &self.rows
    }

    /// The selected delivery.
    #[must_use]
    pub fn selected(&self) -> Option<&Summary> {
        self.rows.get(self.list.selected())
    }

    /// The selected delivery with its attempts, once loaded.
    #[must_use]
    pub fn details(&self) -> Option<&Details> {
        let selected = self.selected()?.id;
        self.details.as_deref().filter(|d| d.summary.id == selected)
    }

    /// Whether the newest is followed.
    #[must_use]
    pub fn is_following(&self) -> bool {
        self.paused_at.is_none()
    }

    /// The filters, for the pane's title: by state, and by profile or bulk action.
    #[must_use]
    pub fn filter(&self) -> (Show, Option<&str>) {
        let profile = self.profile.as_ref().map(|(_, title)| title.as_str());
        (self.show, profile.or(self.bulk.as_ref().map(|(_, name)| name.as_str())))
    }

    /// The filters other than that of a profile, for a notice: such as `failed only` and `/order`, the search in so many
    /// columns.
    pub fn other_filters(&self, width: usize) -> impl Iterator<Item = String> {
        let show = (self.show != Show::All).then(|| format!("{} only", self.show.name()));
        show.into_iter().chain(self.search.shown(width))
    }

    /// The rows on the screen, as of the last drawing.
    pub fn in_sight(&self) -> impl Iterator<Item = &Summary> {
        let sight = self.list.in_sight(self.rows.len());
        self.rows[sight].iter().chain(self.selected())
    }

    /// Reloads the rows on the screen, one load at a time: changes during a load cause another one.
    pub fn reload(&mut self) -> Vec<Effect> {
        if self.reading != TextView::Idle {
            self.reading = TextView::Again;
            return Vec::new();
        }
        self.reading = TextView::Once;
        let query = self.query();
        let newer = query.upto.map(|_| Effect::CountNewer(query.clone()));
        let is_of_profile = query.profile.is_some() && query.text.is_empty();
        let matching = is_of_profile.then(|| Effect::CountMatching(query.clone()));
        std::iter::once(Effect::LoadDeliveries(query)).chain(newer).chain(matching).collect()
    }

    /// The rows on the screen could not be loaded: the next change loads them again.
    pub fn rows_failed(&mut self) {
        self.reading = TextView::Idle;
    }

    /// Older rows could not be loaded.
    pub fn older_rows_failed(&mut self) {
        self.loading_more = false;
    }

    /// Ignores the results of loads in progress.
    pub fn forget_reads(&mut self) {
        (self.reading, self.loading_more) = (TextView::Idle, false);
    }

    /// The query for everything on the screen.
    #[must_use]
    pub fn query(&self) -> Query {
        Query {
            show: self.show,
            profile: self.profile.as_ref().map(|(id, _)| id.clone()),
            bulk: self.bulk.as_ref().map(|(id, _)| *id),
            upto: self.paused_at,
            text: self.search.text(),
            zone: self.zone(),
            earlier: self.searched(),
            before: None,
            limit: self.wanted_rows(),
        }
    }

    /// How many rows to load: a screenful while following the newest; while paused the selected one must be among
    /// them.
    fn wanted_rows(&self) -> usize {
        if self.is_following() {
            self.rows.len().clamp(PAGE, 5 * PAGE)
        } else {
            self.rows.len().max(self.list.selected() + PAGE / 2).clamp(PAGE, 50 * PAGE)
        }
    }

    /// Starts over with the current filter.
    pub fn refilter(&mut self) -> Vec<Effect> {
        self.forget_reads();
        self.start_over()
    }

    /// Shows those of another profile, once the rows that are being loaded are there: the selection may move faster
    /// than they come.
    pub fn show_profile(&mut self, profile: (ProfileId, String)) -> Vec<Effect> {
        self.profile = Some(profile);
        self.loading_more = false;
        self.start_over()
    }

    fn start_over(&mut self) -> Vec<Effect> {
        self.search.is_stopped = false;
        self.rows.clear();
        (self.newest, self.next, self.reached) = (None, None, None);
        (self.is_read, self.counted, self.unreadable) = (false, None, 0);
        self.paused_at = None;
        self.list.select(0);
        self.reload()
    }

    fn newest(&self) -> Option<LogPosition> {
        self.rows.first().map(|row| row.position)
    }

    /// The results so far, so that the search need not start over.
    fn searched(&self) -> Option<EarlierSearch> {
        let known = || self.rows.iter().map(|row| row.position).collect();
        let searches = self.search.is_on() && self.newest.is_some();
        let (newest, next, reached) = (self.newest, self.next, self.reached);
        searches.then(|| EarlierSearch { known: known(), newest, next, reached })
    }
}
