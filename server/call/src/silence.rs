//! Deadlines with reasons for when nothing is heard: a caller who waits is comforted, a model that stalls is replaced, a caller who is gone
//! is asked for.

use crate::io::Ms;

/// A caller who waits for the model hears something after this long at the latest; a fault must not sound like a dead line.
const COMFORT_MS: u64 = 1_800;
/// So does one who waits for a tool, or for a model that is not there.
const COMFORT_EARLY_MS: u64 = 1_200;
/// And again after this long.
const COMFORT_AGAIN_MS: u64 = 5_000;
/// Between two sentences of comfort.
const BETWEEN_MS: u64 = 2_000;
/// After a sentence of the assistant it is natural that nothing follows for a moment.
const AFTER_WORDS_MS: u64 = 600;
/// A model that says nothing at all for this long is replaced.
const STALL_MS: u64 = 5_000;
/// A caller who has waited this long is handed to the rescue verbs,
const RESCUE_MS: u64 = 9_000;
/// unless the model has just shown that it is about to speak.
const LAST_CHANCE_MS: u64 = 4_000;

/// What somebody waits for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scene {
    /// When the sound of the assistant ends, or ended.
    pub sound_ends: Ms,
    /// Since when there is no model.
    pub no_model_since: Option<Ms>,
    /// Since when the longest tool runs.
    pub tool_since: Option<Ms>,
}

/// Comfort due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comfort {
    /// "One moment."
    First,
    /// "Still looking."
    Again,
}

/// What the silence of a caller calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prompt {
    /// "Are you still there?"
    Ask,
    /// Goodbye.
    GiveUp,
}

#[derive(Debug)]
pub(crate) struct Silence {
    limit_ms: u64,
    prompts: u32,
    prompted: u32,
    caller_at: Ms,
    /// Since when the caller has waited for the model to speak.
    waiting: Option<Ms>,
    /// From when on the model could have spoken.
    could_speak: Ms,
    comforted: u64,
    model_at: Ms,
    response_at: Ms,
}

impl Silence {
    pub fn new(silence_ms: u64, prompts: u32) -> Self {
        Self {
            limit_ms: silence_ms,
            prompts,
            prompted: 0,
            caller_at: Ms(0),
            waiting: None,
            could_speak: Ms(0),
            comforted: 0,
            model_at: Ms(0),
            response_at: Ms(0),
        }
    }

    /// The caller said or did something.
    pub fn caller_acts(&mut self, now: Ms) {
        (self.caller_at, self.prompted) = (now, 0);
    }

    /// The caller owns the floor: nobody waits for the model.
    pub fn caller_speaks(&mut self, now: Ms) {
        self.caller_acts(now);
        (self.waiting, self.comforted) = (None, 0);
    }

    /// The caller waits for the model from here on, if not longer already.
    pub fn wait(&mut self, now: Ms) {
        self.waiting.get_or_insert(now);
    }

    /// The model speaks: nobody waits.
    pub fn model_speaks(&mut self) {
        (self.waiting, self.comforted) = (None, 0);
    }

    /// Something came from the model.
    pub fn model_acts(&mut self, now: Ms) {
        self.model_at = now;
    }

    /// Something came that leads to speech.
    pub fn model_responds(&mut self, now: Ms) {
        (self.model_at, self.response_at) = (now, now);
    }

    /// A fresh session has its own time to react.
    pub fn session_ready(&mut self, now: Ms) {
        self.model_at = now;
    }

    /// When the model last gave a sign of life.
    pub const fn last_sign(&self) -> Ms {
        self.model_at
    }

    /// Whether the caller waits.
    pub const fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// When the caller should be comforted, and how.
    pub fn comfort_at(&self, scene: &Scene) -> Option<(Ms, Comfort)> {
        let first = self.comforted == 0;
        let after = |since: Ms, early: u64| since.plus(if first { early } else { COMFORT_AGAIN_MS * self.comforted });
        let no_model = scene.no_model_since.filter(|_| first).map(|since| after(since, COMFORT_EARLY_MS));
        let tool = scene.tool_since.map(|since| after(since, COMFORT_EARLY_MS));
        let quiet = |since: Ms| if first { since.max(scene.sound_ends) } else { since };
        let model = self.waiting.map(|since| after(quiet(since), COMFORT_MS));
        let due = [no_model, tool, model].into_iter().flatten().min()?;
        let pause = if first { AFTER_WORDS_MS } else { BETWEEN_MS };
        let due = if scene.sound_ends == Ms(0) { due } else { due.max(scene.sound_ends.plus(pause)) };
        Some((due, if first { Comfort::First } else { Comfort::Again }))
    }

    /// The caller was comforted.
    pub fn comforted(&mut self) {
        self.comforted += 1;
    }

    /// When the model must be taken for stuck.
    pub fn stall_at(&self, scene: &Scene) -> Option<Ms> {
        let since = self.waiting.filter(|_| scene.tool_since.is_none() && scene.no_model_since.is_none())?;
        Some(since.max(self.could_speak).max(self.model_at).plus(STALL_MS))
    }

    /// When the caller has waited too long for anything to come of it.
    pub fn rescue_at(&self, scene: &Scene) -> Option<Ms> {
        let since = self.waiting.filter(|_| scene.tool_since.is_none())?;
        Some(since.max(self.could_speak).plus(RESCUE_MS).max(self.response_at.plus(LAST_CHANCE_MS)))
    }

    /// A tool has answered: only now the model could speak. The caller has waited longer.
    pub fn tool_answered(&mut self, now: Ms) {
        self.could_speak = now;
    }

    /// When a line on which nobody speaks calls for something. `since` is when the last sound ended.
    pub fn prompt_at(&self, since: Ms) -> Ms {
        since.max(self.caller_at).plus(self.limit_ms)
    }

    /// It is time: what for.
    pub fn prompt(&mut self) -> Prompt {
        if self.prompted >= self.prompts {
            return Prompt::GiveUp;
        }
        self.prompted += 1;
        Prompt::Ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silence() -> Silence {
        Silence::new(12_000, 2)
    }

    #[test]
    fn a_caller_who_waits_is_comforted_soon_and_again() {
        let mut silence = silence();
        let mut scene = Scene { sound_ends: Ms(1_000), ..Scene::default() };
        silence.wait(Ms(10_000));
        assert_eq!(silence.comfort_at(&scene), Some((Ms(11_800), Comfort::First)));

        silence.comforted();
        scene.sound_ends = Ms(13_000);
        assert_eq!(silence.comfort_at(&scene), Some((Ms(15_000), Comfort::Again)));

        silence.model_speaks();
        assert_eq!(silence.comfort_at(&scene), None);
    }

    #[test]
    fn a_tool_and_a_missing_model_are_covered_earlier() {
        let silence = silence();

        let tool = Scene { tool_since: Some(Ms(5_000)), ..Scene::default() };
        let model = Scene { no_model_since: Some(Ms(7_000)), sound_ends: Ms(8_000), ..Scene::default() };

        assert_eq!(silence.comfort_at(&tool), Some((Ms(6_200), Comfort::First)));
        assert_eq!(silence.comfort_at(&model), Some((Ms(8_600), Comfort::First)));
    }

    #[test]
    fn a_model_is_stuck_after_five_seconds_without_a_sign_and_given_up_after_nine() {
        let mut silence = silence();
        let scene = Scene::default();
        silence.wait(Ms(1_000));
        assert_eq!(silence.stall_at(&scene), Some(Ms(6_000)));
        assert_eq!(silence.rescue_at(&scene), Some(Ms(10_000)));

        silence.model_responds(Ms(8_000));
        assert_eq!(silence.stall_at(&scene), Some(Ms(13_000)));
        assert_eq!(silence.rescue_at(&scene), Some(Ms(12_000)));

        let with_tool = Scene { tool_since: Some(Ms(2_000)), ..scene };
        assert_eq!((silence.stall_at(&with_tool), silence.rescue_at(&with_tool)), (None, None));
    }

    #[test]
    fn a_silent_caller_is_asked_twice_then_let_go() {
        let mut silence = silence();
        silence.caller_acts(Ms(3_000));

        assert_eq!(silence.prompt_at(Ms(1_000)), Ms(15_000));
        assert_eq!([silence.prompt(), silence.prompt(), silence.prompt()], [Prompt::Ask, Prompt::Ask, Prompt::GiveUp]);
        silence.caller_acts(Ms(40_000));
        assert_eq!(silence.prompt(), Prompt::Ask);
    }
}
