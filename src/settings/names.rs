//! The names of the settings, and whether one is in the wrong table.

use toml::de::DeValue;

/// The names of all settings above the first table, and of the tables; for messages and for misspelled names.
pub(super) const NAMES: [&str; 22] = [
    "region",
    "allow_insecure_http",
    "extended_retries",
    "network",
    "network_allow",
    "network_deny",
    "theme",
    "borders",
    "time",
    "mouse",
    "keep_days",
    "keep_deliveries",
    "auto_disable_after",
    "failing_after",
    "failing_rate",
    "failing_minutes",
    "failing_min_events",
    "on_alert",
    "alert_profile",
    "api",
    "remote",
    "keys",
];

/// Whether a name is one of a setting that belongs above the first table. Those of the network, which have no effect in
/// a table, are reported as such with what that closes.
pub(super) fn is_above_tables(name: &str) -> bool {
    NAMES.contains(&name) && !name.starts_with("network") && !matches!(name, "api" | "remote" | "keys")
}

/// The error of a setting in a table to which it does not belong.
pub(super) fn in_table(name: &str, table: &str) -> String {
    format!("`{name}` is in [{table}]: move it above the first table")
}

/// A setting in a table that is none of the settings file.
pub(super) fn holding<'a>(value: &'a DeValue) -> Option<&'a str> {
    let names = value.as_table()?.iter().map(|(name, _)| name.get_ref().as_ref());
    names.into_iter().find(|name| is_above_tables(name))
}
