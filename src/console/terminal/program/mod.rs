//! A program that has the terminal.

pub mod command;
pub mod private_file;
pub mod running;
