//! The pages of packs: one folder per pack, absent where the pack is off.

pub mod events;
