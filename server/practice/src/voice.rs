//! Speaking: by espeak-ng where it is installed, else by tones of about the right length.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use call::audio::{energy::rms_dbfs, mulaw, resample, wav};
use tokio::process::Command;

mod tones;

/// Who speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Voice {
    /// espeak-ng where it is installed, else tones.
    #[default]
    Auto,
    /// A tone for each syllable: the same everywhere, and at once.
    Tones,
}

/// What an utterance is turned into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// µ-law, 8 kHz.
    Mulaw,
    /// A-law, 8 kHz.
    Alaw,
    /// 16-bit samples, little-endian, 24 kHz.
    Pcm24k,
}

impl Format {
    /// Bytes a millisecond.
    pub const fn bytes_per_ms(self) -> usize {
        match self {
            Self::Mulaw | Self::Alaw => 8,
            Self::Pcm24k => 48,
        }
    }

    /// Bytes a sample.
    pub const fn sample_bytes(self) -> usize {
        match self {
            Self::Mulaw | Self::Alaw => 1,
            Self::Pcm24k => 2,
        }
    }

    /// The samples of encoded audio.
    pub fn samples(self, audio: &[u8]) -> Vec<i16> {
        match self {
            Self::Mulaw => mulaw::decode_all(audio),
            Self::Alaw => audio.iter().map(|it| decode_alaw(*it)).collect(),
            Self::Pcm24k => audio.chunks_exact(2).map(|it| i16::from_le_bytes([it[0], it[1]])).collect(),
        }
    }

    /// So much of nothing.
    pub fn silence(self, ms: usize) -> Vec<u8> {
        self.encode(&vec![0; ms * self.rate() as usize / 1_000])
    }

    /// Samples a second.
    pub const fn rate(self) -> u32 {
        match self {
            Self::Mulaw | Self::Alaw => 8_000,
            Self::Pcm24k => 24_000,
        }
    }

    fn encode(self, samples: &[i16]) -> Vec<u8> {
        match self {
            Self::Mulaw => mulaw::encode_all(samples),
            Self::Alaw => samples.iter().map(|it| encode_alaw(*it)).collect(),
            Self::Pcm24k => samples.iter().flat_map(|it| it.to_le_bytes()).collect(),
        }
    }
}

/// An utterance: what, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Utterance {
    /// The words.
    pub text: String,
    /// Who speaks.
    pub voice: Voice,
    /// A name that chooses the timbre: a voice of the Realtime API, or `caller`.
    pub timbre: String,
    /// Percent of the normal speed.
    pub speed_percent: u32,
    /// What it is turned into.
    pub format: Format,
}

/// Rendered sentences; a rehearsal says the same ones again and again. Cleared when it grows beyond this many.
const CACHED: usize = 500;
static CACHE: LazyLock<Mutex<HashMap<Utterance, Arc<[u8]>>>> = LazyLock::new(Mutex::default);

/// Speaks: the encoded audio of an utterance. Never fails: without espeak-ng there are tones.
pub async fn speak(utterance: &Utterance) -> Arc<[u8]> {
    if let Some(audio) = CACHE.lock().ok().and_then(|it| it.get(utterance).cloned()) {
        return audio;
    }
    let audio: Arc<[u8]> = render(utterance).await.into();
    if let Ok(mut cache) = CACHE.lock() {
        if cache.len() >= CACHED {
            cache.clear();
        }
        cache.insert(utterance.clone(), audio.clone());
    }
    audio
}

async fn render(utterance: &Utterance) -> Vec<u8> {
    let spoken = match utterance.voice {
        Voice::Auto => espeak(utterance).await,
        Voice::Tones => None,
    };
    match spoken {
        Some((samples, rate)) => {
            utterance.format.encode(&resample::convert(&tightened(&samples, rate), rate, utterance.format.rate()))
        }
        None => tones(utterance),
    }
}

/// An utterance in tones, at once.
pub fn tones(utterance: &Utterance) -> Vec<u8> {
    let samples = tones::sing(&utterance.text, utterance.speed_percent, utterance.format.rate());
    utterance.format.encode(&samples)
}

/// Whether espeak-ng speaks here.
pub async fn has_espeak() -> bool {
    let probe = Utterance {
        text: "yes".into(),
        voice: Voice::Auto,
        timbre: "marin".into(),
        speed_percent: 100,
        format: Format::Mulaw,
    };
    espeak(&probe).await.is_some()
}

async fn espeak(utterance: &Utterance) -> Option<(Vec<i16>, u32)> {
    let words_per_minute = 165 * utterance.speed_percent.clamp(25, 150) / 100;
    let output = Command::new("espeak-ng")
        .args(["-v", espeak_voice(&utterance.timbre), "-s", &words_per_minute.to_string(), "--stdout", "--stdin"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let output = feed(output, utterance.text.as_bytes()).await?;
    let sound = wav::parse(&output).ok()?;
    sound.samples.iter().any(|it| *it != 0).then_some((sound.samples, sound.rate_hz))
}

async fn feed(mut child: tokio::process::Child, text: &[u8]) -> Option<Vec<u8>> {
    use tokio::io::AsyncWriteExt as _;
    let mut stdin = child.stdin.take()?;
    stdin.write_all(text).await.ok()?;
    drop(stdin);
    let output = child.wait_with_output().await.ok()?;
    output.status.success().then_some(output.stdout)
}

/// Different names sound different, so that a changed voice is heard.
fn espeak_voice(timbre: &str) -> &'static str {
    match timbre {
        "marin" => "en-us+f3",
        "cedar" => "en-us+m3",
        "alloy" => "en-us+f1",
        "ash" => "en-us+m1",
        "ballad" => "en-gb+m2",
        "coral" => "en-us+f4",
        "echo" => "en-us+m4",
        "sage" => "en-us+f5",
        "shimmer" => "en-us+f2",
        "verse" => "en-us+m6",
        "caller" => "en-us+m7",
        _ => "en-us",
    }
}

/// No pause longer than this is left inside an utterance: a pause between two sentences must not look like the end of a turn.
const LONGEST_PAUSE_MS: usize = 180;
/// Quieter than this is a pause.
const PAUSE_DBFS: f64 = -48.0;

/// Speech without the silence around it and without long pauses in it.
fn tightened(samples: &[i16], rate: u32) -> Vec<i16> {
    let window = rate as usize / 100;
    let mut kept = Vec::with_capacity(samples.len());
    let mut pause = 0;
    for piece in samples.chunks(window) {
        let quiet = rms_dbfs(piece) < PAUSE_DBFS;
        pause = if quiet { pause + 10 } else { 0 };
        if pause <= LONGEST_PAUSE_MS && !(quiet && kept.is_empty()) {
            kept.extend(piece);
        }
    }
    kept.truncate(kept.len() - (pause.min(LONGEST_PAUSE_MS) / 10).saturating_sub(4) * window);
    kept
}

/// G.711 A-law.
fn decode_alaw(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let (exponent, mantissa) = ((byte >> 4) & 7, i16::from(byte & 15));
    let magnitude = if exponent == 0 { (mantissa << 4) + 8 } else { ((mantissa << 4) + 0x108) << (exponent - 1) };
    if byte & 0x80 == 0 { -magnitude } else { magnitude }
}

fn encode_alaw(sample: i16) -> u8 {
    let magnitude = i32::from(sample).abs().min(32_635) >> 4;
    let code = if magnitude < 16 {
        magnitude as u8
    } else {
        let exponent = (magnitude.ilog2() - 3) as u8;
        (exponent << 4) | ((magnitude >> (exponent - 1)) & 15) as u8
    };
    (if sample < 0 { code } else { code | 0x80 }) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alaw_byte_comes_back() {
        for byte in 0..=255 {
            assert_eq!(encode_alaw(decode_alaw(byte)), byte);
        }
    }

    #[tokio::test]
    async fn what_is_said_has_a_believable_length_and_is_loud_enough_for_a_telephone() {
        for voice in [Voice::Auto, Voice::Tones] {
            let utterance = Utterance { voice, ..question() };
            let audio = speak(&utterance).await;
            let ms = audio.len() / Format::Mulaw.bytes_per_ms();
            assert!((2_000..6_000).contains(&ms), "{voice:?}: {ms} ms");
            assert!(rms_dbfs(&Format::Mulaw.samples(&audio)) > -32.0, "{voice:?}");
            assert_eq!(speak(&utterance).await, audio, "the same again");
        }
    }

    #[tokio::test]
    async fn no_pause_inside_is_long_enough_to_end_a_turn() {
        for voice in [Voice::Auto, Voice::Tones] {
            let text = "Good morning. I have a question; two, in fact. When do you open? And do you sell beans?".into();
            let audio = speak(&Utterance { text, voice, ..question() }).await;
            let quiet: Vec<bool> = Format::Mulaw.samples(&audio).chunks(80).map(|it| rms_dbfs(it) < -44.0).collect();
            let longest = quiet.split(|it| !it).map(<[bool]>::len).max().unwrap_or(0) * 10;
            assert!(longest < 300, "{voice:?}: {longest} ms");
        }
    }

    #[test]
    fn half_the_speed_takes_twice_as_long_and_pcm_six_times_the_bytes() {
        let normal = tones(&question()).len();
        let slow = tones(&Utterance { speed_percent: 50, ..question() }).len();
        let pcm = tones(&Utterance { format: Format::Pcm24k, ..question() }).len();

        assert!(slow.abs_diff(normal * 2) < 200, "{normal} {slow}");
        assert!(pcm.abs_diff(normal * 6) < 600, "{normal} {pcm}");
    }

    fn question() -> Utterance {
        Utterance {
            text: "When is the next cookoff and what does a VIP ticket cost?".into(),
            voice: Voice::Tones,
            timbre: "marin".into(),
            speed_percent: 100,
            format: Format::Mulaw,
        }
    }
}
