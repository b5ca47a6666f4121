//! Where alerts are given to.

use std::time::Duration;

use super::document;
use super::handed_over::{HandOverError, hand_over, profile};
use crate::settings::Settings;
use crate::shell::{CommandFailure, Environment, ShellCommand};
use crate::storage::{Alert, Storage, StoreError};

/// How long a command may run (our decision).
const LIMIT: Duration = Duration::from_secs(30);

/// Where alerts are given to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertTargets {
    /// The setting `on_alert`.
    command: Option<String>,
    /// The setting `alert_profile`.
    profile: Option<String>,
}

/// What became of an alert.
#[derive(Debug, Default)]
pub struct Given {
    /// Whether it was handed over to a profile, if one is set.
    pub to_profile: Option<Result<(), HandOverError>>,
    /// Whether a command took it, if one is set.
    pub to_command: Option<Result<(), CommandFailure>>,
}

impl Given {
    /// Why it was not given everywhere.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        let profile = self.to_profile.as_ref().and_then(|done| done.as_ref().err()).map(ToString::to_string);
        let command = self.to_command.as_ref().and_then(|done| done.as_ref().err()).map(ToString::to_string);
        let both: Vec<String> = profile.into_iter().chain(command).collect();
        (!both.is_empty()).then(|| both.join("; "))
    }
}

impl AlertTargets {
    /// Those of the settings; none if nothing is set.
    #[must_use]
    pub fn of(settings: &Settings) -> Option<Self> {
        let (command, profile) = (settings.on_alert.clone(), settings.alert_profile.clone());
        (command.is_some() || profile.is_some()).then_some(Self { command, profile })
    }

    /// Gives an alert to the profile, then to the command.
    ///
    /// # Errors
    /// The store cannot be read or written: it is to be given again.
    pub async fn give(&self, store: &dyn Storage, alert: &Alert) -> Result<Given, StoreError> {
        let mut given = Given::default();
        if let Some(name) = &self.profile {
            let done = match profile(store, name).await {
                Ok(profile) => hand_over(store, &profile, alert).await,
                Err(error) => Err(error),
            };
            given.to_profile = Some(match done {
                Err(HandOverError::Store(error)) => return Err(error),
                done => done,
            });
        }
        if let Some(text) = &self.command
            && let Some(all) = document::with_deliveries(store, alert).await?
        {
            let command = ShellCommand {
                setting: "on_alert",
                text,
                input: &format!("{all}\n"),
                environment: Environment::Few,
                output: 0,
                limit: LIMIT,
            };
            given.to_command = Some(command.run().await.map(drop));
        }
        Ok(given)
    }
}
