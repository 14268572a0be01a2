//! Outside services, each with a vendor and a stand-in.

pub mod realtime;
pub mod telephony;
