//! Pages whose forms change what the page itself shows.

use leptos::{prelude::*, server_fn::ServerFn};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::AppError;

/// Loads `data` again each time the action has worked. Then the forms within `within` show what was loaded, and what was folded out there
/// folds in.
pub fn reload_after<S, T>(action: ServerAction<S>, data: Resource<Result<T, AppError>>, within: &'static str)
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let asked = StoredValue::new(false);
    Effect::new(move |_| {
        if action.value().get().is_some_and(|answer| answer.is_ok()) {
            asked.set_value(true);
            data.refetch();
        }
    });
    Effect::new(move |_| {
        data.track();
        if asked.try_update_value(std::mem::take).unwrap_or(false) {
            after_drawing(move || tidy(within));
        }
    });
}

/// Does something once the page shows what was loaded.
pub fn after_drawing(act: impl FnOnce() + 'static) {
    // The page is drawn in the tasks that the same answer wakes; a timer comes after them.
    set_timeout(act, std::time::Duration::from_millis(30));
}

#[cfg_attr(not(feature = "hydrate"), expect(unused_variables, reason = "only a browser keeps a page open"))]
fn tidy(within: &str) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::{
            wasm_bindgen::JsCast as _,
            web_sys::{Element, HtmlFormElement},
        };

        let Ok(found) = document().query_selector_all(&format!("{within} form, {within} details[open]")) else {
            return;
        };
        for at in 0..found.length() {
            let Some(node) = found.item(at) else { continue };
            match node.dyn_into::<HtmlFormElement>() {
                // A field that was typed into keeps its text until its form is reset.
                Ok(form) => form.reset(),
                Err(node) => {
                    if let Some(details) = node.dyn_ref::<Element>() {
                        // Taking an attribute away does not fail.
                        let _ = details.remove_attribute("open");
                    }
                }
            }
        }
    }
}

/// Gives the focus to the first of these elements that can have it.
#[cfg_attr(not(feature = "hydrate"), expect(unused_variables, reason = "only a browser has a focus"))]
pub fn focus(ids: &[String]) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::{wasm_bindgen::JsCast as _, web_sys::HtmlElement};

        let usable =
            ids.iter().filter_map(|id| document().get_element_by_id(id)).find(|it| !it.has_attribute("disabled"));
        if let Some(element) = usable.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            // An element of the page can be focused; otherwise the focus stays where it is.
            let _ = element.focus();
        }
    }
}
