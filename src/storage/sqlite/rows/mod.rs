//! How values are kept in columns, and rows that no value can be read from.

pub mod columns;
pub mod row_check;
pub mod salvage;
pub mod state;
