//! Arguments with a closed list of values.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::profile::Choice;

/// Parses an argument as one of the named values, which the help lists.
pub fn choices<C: Choice + Send + Sync>() -> impl TypedValueParser<Value = C> {
    PossibleValuesParser::new(C::ALL.iter().map(|choice| choice.name()))
        .try_map(|name| C::from_name(&name).ok_or_else(|| format!("none of {}", C::names())))
}
