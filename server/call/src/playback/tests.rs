use super::*;

fn source(item: &str) -> Source {
    Source { line: item.len() as u32, item: Some((SessionNo(1), item.to_owned())) }
}

fn audio(ms: usize) -> Vec<u8> {
    vec![0x11; ms * BYTES_PER_MS]
}

/// Everything that is to be sent now: mark names.
fn send(playback: &mut Playback, now: u64) -> Vec<String> {
    let with_pieces = std::iter::from_fn(|| playback.next_piece(Ms(now))).filter_map(|piece| piece.mark);
    let mut marks: Vec<String> = with_pieces.collect();
    marks.extend(playback.next_mark(Ms(now)));
    marks
}

#[test]
fn pieces_are_sent_up_to_the_limit_and_then_one_by_one() {
    let mut playback = Playback::new(600, false);
    playback.add(source("A"), &audio(5_000));

    assert_eq!(send(&mut playback, 1_000), ["A:200:g0:m1", "A:400:g0:m2", "A:600:g0:m3"]);
    playback.mark("A:200:g0:m1", Ms(1_190));
    assert_eq!(playback.deadline(), Some((Ms(1_200), "the next piece of audio is due")));
    assert!(send(&mut playback, 1_199).is_empty());
    assert_eq!(send(&mut playback, 1_200), ["A:800:g0:m4"]);
}

#[test]
fn a_telephone_that_began_to_play_late_never_has_more_than_it_should() {
    let (mut playback, mut most_ms) = (Playback::new(1_500, false), 0);
    playback.add(source("A"), &audio(5_000));
    let (mut marks, mut end, mut played) = (VecDeque::<(u64, String)>::new(), 0, 0);
    for now in 0..5_500_u64 {
        played = now.saturating_sub(LATE_MS).min(end);
        while let Some((_, mark)) = marks.pop_front_if(|(at, _)| *at <= played) {
            playback.mark(&mark, Ms(now));
        }
        while let Some(piece) = playback.next_piece(Ms(now)) {
            end += ms(piece.audio.len());
            marks.extend(piece.mark.map(|mark| (end, mark)));
        }
        most_ms = most_ms.max(end - played);
    }

    assert!((1_400..=1_500).contains(&most_ms), "{most_ms} ms");
    assert_eq!(played, 5_000);
}

/// How much later than we think a telephone begins to play.
const LATE_MS: u64 = 180;

#[test]
fn a_telephone_without_marks_is_not_waited_for() {
    let mut playback = Playback::new(1_500, false);
    playback.add(source("A"), &audio(5_000));
    send(&mut playback, 0);

    assert_eq!(playback.deadline(), Some((Ms(100 + LAG_MS), "the next piece of audio is due")));
    assert_eq!(send(&mut playback, 100 + LAG_MS), ["A:1600:g0:m8"]);
}

#[test]
fn crumbs_are_gathered_unless_the_telephone_runs_dry() {
    let mut playback = Playback::new(1_500, false);
    playback.add(source("A"), &audio(600));
    assert_eq!(send(&mut playback, 0).len(), 3);
    playback.add(source("A"), &audio(30));
    assert!(send(&mut playback, 100).is_empty());

    assert!(send(&mut playback, 200).is_empty());
    assert_eq!(playback.held_ms(), 0, "it was sent, and no mark with it");
    assert_eq!(send(&mut playback, 630), ["A:630:g0:m4"]);
}

#[test]
fn crumbs_of_an_even_flow_share_a_mark_and_the_last_ones_are_marked_at_once() {
    let mut playback = Playback::new(1_500, true);
    let mut marks = Vec::new();
    for n in 0..15 {
        playback.add(source("A"), &audio(20));
        marks.extend(send(&mut playback, n * 20));
    }
    assert_eq!(marks, ["A:200:g0:m1"]);

    playback.complete(SessionNo(1), "A");
    assert_eq!(send(&mut playback, 281), ["A:300:g0:m2"]);
    playback.mark("A:200:g0:m1", Ms(281));
    assert_eq!(playback.progress(Ms(281)).next().map(|progress| progress.heard_ms), Some(281));
    playback.mark("A:300:g0:m2", Ms(301));
    assert_eq!(playback.next_finished(Ms(301)).map(|progress| progress.heard_ms), Some(300));
    assert_eq!(playback.next_recorded(Ms(301)).map(|(at, audio)| (at, ms(audio.len()))), Some((Ms(0), 200)));
    assert_eq!(playback.next_recorded(Ms(301)).map(|(at, audio)| (at, ms(audio.len()))), Some((Ms(200), 100)));
}

#[test]
fn a_telephone_that_plays_later_than_thought_is_believed() {
    let mut playback = Playback::new(1_500, false);
    playback.add(source("A"), &audio(1_000));
    playback.complete(SessionNo(1), "A");
    send(&mut playback, 0);
    assert_eq!(playback.ends_at(), Ms(1_000));

    playback.mark("A:200:g0:m1", Ms(900));

    assert_eq!(playback.ends_at(), Ms(1_700));
}

#[test]
fn a_mark_of_another_generation_is_not_heard() {
    let mut playback = Playback::new(1_500, false);
    playback.add(source("A"), &audio(1_000));
    send(&mut playback, 0);
    assert_eq!(playback.interrupt(Ms(100)).len(), 1);
    playback.add(source("BB"), &audio(1_000));
    send(&mut playback, 100);

    playback.mark("A:1000:g0:m5", Ms(101));

    assert_eq!(playback.progress(Ms(150)).next().map(|progress| progress.heard_ms), Some(50));
}

#[test]
fn what_comes_after_the_end_of_an_item_is_refused() {
    let mut playback = Playback::new(1_500, false);
    assert!(playback.add(source("A"), &audio(100)));
    playback.complete(SessionNo(1), "A");

    assert!(!playback.add(source("A"), &audio(100)));
    assert_eq!(playback.generated_ms(SessionNo(1), "A"), 100);
}

#[test]
fn the_tape_has_what_was_heard_until_the_cut() {
    let mut playback = Playback::new(1_500, true);
    playback.add(source("A"), &audio(1_000));
    send(&mut playback, 0);
    let first = playback.next_recorded(Ms(250)).map(|(at, audio)| (at, audio.len() / BYTES_PER_MS));
    assert_eq!(first, Some((Ms(0), 200)));
    assert_eq!(playback.next_recorded(Ms(250)), None);

    playback.interrupt(Ms(250));

    let rest = playback.next_recorded(Ms(250)).map(|(at, audio)| (at, audio.len() / BYTES_PER_MS));
    assert_eq!(rest, Some((Ms(200), 50)));
    assert_eq!(playback.next_recorded(Ms(9_999)), None);
}
