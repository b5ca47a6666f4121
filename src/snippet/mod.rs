//! A receiver for the callbacks of one profile, as a program in one of several languages: it checks authentication and
//! signature, decrypts, reads the body and drops repeated deliveries. Pure.
//!
//! Each language is a text (`python.txt`) of the whole program, in which each line says for which profiles it is
//! (`text`). `wanted` says what a profile needs.

mod encrypted;
mod format;
mod language;
#[cfg(test)]
mod tests;
mod text;
mod wanted;

pub use language::Language;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use crate::profile::Profile;

/// The maximum length of a receiver in lines.
pub const MOST_LINES: usize = 40;

/// Where a receiver listens unless another address is given.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8000));

/// A complete receiver for this profile, which listens on this address. It contains no secret: the program reads them
/// from its environment, and its first lines say by which names.
#[must_use]
pub fn receiver(profile: &Profile, language: Language, listen: SocketAddr) -> String {
    let lines = text::lines(language.text(), &wanted::wanted(profile, language, listen));
    // Blank lines are the first that there is no room for.
    let keeps_blank = lines.len() <= MOST_LINES;
    let kept = lines.into_iter().filter(|line| keeps_blank || !line.is_empty());
    kept.map(|line| line + "\n").collect()
}
