//! Names that a database has. What cannot be read at once is not offered.

use std::collections::HashMap;

use crate::cli::database_name::Database;
use crate::cli::session::Session;
use crate::profile::{Choice as _, Event, catalogue};
use crate::storage::{NameKind, StoredName, stored_names};
use crate::threads;

use super::candidates::Candidate;

/// The names of a kind that begin like this.
pub async fn names(session: &Session, kind: NameKind, prefix: &str) -> Vec<Candidate> {
    let begins = prefix.to_owned();
    let all = match session.database() {
        Ok(Database::File(file)) => {
            threads::blocking(move || stored_names(&file, kind, &begins)).await.ok().and_then(Result::ok)
        }
        #[cfg(feature = "postgres")]
        Ok(Database::Server(address)) => server::names(&session.on_server(*address).into(), kind).await,
        Err(_) => None,
    };
    let mut all = all.unwrap_or_default();
    if kind == NameKind::Samples {
        all.splice(0..0, predefined_samples());
    }
    offered(all, prefix)
}

/// The samples of the catalogue, each name once.
fn predefined_samples() -> Vec<StoredName> {
    let mut names: Vec<StoredName> = Vec::new();
    for (event, sample) in
        Event::ALL.iter().flat_map(|event| catalogue::samples(*event).iter().map(move |one| (event, one)))
    {
        if let Some(known) = names.iter_mut().find(|known| known.name == sample.name) {
            known.about.extend([", ", event.name()]);
        } else {
            let about = event.name().to_owned();
            names.push(StoredName { name: sample.name.clone(), title: None, about });
        }
    }
    names
}

/// A profile is offered by its title, unless others have the same, or its id is being typed.
fn offered(all: Vec<StoredName>, prefix: &str) -> Vec<Candidate> {
    let mut titles: HashMap<String, usize> = HashMap::new();
    for title in all.iter().filter_map(|name| name.title.as_ref()) {
        let count = titles.entry(title.to_lowercase()).or_default();
        *count = count.saturating_add(1);
    }
    let begins = |text: &str| text.to_lowercase().starts_with(&prefix.to_lowercase());
    let candidate = |StoredName { name, title, about }: StoredName| {
        let unique = title.filter(|title| titles.get(&title.to_lowercase()) == Some(&1) && begins(title));
        match unique {
            Some(title) => Some(Candidate { text: title, about: format!("{about} {name}") }),
            None if begins(&name) => Some(Candidate { text: name, about }),
            None => None,
        }
    };
    all.into_iter().filter_map(candidate).collect()
}

#[cfg(feature = "postgres")]
mod server {
    use std::time::Duration;

    use crate::profile::Choice as _;
    use crate::storage::{Filter, NameKind, Opened, ProfileRow, StoreError, StoredName};

    /// How long a server may take: more would be felt.
    const PATIENCE: Duration = Duration::from_millis(500);

    /// How many deliveries are offered.
    const DELIVERIES: usize = 200;

    /// The names of a kind; none if the server does not answer soon.
    pub async fn names(store: &Opened, kind: NameKind) -> Option<Vec<StoredName>> {
        tokio::time::timeout(PATIENCE, read(store, kind)).await.ok().and_then(Result::ok)
    }

    async fn read(store: &Opened, kind: NameKind) -> Result<Vec<StoredName>, StoreError> {
        let profile = |row: ProfileRow| StoredName {
            name: row.id.to_string(),
            title: Some(row.title),
            about: row.channel.name().to_owned(),
        };
        Ok(match kind {
            NameKind::Profiles => store.profiles().await?.into_iter().map(profile).collect(),
            NameKind::DeletedProfiles => {
                store.deleted_profiles().await?.into_iter().map(|deleted| profile(deleted.row)).collect()
            }
            NameKind::Deliveries => {
                let latest = Filter { limit: DELIVERIES, ..Filter::default() };
                let named = store.deliveries(&latest).await?.into_iter().map(|row| StoredName {
                    name: row.id.to_string(),
                    title: None,
                    about: format!("{} · {}", row.state.name(), row.profile_title),
                });
                named.collect()
            }
            NameKind::Samples => {
                let own = store.own_samples().await?.into_iter();
                own.map(|(about, sample)| StoredName { name: sample.name, title: None, about }).collect()
            }
            NameKind::ApiKeys => {
                let (keys, _) = store.api_keys().await?;
                let valid = keys.into_iter().filter(|key| key.revoked_at.is_none());
                let named = valid.map(|key| StoredName {
                    about: key.scope.name().to_owned(),
                    name: key.name,
                    title: None,
                });
                named.collect()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_that_several_have_is_not_offered() {
        let name = |name: &str, title: &str| StoredName {
            name: name.to_owned(),
            title: Some(title.to_owned()),
            about: "sms".to_owned(),
        };
        let all = vec![name("IN_1", "Order"), name("IN_2", "order"), name("IN_3", "Bookings")];
        let texts = |prefix| offered(all.clone(), prefix).into_iter().map(|one| one.text).collect::<Vec<_>>();
        assert_eq!(texts(""), ["IN_1", "IN_2", "Bookings"]);
        assert_eq!(texts("book"), ["Bookings"]);
        assert_eq!(texts("IN_"), ["IN_1", "IN_2", "IN_3"]);
        assert_eq!(texts("or"), [""; 0], "the titles are ambiguous");
    }
}
