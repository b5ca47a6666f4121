//! What a command takes from its surroundings: shell variables and files.

/// What a command takes from its surroundings.
pub trait CurlInputs {
    /// The value of a shell variable.
    ///
    /// # Errors
    /// A sentence: it is not set, or none are read here.
    fn variable(&self, name: &str) -> Result<String, String>;

    /// The content of a file.
    ///
    /// # Errors
    /// A sentence: it cannot be read, or none are read here.
    fn file(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// For a command that was pasted: it has no surroundings.
#[derive(Debug)]
pub struct NoInputs;

impl CurlInputs for NoInputs {
    fn variable(&self, name: &str) -> Result<String, String> {
        Err(format!("write its value instead of ${name}"))
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        Err(format!("it reads the file {path}: use `ringback profiles import-curl`"))
    }
}
