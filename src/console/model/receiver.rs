//! The built-in endpoint as the console sees it.

use crate::console::model::arrived::Arrived;
use crate::console::model::verifying::Verifying;
use crate::receiver::{Examined, PathFilter};

/// The built-in endpoint as the console sees it.
#[derive(Debug, Default)]
pub struct ReceiverState {
    /// Its address while it is running.
    pub address: Option<String>,
    /// Its responses.
    pub behaviour: crate::receiver::Behaviour,
    /// Which requests are shown and kept.
    pub paths: PathFilter,
    /// The requests that arrived.
    pub arrived: Arrived,
    /// The profile that they are verified with; none if they are not verified.
    pub verifying: Option<Verifying>,
    /// Where a request was replayed to last, as it was typed.
    pub replayed_to: String,
}

impl ReceiverState {
    /// What is known about the request at this index. Values are decrypted once it is verified.
    #[must_use]
    pub fn examined(&self, at: usize) -> Examined<'_> {
        let verification = self.arrived.verification(at).map(|verification| &**verification);
        let verifier = self.verifying.as_ref().and_then(|verifying| verifying.verifier.as_ref());
        let decryption = verification.and_then(|_| verifier?.decryption());
        Examined { decryption, verification }
    }
}
