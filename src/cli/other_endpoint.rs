//! The endpoint of a test that is not sent to the profile's own.

use super::error::CommandError;
use super::session::Session;
use crate::profile::Profile;

/// Where a test goes.
#[derive(Debug, clap::Args)]
pub struct EndpointArg {
    /// Send to this URL instead of the profile's, with the same credentials; a URL without a query keeps that of the
    /// profile's
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
}

impl EndpointArg {
    /// The profile as it is tested: with this endpoint, if one is given. It is checked by the rules for profiles.
    ///
    /// # Errors
    /// The rules do not allow this URL.
    pub fn of(&self, session: &Session, profile: Profile) -> Result<Profile, CommandError> {
        let Some(url) = &self.endpoint else { return Ok(profile) };
        profile
            .with_endpoint(url, &session.settings().rules())
            .map_err(|why| CommandError::Input(format!("--endpoint: {why}")))
    }
}
