//! The live connection of an organisation's pages: one event stream, and whoever listens to it.

use leptos::prelude::*;
use model::{CallId, LiveEvent};

use crate::ui::{Glyph, Icon};

/// How the connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a browser connects"))]
enum Connection {
    /// Not tried yet; also without scripts.
    Starting,
    /// Events arrive.
    Open,
    /// Lost; the browser tries again by itself.
    Lost,
}

/// What a listener is told.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a browser hears"))]
pub enum Heard {
    /// Something happened.
    Event(LiveEvent),
    /// Events were missed: load again what is shown.
    Reload,
}

/// The live connection.
#[derive(Clone, Copy)]
pub struct Live {
    connection: RwSignal<Connection>,
    listeners: StoredValue<Vec<(u32, Callback<Heard>)>>,
    next: StoredValue<u32>,
    running: RwSignal<Vec<CallId>>,
}

impl Live {
    /// The connection of the page.
    pub fn here() -> Self {
        expect_context::<Self>()
    }

    /// Hears everything as long as the current component is on the page.
    pub fn listen(self, act: impl Fn(Heard) + Send + Sync + 'static) {
        let id = self.next.try_update_value(|next| {
            *next += 1;
            *next
        });
        let id = id.unwrap_or_default();
        self.listeners.update_value(|all| all.push((id, Callback::new(act))));
        on_cleanup(move || {
            self.listeners.try_update_value(|all| all.retain(|(other, _)| *other != id));
        });
    }

    /// Tells that these calls run, as a page has loaded them.
    pub fn set_running(self, calls: Vec<CallId>) {
        self.running.set(calls);
    }

    #[cfg(feature = "hydrate")]
    fn tell(self, heard: &Heard) {
        if let Heard::Event(event) = heard {
            self.count(event);
        }
        // A listener may go away while the others are told.
        for (_, act) in self.listeners.get_value() {
            act.run(heard.clone());
        }
    }

    #[cfg(feature = "hydrate")]
    fn count(self, event: &LiveEvent) {
        use model::LiveKind;

        let id = event.call_id;
        match &event.kind {
            LiveKind::CallStarted { .. } => self.running.update(|all| {
                if !all.contains(&id) {
                    all.push(id);
                }
            }),
            LiveKind::Status { status } if status.is_final() => {
                self.running.update(|all| all.retain(|other| *other != id));
            }
            _ => {}
        }
    }
}

/// Provides the live connection to everything below the current component.
pub fn provide(slug: Memo<String>) -> Live {
    let live = Live {
        connection: RwSignal::new(Connection::Starting),
        listeners: StoredValue::new(Vec::new()),
        next: StoredValue::new(0),
        running: RwSignal::new(Vec::new()),
    };
    provide_context(live);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| connect(live, &slug.get()));
    #[cfg(not(feature = "hydrate"))]
    let _ = slug;
    live
}

/// How many calls run.
pub fn count() -> Signal<usize> {
    let live = Live::here();
    Signal::derive(move || live.running.read().len())
}

/// Opens the stream. The browser reconnects by itself and names the last event it saw.
#[cfg(feature = "hydrate")]
fn connect(live: Live, slug: &str) {
    use leptos::{
        ev::{Event, MessageEvent},
        wasm_bindgen::{JsCast as _, closure::Closure},
        web_sys::EventSource,
    };

    live.running.set(Vec::new());
    let Ok(stream) = EventSource::new(&format!("/api/status?org={slug}")) else { return };

    let opened = Closure::<dyn Fn()>::new(move || {
        live.connection.set(Connection::Open);
    });
    let failed = Closure::<dyn Fn()>::new(move || live.connection.set(Connection::Lost));
    let told = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        let event = message.data().as_string().and_then(|data| serde_json::from_str(&data).ok());
        if let Some(event) = event {
            live.tell(&Heard::Event(event));
        }
    });
    let missed = Closure::<dyn Fn(Event)>::new(move |_: Event| live.tell(&Heard::Reload));

    stream.set_onopen(Some(opened.as_ref().unchecked_ref()));
    stream.set_onerror(Some(failed.as_ref().unchecked_ref()));
    stream.set_onmessage(Some(told.as_ref().unchecked_ref()));
    // The name is ours and the callback a function: adding it cannot fail.
    let _ = stream.add_event_listener_with_callback("resync", missed.as_ref().unchecked_ref());

    let kept = send_wrapper::SendWrapper::new((stream, opened, failed, told, missed));
    on_cleanup(move || kept.0.close());
}

/// Says that the live connection is lost, and what that means.
#[component]
pub fn ConnectionBanner() -> impl IntoView {
    let live = Live::here();
    move || {
        (live.connection.get() == Connection::Lost).then(|| {
            view! {
                <div class="flex items-center gap-3 border-b border-warning/40 bg-warning/10 px-4 py-2 text-sm" role="status">
                    <Icon glyph=Glyph::Offline class="size-5 text-warning" />
                    <p>
                        <strong class="font-medium">"The live connection is lost. "</strong>
                        "Calls are answered all the same; what you see here may be out of date. Trying again…"
                    </p>
                </div>
            }
        })
    }
}
