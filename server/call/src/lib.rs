//! One telephone call as a state machine, without sockets, clock, randomness or database.
//!
//! Read in this order: [`plan`] (what a call is given), [`io`] (what goes in and what comes out), then [`Call`].
//! [`twilio`] and [`openai`] are the two protocols as data. The rules with their own vocabulary are sub-machines of one
//! shape, each in its file: `caller` (one gapless stream), `playback` (sent, heard, marks), `turn` (one active response), `tools` (one
//! output per call id), `silence` (deadlines with reasons), `transcript` (spoken order), `session` (the model's sockets), `keypad`, [`consent`] (whether
//! the caller agreed to a change).
//! `conversation` is what they decide together.
//!
//! The driver feeds [`Input`]s with the time and drains [`Call::poll`] until it answers [`Output::Wait`].

pub mod audio;
mod caller;
pub mod consent;
mod conversation;
mod frame;
pub mod io;
mod keypad;
pub mod openai;
pub mod phrases;
pub mod plan;
mod playback;
mod session;
mod silence;
mod tools;
mod transcript;
mod turn;
pub mod twilio;
pub mod usage;

pub use conversation::Call;
pub use frame::FrameError;
pub use io::{
    AfterTool, EndReason, Fact, Finish, Input, Metrics, Ms, Output, SessionNo, Speaker, ToolOutcome, ToolStatus, Track,
};
pub use plan::{Channel, Limits, Patience, Phrase, Plan, ToolSpec};
