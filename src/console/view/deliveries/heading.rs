//! The upper edge of the list of deliveries: what is followed, the filter, and how many there are.

use unicode_width::UnicodeWidthStr as _;

use crate::console::model::deliveries::paused;
use crate::console::model::deliveries::query::Show;
use crate::console::model::deliveries::total;
use crate::console::model::state::State;
use crate::text::{cut, displayable};

/// The columns that a profile's title and a search keep while anything else can give way.
const LEAST: usize = 20;

/// The columns that they keep in any case.
const SHORTEST: usize = 8;

/// The title of the pane, and the text on the right, together in this many columns. The filter is always there; what
/// is followed and the counts get shorter as there is less room, and then the filter does.
pub fn heading(state: &State, room: usize) -> (String, String) {
    let deliveries = &state.deliveries;
    let long = deliveries.count_words();
    let short = deliveries.matching().map(total::words).unwrap_or_default();
    let [full, brief] = titles(state);
    let name = "Deliveries".to_owned();
    let choices = [(&full, &long), (&full, &short), (&brief, &short), (&name, &short)];
    for (least, choices) in [(LEAST, &choices[..]), (SHORTEST, &choices[2..])] {
        for (title, count) in choices {
            if let Some(right) = right(state, least, count, room.saturating_sub(title.width())) {
                return ((*title).clone(), right);
            }
        }
    }
    let filter = right(state, SHORTEST, "", usize::MAX).unwrap_or_default();
    (name, cut(&filter, room.saturating_sub("Deliveries".len())))
}

/// What is followed, in full and in brief. It never says "paused": that would mean the sender, which continues.
fn titles(state: &State) -> [String; 2] {
    let deliveries = &state.deliveries;
    if deliveries.is_following() {
        return ["Deliveries ─ following".to_owned(), "Deliveries".to_owned()];
    }
    let new = paused::words(deliveries.new_since_paused());
    [format!("Deliveries ─ not following · {new} new"), format!("Deliveries ─ {new} new")]
}

/// The filter and the count in this many columns, if they fit while long parts of the filter keep at least so many.
fn right(state: &State, least: usize, count: &str, room: usize) -> Option<String> {
    let deliveries = &state.deliveries;
    let (show, profile) = deliveries.filter();
    let show = (show != Show::All).then(|| show.name().to_owned());
    let search = deliveries.search.is_on().then(|| format!("/{}", deliveries.search.text()));
    let safe = |text: &str| displayable(text).into_owned();
    let (profile, search) = (profile.map(safe), search.as_deref().map(safe));
    let fixed =
        [searching(state), unreadable(state), Some(count.to_owned()).filter(|count| !count.is_empty())];
    let width = |part: &Option<String>| part.as_ref().map_or(0, |part| part.width() + SEPARATOR.width());
    let taken: usize = fixed.iter().chain([&show]).map(width).sum();
    let shortest = |part: &Option<String>| width(part).min(least + SEPARATOR.width());
    let mut left =
        room.checked_sub((taken + shortest(&profile) + shortest(&search)).saturating_sub(SEPARATOR.width()))?;
    let mut grown = |part: Option<String>| {
        let more = width(&part).saturating_sub(shortest(&part)).min(left);
        left -= more;
        let columns = shortest(&part).saturating_sub(SEPARATOR.width()) + more;
        part.map(|part| cut(&part, columns))
    };
    let parts = [show, grown(profile), grown(search)];
    Some(parts.into_iter().chain(fixed).flatten().collect::<Vec<_>>().join(SEPARATOR))
}

const SEPARATOR: &str = " · ";

/// How many deliveries are skipped because they cannot be read.
fn unreadable(state: &State) -> Option<String> {
    let n = state.deliveries.unreadable;
    (n > 0).then(|| format!("{n} cannot be read"))
}

/// The progress of a search.
fn searching(state: &State) -> Option<String> {
    let deliveries = &state.deliveries;
    let is_stopped = deliveries.search.is_on() && deliveries.search.is_stopped;
    deliveries.next.filter(|_| is_stopped || deliveries.is_searching_on())?;
    let reached = state.settings.clock.in_list(deliveries.reached?, state.now);
    Some(if is_stopped {
        format!("stopped at {reached}")
    } else {
        format!("back to {reached} … Esc stops")
    })
}
