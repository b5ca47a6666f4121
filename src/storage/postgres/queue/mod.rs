//! Claims, leases and outcomes: what a sender does.
