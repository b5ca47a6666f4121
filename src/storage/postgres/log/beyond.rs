//! What a search finds of a delivery beyond its row: the request's headers and body, and the outcome of each attempt.

use std::collections::HashMap;

use crate::storage::encoding::{ID_HEADER, headers};
use crate::storage::error::StoreError;
use crate::storage::postgres::connection::db::Db;
use crate::storage::postgres::rows::get_or_default;

/// The texts of the deliveries at these positions beyond their rows.
pub async fn texts(db: Db<'_>, positions: &[i64]) -> Result<HashMap<i64, Vec<String>>, StoreError> {
    let mut all: HashMap<i64, Vec<String>> = HashMap::new();
    let sql = "SELECT w.seq, d.headers, d.body FROM unnest($1::bigint[]) w(seq)
               CROSS JOIN LATERAL (SELECT headers, body FROM delivery WHERE seq = w.seq LIMIT 1) d";
    for row in &db.rows(sql, &[&positions]).await? {
        let found = all.entry(get_or_default(row, "seq")).or_default();
        // Unreadable parts are reported where the delivery is shown.
        let headers = get_or_default::<Option<&str>>(row, "headers").and_then(|text| headers(text).ok());
        // An id matches by its beginning only, and is in the row.
        let is_value = |(name, _): &(String, String)| !name.eq_ignore_ascii_case(ID_HEADER);
        found.extend(headers.into_iter().flatten().filter(is_value).map(|(_, value)| value));
        found.extend(get_or_default::<Option<&[u8]>>(row, "body").map(text));
    }
    let sql = "SELECT w.seq, a.message, a.response_body FROM unnest($1::bigint[]) w(seq)
               CROSS JOIN LATERAL (SELECT message, response_body FROM attempt WHERE seq = w.seq) a";
    for row in &db.rows(sql, &[&positions]).await? {
        let found = all.entry(get_or_default(row, "seq")).or_default();
        found.extend(get_or_default::<Option<String>>(row, "message"));
        found.push(text(get_or_default(row, "response_body")));
    }
    Ok(all)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
