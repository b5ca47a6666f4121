//! Which setting a misspelled name means.

use strsim::osa_distance;

/// Most letters that are wrong, missing, doubled or swapped in a name that is still recognized (our
/// decision).
const SLIPS: usize = 2;

/// Words that a setting of the network could be named by.
const OF_THE_NETWORK: [&str; 8] = ["net", "netw", "allow", "allowed", "deny", "denied", "reach", "public"];

/// The setting that a name means: letter case, blanks and dashes do not count, nor a few slips, nor the
/// width of letters. What has a word for the network in it means a setting of the network, so that none
/// of them is overlooked.
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

/// A letter of full width, as keyboards for Chinese and Japanese type it, as the one of ASCII.
fn narrowed(c: char) -> char {
    let ascii = u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32);
    ascii.filter(char::is_ascii_graphic).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_recognized_with_a_slip_or_in_another_case() {
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
