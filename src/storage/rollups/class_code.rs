//! The numbers of failure classes in rollups. They are stored: a number is never used for another class.

use crate::profile::Choice as _;
use crate::record::ErrorClass;

/// No failure.
pub const SUCCESS: u8 = 0;

/// The name of a class that this program does not know: a later one has counted it.
const OTHER: &str = "other";

/// The number of a class, from 1 to 31.
#[must_use]
pub fn code(class: ErrorClass) -> u8 {
    match class {
        ErrorClass::Timeout => 1,
        ErrorClass::Connect => 2,
        ErrorClass::Dns => 3,
        ErrorClass::Tls => 4,
        ErrorClass::RefusedAddress => 5,
        ErrorClass::Protocol => 6,
        ErrorClass::Status => 7,
        ErrorClass::Request => 8,
        ErrorClass::Expired => 9,
    }
}

/// The name of the class with this number.
#[must_use]
pub fn name(number: u8) -> &'static str {
    ErrorClass::ALL.iter().find(|class| code(**class) == number).map_or(OTHER, |class| class.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_a_number_of_its_own() {
        let mut codes: Vec<u8> = ErrorClass::ALL.iter().map(|class| code(*class)).collect();
        assert!(codes.iter().all(|code| (1..32).contains(code)), "{codes:?}");
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ErrorClass::ALL.len());
        assert_eq!(name(code(ErrorClass::Tls)), "tls");
        assert_eq!(name(31), OTHER);
    }
}
