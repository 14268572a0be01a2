//! Pages of packs: absent where the pack is off.

pub mod menu;
