//! Which profile a person means on the command line.

use crate::profile::ProfileId;

use super::Store;
use super::error::StoreError;
use super::profiles::{ProfileRow, rows};

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
        self.read(move |tx| {
            if let Ok(id) = ProfileId::parse(&text) {
                return rows(tx, "AND id = ?1", [id.as_str()]);
            }
            if let Some((from, to)) = id_range(&text) {
                let found = rows(tx, "AND id >= ?1 AND id < ?2 ORDER BY id", [from, to])?;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            rows(tx, "AND title = ?1 COLLATE NOCASE ORDER BY created_at, seq", [&text])
        })
        .await
    }
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
    fn a_start_of_an_id_is_a_range() {
        let range = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
        assert_eq!(id_range("in_09B3"), range("IN_09b3", "IN_09b3g"));
        assert_eq!(id_range("IN_"), None);
        assert_eq!(id_range("Order_SMS"), None);
        assert_eq!(id_range("Orders"), None);
    }
}
