//! The telephone network.

pub mod signature;
