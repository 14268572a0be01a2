//! The controls that pages are made of: one per file, given data, loading none.

mod badge;
mod card;
mod dialog;
mod empty_state;
mod failure;
mod field;
pub mod icon;
mod page;
pub mod palette;
pub mod rail;
mod shortcuts;
mod skeleton;
mod stat_tile;
mod table;
mod tabs;
pub mod theme;
mod time;
mod toast;

pub use badge::{Badge, Tone};
pub use card::Card;
pub use dialog::{Dialog, DialogHandle};
pub use empty_state::EmptyState;
pub use failure::{Failure, Problem};
pub use field::{Field, TextInput};
pub use icon::{Glyph, Icon};
pub use page::Page;
pub use shortcuts::{Shortcuts, on_key};
pub use skeleton::SkeletonRows;
pub use stat_tile::StatTile;
pub use table::DataTable;
pub use tabs::{Tab, Tabs};
pub use time::{Clock, RelativeTime, Timer};
pub use toast::{ToastRegion, Toasts};
