//! The preview of a delivery that is not created.

use url::Url;

use crate::callback::{self, Moment, Origins, Preview, RenderError, Values};
use crate::clock;
use crate::profile::Profile;
use crate::profile::network::{Network, Refused};
use crate::record::{DeliveryId, random};

/// The request that a test with these values would send now, with its own id and time. Nothing is sent or stored.
///
/// # Errors
/// The request cannot be built.
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

/// Whether the sender would dial the address in the URL. The addresses of a name are checked only when dialling.
///
/// # Errors
/// The address is refused.
pub fn check_address(preview: &Preview, network: &Network) -> Result<(), Refused> {
    Url::parse(&preview.callback.url).map_or(Ok(()), |url| network.judge_url(&url))
}
