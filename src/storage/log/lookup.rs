//! Ids by prefix.

use crate::record::DeliveryId;

/// The shortest prefix of a profile id: the region alone does not count.
const LEAST_PREFIX: usize = "IN_0".len();

/// The shortest prefix of a delivery id.
const LEAST_DIGITS: usize = 4;

/// How many deliveries are listed for a prefix.
pub const MOST_FOUND: usize = 10;

/// The first and the last id with a prefix; `None` if no id has it.
#[must_use]
pub fn delivery_range(text: &str) -> Option<(DeliveryId, DeliveryId)> {
    let digits = digits_of(text);
    if !(LEAST_DIGITS..=32).contains(&digits.len()) {
        return None;
    }
    let filled = |with: &str| DeliveryId::parse(&format!("{digits}{}", with.repeat(32 - digits.len())));
    Some((filled("0")?, filled("f")?))
}

/// Whether a text is the start of a delivery id, but too short to name one.
#[must_use]
pub fn is_short_delivery_id(text: &str) -> bool {
    let digits = digits_of(text);
    (1..LEAST_DIGITS).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_hexdigit())
}

fn digits_of(text: &str) -> String {
    text.trim().chars().filter(|c| *c != '-').collect()
}

/// The range of profile ids with a prefix; `None` if no id has it.
#[must_use]
pub fn profile_range(text: &str) -> Option<(String, String)> {
    let (region, unique) = text.split_once('_')?;
    let hex = |c: char| c.is_ascii_hexdigit() || c == '-';
    if text.len() < LEAST_PREFIX || !unique.chars().all(hex) {
        return None;
    }
    let from = format!("{}_{}", region.to_ascii_uppercase(), unique.to_ascii_lowercase());
    // 'g' comes after every character of a UUID.
    let to = format!("{from}g");
    Some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_of_a_deliverys_id_is_a_range_too() {
        let text = |id: DeliveryId| id.to_string();
        let (first, last) = delivery_range(" 0196-Ab7").unwrap();
        assert_eq!(text(first), "0196ab70-0000-0000-0000-000000000000");
        assert_eq!(text(last), "0196ab7f-ffff-ffff-ffff-ffffffffffff");
        let whole = DeliveryId::generate();
        assert_eq!(delivery_range(&text(whole)), Some((whole, whole)));
        for bad in ["", "019", "0196x", &"0".repeat(33), "order"] {
            assert_eq!(delivery_range(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_start_of_an_id_is_a_range() {
        let range = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
        assert_eq!(profile_range("in_09B3"), range("IN_09b3", "IN_09b3g"));
        assert_eq!(profile_range("IN_"), None);
        assert_eq!(profile_range("Order_SMS"), None);
        assert_eq!(profile_range("Orders"), None);
    }
}
