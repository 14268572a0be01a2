//! Hears where speech begins and ends, from the energy of the audio.

use call::audio::energy::rms_dbfs;

/// The smallest piece that is judged.
const WINDOW_MS: u64 = 10;
/// Speech begins when this many of the last ten windows are loud: a click is not speech.
const LOUD_WINDOWS: u32 = 6;
/// While speech lasts, this much quieter still counts.
const HYSTERESIS_DB: f64 = 5.0;

/// When speech counts as such.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sensitivity {
    /// 0 hears everything, 1 hardly anything.
    pub(super) threshold: f64,
    /// How much before the first loud window belongs to the utterance.
    pub(super) prefix_padding_ms: u64,
    /// How long silence lasts before speech has ended.
    pub(super) silence_duration_ms: u64,
}

/// What was heard; milliseconds since the first audio of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Started { audio_start_ms: u64 },
    Stopped { audio_end_ms: u64 },
}

/// The listener.
#[derive(Debug, Default)]
pub(super) struct Vad {
    carry: Vec<i16>,
    /// All that was judged so far.
    heard_ms: u64,
    /// The last ten windows, a bit each.
    recent: u16,
    speaking: bool,
    quiet_ms: u64,
    /// Where the last utterance ended: the next one cannot begin before.
    last_end_ms: u64,
}

impl Vad {
    /// Whether somebody is speaking.
    pub(super) fn speaking(&self) -> bool {
        self.speaking
    }

    /// Listens to the next samples.
    pub(super) fn hear(&mut self, samples: &[i16], rate: u32, sensitivity: Sensitivity) -> Vec<Edge> {
        self.carry.extend(samples);
        let window = (u64::from(rate) * WINDOW_MS / 1_000) as usize;
        let audio = std::mem::take(&mut self.carry);
        let mut pieces = audio.chunks_exact(window);
        let edges = pieces.by_ref().filter_map(|it| self.judge(rms_dbfs(it), sensitivity)).collect();
        self.carry.extend(pieces.remainder());
        edges
    }

    fn judge(&mut self, loudness: f64, sensitivity: Sensitivity) -> Option<Edge> {
        self.heard_ms += WINDOW_MS;
        let floor = floor_dbfs(sensitivity.threshold) - if self.speaking { HYSTERESIS_DB } else { 0.0 };
        let loud = loudness > floor;
        self.recent = ((self.recent << 1) | u16::from(loud)) & 0x3FF;
        self.quiet_ms = if loud { 0 } else { self.quiet_ms + WINDOW_MS };
        if !self.speaking && self.recent.count_ones() >= LOUD_WINDOWS {
            self.speaking = true;
            let windows = u64::from(u16::BITS - self.recent.leading_zeros());
            let first_loud = self.heard_ms.saturating_sub(windows * WINDOW_MS);
            let audio_start_ms = first_loud.saturating_sub(sensitivity.prefix_padding_ms).max(self.last_end_ms);
            return Some(Edge::Started { audio_start_ms });
        }
        if self.speaking && self.quiet_ms >= sensitivity.silence_duration_ms.max(WINDOW_MS) {
            self.speaking = false;
            self.recent = 0;
            self.last_end_ms = self.heard_ms;
            return Some(Edge::Stopped { audio_end_ms: self.heard_ms });
        }
        None
    }
}

/// The threshold on a scale of loudness: 0.5 is −41 dBFS, between the noise of a line and a quiet voice.
fn floor_dbfs(threshold: f64) -> f64 {
    -57.0 + 32.0 * threshold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_is_heard_where_it_is() {
        let edges = listen(&[(1_000, 0), (1_500, 3_000), (1_000, 0)], NORMAL);

        assert_eq!(edges, [Edge::Started { audio_start_ms: 700 }, Edge::Stopped { audio_end_ms: 3_000 }]);
    }

    #[test]
    fn speech_at_the_very_beginning_has_no_padding_before_it() {
        let edges = listen(&[(600, 3_000), (600, 0)], NORMAL);

        assert_eq!(edges, [Edge::Started { audio_start_ms: 0 }, Edge::Stopped { audio_end_ms: 1_100 }]);
    }

    #[test]
    fn a_pause_shorter_than_the_silence_does_not_end_it() {
        let edges = listen(&[(500, 0), (600, 3_000), (480, 0), (600, 3_000), (500, 0)], NORMAL);

        assert_eq!(edges, [Edge::Started { audio_start_ms: 200 }, Edge::Stopped { audio_end_ms: 2_680 }]);
    }

    #[test]
    fn the_next_utterance_does_not_reach_into_the_last() {
        let edges = listen(&[(600, 3_000), (600, 0), (600, 3_000), (500, 0)], NORMAL);

        assert_eq!(edges[2], Edge::Started { audio_start_ms: 1_100 });
    }

    #[test]
    fn a_click_and_the_noise_of_a_line_are_not_speech() {
        assert_eq!(listen(&[(500, 0), (40, 9_000), (1_000, 0)], NORMAL), []);
        assert_eq!(listen(&[(3_000, 120)], NORMAL), []);
    }

    #[test]
    fn a_higher_threshold_needs_a_louder_voice() {
        let quiet_voice = [(200, 0), (1_000, 700), (600, 0)];

        assert_eq!(listen(&quiet_voice, NORMAL).len(), 2);
        assert_eq!(listen(&quiet_voice, Sensitivity { threshold: 0.9, ..NORMAL }), []);
    }

    const NORMAL: Sensitivity = Sensitivity { threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 };

    /// Plays stretches of so many milliseconds at such an amplitude, in frames that do not fit the windows.
    fn listen(stretches: &[(u32, i16)], sensitivity: Sensitivity) -> Vec<Edge> {
        let audio: Vec<i16> = stretches
            .iter()
            .flat_map(|(ms, amplitude)| (0..ms * 8).map(move |n| if n % 8 < 4 { *amplitude } else { -*amplitude }))
            .collect();
        let mut vad = Vad::default();
        audio.chunks(171).flat_map(|it| vad.hear(it, 8_000, sensitivity)).collect()
    }
}
