//! Which profile or delivery a person means on the command line.

use rusqlite::params_from_iter;

use crate::profile::ProfileId;
use crate::record::{DeliveryId, Summary};
use crate::storage::error::StoreError;
use crate::storage::sqlite::Store;
use crate::storage::sqlite::log::search;
use crate::storage::sqlite::profiles::list::{ProfileRow, rows};
use crate::storage::sqlite::rows::unreadable::PassedOver;

/// Shortest start of an id: the region says nothing by itself.
const LEAST_PREFIX: usize = "IN_0".len();

impl Store {
    /// The profiles that a text may mean: those of that id, else those whose id starts so, else
    /// those of that title, letter case aside. One is the one meant; of several a person chooses.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn find_profiles(&self, text: &str) -> Result<Vec<ProfileRow>, StoreError> {
        let text = text.trim().to_owned();
        self.read(move |tx| meant(&text, |tail, values| rows(tx, tail, params_from_iter(values)))).await
    }
}

/// What a text means: that of this id, else those whose id starts so, else those of this title. `find`
/// finds profiles by a further condition, with an order, and its values.
pub fn meant<T>(
    text: &str,
    find: impl Fn(&str, &[&str]) -> Result<Vec<T>, StoreError>,
) -> Result<Vec<T>, StoreError> {
    if let Ok(id) = ProfileId::parse(text) {
        return find("AND id = ?1", &[id.as_str()]);
    }
    if let Some((from, to)) = id_range(text) {
        let found = find("AND id >= ?1 AND id < ?2 ORDER BY id", &[&from, &to])?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    find("AND title = ?1 COLLATE NOCASE ORDER BY created_at, seq", &[text])
}

/// Shortest start of a delivery's id, and most deliveries that are told of one.
const LEAST_DIGITS: usize = 4;
const MOST: usize = 10;

impl Store {
    /// The deliveries that a text may mean: the one of that id, or those whose id starts so, the ten
    /// newest of them; and those of them that cannot be read. One is the one meant; of several a person
    /// chooses.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn find_deliveries(&self, text: &str) -> Result<(Vec<Summary>, PassedOver), StoreError> {
        let Some((first, last)) = delivery_range(text) else { return Ok(Default::default()) };
        self.read(move |tx| search::between(tx, first, last, MOST)).await
    }
}

/// The first and the last id that start with a text; `None` when no id does.
fn delivery_range(text: &str) -> Option<(DeliveryId, DeliveryId)> {
    let digits: String = text.trim().chars().filter(|c| *c != '-').collect();
    if !(LEAST_DIGITS..=32).contains(&digits.len()) {
        return None;
    }
    let filled = |with: &str| DeliveryId::parse(&format!("{digits}{}", with.repeat(32 - digits.len())));
    Some((filled("0")?, filled("f")?))
}

/// The range of ids that start with a text; `None` when no id does.
fn id_range(text: &str) -> Option<(String, String)> {
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
        assert_eq!(id_range("in_09B3"), range("IN_09b3", "IN_09b3g"));
        assert_eq!(id_range("IN_"), None);
        assert_eq!(id_range("Order_SMS"), None);
        assert_eq!(id_range("Orders"), None);
    }
}
