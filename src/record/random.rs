//! The system's random number generator.

/// A number that is unique in practice, from 0 to 2⁴⁸ − 1: stored in six bytes.
pub(crate) fn random_number() -> i64 {
    let mut bytes = [0; 8];
    random(&mut bytes[2..]);
    i64::from_be_bytes(bytes)
}

/// Fills the buffer with random bytes from the system.
pub(crate) fn random(buffer: &mut [u8]) {
    #[allow(clippy::expect_used, reason = "without the system's randomness no vector is safe to send")]
    getrandom::fill(buffer).expect("the system gives random bytes");
}
