//! The operations by subject.

mod deliveries;
mod events;
mod operations;
mod profiles;
mod stats;
mod stream;

use super::operation::Operation;

/// All of them.
pub(super) fn all() -> Vec<Operation> {
    [events::all(), profiles::all(), deliveries::all(), stats::all(), stream::all(), operations::all()]
        .concat()
}
