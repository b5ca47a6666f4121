//! Which setting a misspelled name means.

use strsim::osa_distance;

/// Most letters that are wrong, missing, doubled or swapped in a name that is still recognized (our
/// decision).
const SLIPS: usize = 2;

/// The setting that a name means: letter case, blanks and dashes do not count, nor a few slips. What
/// has the word `network` in it means a setting of the network, so that none of them is overlooked.
pub(super) fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let name = name.trim().to_lowercase().replace([' ', '-', '.'], "_");
    let close = |known: &&&str| osa_distance(&name, known) <= SLIPS.min(known.len() / 3);
    if let Some(found) = names.iter().filter(close).min_by_key(|known| osa_distance(&name, known)) {
        return Some(found);
    }
    let is_network = |word: &str| word.contains("network") || osa_distance(word, "network") <= SLIPS;
    names.iter().find(|known| **known == "network" && name.split('_').any(is_network)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_recognized_with_a_slip_or_in_another_case() {
        let names = ["network", "network_allow", "network_deny", "keep_days", "time"];
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
