//! Times that stay true while the page is open.

use leptos::prelude::*;

use crate::{
    format,
    moment::{Moment, now_ms},
};

/// The time of day by which a page tells how long ago something was. Server and browser start from the same value, so
/// that both write the same words; the browser then moves on.
#[derive(Clone, Copy)]
pub struct Clock {
    second: RwSignal<i64>,
    half_minute: RwSignal<i64>,
}

impl Clock {
    /// Provides the clock to everything below the current component.
    pub fn provide() -> Self {
        let start = SharedValue::new(now_ms).into_inner();
        let clock = Self { second: RwSignal::new(start), half_minute: RwSignal::new(start) };
        provide_context(clock);
        #[cfg(feature = "hydrate")]
        clock.run();
        clock
    }

    #[cfg(feature = "hydrate")]
    fn run(self) {
        use std::time::Duration;

        Effect::new(move |_| {
            self.second.set(now_ms());
            let tick = set_interval_with_handle(
                move || {
                    let now = now_ms();
                    self.second.set(now);
                    if now - self.half_minute.get_untracked() >= 30_000 {
                        self.half_minute.set(now);
                    }
                },
                Duration::from_secs(1),
            );
            if let Ok(tick) = tick {
                on_cleanup(move || tick.clear());
            }
        });
    }

    fn here() -> Self {
        use_context::<Self>().unwrap_or_else(|| {
            let now = now_ms();
            Self { second: RwSignal::new(now), half_minute: RwSignal::new(now) }
        })
    }
}

/// How long ago something was; the exact time on hover.
#[component]
pub fn RelativeTime(
    /// When it was.
    at: Moment,
) -> impl IntoView {
    let clock = Clock::here();
    view! {
        <time class="whitespace-nowrap" title=at.exact.clone()>
            {move || format::ago(clock.half_minute.get() - at.ms)}
        </time>
    }
    .into_any()
}

/// How long something has been going on.
#[component]
pub fn Timer(
    /// Since when, in milliseconds since 1970.
    since_ms: i64,
) -> impl IntoView {
    let clock = Clock::here();
    view! { <span class="tabular-nums">{move || format::clock(clock.second.get() - since_ms)}</span> }.into_any()
}
