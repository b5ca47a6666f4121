//! Finds the setting that a misspelled name means.

use crate::text;

/// Words that suggest a network setting.
const OF_THE_NETWORK: [&str; 8] = ["net", "netw", "allow", "allowed", "deny", "denied", "reach", "public"];

/// The setting that a name means: the one that it resembles. A name that contains a word about the network means a
/// network setting, so that none of them is overlooked.
pub(super) fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    if let Some(found) = text::nearest(name, names.iter().copied()) {
        return Some(found);
    }
    let is_network = |word: &str| {
        word.contains("network")
            || text::nearest(word, ["network"]).is_some()
            || OF_THE_NETWORK.contains(&word)
    };
    names
        .iter()
        .find(|known| **known == "network" && text::fold_name(name).split('_').any(is_network))
        .copied()
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
