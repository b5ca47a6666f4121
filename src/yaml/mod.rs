//! Reads YAML that people give into JSON values, and writes JSON values as YAML.
//!
//! Reading follows the core schema of [YAML 1.2](https://yaml.org/spec/1.2.2/): `no`, `on` and `12:30` are strings.
//! Stricter than the standard (our decision), because a value would be lost or read differently by another program: a
//! repeated name, a number with a leading `+` or `0`, the merge key `<<` of YAML 1.1, and tags of other types are
//! errors. Each error is reported with its position and its fix. What aliases repeat is limited.
//!
//! Written YAML is read as the same value by programs that follow YAML 1.1, too: text that they take for something
//! else is quoted.

mod anchors;
mod container;
mod error;
mod parts;
mod quoting;
mod scalar;
mod write;

pub use error::YamlError;
pub use parts::{YamlPart, YamlParts};
pub use write::write;

#[cfg(test)]
mod tests;
