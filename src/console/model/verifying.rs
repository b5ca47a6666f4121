//! The profile that received requests are verified with.

use std::sync::Arc;

use crate::profile::ProfileId;
use crate::receiver::{Received, Verification, Verifier};

/// The chosen profile.
#[derive(Debug, Clone)]
pub struct Verifying {
    /// Its ID.
    pub profile: ProfileId,
    /// Its title.
    pub title: String,
    /// What it verifies with; none until it is loaded.
    pub verifier: Option<Arc<Verifier>>,
}

/// Requests to verify.
#[derive(Debug, Clone)]
pub struct VerifyRequest {
    /// What they are verified with.
    pub verifier: Arc<Verifier>,
    /// The requests.
    pub requests: Vec<Arc<Received>>,
}

/// Their results, in the same order.
#[derive(Debug)]
pub struct Verified {
    /// What they were verified with.
    pub verifier: Arc<Verifier>,
    /// Each request and its result.
    pub results: Vec<(Arc<Received>, Arc<Verification>)>,
}

impl VerifyRequest {
    /// Verifies them.
    #[must_use]
    pub fn verify(self) -> Verified {
        let Self { verifier, requests } = self;
        let results = requests.into_iter().map(|request| {
            let verification = Arc::new(verifier.verify(&request));
            (request, verification)
        });
        let results = results.collect();
        Verified { verifier, results }
    }
}
