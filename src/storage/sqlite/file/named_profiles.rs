//! Looks profiles up by a name, read-only.

use std::path::Path;

use rusqlite::params_from_iter;

use crate::storage::error::StoreError;
use crate::storage::profiles::named_profiles::NamedProfiles;
use crate::storage::sqlite::control::pause;
use crate::storage::sqlite::error::InFile as _;
use crate::storage::sqlite::file::read_only;
use crate::storage::sqlite::file::schema::{self, Found};
use crate::storage::sqlite::health::read;
use crate::storage::sqlite::log::lookup::meant;
use crate::storage::sqlite::profiles::list;

/// The profiles that a text names, as a command would find them; none if the file has another schema. Changes nothing.
///
/// # Errors
/// The file cannot be read.
pub fn named_profiles(path: &Path, text: &str) -> Result<Option<NamedProfiles>, StoreError> {
    look(path, text).map_err(|error| error.at(path))
}

fn look(path: &Path, text: &str) -> Result<Option<NamedProfiles>, StoreError> {
    let db = read_only::open(&read_only::real(path)?)?;
    if schema::look(&db)? != Found::Schema(schema::KNOWN) {
        return Ok(None);
    }
    let tx = db.unchecked_transaction()?;
    let rows = meant(text.trim(), |tail, values| list::rows(&tx, tail, params_from_iter(values)))?;
    let profiles = rows.iter().map(|row| list::one(&tx, &row.id)).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(NamedProfiles {
        profiles: profiles.into_iter().flatten().collect(),
        failing: read::failing(&tx)?,
        blocks: pause::all(&tx)?.into_iter().collect(),
    }))
}
