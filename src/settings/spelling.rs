//! Finds the setting that a misspelled name means.

use strsim::osa_distance;

/// The maximum number of edits between similar names (our decision): letters wrong, missing, doubled or swapped.
const SLIPS: usize = 2;

/// Words that suggest a network setting.
const OF_THE_NETWORK: [&str; 8] = ["net", "netw", "allow", "allowed", "deny", "denied", "reach", "public"];

/// The setting that a name means: ignoring case, blanks, dashes, the width of letters, and a few typing errors. A
/// name that contains a word about the network means a network setting, so that none of them is overlooked.
pub(super) fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let narrow: String = name.chars().map(narrowed).collect();
    let name = narrow.trim().to_lowercase().replace([' ', '-', '.'], "_");
    let close = |known: &&&str| osa_distance(&name, known) <= SLIPS.min(known.len() / 3);
    if let Some(found) = names.iter().filter(close).min_by_key(|known| osa_distance(&name, known)) {
        return Some(found);
    }
    let is_network = |word: &str| {
        word.contains("network") || osa_distance(word, "network") <= SLIPS || OF_THE_NETWORK.contains(&word)
    };
    names.iter().find(|known| **known == "network" && name.split('_').any(is_network)).copied()
}

/// A full-width letter, as typed with Chinese and Japanese input methods, as the ASCII one.
fn narrowed(c: char) -> char {
    let ascii = u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32);
    ascii.filter(char::is_ascii_graphic).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelled_names_are_recognized() {
        let names = ["network", "network_allow", "network_deny", "allow_insecure_http", "keep_days", "time"];
        for (name, wanted) in [
            ("Network", "network"),
            (" NETWORK ", "network"),
            ("netwrok", "network"),
            ("netork", "network"),
            ("networks", "network"),
            ("network-deny", "network_deny"),
            ("networkdeny", "network_deny"),
            ("Network.Allow", "network_allow"),
            ("netwrok_dney", "network_deny"),
            ("denied_networks", "network"),
            ("my_netwrok_policy", "network"),
            ("ｎｅｔｗｏｒｋ", "network"),
            ("Ｎｅｔｗｏｒｋ＿ｄｅｎｙ", "network_deny"),
            ("net", "network"),
            ("deny", "network"),
            ("deny-hosts", "network"),
            ("reach", "network"),
            ("public", "network"),
            ("allow", "network"),
            ("allow_insecure", "network"),
            ("allow_insecure_htt", "allow_insecure_http"),
            ("keepdays", "keep_days"),
            ("tme", "time"),
        ] {
            assert_eq!(nearest(name, &names), Some(wanted), "{name}");
        }
        for name in ["", "colour", "keys", "tim_es", "netmask", "work"] {
            assert_eq!(nearest(name, &names), None, "{name}");
        }
    }
}
