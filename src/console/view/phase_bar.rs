//! Draws where the time of an attempt went: a bar with a segment for each phase, and beside or below it how long each
//! took. A sign of its own for each phase makes it readable without colour.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::console::theme::Theme;
use crate::record::{Attempt, Phase, phase_millis};
use crate::storage::{AttemptPart, PhaseSums};
use crate::text::whole_percent;

/// The bar is not narrower than this beside its text.
const NARROWEST: usize = 6;
/// Nor wider than this.
const WIDEST: usize = 40;

/// Beside the words of many attempts the bar has at least this width.
const NARROWEST_OF_MANY: usize = 12;

/// A segment of the bar, and its words.
struct Segment {
    sign: &'static str,
    words: String,
    micros: u64,
    style: Style,
}

/// The phases of an attempt in lines of this width: one, or two where bar and text do not fit beside each other. Where
/// there is room they begin at the column `indent`. None if no phase is known.
#[must_use]
pub fn lines(attempt: &Attempt, width: usize, indent: usize, theme: &Theme) -> Vec<Line<'static>> {
    let segments = segments(attempt, theme);
    if segments.is_empty() {
        return Vec::new();
    }
    let mut text = Vec::new();
    if attempt.phases.is_some_and(|phases| phases.reused) {
        text.push(Span::styled("reused ", theme.dim));
    }
    for (at, Segment { sign, words, style, .. }) in segments.iter().enumerate() {
        let gap = if at > 0 { " " } else { "" };
        text.push(Span::styled(format!("{gap}{sign}{words}"), *style));
    }
    text.push(Span::styled(" ms", theme.dim));
    let taken: usize = text.iter().map(|span| span.content.width()).sum();
    let beside = |start: usize| width.checked_sub(start + taken + 1).filter(|room| *room >= NARROWEST);
    let gap = || Span::raw(" ");
    if let Some((start, room)) = [indent, 0].into_iter().find_map(|start| Some((start, beside(start)?))) {
        let margin = Span::raw(" ".repeat(start));
        let line = [margin].into_iter().chain(bar(&segments, room.min(WIDEST))).chain([gap()]).chain(text);
        return vec![line.collect()];
    }
    vec![Line::from(bar(&segments, width.min(WIDEST))), Line::from(text)]
}

/// Where the time of many attempts went, in a line of this width: the bar, and the shares of its parts, the slowest
/// first, as many as there is room for. Nothing if no time is known.
#[must_use]
pub fn of_many(sums: &PhaseSums, width: usize, theme: &Theme) -> Vec<Span<'static>> {
    let segment = |(at, (part, share)): (usize, (AttemptPart, f64))| Segment {
        sign: part.phase().map_or(OTHER, sign),
        words: format!("{} {}", if at == 0 { part.words() } else { part.name() }, whole_percent(share)),
        micros: sums.micros(part),
        style: part.phase().map_or(theme.dim, |phase| style(phase, theme)),
    };
    let segments: Vec<Segment> = sums.shares().into_iter().enumerate().map(segment).collect();
    if segments.is_empty() {
        return Vec::new();
    }
    let room = width.saturating_sub(NARROWEST_OF_MANY);
    let (mut text, mut taken) = (Vec::new(), 0);
    for Segment { sign, words, style, .. } in &segments {
        let part = format!(" {sign}{words}");
        taken += part.width();
        if taken > room && !text.is_empty() {
            taken -= part.width();
            break;
        }
        text.push(Span::styled(part, *style));
    }
    let length = width.saturating_sub(taken).clamp(NARROWEST_OF_MANY.min(width), WIDEST);
    bar(&segments, length).into_iter().chain(text).collect()
}

fn segments(attempt: &Attempt, theme: &Theme) -> Vec<Segment> {
    let Some(phases) = attempt.phases.filter(|phases| phases.last().is_some()) else { return Vec::new() };
    // Without a response it ended in the last one.
    let failed_in = phases.last().filter(|_| attempt.error.is_some() && attempt.status.is_none());
    let named = phases.iter().map(|(phase, micros)| Segment {
        sign: sign(phase),
        words: format!("{} {}", phase.name(), phase_millis(micros)),
        micros: micros.into(),
        style: if failed_in == Some(phase) { theme.bad } else { style(phase, theme) },
    });
    let other = phases.other_micros(attempt.duration_ms).map(|micros| Segment {
        sign: OTHER,
        words: format!("other {}", phase_millis(micros)),
        micros: micros.into(),
        style: theme.dim,
    });
    named.chain(other).collect()
}

/// What is in no phase.
const OTHER: &str = "┄";

fn sign(phase: Phase) -> &'static str {
    match phase {
        Phase::Dns => "░",
        Phase::Connect => "▒",
        Phase::Tls => "▓",
        Phase::Wait => "█",
        Phase::Read => "▄",
    }
}

fn style(phase: Phase, theme: &Theme) -> Style {
    match phase {
        Phase::Dns => theme.dim,
        Phase::Connect => theme.label,
        Phase::Tls => theme.variable,
        Phase::Wait => theme.warn,
        Phase::Read => theme.good,
    }
}

/// The segments, in proportion to their times. Each has at least one column.
fn bar(segments: &[Segment], width: usize) -> Vec<Span<'static>> {
    let whole = segments.iter().map(|segment| segment.micros).sum::<u64>().max(1);
    let shared = width.saturating_sub(segments.len());
    let mut sum = 0;
    let ends = segments.iter().map(|segment| {
        sum += segment.micros;
        let end = sum.saturating_mul(shared as u64).saturating_add(whole / 2) / whole;
        usize::try_from(end).unwrap_or(shared)
    });
    let mut start = 0;
    let lengths: Vec<usize> = ends.map(|end| 1 + end - std::mem::replace(&mut start, end)).collect();
    let segments = segments.iter().zip(lengths);
    segments.map(|(Segment { sign, style, .. }, length)| Span::styled(sign.repeat(length), *style)).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::record::{HeaderList, Phases};

    fn drawn(micros: [Option<u64>; 5], duration_ms: u32, reused: bool, width: usize) -> Vec<String> {
        let mut phases = Phases::over(reused);
        for (phase, micros) in Phase::ALL.into_iter().zip(micros) {
            if let Some(micros) = micros {
                phases.add(phase, Duration::from_micros(micros));
            }
        }
        let attempt = Attempt {
            n: 1,
            started_at: jiff::Timestamp::UNIX_EPOCH,
            duration_ms,
            address: None,
            status: Some(200),
            error: None,
            response_headers: HeaderList::default(),
            response_body: Vec::new(),
            response_cut: false,
            response_incomplete: None,
            sender: None,
            phases: Some(phases),
            is_probe: false,
        };
        lines(&attempt, width, 12, &Theme::mono()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn segments_are_in_proportion_and_none_is_missing() {
        let all = [Some(2_100), Some(11_000), Some(24_000), Some(43_000), Some(400)];
        let text = "░dns 2 ▒connect 11 ▓tls 24 █wait 43 ▄read <1 ms";
        assert_eq!(drawn(all, 80, false, 76), [format!("            ░▒▒▒▓▓▓▓███████▄ {text}")]);
        assert_eq!(drawn(all, 80, false, 56), [format!("░▒▓▓███▄ {text}")]);
        assert_eq!(drawn(all, 80, false, 50), ["░░▒▒▒▒▒▒▓▓▓▓▓▓▓▓▓▓▓████████████████████▄", text]);
    }

    #[test]
    fn the_slowest_part_of_many_attempts_is_first_at_every_width() {
        let mut sums = PhaseSums::default();
        let all = [2_000_u64, 90_000, 60_000, 840_000, 7_000, 1_000];
        for (part, micros) in AttemptPart::ALL.into_iter().zip(all) {
            sums.add(part, micros);
        }
        let drawn = |width| Line::from(of_many(&sums, width, &Theme::mono())).to_string();
        assert_eq!(drawn(65), "█████████▒▓▓▄░┄ █waiting for the response 84% ▒connect 9% ▓tls 6%");
        assert_eq!(drawn(42), "██████▒▒▓▄░┄ █waiting for the response 84%");
        assert!(drawn(120).ends_with("▓tls 6% ▄read 1% ░dns 1% ┄other 1%"), "{}", drawn(120));
        assert!(of_many(&PhaseSums::default(), 65, &Theme::mono()).is_empty());
    }

    #[test]
    fn time_that_is_in_no_phase_is_shown() {
        let kept = [None, None, None, Some(40_000), Some(5_000)];
        assert_eq!(drawn(kept, 45, true, 39), ["██████████▄▄ reused █wait 40 ▄read 5 ms"]);
        let lines = drawn(kept, 545, true, 60);
        assert!(lines[0].contains("┄┄┄┄"), "{lines:?}");
        assert!(lines[0].ends_with("reused █wait 40 ▄read 5 ┄other 500 ms"), "{lines:?}");
        assert!(drawn([None; 5], 5, false, 60).is_empty());
    }
}
