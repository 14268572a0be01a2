//! Figures of a call: how quickly it was answered, what it cost.

use leptos::prelude::*;
use model::{CostLine, TurnLatency};

use super::CallData;
use crate::{format, ui::Card, words};

/// An answer that takes longer than this feels slow.
const SLOW_MS: i64 = 1500;

/// When, how long, to which number, by which persona.
pub fn headline(data: &CallData) -> String {
    let mut parts = vec![data.call.started.exact.clone()];
    parts.extend(data.call.duration_ms.map(format::clock));
    parts.extend(data.called.as_ref().map(|number| format!("to {number}")));
    parts.extend(data.persona_version.map(|version| format!("persona {version}")));
    parts.join(" · ")
}

/// A bar per answer: how long the caller waited for its first word.
#[component]
pub fn Latencies(latencies: Vec<TurnLatency>) -> impl IntoView {
    if latencies.is_empty() {
        return ().into_any();
    }
    let mut sorted: Vec<i64> = latencies.iter().map(|turn| turn.latency_ms).collect();
    sorted.sort_unstable();
    let median = sorted[sorted.len() / 2];
    let slowest = sorted[sorted.len() - 1].max(1);
    let told = format!("Typically {}, at most {}.", format::short(median), format::short(slowest));
    let step = 100.0 / latencies.len() as f64;
    let bars = latencies
        .iter()
        .enumerate()
        .map(|(index, turn)| {
            let height = (turn.latency_ms as f64 / slowest as f64 * 46.0).max(1.0);
            let class = if turn.latency_ms > SLOW_MS { "fill-warning" } else { "fill-primary" };
            let title = format!("{} after the caller at {}", format::short(turn.latency_ms), format::clock(turn.at_ms));
            view! {
                <rect
                    class=class
                    x=format!("{:.2}", index as f64 * step + step * 0.15)
                    y=format!("{:.2}", 48.0 - height)
                    width=format!("{:.2}", (step * 0.7).min(6.0))
                    height=format!("{height:.2}")
                    rx="0.6"
                >
                    <title>{title}</title>
                </rect>
            }
        })
        .collect_view();
    view! {
        <Card title="First word of each answer">
            <p class="text-sm">{told.clone()}</p>
            <svg class="mt-3 h-20 w-full" viewBox="0 0 100 48" preserveAspectRatio="none" role="img" aria-label=told>
                {bars}
            </svg>
            <p class="muted mt-1 text-xs">
                {format!("{}, from the caller's last word", format::count(latencies.len() as i64, "answer", "answers"))}
            </p>
        </Card>
    }
    .into_any()
}

/// What was paid for.
#[component]
pub fn Costs(costs: Vec<CostLine>, total: i64) -> impl IntoView {
    let rows = costs
        .into_iter()
        .map(|line| {
            view! {
                <tr>
                    <th scope="row" class="py-1 text-left font-normal">
                        {words::sentence(&line.label)}
                    </th>
                    <td class="muted py-1 text-right tabular-nums">{line.quantity}</td>
                    <td class="py-1 text-right tabular-nums">{format::dollars(line.nano_usd)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Card title="Cost">
            <table class="w-full text-sm">
                <caption class="sr-only">"What the model cost for this call"</caption>
                <tbody>{rows}</tbody>
                <tfoot>
                    <tr class="border-t border-base-300 font-semibold">
                        <th scope="row" class="pt-2 text-left">
                            "Total"
                        </th>
                        <td></td>
                        <td class="pt-2 text-right tabular-nums">{format::dollars(total)}</td>
                    </tr>
                </tfoot>
            </table>
        </Card>
    }
    .into_any()
}
