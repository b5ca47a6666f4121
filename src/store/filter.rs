//! Which deliveries are meant: by profile, state, status, time and text.

use std::borrow::Cow;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::callback::Values;
use crate::delivery::{DeliveryId, ErrorClass, State};
use crate::profile::{Choice, ProfileId};

/// Which deliveries are meant. Those that fit every part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only those that stand so.
    pub state: Option<StateFilter>,
    /// Only those of this profile.
    pub profile: Option<ProfileId>,
    /// Only those whose last try ended in one of these ways; empty lets all through.
    pub statuses: Vec<StatusFilter>,
    /// Only those accepted at this time or later.
    pub since: Option<Timestamp>,
    /// Only those accepted before this time.
    pub until: Option<Timestamp>,
    /// Only those that ended before this time.
    pub ended_before: Option<Timestamp>,
    /// Only those with this text in title, URL, last message, id or a value, letter case aside.
    pub text: Option<String>,
    /// Only those that were not sent again.
    pub not_again: bool,
    /// Only those older than this one: the last of the page before.
    pub before: Option<DeliveryId>,
    /// Most in one page.
    pub limit: usize,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            state: None,
            profile: None,
            statuses: Vec::new(),
            since: None,
            until: None,
            ended_before: None,
            text: None,
            not_again: false,
            before: None,
            limit: 100,
        }
    }
}

/// One state, or several that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateFilter {
    /// Queued or waiting: something is left to send.
    Pending,
    /// Delivered, failed or cancelled: nothing is left to send.
    Ended,
    /// Waiting, failed or cancelled: a try now may help.
    Retriable,
    /// This one.
    Is(State),
}

impl StateFilter {
    /// Whether a state is meant.
    #[must_use]
    pub fn has(self, state: State) -> bool {
        match self {
            Self::Pending => state.is_pending(),
            Self::Ended => !state.is_pending(),
            Self::Retriable => matches!(state, State::Waiting | State::Failed | State::Cancelled),
            Self::Is(only) => state == only,
        }
    }
}

/// How the last try of a delivery ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFilter {
    /// With this HTTP status.
    Code(u16),
    /// With a status of this hundred, such as 5 for 500 to 599.
    Hundred(u16),
    /// With a failure of this class.
    Error(ErrorClass),
}

impl StatusFilter {
    /// Reads `404`, `5xx`, or the name of a class such as `timeout`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        if let Some(class) = ErrorClass::from_name(&text) {
            return Some(Self::Error(class));
        }
        let (start, whole) = text.strip_suffix("xx").map_or((text.as_str(), true), |start| (start, false));
        let digits = start.len() == if whole { 3 } else { 1 } && start.bytes().all(|b| b.is_ascii_digit());
        let number: u16 = start.parse().ok().filter(|_| digits)?;
        if whole {
            (100..600).contains(&number).then_some(Self::Code(number))
        } else {
            (1..6).contains(&number).then_some(Self::Hundred(number))
        }
    }

    fn fits(self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Code(code) => seen.status == Some(code),
            Self::Hundred(hundred) => seen.status.is_some_and(|status| status / 100 == hundred),
            Self::Error(class) => seen.class == Some(class.name()),
        }
    }

    /// Whether it may be that of a success.
    fn is_success(self) -> bool {
        matches!(self, Self::Code(200..300) | Self::Hundred(2))
    }
}

impl fmt::Display for StatusFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Hundred(hundred) => write!(f, "{hundred}xx"),
            Self::Error(class) => f.write_str(class.name()),
        }
    }
}

/// How far the time in an id may be from the time at which its delivery was accepted.
const SLACK: SignedDuration = SignedDuration::from_mins(1);

impl Filter {
    /// Reads what a person types in one line: words that stand for a status are one, and what is left
    /// is the text. A word in quotes is text in any case.
    #[must_use]
    pub fn typed(line: &str) -> (Vec<StatusFilter>, Option<String>) {
        let (mut statuses, mut text) = (Vec::new(), Vec::new());
        for word in line.split_whitespace() {
            match StatusFilter::parse(word) {
                Some(status) => statuses.push(status),
                None => text.push(word),
            }
        }
        let text = text.join(" ");
        let bare = text.strip_prefix('"').unwrap_or(&text);
        let bare = bare.strip_suffix('"').unwrap_or(bare);
        (statuses, (!bare.is_empty()).then(|| bare.to_owned()))
    }

    /// The states that are meant. Only what was answered has a status, and only a success is
    /// delivered, so a status leaves few of them.
    #[must_use]
    pub fn states(&self) -> Vec<State> {
        let wanted = |state: &State| {
            let tried = self.statuses.is_empty()
                || match state {
                    State::Queued => false,
                    State::Delivered => self.statuses.iter().any(|status| status.is_success()),
                    State::Waiting | State::Failed | State::Cancelled => true,
                };
            let ended = self.ended_before.is_none() || !state.is_pending();
            tried && ended && self.state.is_none_or(|filter| filter.has(*state))
        };
        State::ALL.iter().copied().filter(wanted).collect()
    }

    /// Whether rows must be looked at one by one, and so perhaps many that do not fit.
    #[must_use]
    pub fn searches(&self) -> bool {
        !self.statuses.is_empty()
            || self.text.is_some()
            || self.not_again
            || self.since.is_some()
            || self.until.is_some()
            || self.ended_before.is_some()
    }

    /// The ids among which all that fit are: from the first, to before the second.
    pub(super) fn ids(&self) -> ([u8; 16], [u8; 16]) {
        let first = |time: Timestamp| DeliveryId::first_at(time).bytes();
        let since = self.since.and_then(|time| time.checked_sub(SLACK).ok());
        // None ends before it is accepted.
        let until = self.until.into_iter().chain(self.ended_before).min();
        let until = until.and_then(|time| time.checked_add(SLACK).ok());
        let before = self.before.map(DeliveryId::bytes);
        let to = until.map(first).into_iter().chain(before).min();
        (since.map_or([0; 16], first), to.unwrap_or([0xFF; 16]))
    }
}

/// What a filter looks at in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) id: DeliveryId,
    pub(super) title: &'a str,
    pub(super) url: Option<&'a str>,
    pub(super) message: Option<&'a str>,
    pub(super) status: Option<u16>,
    pub(super) class: Option<&'a str>,
    pub(super) accepted_at: i64,
    pub(super) ended_at: Option<i64>,
    pub(super) was_sent_again: bool,
    /// The JSON of its values; none where nobody asks for them.
    pub(super) values: Option<&'a str>,
}

/// A filter made ready for many rows. State, profile and ids are the index's part.
pub(super) struct Sieve<'a> {
    filter: &'a Filter,
    text: Option<Sought>,
}

/// A text that is looked for.
struct Sought {
    text: String,
    /// As it stands within JSON.
    in_json: String,
}

impl<'a> Sieve<'a> {
    pub(super) fn new(filter: &'a Filter) -> Self {
        let sought = |text: &String| {
            let text = text.to_lowercase();
            // A text is always JSON, between two quotes.
            let json = serde_json::to_string(&text).unwrap_or_default();
            let in_json = json.trim_start_matches('"').strip_suffix('"').unwrap_or(&json).to_owned();
            Sought { text, in_json }
        };
        Self { filter, text: filter.text.as_ref().map(sought) }
    }

    /// Whether it looks at the values of a delivery.
    pub(super) fn reads_values(&self) -> bool {
        self.text.is_some()
    }

    pub(super) fn lets_through(&self, seen: &Seen<'_>) -> bool {
        let Filter { statuses, since, until, ended_before, .. } = self.filter;
        let since = since.is_none_or(|time| seen.accepted_at >= time.as_millisecond());
        let until = until.is_none_or(|time| seen.accepted_at < time.as_millisecond());
        let ended = ended_before.is_none_or(|t| seen.ended_at.is_some_and(|end| end < t.as_millisecond()));
        let status = statuses.is_empty() || statuses.iter().any(|status| status.fits(seen));
        let again = self.filter.not_again && seen.was_sent_again;
        let fits = since && until && ended && status && !again;
        fits && self.text.as_ref().is_none_or(|sought| has_text(seen, sought))
    }
}

fn has_text(seen: &Seen<'_>, Sought { text, in_json }: &Sought) -> bool {
    let within = |part: &str| part.to_lowercase().contains(text);
    let in_value = |json: &str| {
        // Most have it nowhere, and need not be taken apart. A variable's name is no value.
        json.to_lowercase().contains(in_json)
            && Values::parse(json).is_ok_and(|values| values.members().values().any(|v| within(&text_of(v))))
    };
    within(seen.title)
        || seen.url.is_some_and(within)
        || seen.message.is_some_and(within)
        || seen.id.to_string().contains(text)
        || seen.values.is_some_and(in_value)
}

/// A value as it is sent: a text without its quotes.
fn text_of(value: &serde_json::Value) -> Cow<'_, str> {
    value.as_str().map_or_else(|| value.to_string().into(), Cow::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> Seen<'static> {
        Seen {
            id: DeliveryId::from_bytes([0xAB; 16]),
            title: "Grüße",
            url: Some("https://Hooks.example/cb?id=7"),
            message: Some("500 Internal Server Error"),
            status: Some(500),
            class: Some("status"),
            accepted_at: 1_000,
            ended_at: Some(2_000),
            was_sent_again: true,
            values: Some(r#"{"ref": "Order-\"7\"/Ä", "parts": 12, "nested": {"deep": "well"}}"#),
        }
    }

    fn lets(filter: &Filter) -> bool {
        Sieve::new(filter).lets_through(&seen())
    }

    #[test]
    fn text_is_looked_for_everywhere_letter_case_aside() {
        let text = |text: &str| lets(&Filter { text: Some(text.to_owned()), ..Filter::default() });
        for there in ["GRÜ", "üße", "hooks.EXAMPLE", "?id=7"] {
            assert!(text(there), "{there}");
        }
        assert!(text("internal server") && text("abababab-abab") && !text("orders"));
        for value in ["order-\"7", "/ä", "12", "WELL"] {
            assert!(text(value), "{value}");
        }
        assert!(!text("parts") && !text("ref"), "a variable's name is no value");
    }

    #[test]
    fn statuses_are_read_and_one_of_them_must_fit() {
        for (text, fits) in [("500", true), ("5xx", true), ("5XX", true), ("status", true)] {
            let statuses = vec![StatusFilter::parse(text).unwrap()];
            assert_eq!(statuses[0].to_string(), text.to_lowercase());
            assert_eq!(lets(&Filter { statuses, ..Filter::default() }), fits, "{text}");
        }
        let of = |all: &[&str]| {
            let statuses = all.iter().map(|text| StatusFilter::parse(text).unwrap()).collect();
            lets(&Filter { statuses, ..Filter::default() })
        };
        assert!(of(&["timeout", "5xx"]) && !of(&["timeout", "404"]) && !of(&["501"]));
        for bad in ["", "xx", "6xx", "0xx", "55xx", "99", "600", "5000", "+50", "late", "5x"] {
            assert_eq!(StatusFilter::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_are_from_and_up_to() {
        let at = |ms| Timestamp::from_millisecond(ms).ok();
        let since = |ms| lets(&Filter { since: at(ms), ..Filter::default() });
        let until = |ms| lets(&Filter { until: at(ms), ..Filter::default() });
        let ended = |ms| lets(&Filter { ended_before: at(ms), ..Filter::default() });
        assert!(since(1_000) && !since(1_001) && until(1_001) && !until(1_000));
        assert!(ended(2_001) && !ended(2_000));
    }

    #[test]
    fn a_status_leaves_few_states() {
        let states = |status: &str, state| {
            let statuses = vec![StatusFilter::parse(status).unwrap()];
            Filter { state, statuses, ..Filter::default() }.states()
        };
        assert_eq!(states("5xx", None), [State::Waiting, State::Failed, State::Cancelled]);
        assert!(states("2xx", None).contains(&State::Delivered));
        assert_eq!(states("timeout", Some(StateFilter::Ended)), [State::Failed, State::Cancelled]);
        assert_eq!(Filter::default().states(), State::ALL);
    }

    #[test]
    fn a_typed_line_is_statuses_and_text() {
        let typed = Filter::typed;
        assert_eq!(
            typed(" 5xx  order  sms "),
            (vec![StatusFilter::Hundred(5)], Some("order sms".to_owned()))
        );
        assert_eq!(typed("\"404\""), (vec![], Some("404".to_owned())));
        assert_eq!(typed("timeout 404").0.len(), 2);
        assert_eq!(typed("  "), (vec![], None));
    }
}
