//! What a client wants of the stream.

use axum::http::{HeaderMap, HeaderName};

use crate::api::request::QueryPairs;
use crate::api::{ApiError, Caller, Code};
use crate::profile::ProfileId;
use crate::storage::{FeedFilter, FeedPosition};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What a client wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StreamRequest {
    /// What it has read last; none to begin now.
    pub(super) after: Option<FeedPosition>,
    /// Which entries.
    pub(super) filter: FeedFilter,
    /// Whether it stays when there is nothing more.
    pub(super) follow: bool,
}

impl StreamRequest {
    /// Reads the parameters and the header, and leaves out what the caller may not see.
    ///
    /// # Errors
    /// One of them is invalid.
    pub(super) fn read(caller: &Caller, headers: &HeaderMap, query: QueryPairs) -> Result<Self, ApiError> {
        let nothing = FeedFilter { profiles: None, accepted: false, attempts: false, changes: false };
        let (mut filter, mut profiles, mut follow) = (nothing.clone(), Vec::new(), None);
        query.each(|name, value| {
            match name {
                "profile" => profiles.push(ProfileId::parse(value).map_err(|error| error.to_string())?),
                "event" => match value {
                    "accepted" => filter.accepted = true,
                    "attempt" => filter.attempts = true,
                    "profile" => filter.changes = true,
                    _ => return Err("use accepted, attempt or profile; repeat it for several".to_owned()),
                },
                "follow" if follow.is_some() => return Err("may be given only once".to_owned()),
                "follow" => follow = Some(value.parse().map_err(|_| "use true or false".to_owned())?),
                _ => return Err("is unknown: use one of profile, event, follow".to_owned()),
            }
            Ok(())
        })?;
        if filter == nothing {
            filter = FeedFilter::default();
        }
        filter.profiles = match (profiles.is_empty(), caller.profiles()) {
            (true, all) => all.map(<[ProfileId]>::to_vec),
            (false, None) => Some(profiles),
            (false, Some(_)) => Some(profiles.into_iter().filter(|id| caller.may_use(id)).collect()),
        };
        Ok(Self { after: last_event_id(headers)?, filter, follow: follow.unwrap_or(true) })
    }
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<FeedPosition>, ApiError> {
    let mut all = headers.get_all(LAST_EVENT_ID).iter();
    let (Some(value), None) = (all.next(), all.next()) else {
        return if headers.contains_key(LAST_EVENT_ID) { Err(invalid()) } else { Ok(None) };
    };
    match value.to_str().map(str::trim) {
        // A client that has read none yet.
        Ok("") => Ok(None),
        Ok(text) => FeedPosition::parse(text).map(Some).ok_or_else(invalid),
        Err(_) => Err(invalid()),
    }
}

fn invalid() -> ApiError {
    let why = "Last-Event-ID: use the id of an event, 0 for everything that is kept, or omit it to begin now";
    ApiError::new(Code::BadRequest, why)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const ID: &str = "IN_09b3dfa7-e05d-4d84-ab2d-6ed654272aaa";

    fn read(query: &[(&str, &str)], ids: &[&str]) -> Result<StreamRequest, String> {
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut headers = HeaderMap::new();
        for id in ids {
            headers.append(LAST_EVENT_ID, HeaderValue::from_str(id).unwrap());
        }
        let read = StreamRequest::read(&Caller::anyone(None), &headers, QueryPairs(query));
        read.map_err(|error| error.params().join("; "))
    }

    #[test]
    fn without_parameters_it_is_everything_from_now_on() {
        let all = StreamRequest { after: None, filter: FeedFilter::default(), follow: true };
        assert_eq!(read(&[], &[]), Ok(all.clone()));
        assert_eq!(read(&[], &[""]), Ok(all));
    }

    #[test]
    fn parameters_say_what_is_wanted() {
        let some =
            read(&[("event", "attempt"), ("event", "profile"), ("profile", ID), ("follow", "false")], &["0"]);
        let profiles = Some(vec![ProfileId::parse(ID).unwrap()]);
        let filter = FeedFilter { profiles, accepted: false, attempts: true, changes: true };
        assert_eq!(some, Ok(StreamRequest { after: Some(FeedPosition::start()), filter, follow: false }));
    }

    #[test]
    fn mistakes_are_explained() {
        for (query, ids, why) in [
            (&[("profile", "x")][..], &[][..], "profile: "),
            (&[("event", "x")], &[], "event: use accepted, attempt or profile"),
            (&[("follow", "maybe")], &[], "follow: use true or false"),
            (&[("follow", "true"), ("follow", "true")], &[], "follow: may be given only once"),
            (&[("x", "1")], &[], "x: is unknown"),
            (&[], &["a b"], "Last-Event-ID: use the id"),
            (&[], &["0", "0"], "Last-Event-ID: use the id"),
        ] {
            let error = read(query, ids).unwrap_err();
            assert!(error.starts_with(why), "{error}");
        }
    }
}
