//! The selected profile, read-only, while nothing is being edited.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::model::pane::Pane;
use crate::console::model::pausing;
use crate::console::model::state::State;
use crate::console::view::frame;
use crate::console::view::put::put;
use crate::profile::{Auth, AutoEnable, Choice as _, Iv, Profile};
use crate::text::{fit, wrap};

/// Columns of the labels; a profile id fits beside them at 120 columns.
const LABEL: usize = 14;

/// A no-break space between a number and its unit.
const NO_BREAK_SPACE: char = '\u{a0}';

/// Draws the summary of the selected profile.
pub fn draw(state: &State, area: Rect, out: &mut Frame<'_>) {
    let theme = &state.settings.theme;
    let Some(profile) = &state.selected_profile else {
        let inner = frame::pane(state, Pane::Editor, "Profile", "", area, out);
        let hint = if state.profiles.is_loaded() && state.profiles.total() == 0 {
            "No profile yet.\n\n{profiles-new} creates the first one: a title, a channel, an endpoint.\n{receiver} opens the receiver: an endpoint on this machine to test against."
        } else {
            ""
        };
        let hint = state.settings.keys.spell(hint);
        let lines = wrap(&hint, usize::from(inner.width).saturating_sub(2));
        for (at, line) in lines.into_iter().enumerate() {
            put(Line::styled(line, theme.dim), frame::row(frame::indent(inner, 1), at), out);
        }
        return;
    };
    let room = usize::from(area.width).saturating_sub(LABEL + 4);
    let mut lines = Vec::new();
    for (label, value) in facts(state, profile) {
        for (n, line) in wrap(&value, room).into_iter().enumerate() {
            let label = if n == 0 { label } else { "" };
            let label = Span::styled(fit(label, LABEL), theme.label);
            lines.push(Line::from(vec![label, Span::raw(" "), Span::raw(line.replace(NO_BREAK_SPACE, " "))]));
        }
    }
    let visible = state.summary.visible(lines.len(), usize::from(area.height).saturating_sub(2));
    let length = lines.len();
    let right = state.settings.keys.spell("{profiles-edit} edits");
    let inner = frame::pane(state, Pane::Editor, profile.title.as_str(), &right, area, out);
    let inner = frame::indent(inner, 1);
    frame::mark_more(state, inner, &visible, length, out);
    for (at, line) in lines.into_iter().skip(visible.start).take(visible.len()).enumerate() {
        put(line, frame::row(inner, at), out);
    }
    if state.is_focused(Pane::Editor) {
        out.set_cursor_position((inner.x, inner.y));
    }
}

fn facts(state: &State, profile: &Profile) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Profile id", profile.id.to_string()), ("Status", pausing::status(state, profile))];
    facts.push(("Channel", profile.channel.label().to_owned()));
    if !profile.events.is_empty() {
        let names: Vec<_> = profile.events.iter().map(|e| e.name()).collect();
        facts.push(("Events", names.join(", ")));
    }
    facts.push(("HTTP Method", profile.method.name().to_owned()));
    facts.push(("Endpoint", profile.endpoint.template().to_string()));
    if profile.method.has_body() {
        facts.push(("Request Body", profile.body.text().to_owned()));
    }
    let retry = profile.retry;
    let earliest: Vec<_> =
        retry.table().iter().map(|row| format!("{}{NO_BREAK_SPACE}s", row.sent_at_s)).collect();
    facts.push(match retry.count() {
        0 => ("Retry", "0".to_owned()),
        n => (
            "Retry",
            format!(
                "{n} · timeout {}{NO_BREAK_SPACE}ms · earliest at {}",
                retry.timeout_ms(),
                earliest.join(" · ")
            ),
        ),
    });
    facts.push((
        "Data Format",
        profile.data_format.map_or("auto (detected from the body)", |f| f.label()).to_owned(),
    ));
    for (at, header) in profile.headers.iter().enumerate() {
        let value = if header.is_secret() { "••••".to_owned() } else { header.value.to_string() };
        facts.push((if at == 0 { "Headers" } else { "" }, format!("{}: {value}", header.name)));
    }
    facts.push((
        "Authentication",
        match &profile.auth {
            Auth::None => "none".to_owned(),
            Auth::Basic { user, .. } => format!("Basic, user {user}"),
            Auth::ApiKey { header, .. } => format!("API key in {header}"),
            Auth::OAuth2(oauth2) => {
                format!("Advanced, client {} at {}", oauth2.client_id, oauth2.token_url.as_str())
            }
        },
    ));
    facts.push((
        "Encryption",
        profile.encryption.as_ref().map_or("off".to_owned(), |enc| {
            let of = match enc.parameters.as_slice() {
                [] => "all values".to_owned(),
                some => some.join(", "),
            };
            let random = if enc.iv == Iv::Random { ", random vector" } else { "" };
            format!("{} of {of}{random}", enc.algorithm.name())
        }),
    ));
    match profile.signing_secrets.len() {
        0 => {}
        1 => facts.push(("Signature", "Standard Webhooks v1".to_owned())),
        count => facts.push(("Signatures", format!("Standard Webhooks v1, by {count} secrets"))),
    }
    if let Some(seconds) = profile.expires_after_s {
        facts.push(("Expires", format!("{seconds}{NO_BREAK_SPACE}s after acceptance")));
    }
    if let Some(most) = profile.pacing.max_in_flight {
        facts.push(("Max. in flight", most.to_string()));
    }
    if let Some(rate) = profile.pacing.rate_limit {
        facts.push(("Rate limit", format!("{rate}{NO_BREAK_SPACE}per{NO_BREAK_SPACE}second")));
    }
    if profile.pacing.ordered {
        facts.push(("Order", "one at a time, as accepted".to_owned()));
    }
    if profile.auto_enable == AutoEnable::Probe {
        facts.push(("Auto-enable", "after a delivered probe".to_owned()));
    }
    facts
}
