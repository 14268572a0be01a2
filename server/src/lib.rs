//! The server: its doors in one router, and the commands of `aida`.

pub mod commands;
pub mod serve;
pub mod telemetry;
