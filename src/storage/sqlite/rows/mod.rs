//! How values are stored in columns, and invalid rows.

pub mod columns;
pub mod outcome;
pub mod row_check;
pub mod salvage;
pub mod state;
