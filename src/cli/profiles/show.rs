//! `ringback profiles show`.

use crate::cli::error::CommandError;
use crate::cli::output::{print, print_json};
use crate::cli::session::Session;
use crate::cli::{blocked, health_text, resolve_profile};
use crate::documents;
use crate::profile::{Auth, AutoEnable, Choice as _, Encryption, Extra, Iv, OAuth2, Profile, RetryPolicy};
use crate::storage::{Blocks, FailingProfiles, HealthState};
use crate::text::{escape_controls, rfc3339};

pub(super) async fn run(session: &Session, text: &str, json: bool) -> Result<(), CommandError> {
    let store = session.store_if_there()?;
    let (store, profile) = resolve_profile::profile(store.as_ref(), text).await?;
    let blocks = store.blocks().await?;
    let failing = store.failing_profiles().await?;
    if json {
        print_json(&documents::profile(&profile, &blocks, &failing))
    } else {
        print(&text_of(&profile, &blocks, &failing))
    }
}

/// The profile, one field per line, without its secrets.
fn text_of(profile: &Profile, blocks: &Blocks, failing: &FailingProfiles) -> String {
    let mut lines: Vec<(&str, String)> = vec![("Id", profile.id.to_string())];
    let mut put = |label, text: String| lines.push((label, text));
    put("Channel", profile.channel.name().to_owned());
    if !profile.events.is_empty() {
        put("Events", profile.events.iter().map(|event| event.name()).collect::<Vec<_>>().join(", "));
    }
    put("Method", profile.method.name().to_owned());
    put("Endpoint", profile.endpoint.template().to_string());
    for line in profile.body.text().lines() {
        put("Body", line.to_owned());
    }
    put("Retry", retry(profile.retry));
    if let Some(format) = profile.data_format {
        put("Data format", format.name().to_owned());
    }
    for header in &profile.headers {
        let value = if header.is_secret() { "(hidden)".to_owned() } else { header.value.to_string() };
        put("Header", format!("{}: {value}", header.name));
    }
    match &profile.auth {
        Auth::None => {}
        Auth::Basic { user, .. } => put("Authentication", format!("basic, user {user}, password (hidden)")),
        Auth::ApiKey { header, .. } => put("Authentication", format!("api-key, {header}: (hidden)")),
        Auth::OAuth2(oauth2) => token_lines(oauth2).into_iter().for_each(|(label, text)| put(label, text)),
    }
    if let Some(enc) = &profile.encryption {
        put("Encryption", encryption(enc));
    }
    match profile.signing_secrets.len() {
        0 => {}
        1 => put("Signing secret", "(hidden)".to_owned()),
        count => put("Signing secrets", format!("{count} (hidden)")),
    }
    if let Some(seconds) = profile.expires_after_s {
        put("Expires after", format!("{seconds} s"));
    }
    if let Some(most) = profile.pacing.max_in_flight {
        put("Max. in flight", most.to_string());
    }
    if let Some(rate) = profile.pacing.rate_limit {
        put("Rate limit", format!("{rate} per second"));
    }
    if profile.pacing.ordered {
        put("Ordered", "one at a time, in the order of acceptance".to_owned());
    }
    if profile.auto_enable == AutoEnable::Probe {
        put("Auto-enable", "an auto-disabled profile is probed".to_owned());
    }
    put("Status", profile.status.name().to_owned());
    if let Some(block) = blocks.disabled(&profile.id).filter(|block| block.cause.is_some()) {
        put("Disabled", format!("{}: {}", block.since, blocked::cause(block)));
    }
    if let Some(at) = blocks.disabled(&profile.id).and_then(|block| block.next_probe) {
        put("Next probe", rfc3339(at));
    }
    if let Some(health) = failing.of(&profile.id).filter(|health| health.state == HealthState::Failing) {
        put("Failing", format!("{}: {}", health.since, health_text::reason(&health.cause)));
    }
    if let Some(block) = blocks.paused(&profile.id) {
        put("Paused", rfc3339(block.since));
    }
    put("Created", rfc3339(profile.created_at));
    put("Modified", rfc3339(profile.modified_at));
    let mut out = format!("{}\n", profile.title);
    let mut above = "";
    for (label, text) in &lines {
        // The lines of a body share one label.
        let label_shown = if *label == above { "" } else { label };
        out += format!("  {label_shown:<16}{}", escape_controls(text)).trim_end();
        out.push('\n');
        above = label;
    }
    out
}

fn token_lines(oauth2: &OAuth2) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("Authentication", format!("oauth2, client {}, secret (hidden)", oauth2.client_id)),
        ("Token URL", oauth2.token_url.as_str().to_owned()),
        ("Sent as", oauth2.sent_as.name().to_owned()),
    ];
    lines.extend(oauth2.scope.clone().map(|scope| ("Scope", scope)));
    let value = |extra: &Extra| {
        if extra.is_secret() { "(hidden)".to_owned() } else { extra.value.reveal().to_owned() }
    };
    lines.extend(oauth2.fields.iter().map(|e| ("Token field", format!("{}={}", e.name, value(e)))));
    lines.extend(oauth2.headers.iter().map(|e| ("Token header", format!("{}: {}", e.name, value(e)))));
    lines
}

fn retry(policy: RetryPolicy) -> String {
    let timeout = policy.timeout_ms();
    if policy.count() == 0 {
        return format!("0, timeout {timeout} ms");
    }
    let times: Vec<String> = policy.table().iter().map(|row| format!("{} s", row.sent_at_s)).collect();
    let (count, interval, backoff) = (policy.count(), policy.interval_s(), policy.backoff().name());
    let sent = times.join(" · ");
    format!("{count}, interval {interval} s {backoff}, timeout {timeout} ms: earliest at {sent}")
}

fn encryption(enc: &Encryption) -> String {
    let iv = match enc.iv {
        Iv::Fixed(_) => "vector (hidden)",
        Iv::Random => "random vector",
    };
    let values = match &enc.parameters[..] {
        [] => "every value".to_owned(),
        some => some.join(", "),
    };
    format!("{}, key (hidden), {iv}: {values}", enc.algorithm.name())
}
