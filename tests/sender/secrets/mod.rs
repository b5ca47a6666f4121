//! No secret leaves the program except in the request that needs it.

mod ends;
mod everywhere;
mod panics;
mod screens;
mod search;
