//! The preview of a delivery that is not made.

use url::Url;

use crate::callback::{self, Moment, Origins, Preview, RenderError, Values};
use crate::clock;
use crate::profile::Profile;
use crate::profile::network::{Network, Refused};
use crate::record::{DeliveryId, random};

/// The request that a test with these values would send now, with an id and a time of its own.
/// Nothing is sent and nothing is kept.
///
/// # Errors
/// When cannot build the request.
pub fn preview(profile: &Profile, values: &Values, origins: &Origins) -> Result<Preview, RenderError> {
    let id = DeliveryId::generate().to_string();
    let unix_seconds = clock::now().as_second();
    callback::preview(
        profile,
        values,
        origins,
        &mut Moment { delivery_id: &id, unix_seconds, random: &mut random },
    )
}

/// Whether the sender would dial the address in the URL. A name is judged only where it is dialled.
///
/// # Errors
/// When the address is refused.
pub fn check_address(preview: &Preview, network: &Network) -> Result<(), Refused> {
    Url::parse(&preview.callback.url).map_or(Ok(()), |url| network.judge_url(&url))
}
