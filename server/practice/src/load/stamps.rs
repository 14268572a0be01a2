//! Stamps in the caller's frames: which call, which frame, and when it was where.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use tokio::time::Instant;

use super::Percentiles;
use crate::phone::Probe;

const MAGIC: [u8; 4] = [0x5A, 0xC3, 0x96, 0x3C];
/// The magic, the call, the frame.
const SIZE: usize = 12;
/// The first second of a call is its beginning: the model's session is being made while frames wait.
const SETTLED: u32 = 50;

/// What is known of a frame.
#[derive(Clone, Copy, Debug)]
struct Times {
    sent: Instant,
    at_model: Option<Instant>,
    back: Option<Instant>,
}

/// All stamps of a trial.
#[derive(Clone, Debug, Default)]
pub struct Stamps(Arc<Mutex<Vec<Vec<Times>>>>);

/// The stamps of one call.
#[derive(Debug)]
pub(super) struct OfCall {
    all: Stamps,
    call: u32,
    next: AtomicU32,
    /// The end of what was received, where a stamp may have been cut in two.
    tail: Mutex<Vec<u8>>,
}

impl Stamps {
    /// Another call.
    pub(super) fn call(&self) -> OfCall {
        let mut calls = self.0.lock().expect("no panic while it is locked");
        calls.push(Vec::new());
        OfCall { all: self.clone(), call: calls.len() as u32 - 1, next: AtomicU32::new(0), tail: Mutex::default() }
    }

    /// A frame arrived at the model: its text, as it came.
    pub fn at_model(&self, frame: &str) {
        self.at_model_at(frame, Instant::now());
    }

    fn at_model_at(&self, frame: &str, now: Instant) {
        // Every frame of fifty a second for each call comes here: look for the audio without reading the JSON.
        let Some((_, rest)) = frame.split_once(r#""audio":""#) else { return };
        let Some((audio, _)) = rest.split_once('"') else { return };
        let Ok(audio) = BASE64_STANDARD.decode(audio) else { return };
        self.note(&audio, |it| _ = it.at_model.get_or_insert(now));
    }

    fn note(&self, audio: &[u8], mut note: impl FnMut(&mut Times)) {
        let mut calls = self.0.lock().expect("no panic while it is locked");
        for (call, frame) in stamps_in(audio) {
            if let Some(times) = calls.get_mut(call as usize).and_then(|it| it.get_mut(frame as usize)) {
                note(times);
            }
        }
    }

    /// How long frames took to the model, from there back to the telephone, and both.
    pub(super) fn ways(&self) -> (Percentiles, Percentiles, Percentiles) {
        let ms = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() * 1_000.0;
        let (mut there, mut back, mut both) = (Vec::new(), Vec::new(), Vec::new());
        for times in
            self.0.lock().expect("no panic while it is locked").iter().flat_map(|it| it.iter().skip(SETTLED as usize))
        {
            there.extend(times.at_model.map(|it| ms(times.sent, it)));
            back.extend(times.at_model.zip(times.back).map(|(from, to)| ms(from, to)));
            both.extend(times.back.map(|it| ms(times.sent, it)));
        }
        (Percentiles::of(there), Percentiles::of(back), Percentiles::of(both))
    }

    /// Frames sent, at the model, and back: those between the first second of a call and its last half second, in which frames may
    /// be on their way.
    pub(super) fn counts(&self) -> (u64, u64, u64) {
        let calls = self.0.lock().expect("no panic while it is locked");
        let counted = calls.iter().flat_map(|it| it.iter().take(it.len().saturating_sub(25)).skip(SETTLED as usize));
        counted.fold((0, 0, 0), |(sent, at_model, back), it| {
            (sent + 1, at_model + u64::from(it.at_model.is_some()), back + u64::from(it.back.is_some()))
        })
    }
}

impl OfCall {
    fn sending_at(&self, frame: &mut [u8], now: Instant) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        frame[..4].copy_from_slice(&MAGIC);
        frame[4..8].copy_from_slice(&self.call.to_be_bytes());
        frame[8..SIZE].copy_from_slice(&number.to_be_bytes());
        let mut calls = self.all.0.lock().expect("no panic while it is locked");
        calls[self.call as usize].push(Times { sent: now, at_model: None, back: None });
    }

    fn received_at(&self, audio: &[u8], now: Instant) {
        let mut tail = self.tail.lock().expect("no panic while it is locked");
        tail.extend(audio);
        self.all.note(&tail, |it| _ = it.back.get_or_insert(now));
        let kept = tail.len().saturating_sub(SIZE - 1);
        tail.drain(..kept);
    }
}

impl Probe for OfCall {
    fn sending(&self, frame: &mut [u8]) {
        self.sending_at(frame, Instant::now());
    }

    fn received(&self, audio: &[u8]) {
        self.received_at(audio, Instant::now());
    }
}

fn stamps_in(audio: &[u8]) -> impl Iterator<Item = (u32, u32)> {
    let number = |bytes: &[u8]| u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    audio.windows(SIZE).filter(|it| it.starts_with(&MAGIC)).map(move |it| (number(&it[4..]), number(&it[8..])))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn either_way_of_a_frame_is_timed_also_when_it_returns_in_pieces() {
        let stamps = Stamps::default();
        let _other = stamps.call();
        let call = stamps.call();
        let begin = Instant::now();
        for n in 0..100 {
            let at = |ms: u64| begin + Duration::from_millis(n * 20 + ms);
            let mut frame = [0xFF; 160];
            call.sending_at(&mut frame, at(0));
            let append =
                format!(r#"{{"type":"input_audio_buffer.append","audio":"{}"}}"#, BASE64_STANDARD.encode(frame));
            stamps.at_model_at(&append, at(2));
            call.received_at(&frame[..7], at(4));
            call.received_at(&frame[7..], at(5));
        }

        let (there, back, both) = stamps.ways();
        assert_eq!((there.p50, back.p50, both.max), (2.0, 3.0, 5.0));
        assert_eq!(stamps.counts(), (25, 25, 25));
    }

    #[test]
    fn lost_frames_are_missed() {
        let stamps = Stamps::default();
        let call = stamps.call();
        for n in 0..200 {
            let mut frame = [0xFF; 160];
            call.sending(&mut frame);
            if n % 10 != 0 {
                call.received(&frame);
            }
        }

        assert_eq!(stamps.counts(), (125, 0, 112));
    }
}
