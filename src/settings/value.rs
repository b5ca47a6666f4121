//! Parses the values of settings.

use toml::de::DeValue;

use crate::profile::Choice;

pub(super) fn choice<C: Choice>(name: &str, value: &DeValue) -> Result<C, String> {
    let names = || C::ALL.iter().map(|c| format!("\"{}\"", c.name())).collect::<Vec<_>>().join(", ");
    value.as_str().and_then(C::from_name).ok_or_else(|| format!("{name} must be one of {}", names()))
}

pub(super) fn flag(name: &str, value: &DeValue) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| format!("{name} must be true or false"))
}

pub(super) fn text(name: &str, value: &DeValue) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("{name} must be a string"))
}

/// A string that is not blank.
pub(super) fn some_text(name: &str, value: &DeValue) -> Result<String, String> {
    let text = text(name, value)?;
    if text.trim().is_empty() {
        Err(format!("{name} must not be empty: remove it instead"))
    } else {
        Ok(text)
    }
}

pub(super) fn number<N: std::str::FromStr>(name: &str, value: &DeValue) -> Result<N, String> {
    let digits = value.as_integer().filter(|digits| digits.radix() == 10);
    let number = digits.and_then(|digits| digits.as_str().parse().ok());
    number.ok_or_else(|| format!("{name} must be a whole number, 0 or more"))
}

/// A whole number from `least` to `most`.
pub(super) fn number_in(name: &str, value: &DeValue, least: u32, most: u32) -> Result<u32, String> {
    let fits = number::<u32>(name, value).ok().filter(|number| (least..=most).contains(number));
    fits.ok_or_else(|| format!("{name} must be a whole number from {least} to {most}"))
}
