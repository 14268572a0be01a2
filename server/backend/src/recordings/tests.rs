use call::{Track, audio};
use proptest::prelude::*;

use super::*;

/// A journal with these stretches: track, start in milliseconds, µ-law.
fn journal_of(stretches: &[(Track, u64, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = journal::MAGIC.to_vec();
    for (n, (track, start_ms, audio)) in stretches.iter().enumerate() {
        journal::put_audio(&mut bytes, *track, *start_ms, audio);
        journal::put_fact(&mut bytes, format!("{{\"n\":{n}}}").as_bytes());
    }
    bytes
}

fn open(dir: &tempfile::TempDir, journal: &[u8], duration_ms: u64) -> Wav {
    let path = dir.path().join("call.jnl");
    fs::write(&path, journal).expect("written");
    Wav::open(&path, duration_ms).expect("opened")
}

/// `ms` of a tone, as the telephone sends it.
fn tone(ms: u64, hz: f64) -> Vec<u8> {
    (0..ms * 8)
        .map(|n| {
            let angle = n as f64 / 8_000.0 * hz * std::f64::consts::TAU;
            audio::mulaw::encode((angle.sin() * 8_000.0) as i16)
        })
        .collect()
}

fn whole(wav: &Wav) -> Vec<u8> {
    wav.read_now(0..wav.len()).expect("read")
}

/// The samples of one side of a WAV file.
fn side(file: &[u8], side: usize) -> Vec<i16> {
    file[44..].chunks(4).map(|frame| i16::from_le_bytes([frame[side * 2], frame[side * 2 + 1]])).collect()
}

#[test]
fn the_file_says_what_it_is_and_is_as_long_as_it_says() {
    let dir = tempfile::tempdir().expect("a directory");
    let wav = open(&dir, &journal_of(&[(Track::Caller, 0, tone(100, 440.0))]), 250);
    let file = whole(&wav);
    assert_eq!(file.len() as u64, wav.len());
    assert_eq!(wav.len(), 44 + 250 * 16 * 4);
    let parsed = audio::wav::parse(&file).expect("a WAV file");
    assert_eq!(parsed.rate_hz, 16_000);
}

#[test]
fn the_caller_is_left_the_assistant_right_and_gaps_are_silent() {
    let dir = tempfile::tempdir().expect("a directory");
    let loud = vec![audio::mulaw::encode(10_000); 800];
    let stretches =
        [(Track::Caller, 0, loud.clone()), (Track::Caller, 300, loud.clone()), (Track::Assistant, 150, loud)];
    let file = whole(&open(&dir, &journal_of(&stretches), 500));
    let loudness = |samples: &[i16], ms: usize| samples[ms * 16].unsigned_abs() > 9_000;
    let (left, right) = (side(&file, 0), side(&file, 1));
    let heard = |samples: &[i16]| [50, 120, 200, 350, 450].map(|ms| loudness(samples, ms));
    assert_eq!(heard(&left), [true, false, false, true, false]);
    assert_eq!(heard(&right), [false, false, true, false, false]);
}

#[test]
fn a_tone_stays_a_tone_when_it_is_stored_in_pieces() {
    let dir = tempfile::tempdir().expect("a directory");
    let sound = tone(1_000, 1_000.0);
    let once = whole(&open(&dir, &journal_of(&[(Track::Caller, 0, sound.clone())]), 1_000));
    let pieces: Vec<_> =
        sound.chunks(160).enumerate().map(|(n, piece)| (Track::Caller, n as u64 * 20, piece.to_vec())).collect();
    assert_eq!(whole(&open(&dir, &journal_of(&pieces), 1_000)), once);

    // Between the telephone's samples lies the same tone: what is left of it after subtracting the ideal one is small.
    let samples = side(&once, 0);
    let error: f64 = (1_000..15_000)
        .map(|n| {
            let ideal = (n as f64 / 16_000.0 * 1_000.0 * std::f64::consts::TAU).sin() * 8_000.0;
            (f64::from(samples[n]) - ideal).powi(2)
        })
        .sum::<f64>()
        / 14_000.0;
    assert!(error.sqrt() < 250.0, "noise of {}", error.sqrt());
}

#[test]
fn a_recording_that_breaks_off_plays_up_to_there() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut journal = journal_of(&[(Track::Caller, 0, tone(1_000, 440.0)), (Track::Caller, 1_000, tone(1_000, 440.0))]);
    journal.truncate(journal.len() - 500);
    let samples = side(&whole(&open(&dir, &journal, 1_000)), 0);
    assert_eq!(samples.len(), 16_000);
    assert!(samples[15_000..].iter().any(|sample| sample.unsigned_abs() > 5_000));
}

#[test]
fn the_picture_shows_who_is_loud_when() {
    let mut silence_then_tone = vec![audio::mulaw::SILENCE; 800];
    silence_then_tone.extend(vec![audio::mulaw::encode(16_062); 800]);
    let peaks = Peaks::of(&journal_of(&[(Track::Caller, 0, silence_then_tone)]), 200);
    assert_eq!(peaks, Peaks { step_ms: 50, caller: vec![0, 0, 49, 49], assistant: vec![0; 4] });
    assert_eq!(Peaks::of(journal::MAGIC, 3_590_000).step_ms, 3_600);
}

fn stretches() -> impl Strategy<Value = Vec<(Track, u64, Vec<u8>)>> {
    let stretch = (any::<bool>(), 0..40u64, proptest::collection::vec(any::<u8>(), 1..400));
    proptest::collection::vec(stretch, 0..12).prop_map(|list| {
        let mut ends = [0u64; 2];
        list.into_iter()
            .map(|(caller, gap_ms, audio)| {
                let (track, end) =
                    if caller { (Track::Caller, &mut ends[0]) } else { (Track::Assistant, &mut ends[1]) };
                let start = *end + gap_ms;
                *end = start + (audio.len() as u64).div_ceil(8);
                (track, start, audio)
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_range_is_that_part_of_the_whole_file(
        stretches in stretches(),
        duration_ms in 1..400u64,
        ranges in proptest::collection::vec((any::<u32>(), any::<u32>()), 8),
    ) {
        let dir = tempfile::tempdir().expect("a directory");
        let wav = open(&dir, &journal_of(&stretches), duration_ms);
        let file = whole(&wav);
        prop_assert_eq!(file.len() as u64, wav.len());
        for (a, b) in ranges {
            let (a, b) = (u64::from(a) % (wav.len() + 9), u64::from(b) % (wav.len() + 9));
            let (start, end) = (a.min(b), a.max(b));
            let part = wav.read_now(start..end).expect("read");
            let expected = &file[start.min(wav.len()) as usize..end.min(wav.len()) as usize];
            prop_assert!(part == expected, "{}..{}", start, end);
        }
    }
}
