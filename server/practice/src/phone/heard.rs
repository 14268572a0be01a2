//! What the caller hears: the sound, and the words where it carries captions.

use call::audio::{energy::rms_dbfs, mulaw};

use super::{
    phrases::Listener,
    report::{Line, Who},
};
use crate::{
    caption::Reader,
    sound::{BYTES_PER_MS, SILENCE},
};

/// Louder than this is somebody speaking.
const VOICE_DBFS: f64 = -50.0;
/// The buffer running dry for less than this in the middle of an answer is a gap; for longer, a pause.
const GAP_MS: u64 = 400;

/// The caller's ear.
#[derive(Debug, Default)]
pub(super) struct Ear {
    /// When, within the call, the stream began.
    begin_ms: u64,
    keep: bool,
    pub(super) sound: Vec<u8>,
    /// Whether it listens for words.
    words: bool,
    captions: Reader,
    phrases: Listener,
    heard_bytes: u64,
    pub(super) lines: Vec<Line>,
    last_id: Option<u16>,
    /// How much of what was heard was speech.
    pub(super) voice_ms: u64,
    pub(super) first_word_ms: Option<u64>,
    pub(super) gaps: u32,
    pub(super) gap_ms: u64,
    /// Since audio was last there.
    dry_ms: u64,
    unnamed: Option<(u64, u64)>,
}

impl Ear {
    /// An ear that keeps what it hears, and listens for words, when asked to.
    pub(super) fn new(keep: bool, words: bool) -> Self {
        Self { keep, words, ..Self::default() }
    }

    /// The stream begins, so many milliseconds into the call: silence until then.
    pub(super) fn stream_begins(&mut self, at_ms: u64) {
        self.begin_ms = at_ms.saturating_sub(self.heard_bytes / BYTES_PER_MS as u64);
        let missing = at_ms as usize * BYTES_PER_MS;
        if self.keep && self.sound.len() < missing {
            self.sound.resize(missing, SILENCE);
        }
    }

    /// 20 ms, of which so much came from the network; true when somebody speaks in it.
    pub(super) fn hear(&mut self, audio: &[u8], from_network: usize) -> bool {
        if self.keep {
            self.sound.extend(audio);
        }
        let now_ms = self.now_ms();
        if self.words {
            self.listen(audio);
        }
        self.heard_bytes += audio.len() as u64;
        self.watch_for_gaps(from_network > 0);
        let voice = from_network > 0 && rms_dbfs(&mulaw::decode_all(audio)) > VOICE_DBFS;
        if voice {
            self.voice_ms += 20;
            self.first_word_ms.get_or_insert(now_ms);
            self.note_unnamed(now_ms);
        }
        voice
    }

    fn listen(&mut self, audio: &[u8]) {
        let end = self.heard_bytes + audio.len() as u64;
        let captions = self.captions.read(audio).into_iter().map(|it| (it.caption, it.at));
        let phrases = self.phrases.hear(audio).into_iter().map(|(it, before)| (it, end.saturating_sub(before as u64)));
        for (caption, at) in captions.chain(phrases).collect::<Vec<_>>() {
            if self.last_id.replace(caption.id) != Some(caption.id) {
                let at_ms = self.begin_ms + at / BYTES_PER_MS as u64;
                let until_ms = at_ms + u64::from(caption.duration_ms);
                self.lines.push(Line { at_ms, until_ms, who: Who::Assistant, text: caption.text, cut: false });
                self.unnamed = None;
            }
        }
    }

    fn watch_for_gaps(&mut self, from_network: bool) {
        if from_network {
            if self.dry_ms > 0 && self.dry_ms < GAP_MS && self.first_word_ms.is_some() {
                self.gaps += 1;
                self.gap_ms += self.dry_ms;
            }
            self.dry_ms = 0;
        } else {
            self.dry_ms += 20;
        }
    }

    /// Speech outside of any caption: a sentence from the server's memory, or a model without captions.
    fn note_unnamed(&mut self, now_ms: u64) {
        const APART_MS: u64 = 700;
        if self.lines.last().is_some_and(|it| !it.cut && now_ms < it.until_ms + 100) {
            return;
        }
        self.unnamed = match self.unnamed {
            Some((from, until)) if now_ms < until + APART_MS => Some((from, now_ms + 20)),
            other => {
                self.tell_unnamed(other);
                Some((now_ms, now_ms + 20))
            }
        };
    }

    fn tell_unnamed(&mut self, unnamed: Option<(u64, u64)>) {
        // A caption shows only after its first tenths of a second.
        const SHORTEST_MS: u64 = 300;
        let Some((at_ms, until_ms)) = unnamed.filter(|(from, until)| until - from >= SHORTEST_MS) else { return };
        let text = format!("[{:.1} s of speech without words]", (until_ms - at_ms) as f64 / 1_000.0);
        self.lines.push(Line { at_ms, until_ms, who: Who::Assistant, text, cut: false });
    }

    /// The network threw away what it had not played: what was being said ends here.
    pub(super) fn cut_off(&mut self) {
        let now_ms = self.now_ms();
        if let Some(line) = self.lines.last_mut().filter(|it| !it.cut && it.at_ms < now_ms && now_ms < it.until_ms) {
            let (heard, whole) = (now_ms - line.at_ms, line.until_ms - line.at_ms);
            let end = line.text.floor_char_boundary((line.text.len() as u64 * heard / whole.max(1)) as usize);
            line.text.truncate(line.text[..end].rfind(' ').unwrap_or(0));
            line.text.push('…');
            line.until_ms = now_ms;
            line.cut = true;
        }
    }

    /// A sentence spoken by the network itself.
    pub(super) fn network_says(&mut self, text: &str, audio: &[u8]) {
        let at_ms = self.now_ms();
        let until_ms = at_ms + (audio.len() / BYTES_PER_MS) as u64;
        self.lines.push(Line { at_ms, until_ms, who: Who::Network, text: text.to_owned(), cut: false });
        self.heard_bytes += audio.len() as u64;
        if self.keep {
            self.sound.extend(audio);
        }
    }

    /// Nothing more will be heard.
    pub(super) fn end(&mut self) {
        let last = self.unnamed.take();
        self.tell_unnamed(last);
        self.lines.sort_by_key(|it| it.at_ms);
        self.lines.dedup_by(|next, line| line.continues(next));
    }

    fn now_ms(&self) -> u64 {
        self.begin_ms + self.heard_bytes / BYTES_PER_MS as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caption::Caption;

    #[test]
    fn what_was_said_is_known_with_its_time() {
        let mut ear = Ear::new(true, true);
        ear.stream_begins(500);
        hear(&mut ear, &[SILENCE; 8_000]);
        hear(&mut ear, &said(7, "Welcome to the soup."));
        ear.end();

        assert_eq!(ear.lines, [line(1_500, 4_500, "Welcome to the soup.", false)]);
        assert_eq!((ear.first_word_ms, ear.sound.len()), (Some(1_500), 4_500 * 8));
    }

    #[test]
    fn what_was_cut_off_is_known_as_far_as_it_was_heard() {
        let mut ear = Ear::new(false, true);
        hear(&mut ear, &said(7, "Welcome to the soup, and so on and on.")[..12_000]);
        ear.cut_off();

        assert_eq!(ear.lines, [line(0, 1_500, "Welcome to the…", true)]);
    }

    #[test]
    fn speech_without_words_is_counted_not_guessed() {
        let mut ear = Ear::new(false, true);
        hear(&mut ear, &[0x20; 16_000]);
        hear(&mut ear, &[SILENCE; 8_000]);
        ear.end();

        assert_eq!(ear.lines, [line(0, 2_000, "[2.0 s of speech without words]", false)]);
    }

    #[test]
    fn a_gap_in_an_answer_is_counted_and_a_pause_is_not() {
        let mut ear = Ear::new(false, true);
        for from_network in [160, 0, 0, 160, 160] {
            ear.hear(&[0x20; 160], from_network);
        }
        for _ in 0..50 {
            ear.hear(&[SILENCE; 160], 0);
        }
        ear.hear(&[0x20; 160], 160);

        assert_eq!((ear.gaps, ear.gap_ms), (1, 40));
    }

    fn said(id: u16, text: &str) -> Vec<u8> {
        let mut audio = vec![0x20; 24_000];
        Caption { id, duration_ms: 3_000, text: text.into() }.write(&mut audio);
        audio
    }

    fn hear(ear: &mut Ear, audio: &[u8]) {
        for frame in audio.chunks(160) {
            ear.hear(frame, frame.len());
        }
    }

    fn line(at_ms: u64, until_ms: u64, text: &str, cut: bool) -> Line {
        Line { at_ms, until_ms, who: Who::Assistant, text: text.into(), cut }
    }
}
