//! Hearing a call: two lanes above the browser's player, and keys.

use leptos::{ev, html, prelude::*};

use super::Audio;
use crate::ui::{Glyph, Icon, on_key};

const SPEEDS: [(&str, f64); 6] =
    [("0.75×", 0.75), ("1×", 1.0), ("1.25×", 1.25), ("1.5×", 1.5), ("1.75×", 1.75), ("2×", 2.0)];

/// The player. It tells `at_ms` where it is, and goes where `seek` says.
#[component]
pub fn Player(audio: Audio, at_ms: RwSignal<i64>, seek: RwSignal<Option<i64>>) -> impl IntoView {
    let media = NodeRef::<html::Audio>::new();
    let speed = RwSignal::new(1_usize);
    let moved = move |_: ev::Event| {
        if let Some(media) = media.get_untracked() {
            at_ms.set((media.current_time() * 1000.0) as i64);
        }
    };
    Effect::new(move |_| {
        if let (Some(ms), Some(media)) = (seek.get(), media.get_untracked()) {
            media.set_current_time(ms as f64 / 1000.0);
            play(&media);
        }
    });
    Effect::new(move |_| {
        let rate = SPEEDS[speed.get()].1;
        if let Some(media) = media.get() {
            media.set_playback_rate(rate);
        }
    });
    on_key(move |event| media.get_untracked().is_some_and(|media| obey(&media, &event.key())));

    let speeds = SPEEDS
        .iter()
        .enumerate()
        .map(|(index, (label, _))| {
            view! {
                <option value=index.to_string() selected=index == 1>
                    {*label}
                </option>
            }
        })
        .collect_view();
    let choose = move |event| speed.set(event_target_value(&event).parse().unwrap_or(1));
    let download = format!("{}&download=true", audio.href);
    view! {
        <section class="rounded-box border border-base-300 bg-base-100 p-4 sm:p-5" aria-label="Recording">
            <div class="muted mb-2 flex flex-wrap gap-x-5 gap-y-1 text-xs">
                <span class="flex items-center gap-1.5">
                    <span class="size-2.5 rounded-full bg-base-content/60"></span>
                    "Caller (above)"
                </span>
                <span class="flex items-center gap-1.5">
                    <span class="size-2.5 rounded-full bg-primary"></span>
                    "Assistant (below)"
                </span>
            </div>
            <call-player duration=audio.duration_ms.to_string() caller=audio.caller assistant=audio.assistant>
                <audio class="mt-3 w-full" controls preload="metadata" src=audio.href node_ref=media on:timeupdate=moved on:seeked=moved></audio>
            </call-player>
            <div class="mt-3 flex flex-wrap items-center gap-3 text-sm">
                <label class="flex items-center gap-2">
                    <span>"Speed"</span>
                    <select class="select select-sm w-24" on:change=choose>
                        {speeds}
                    </select>
                </label>
                <a class="btn btn-sm" href=download rel="external" download="">
                    <Icon glyph=Glyph::Download class="size-4" />
                    "Download"
                </a>
                <span class="muted ml-auto hidden text-xs md:inline">"Space plays, J and L skip 10 seconds"</span>
            </div>
        </section>
    }
    .into_any()
}

/// Space plays and pauses, j and l skip ten seconds, the arrows five. Answers whether the key was one of these.
fn obey(media: &leptos::web_sys::HtmlAudioElement, key: &str) -> bool {
    let skip = match key {
        " " if media.paused() => {
            play(media);
            return true;
        }
        " " => {
            // Pausing what plays does not fail.
            let _ = media.pause();
            return true;
        }
        "j" => -10.0,
        "l" => 10.0,
        "ArrowLeft" => -5.0,
        "ArrowRight" => 5.0,
        _ => return false,
    };
    media.set_current_time((media.current_time() + skip).max(0.0));
    true
}

fn play(media: &leptos::web_sys::HtmlAudioElement) {
    // The promise is refused when the browser wants a gesture first or the file does not load; its own controls say so.
    if let Ok(started) = media.play() {
        leptos::task::spawn_local(async move {
            let _ = wasm_bindgen_futures::JsFuture::from(started).await;
        });
    }
}
