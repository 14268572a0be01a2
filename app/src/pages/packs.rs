//! The pages of packs: absent where a pack is off.

pub mod events;
pub mod menu;
pub mod tee_sheet;
