//! Everything that happens on the server, except what a page looks like.

pub mod db;
pub mod metrics;
pub mod org;
pub mod providers;
pub mod running;
pub mod web;
