//! A program that uses the terminal.

pub mod command;
pub mod private_file;
pub mod running;
