//! Recognises the sentences that a server speaks from memory: their sound is known byte by byte.

use std::{collections::HashSet, sync::LazyLock};

use call::{Phrase, phrases};

use crate::{
    caption::Caption,
    sound::{BYTES_PER_MS, SILENCE},
};

const LANGUAGES: [&str; 4] = ["en", "de", "es", "fr"];
const ALL: [Phrase; 10] = [
    Phrase::OneMoment,
    Phrase::StillLooking,
    Phrase::StillThere,
    Phrase::SilenceGoodbye,
    Phrase::LimitGoodbye,
    Phrase::TechnicalProblem,
    Phrase::ShutdownGoodbye,
    Phrase::WhereWereWe,
    Phrase::Goodbye,
    Phrase::RecordingNotice,
];
/// A stretch this long, with this many different bytes, occurs in one sentence only.
const STRETCH: usize = 48;
const DIFFERENT: usize = 24;

struct Known {
    stretch: &'static [u8],
    /// Where in the sentence the stretch lies.
    at: usize,
    bytes: usize,
    text: &'static str,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let every = LANGUAGES.into_iter().flat_map(|language| ALL.map(|phrase| (language, phrase)));
    every
        .filter_map(|(language, phrase)| known(phrases::audio(language, phrase), phrases::text(language, phrase)))
        .collect()
});

fn known(audio: &'static [u8], text: &'static str) -> Option<Known> {
    let at = audio.windows(STRETCH).position(|it| it.iter().collect::<HashSet<_>>().len() >= DIFFERENT)?;
    Some(Known { stretch: &audio[at..at + STRETCH], at, bytes: audio.len(), text })
}

/// Listens for them.
#[derive(Debug, Default)]
pub(super) struct Listener {
    tail: Vec<u8>,
}

impl Listener {
    /// Takes the next piece; gives sentences that were recognised, each with how many bytes before the end of the piece it began.
    pub(super) fn hear(&mut self, audio: &[u8]) -> Vec<(Caption, usize)> {
        if audio.iter().all(|it| *it == SILENCE) {
            // A sentence may begin with silence.
            self.tail = vec![SILENCE; STRETCH - 1];
            return Vec::new();
        }
        self.tail.extend(audio);
        let mut found = Vec::new();
        for known in KNOWN.iter() {
            if let Some(at) = self.tail.windows(STRETCH).position(|it| it == known.stretch) {
                let duration_ms = (known.bytes / BYTES_PER_MS) as u32;
                // Spoken twice in a row, it is told twice: each time has an id of its own.
                let caption = Caption { id: rand::random(), duration_ms, text: known.text.to_owned() };
                found.push((caption, self.tail.len() - at + known.at));
            }
        }
        let kept = self.tail.len().saturating_sub(STRETCH - 1);
        self.tail.drain(..kept);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_from_memory_is_recognised_wherever_it_begins() {
        let mut sound = vec![SILENCE; 331];
        sound.extend(phrases::audio("en", Phrase::OneMoment));
        sound.resize(sound.len() + 331, SILENCE);

        let mut listener = Listener::default();
        let mut heard = 0;
        let mut found = Vec::new();
        for frame in sound.chunks(160) {
            heard += frame.len();
            found.extend(listener.hear(frame).into_iter().map(|(caption, before)| (caption.text, heard - before)));
        }

        assert_eq!(found, [(phrases::text("en", Phrase::OneMoment).to_owned(), 331)]);
    }
}
