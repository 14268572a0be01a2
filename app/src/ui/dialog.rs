//! A question or a small form above the page, on the browser's own `<dialog>`: it keeps the focus, Escape closes it.

use leptos::{html, prelude::*};

/// Opens and closes a dialog.
#[derive(Clone, Copy)]
pub struct DialogHandle {
    node: NodeRef<html::Dialog>,
    opened: StoredValue<Option<Callback<()>>>,
}

impl DialogHandle {
    /// A handle for one dialog.
    pub fn new() -> Self {
        Self { node: NodeRef::new(), opened: StoredValue::new(None) }
    }

    /// The element to be placed.
    pub fn node(self) -> NodeRef<html::Dialog> {
        self.node
    }

    /// What to do each time it is shown.
    pub fn on_open(self, act: Callback<()>) {
        self.opened.set_value(Some(act));
    }

    /// Shows it.
    pub fn open(self) {
        if let Some(dialog) = self.node.get_untracked()
            && !dialog.open()
        {
            // The one failure is a dialog that is open or not on the page; both leave nothing to do.
            let _ = dialog.show_modal();
            if let Some(act) = self.opened.get_value() {
                act.run(());
            }
        }
    }

    /// Hides it.
    pub fn close(self) {
        if let Some(dialog) = self.node.get_untracked() {
            dialog.close();
        }
    }
}

/// A box above the page.
#[component]
pub fn Dialog(
    /// What opens and closes it.
    handle: DialogHandle,
    /// Its heading.
    #[prop(into)]
    title: String,
    /// The content, buttons included.
    children: Children,
) -> impl IntoView {
    let label = title.clone();
    view! {
        <dialog class="modal modal-bottom sm:modal-middle" node_ref=handle.node aria-label=label>
            <div class="modal-box max-w-lg">
                <h2 class="mb-3 text-lg font-semibold">{title}</h2>
                {children()}
            </div>
            <form method="dialog" class="modal-backdrop">
                <button tabindex="-1">"Close"</button>
            </form>
        </dialog>
    }
    .into_any()
}
