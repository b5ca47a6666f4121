//! An event on its way to be accepted: read, checked against its profile, and made into a delivery. The same for the
//! commands and the API.

pub mod event_line;
pub mod event_notes;
pub mod missing;
pub mod prepared;
pub mod profile_cache;
pub mod rules;
pub mod test_values;
pub mod unused_values;

pub use event_line::EventLine;
pub use event_notes::EventNotes;
pub use missing::Missing;
pub use prepared::{EventNote, PreparedEvent, id_in_use};
pub use profile_cache::{FoundProfile, ProfileCache};
