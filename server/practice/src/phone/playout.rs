//! What the network has still to play to the caller: audio and marks in the order in which they came.

use std::collections::VecDeque;

use crate::sound::SILENCE;

/// The buffer at the network's end.
#[derive(Debug, Default)]
pub struct Playout {
    queue: VecDeque<Piece>,
    bytes: usize,
}

#[derive(Debug)]
enum Piece {
    Audio { bytes: Vec<u8>, played: usize },
    Mark(String),
}

/// What was played in one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// As much as was asked for: silence where nothing was left.
    pub audio: Vec<u8>,
    /// How much of it came from the buffer.
    pub from_buffer: usize,
    /// Marks that were reached.
    pub marks: Vec<String>,
}

impl Playout {
    /// Audio to play after what is already there.
    pub fn media(&mut self, bytes: Vec<u8>) {
        self.bytes += bytes.len();
        if !bytes.is_empty() {
            self.queue.push_back(Piece::Audio { bytes, played: 0 });
        }
    }

    /// A mark after what is already there; when nothing is, it is given back at once.
    pub fn mark(&mut self, name: String) -> Option<String> {
        if self.queue.is_empty() {
            return Some(name);
        }
        self.queue.push_back(Piece::Mark(name));
        None
    }

    /// Throws everything away; gives back the marks that were waiting, none of which was played.
    pub fn clear(&mut self) -> Vec<String> {
        self.bytes = 0;
        self.queue.drain(..).filter_map(|it| if let Piece::Mark(name) = it { Some(name) } else { None }).collect()
    }

    /// How much audio is waiting, in bytes.
    pub fn waiting(&self) -> usize {
        self.bytes
    }

    /// Plays this many bytes.
    pub fn play(&mut self, count: usize) -> Played {
        let mut step = Played { audio: Vec::with_capacity(count), ..Played::default() };
        while let Some(piece) = self.queue.front_mut() {
            match piece {
                Piece::Mark(name) => {
                    step.marks.push(std::mem::take(name));
                    self.queue.pop_front();
                }
                Piece::Audio { .. } if step.audio.len() == count => break,
                Piece::Audio { bytes, played } => {
                    let end = bytes.len().min(*played + count - step.audio.len());
                    step.audio.extend(&bytes[*played..end]);
                    *played = end;
                    if end == bytes.len() {
                        self.queue.pop_front();
                    }
                }
            }
        }
        step.from_buffer = step.audio.len();
        self.bytes -= step.from_buffer;
        step.audio.resize(count, SILENCE);
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_is_played_in_order_and_silence_follows() {
        let mut playout = Playout::default();
        playout.media(vec![1; 100]);
        playout.media(vec![2; 100]);

        let first = playout.play(160);
        assert_eq!((first.from_buffer, &first.audio[99..101]), (160, &[1, 2][..]));
        let second = playout.play(160);
        assert_eq!((second.from_buffer, second.audio[39], second.audio[40]), (40, 2, SILENCE));
        assert_eq!(playout.play(160).from_buffer, 0);
    }

    #[test]
    fn a_mark_comes_back_when_all_before_it_was_played() {
        let mut playout = Playout::default();
        playout.media(vec![1; 320]);
        assert_eq!(playout.mark("a".into()), None);
        playout.media(vec![1; 10]);
        assert_eq!(playout.mark("b".into()), None);

        assert_eq!(playout.play(160).marks, Vec::<String>::new());
        assert_eq!(playout.play(160).marks, ["a"]);
        assert_eq!(playout.play(160).marks, ["b"]);
    }

    #[test]
    fn a_mark_behind_nothing_comes_back_at_once() {
        assert_eq!(Playout::default().mark("a".into()), Some("a".into()));
    }

    #[test]
    fn a_clear_gives_all_waiting_marks_back_and_plays_nothing_more() {
        let mut playout = Playout::default();
        playout.media(vec![1; 4_000]);
        playout.mark("a".into());
        playout.mark("b".into());
        playout.play(160);

        assert_eq!(playout.waiting(), 3_840);
        assert_eq!(playout.clear(), ["a", "b"]);
        assert_eq!((playout.waiting(), playout.play(160).from_buffer), (0, 0));
    }

    #[test]
    fn audio_in_pieces_of_any_size_is_whole() {
        let mut playout = Playout::default();
        let sent: Vec<u8> = (0..1_000).map(|n| (n % 251) as u8).collect();
        for piece in sent.chunks(37) {
            playout.media(piece.to_vec());
        }

        let mut heard: Vec<u8> = Vec::new();
        while playout.waiting() > 0 {
            let step = playout.play(160);
            heard.extend(&step.audio[..step.from_buffer]);
        }
        assert_eq!(heard, sent);
    }
}
