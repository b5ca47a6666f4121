//! The system's random number generator.

/// Fills the buffer with random bytes from the system.
pub(crate) fn random(buffer: &mut [u8]) {
    #[allow(clippy::expect_used, reason = "without the system's randomness no vector is safe to send")]
    getrandom::fill(buffer).expect("the system gives random bytes");
}
