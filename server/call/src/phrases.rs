//! Sentences spoken from memory, without the model: for the moments when there is no model, or none in time.
//!
//! The sound files beside this crate are made by `phrases/render.sh` from the same text files that are read here.

use crate::plan::Phrase;

/// The telephone audio (µ-law, 8 kHz) of a sentence. Of a language that has none the English is taken.
pub fn audio(language: &str, phrase: Phrase) -> &'static [u8] {
    Language::of(language).audio(phrase)
}

/// The words of a sentence, in the same language as its audio.
pub fn text(language: &str, phrase: Phrase) -> &'static str {
    let sentences = match Language::of(language) {
        Language::English => include_str!("../phrases/en/sentences.txt"),
        Language::Spanish => include_str!("../phrases/es/sentences.txt"),
        Language::French => include_str!("../phrases/fr/sentences.txt"),
        Language::German => include_str!("../phrases/de/sentences.txt"),
    };
    sentences
        .lines()
        .find_map(|line| line.strip_prefix(name(phrase))?.strip_prefix(": "))
        .expect("every language has every sentence")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    English,
    Spanish,
    French,
    German,
}

impl Language {
    fn of(code: &str) -> Self {
        match code.split(['-', '_']).next() {
            Some("es") => Self::Spanish,
            Some("fr") => Self::French,
            Some("de") => Self::German,
            _ => Self::English,
        }
    }
}

const fn name(phrase: Phrase) -> &'static str {
    match phrase {
        Phrase::OneMoment => "one_moment",
        Phrase::StillLooking => "still_looking",
        Phrase::StillThere => "still_there",
        Phrase::SilenceGoodbye => "silence_goodbye",
        Phrase::LimitGoodbye => "limit_goodbye",
        Phrase::TechnicalProblem => "technical_problem",
        Phrase::ShutdownGoodbye => "shutdown_goodbye",
        Phrase::WhereWereWe => "where_were_we",
        Phrase::Goodbye => "goodbye",
        Phrase::RecordingNotice => "recording_notice",
    }
}

/// The sound files of every language, by name.
macro_rules! sounds {
    ($($language:ident $folder:literal),*; $($phrase:ident $file:literal),*) => {
        impl Language {
            fn audio(self, phrase: Phrase) -> &'static [u8] {
                sounds!(@languages self, phrase, [$($language $folder),*], [$($phrase $file),*])
            }
        }
    };
    (@languages $self:ident, $phrase:ident, [$($language:ident $folder:literal),*], $files:tt) => {
        match $self { $(Self::$language => sounds!(@files $phrase, $folder, $files)),* }
    };
    (@files $chosen:ident, $folder:literal, [$($phrase:ident $file:literal),*]) => {
        match $chosen {
            $(Phrase::$phrase => include_bytes!(concat!("../phrases/", $folder, "/", $file, ".ulaw")).as_slice()),*
        }
    };
}

sounds!(
    English "en", Spanish "es", French "fr", German "de";
    OneMoment "one_moment", StillLooking "still_looking", StillThere "still_there", SilenceGoodbye "silence_goodbye",
    LimitGoodbye "limit_goodbye", TechnicalProblem "technical_problem", ShutdownGoodbye "shutdown_goodbye",
    WhereWereWe "where_were_we", Goodbye "goodbye", RecordingNotice "recording_notice"
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{BYTES_PER_MS, energy, mulaw};

    #[test]
    fn every_sentence_is_there_in_every_language_and_audible() {
        for language in ["en", "es", "fr", "de"] {
            for phrase in Phrase::ALL {
                let audio = audio(language, phrase);
                let seconds = audio.len() / BYTES_PER_MS / 1_000;
                let loudness = energy::rms_dbfs(&mulaw::decode_all(audio));

                assert!(!text(language, phrase).is_empty());
                assert!(seconds < 12 && audio.len() > 500 * BYTES_PER_MS, "{language} {phrase:?} has {seconds} s");
                assert!((-35.0..-10.0).contains(&loudness), "{language} {phrase:?} is at {loudness} dBFS");
            }
        }
    }

    #[test]
    fn an_unknown_language_falls_back_to_english() {
        assert_eq!(text("tlh", Phrase::OneMoment), "One moment, please.");
        assert_eq!(text("de-AT", Phrase::OneMoment), "Einen Moment, bitte.");
        assert_eq!(audio("", Phrase::Goodbye), audio("en", Phrase::Goodbye));
    }
}
