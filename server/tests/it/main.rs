//! Whole calls: a real server on a real port, the practice model at one end and the practice telephone at the other.
//!
//! Each story says what the caller heard and what is stored. The telephone keeps real time, so that a story takes as long as its call.

mod answered;
mod command_line;
mod guards;
mod messages;
mod model_faults;
mod payments;
mod phone_faults;
mod processes;
mod rest;
mod storage_faults;
mod tee_times;
mod tickets;
mod today;
mod tool_faults;
mod webhooks;
mod world;
