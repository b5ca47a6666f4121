//! Checks the headers that the profile sets.

use super::authentication::is_same;
use super::check::{CheckedPart, VerificationCheck};
use super::failure::VerificationFailure as Failure;
use crate::profile::{Profile, Secret, TemplatePart};

use super::super::received::Received;

/// A header that a request of the profile has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExpectedHeader {
    /// In lower case.
    name: String,
    /// Its value; none if it depends on the event.
    value: Option<Secret>,
}

/// The headers of a profile. `Content-Type` is not one of them: the data format may replace it.
pub(super) fn expected(profile: &Profile) -> Vec<ExpectedHeader> {
    let rows = profile.headers.iter().filter(|row| !row.name.eq_ignore_ascii_case("content-type"));
    let expected = rows.map(|row| {
        let texts = row.value.parts().iter().map(|part| match part {
            TemplatePart::Text(text) => Some(text.as_str()),
            TemplatePart::Variable(_) => None,
        });
        let value = texts.collect::<Option<String>>();
        // Blanks around a value do not belong to it: RFC 9110, section 5.5.
        ExpectedHeader {
            name: row.name.to_ascii_lowercase(),
            value: value.map(|text| Secret::new(text.trim_matches([' ', '\t']))),
        }
    });
    expected.collect()
}

impl ExpectedHeader {
    /// The result for it. A repeated header is right if one of its values is.
    pub(super) fn checked(&self, received: &Received) -> VerificationCheck {
        if received.left_out.contains(&self.name) {
            return VerificationCheck::left_out(CheckedPart::Header(self.name.clone()));
        }
        let sent: Vec<&str> = received
            .headers
            .iter()
            .filter(|(name, _)| *name == self.name)
            .map(|(_, value)| value.as_str())
            .collect();
        let is_right =
            self.value.as_ref().is_none_or(|value| sent.iter().any(|sent| is_same(sent, value.reveal())));
        let result = if sent.is_empty() {
            Err(Failure::Missing(self.name.clone()))
        } else if is_right {
            Ok(())
        } else {
            Err(Failure::WrongValue)
        };
        VerificationCheck::of(CheckedPart::Header(self.name.clone()), result)
    }
}
