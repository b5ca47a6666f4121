//! What is sent by a test: the profile, perhaps with another endpoint, and what is missing in it.

use crate::console::model::window::test::TestWindow;
use crate::intake::missing;
use crate::profile::Profile;

impl TestWindow {
    /// The profile as it is tested.
    ///
    /// # Errors
    /// Why the typed endpoint is not allowed.
    pub fn tested(&self) -> Result<&Profile, String> {
        self.endpoint.tested(&self.profile)
    }

    /// The variables of the request that have no value, in its order; none while something typed is invalid.
    pub(in crate::console) fn missing(&self) -> Vec<&str> {
        match (self.tested(), self.typed()) {
            (Ok(profile), Ok((_, values))) => missing::paths(profile, &values),
            _ => Vec::new(),
        }
    }
}
