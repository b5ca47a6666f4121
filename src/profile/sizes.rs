//! How large a profile may be. Whatever its request is made of is stored with every delivery, so
//! each limit is far above what is in use, and far below what fills a disk.

/// Most characters of a title (the least length is a public page's, this our decision, as are all
/// limits here).
pub const TITLE: usize = 100;
/// Most characters of an endpoint or authentication URL; servers refuse longer ones.
pub const URL: usize = 8_000;
/// Most bytes of a body: more than a mebibyte is no longer a callback.
pub const BODY: usize = 1 << 20;
/// Most headers, and most fields or headers of a token request.
pub const ROWS: usize = 256;
/// Most bytes of the name of a header, a field or a variable.
pub const NAME: usize = 256;
/// Most bytes of the value of a header or a field, and of an API key.
pub const VALUE: usize = 16 << 10;
/// Most bytes of all headers, names and values, and of all fields or headers of a token request.
pub const ALL_ROWS: usize = 64 << 10;
/// Most bytes of a user, a password, a client id, a client secret or a scope.
pub const CREDENTIAL: usize = 8 << 10;
/// Most bytes of the path of a file, as on Linux.
pub const PATH: usize = 4096;
/// Most bytes of the meaning of an own variable.
pub const MEANING: usize = 1000;
/// Most events, most own variables of an event, and most variables that are encrypted.
pub const NAMES: usize = 1000;

/// Whether a text is within a limit.
///
/// # Errors
/// The sentence to show beside the field.
pub fn within(text: &str, most: usize) -> Result<(), String> {
    match text.len() {
        bytes if bytes <= most => Ok(()),
        bytes => Err(format!("{bytes} bytes, {most} at most")),
    }
}
