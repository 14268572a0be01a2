//! The pack that every organisation has.

mod confirm;
mod end_call;
mod search_knowledge_base;

use model::PackKey;

use super::{Pack, tool::tools};

/// The tool by which a proposed change is made.
pub(super) const CONFIRM: &str = "confirm";

/// Knowledge, the caller's word, and ending the call.
pub const PACK: Pack = Pack {
    key: PackKey::FrontDesk,
    title: "Front desk",
    instructions: "\
For every question about the organisation that no other tool answers, call search_knowledge_base before you answer. \
If it finds nothing, say that you do not know, and offer what you can do instead. When the caller says goodbye, or \
says that they need nothing more, say one short goodbye and call end_call.",
    safety: "",
    tools: tools![search_knowledge_base, confirm, end_call],
};
