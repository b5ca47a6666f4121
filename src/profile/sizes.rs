//! The maximum sizes of a profile. Everything in a request is stored with every delivery, so each limit is far above
//! practical use, and far below what fills a disk.

/// Characters of a title (the minimum is from a public page; this is our decision, as are all limits here).
pub const TITLE: usize = 100;
/// Characters of an endpoint or authentication URL; servers reject longer ones.
pub const URL: usize = 8_000;
/// Bytes of a body: more than a mebibyte is no longer a callback.
pub const BODY: usize = 1 << 20;
/// Headers, and fields or headers of a token request.
pub const ROWS: usize = 256;
/// Bytes of the name of a header, a field or a variable.
pub const NAME: usize = 256;
/// Bytes of the value of a header or a field, and of an API key.
pub const VALUE: usize = 16 << 10;
/// Bytes of all headers, names and values, and of all fields or headers of a token request.
pub const ALL_ROWS: usize = 64 << 10;
/// Bytes of a user, a password, a client id, a client secret or a scope.
pub const CREDENTIAL: usize = 8 << 10;
/// Bytes of a file path, as on Linux.
pub const PATH: usize = 4096;
/// Bytes of the meaning of an own variable.
pub const MEANING: usize = 1000;
/// Signing secrets: rotation needs two.
pub const SIGNING_SECRETS: usize = 4;
/// The shortest and the longest time after which a delivery expires, in seconds: 30 days at most.
pub const EXPIRES_AFTER_S: (u32, u32) = (1, 30 * 24 * 60 * 60);
/// Events, own variables of an event, and variables that are encrypted.
pub const NAMES: usize = 1000;

/// Checks that a text is within a limit.
///
/// # Errors
/// The sentence to show beside the field.
pub fn within(text: &str, most: usize) -> Result<(), String> {
    match text.len() {
        bytes if bytes <= most => Ok(()),
        bytes => Err(format!("{bytes} bytes, {most} at most")),
    }
}
