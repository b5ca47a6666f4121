//! The endpoint of a test: the profile's own, or another one for this test only.

use crate::console::model::input::Input;
use crate::profile::{Profile, Rules};

/// The field with the endpoint.
#[derive(Debug)]
pub struct EndpointField {
    pub(in crate::console) input: Input,
    /// That of the profile.
    own: String,
    rules: Rules,
    /// The profile with the typed endpoint, or why it is not allowed; none while the profile's own is in the field.
    other: Option<Result<Box<Profile>, String>>,
}

impl EndpointField {
    /// With the endpoint of this profile.
    #[must_use]
    pub fn of(profile: &Profile, rules: &Rules) -> Self {
        let own = profile.endpoint.template().to_string();
        Self { input: Input::line(&own), own, rules: rules.clone(), other: None }
    }

    /// Takes what was typed.
    pub fn read(&mut self, profile: &Profile) {
        let typed = self.input.text();
        let is_other = typed.trim() != self.own;
        self.other = is_other.then(|| profile.clone().with_endpoint(&typed, &self.rules).map(Box::new));
    }

    /// The profile as it is tested.
    ///
    /// # Errors
    /// Why the typed endpoint is not allowed.
    pub fn tested<'a>(&'a self, profile: &'a Profile) -> Result<&'a Profile, String> {
        match &self.other {
            None => Ok(profile),
            Some(Ok(other)) => Ok(other),
            Some(Err(why)) => Err(format!("Endpoint: {why}")),
        }
    }
}
