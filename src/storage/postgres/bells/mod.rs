//! Notifications between processes: bells that are rung after a commit, in a transaction of their own.
//!
//! `NOTIFY` takes a lock of the whole server until its transaction is on disk. Rung in the transaction that accepts,
//! it costs three quarters of the rate; rung apart, nothing. A process that dies between its commit and the bell
//! leaves that to the sweeps: nobody relies on a bell.

pub mod bell;
pub mod listener;
pub mod ringer;
