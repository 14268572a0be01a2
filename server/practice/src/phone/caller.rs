//! The person at the telephone: when to speak, press keys, and hang up. Asked every 20 ms, without a clock of its own.

use std::{collections::VecDeque, sync::Arc};

use crate::sound::SILENCE;

/// Bytes of one frame: 20 ms.
pub const FRAME: usize = 160;
const FRAME_MS: u64 = 20;
/// After this much quiet the assistant has finished.
const QUIET_MS: u64 = 700;
/// An assistant that says nothing is waited for so long.
const PATIENCE_MS: u64 = 12_000;
/// After the last answer the caller stays so long, in case there is more.
const LINGER_MS: u64 = 3_000;
/// Half a second between keys, and for a `w`.
const KEY_MS: u64 = 500;

/// What the caller is going to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    Say { audio: Arc<[u8]>, text: String },
    Press(String),
}

/// How the caller behaves.
#[derive(Clone, Debug, Default)]
pub(super) struct Behaviour {
    /// The next words come so many milliseconds into what the assistant is saying.
    pub(super) interrupt_at_ms: Option<u64>,
    /// The first words come so many milliseconds after the stream began, whatever the assistant does.
    pub(super) start_at_ms: Option<u64>,
    pub(super) hangup_after_ms: Option<u64>,
    /// Stays on the line until the other side hangs up.
    pub(super) stays: bool,
}

/// What happens in these 20 ms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Listen,
    /// An utterance begins with this frame.
    Begin {
        audio: Vec<u8>,
        text: String,
    },
    Speak(Vec<u8>),
    Press(char),
    HangUp,
}

#[derive(Debug)]
enum State {
    Waiting,
    Speaking { audio: Arc<[u8]>, at: usize },
    Pressing { keys: VecDeque<char>, wait_ms: u64 },
}

/// The caller.
#[derive(Debug)]
pub(super) struct Caller {
    intents: VecDeque<Intent>,
    behaviour: Behaviour,
    state: State,
    now_ms: u64,
    /// Since the caller's last words (or the beginning).
    waited_ms: u64,
    /// Since the assistant was last heard; and since its first word after the caller's last.
    quiet_ms: u64,
    answering_ms: Option<u64>,
    interrupts_now: bool,
}

impl Caller {
    pub(super) fn new(intents: Vec<Intent>, behaviour: Behaviour) -> Self {
        // With one thing to say, the greeting is what is interrupted; with more, the answer to the first.
        let interrupts_now = behaviour.interrupt_at_ms.is_some() && intents.len() == 1;
        Self {
            intents: intents.into(),
            behaviour,
            state: State::Waiting,
            now_ms: 0,
            waited_ms: 0,
            quiet_ms: 0,
            answering_ms: None,
            interrupts_now,
        }
    }

    /// The next 20 ms; `hears` tells whether the assistant was audible in the last.
    pub(super) fn next(&mut self, hears: bool) -> Act {
        self.now_ms += FRAME_MS;
        self.waited_ms += FRAME_MS;
        self.quiet_ms = if hears { 0 } else { self.quiet_ms + FRAME_MS };
        self.answering_ms = self.answering_ms.map(|it| it + FRAME_MS).or(hears.then_some(0));
        if self.behaviour.hangup_after_ms.is_some_and(|it| self.now_ms > it) {
            return Act::HangUp;
        }
        match &mut self.state {
            State::Speaking { audio, at } => {
                let frame = frame(audio, *at);
                *at += FRAME;
                if *at >= audio.len() {
                    self.listen();
                }
                Act::Speak(frame)
            }
            State::Pressing { keys, wait_ms } => {
                *wait_ms = wait_ms.saturating_sub(FRAME_MS);
                if *wait_ms > 0 {
                    return Act::Listen;
                }
                *wait_ms = KEY_MS;
                match keys.pop_front() {
                    Some('w' | 'W') => Act::Listen,
                    Some(key) => Act::Press(key),
                    None => {
                        self.listen();
                        Act::Listen
                    }
                }
            }
            State::Waiting => self.wait(),
        }
    }

    fn wait(&mut self) -> Act {
        let finished = self.answering_ms.is_some() && self.quiet_ms >= QUIET_MS;
        let gave_up = self.answering_ms.is_none() && self.waited_ms >= PATIENCE_MS;
        let interrupts = self.interrupts_now && self.answering_ms >= self.behaviour.interrupt_at_ms;
        let starts = self.behaviour.start_at_ms.take_if(|it| self.now_ms >= *it).is_some();
        let held = self.behaviour.start_at_ms.is_some();
        if !self.intents.is_empty() {
            let now = starts || (!held && (gave_up || interrupts || (finished && !self.interrupts_now)));
            return if now { self.begin() } else { Act::Listen };
        }
        let lingered = self.answering_ms.is_some() && self.quiet_ms >= LINGER_MS;
        if !self.behaviour.stays && (lingered || gave_up) { Act::HangUp } else { Act::Listen }
    }

    fn begin(&mut self) -> Act {
        self.interrupts_now = self.behaviour.interrupt_at_ms.is_some();
        match self.intents.pop_front() {
            Some(Intent::Say { audio, text }) => {
                let first = frame(&audio, 0);
                self.state = State::Speaking { audio, at: FRAME };
                Act::Begin { audio: first, text }
            }
            Some(Intent::Press(keys)) => {
                self.state = State::Pressing { keys: keys.chars().collect(), wait_ms: 0 };
                Act::Listen
            }
            None => Act::Listen,
        }
    }

    fn listen(&mut self) {
        self.state = State::Waiting;
        self.waited_ms = 0;
        self.quiet_ms = 0;
        self.answering_ms = None;
    }

    /// Whether the caller is speaking.
    pub(super) fn speaking(&self) -> bool {
        matches!(self.state, State::Speaking { .. })
    }
}

fn frame(audio: &[u8], at: usize) -> Vec<u8> {
    let mut frame = audio[at.min(audio.len())..(at + FRAME).min(audio.len())].to_vec();
    frame.resize(FRAME, SILENCE);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_lets_the_greeting_finish_asks_hears_the_answer_out_and_hangs_up() {
        let mut caller = Caller::new(vec![say("Hello", 400)], Behaviour::default());

        // A greeting from 1 s to 3 s, an answer from 5 s to 6 s.
        let acts = live(&mut caller, 20_000, |ms| (1_000..3_000).contains(&ms) || (5_000..6_000).contains(&ms));

        assert_eq!(moments(&acts), [(3_700, "begin"), (9_000, "hang up")]);
    }

    #[test]
    fn several_things_are_said_one_after_the_other() {
        let mut caller = Caller::new(vec![say("A", 400), say("B", 400)], Behaviour::default());

        let acts = live(&mut caller, 12_000, |ms| {
            (0..1_000).contains(&ms) || (3_000..4_000).contains(&ms) || (6_000..7_000).contains(&ms)
        });

        assert_eq!(moments(&acts), [(1_700, "begin"), (4_700, "begin"), (10_000, "hang up")]);
    }

    #[test]
    fn an_interruption_begins_so_far_into_the_answer() {
        let behaviour = Behaviour { interrupt_at_ms: Some(600), ..Behaviour::default() };
        let mut caller = Caller::new(vec![say("A", 400), say("B", 400)], behaviour.clone());
        let acts = live(&mut caller, 6_000, |ms| (0..1_000).contains(&ms) || (3_000..6_000).contains(&ms));
        assert_eq!(moments(&acts), [(1_700, "begin"), (3_620, "begin")]);

        let mut caller = Caller::new(vec![say("Only one", 400)], behaviour);
        let acts = live(&mut caller, 2_000, |_| true);
        assert_eq!(moments(&acts), [(620, "begin")], "the greeting");
    }

    #[test]
    fn a_caller_whom_nobody_answers_speaks_anyway_and_gives_up() {
        let mut caller = Caller::new(vec![say("Hello?", 400)], Behaviour::default());

        let acts = live(&mut caller, 40_000, |_| false);

        assert_eq!(moments(&acts), [(12_000, "begin"), (24_380, "hang up")]);
    }

    #[test]
    fn keys_are_pressed_half_a_second_apart() {
        let mut caller = Caller::new(vec![Intent::Press("4w2".into())], Behaviour::default());

        let acts = live(&mut caller, 5_000, |ms| ms < 1_000);

        assert_eq!(moments(&acts), [(1_720, "4"), (2_720, "2")]);
    }

    #[test]
    fn a_silent_caller_stays_until_the_time_is_up() {
        let behaviour = Behaviour { stays: true, hangup_after_ms: Some(60_000), ..Behaviour::default() };
        let acts = live(&mut Caller::new(vec![], behaviour), 70_000, |ms| ms < 2_000);

        assert_eq!(moments(&acts), [(60_020, "hang up")]);
    }

    #[test]
    fn what_is_said_is_sent_whole_and_filled_up_with_silence() {
        let Intent::Say { audio, text } = say("x", 50) else { unreachable!() };
        let behaviour = Behaviour { start_at_ms: Some(100), ..Behaviour::default() };
        let mut caller = Caller::new(vec![Intent::Say { audio, text }], behaviour);

        let sent: Vec<u8> = live(&mut caller, 1_000, |_| false)
            .into_iter()
            .filter_map(|(_, it)| match it {
                Act::Begin { audio, .. } | Act::Speak(audio) => Some(audio),
                _ => None,
            })
            .flatten()
            .collect();

        assert_eq!(sent.len(), 480);
        assert_eq!((sent[399], sent[400]), (0x20, SILENCE));
    }

    fn say(text: &str, ms: usize) -> Intent {
        Intent::Say { audio: vec![0x20; ms * 8].into(), text: text.into() }
    }

    /// Lives for so long, hearing what `hears` says; stops after hanging up.
    fn live(caller: &mut Caller, ms: u64, hears: impl Fn(u64) -> bool) -> Vec<(u64, Act)> {
        let mut acts = Vec::new();
        for at in (0..ms).step_by(20) {
            let act = caller.next(hears(at));
            let over = act == Act::HangUp;
            acts.push((at + 20, act));
            if over {
                break;
            }
        }
        acts
    }

    fn moments(acts: &[(u64, Act)]) -> Vec<(u64, &'static str)> {
        let name = |it: &Act| match it {
            Act::Listen | Act::Speak(_) => None,
            Act::Begin { .. } => Some("begin"),
            Act::Press('4') => Some("4"),
            Act::Press(_) => Some("2"),
            Act::HangUp => Some("hang up"),
        };
        acts.iter().filter_map(|(at, act)| Some((*at, name(act)?))).collect()
    }
}
