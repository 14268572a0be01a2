//! Voices for the demo's recordings: espeak-ng where it is installed, else only what there are ready sentences for.

use std::{process::Stdio, time::Duration};

use call::{
    Phrase,
    audio::{mulaw, resample, wav},
    phrases,
};
use model::Speaker;
use tokio::process::Command;

/// A sentence should be spoken in a fraction of this.
const PATIENCE: Duration = Duration::from_secs(10);

/// The telephone audio (µ-law, 8 kHz) of a sentence; `None` where this machine cannot speak it.
pub(super) async fn speak(speaker: Speaker, language: &str, text: &str) -> Option<Vec<u8>> {
    if let Some(phrase) = Phrase::ALL.into_iter().find(|phrase| phrases::text("en", *phrase) == text) {
        return Some(phrases::audio("en", phrase).to_vec());
    }
    let accent = if language == "en" { "en-us" } else { language };
    let (voice, words_a_minute) = match speaker {
        Speaker::Caller => (format!("{accent}+m3"), "160"),
        Speaker::Assistant => (format!("{accent}+f2"), "170"),
    };
    let espeak = Command::new("espeak-ng")
        .args(["--stdout", "-v", &voice, "-s", words_a_minute, "--", text])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let spoken = tokio::time::timeout(PATIENCE, espeak).await.ok()?.ok()?;
    let sound = wav::parse(&spoken.stdout).ok().filter(|_| spoken.status.success())?;
    let telephone = move || mulaw::encode_all(&resample::down(&sound.samples, sound.rate_hz, 8_000));
    tokio::task::spawn_blocking(telephone).await.ok().filter(|audio| !audio.is_empty())
}
