//! Function calls: each run once, each answered once, and one response for all of a response's calls.

use crate::io::{AfterTool, Ms, SessionNo, ToolOutcome, ToolStatus};

/// Calls of one telephone call that are run; a model that asks for more has lost its way.
const MAX_CALLS: usize = 200;
/// Calls that run at once.
const MAX_AT_ONCE: usize = 8;
/// Answers kept whole for a session that replaces this one.
const OUTPUTS_KEPT: usize = 20;
/// How much of an answer is kept.
const OUTPUT_KEPT_BYTES: usize = 4_096;
/// The longest answer the model is given.
const OUTPUT_BYTES: usize = 16_384;

/// The longest id of a function call that the model takes.
const MAX_ID_BYTES: usize = 32;

/// One function call.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The model's id of it, or another one when an earlier session used the same: unlike all others of this call.
    pub id: String,
    /// The model's id of it in its session.
    call_id: String,
    pub name: String,
    pub arguments: String,
    pub session: SessionNo,
    pub started: Ms,
    pub output: Option<String>,
    response: String,
    /// Whether the model has been seen to have the answer.
    arrived: bool,
    /// Whether it was answered for, and its own answer may still come.
    owed: bool,
}

impl Run {
    /// What a session is told as the id of this call. Each may number its calls as every other does, so that a foreign call is not called
    /// as it was where it came from.
    pub fn id_in(&self, session: SessionNo) -> String {
        if self.session == session { self.call_id.clone() } else { scoped(self.session, &self.call_id) }
    }
}

/// What to do with a call that the model makes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// Run it, by this id.
    Run(String),
    /// It is known already.
    Repeated,
    /// Do not run it, answer this by this id.
    Refuse(String, &'static str),
}

/// What to do with an outcome.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Tell the model.
    Answer(Run),
    /// The model was told something else before: now it has to know what is true.
    Late(Run),
    /// Nobody asked.
    Unknown,
}

#[derive(Debug)]
struct Round {
    session: SessionNo,
    response: String,
    done: bool,
    /// Whether words were spoken beside the calls.
    spoke: bool,
    then: AfterTool,
}

impl Round {
    fn is_of(&self, session: SessionNo, response: &str) -> bool {
        self.session == session && self.response == response
    }
}

#[derive(Debug, Default)]
pub(crate) struct Tools {
    runs: Vec<Run>,
    rounds: Vec<Round>,
}

impl Tools {
    /// The model calls a function.
    pub fn begin(&mut self, response: &str, session: SessionNo, call: (&str, &str, &str), now: Ms) -> Begin {
        let (running, total) = (self.running().count(), self.runs.len());
        let Some(id) = self.add(response, session, call, now) else { return Begin::Repeated };
        if !self.rounds.iter().any(|round| round.is_of(session, response)) {
            let response = response.to_owned();
            self.rounds.push(Round { session, response, done: false, spoke: false, then: AfterTool::GoOn });
        }
        if total >= MAX_CALLS || running >= MAX_AT_ONCE { Begin::Refuse(id, TOO_MANY) } else { Begin::Run(id) }
    }

    /// The model calls a function in a response that was stopped: it is not run, and nothing follows from the answer.
    pub fn refuse(&mut self, session: SessionNo, call: (&str, &str, &str), now: Ms) -> Begin {
        self.add("", session, call, now).map_or(Begin::Repeated, |id| Begin::Refuse(id, INTERRUPTED))
    }

    /// Notes a call, unless this session has made it already. Its id.
    fn add(&mut self, response: &str, session: SessionNo, call: (&str, &str, &str), now: Ms) -> Option<String> {
        let (call_id, name, arguments) = call;
        let known = self.runs.iter().any(|run| run.session == session && run.call_id == call_id);
        if known || self.runs.len() >= 2 * MAX_CALLS {
            return None;
        }
        let id = self.free_id(session, call_id);
        self.runs.push(Run {
            id: id.clone(),
            call_id: call_id.to_owned(),
            name: name.to_owned(),
            arguments: arguments.to_owned(),
            session,
            started: now,
            output: None,
            response: response.to_owned(),
            arrived: false,
            owed: false,
        });
        Some(id)
    }

    /// An id for a call that no other call has.
    fn free_id(&self, session: SessionNo, call_id: &str) -> String {
        let is_free = |id: &str| self.runs.iter().all(|run| run.id != id);
        if is_free(call_id) {
            return call_id.to_owned();
        }
        let mut id = scoped(session, call_id);
        while !is_free(&id) {
            id.push('_');
        }
        id
    }

    /// A function is answered for, because it takes too long. What it answers itself is still wanted.
    pub fn answer_for(&mut self, id: &str, outcome: &ToolOutcome) -> Ended {
        let ended = self.end(id, outcome);
        for run in self.runs.iter_mut().filter(|run| run.id == id) {
            run.owed = true;
        }
        ended
    }

    /// A function answered.
    pub fn end(&mut self, id: &str, outcome: &ToolOutcome) -> Ended {
        let Some(run) = self.runs.iter_mut().find(|run| run.id == id) else { return Ended::Unknown };
        let late = std::mem::take(&mut run.owed);
        if run.output.is_some() && !late {
            return Ended::Unknown;
        }
        run.output = Some(cut(&outcome.output, OUTPUT_KEPT_BYTES).to_owned());
        let mut answer = run.clone();
        answer.output = Some(cut(&outcome.output, OUTPUT_BYTES).to_owned());
        if late {
            return Ended::Late(answer);
        }
        if let Some(round) = self.rounds.iter_mut().find(|round| round.is_of(answer.session, &answer.response))
            && outcome.then == AfterTool::EndCall
        {
            round.then = AfterTool::EndCall;
        }
        self.forget_old_outputs();
        Ended::Answer(answer)
    }

    /// A response ended: nothing more is called by it. `spoke` says whether it also had words.
    pub fn response_done(&mut self, session: SessionNo, response: &str, spoke: bool) {
        for round in self.rounds.iter_mut().filter(|round| round.is_of(session, response)) {
            (round.done, round.spoke) = (true, spoke);
        }
    }

    /// The session of these calls is gone: no end of a response comes any more.
    pub fn session_lost(&mut self) {
        for round in &mut self.rounds {
            round.done = true;
        }
    }

    /// The next response of which all calls are answered: now the model must speak. With it whether it spoke already.
    pub fn next_complete(&mut self) -> Option<(AfterTool, bool)> {
        let complete = self.rounds.iter().position(|round| {
            round.done && self.runs.iter().all(|run| !round.is_of(run.session, &run.response) || run.output.is_some())
        })?;
        let round = self.rounds.remove(complete);
        Some((round.then, round.spoke))
    }

    /// The model has been seen to have an answer.
    pub fn arrived(&mut self, session: SessionNo, call_id: &str) {
        for run in self.runs.iter_mut().filter(|run| run.session == session && run.call_id == call_id) {
            run.arrived = true;
        }
    }

    /// Whether the model has been seen to have every answer given to this session.
    pub fn all_arrived(&self, session: SessionNo) -> bool {
        self.runs.iter().all(|run| run.session != session || run.output.is_none() || run.arrived)
    }

    /// The calls that run.
    pub fn running(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(|run| run.output.is_none())
    }

    /// The next call that has run too long.
    pub fn next_overdue(&self, tool_ms: u64, now: Ms) -> Option<&Run> {
        self.running().find(|run| run.started.plus(tool_ms) <= now)
    }

    /// When the next call has run too long.
    pub fn overdue_at(&self, tool_ms: u64) -> Option<Ms> {
        self.running().map(|run| run.started.plus(tool_ms)).min()
    }

    /// Since when the longest running call runs.
    pub fn running_since(&self) -> Option<Ms> {
        self.running().map(|run| run.started).min()
    }

    /// A call that was answered, for a session that does not know it.
    pub fn answered(&self, id: &str) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == id && run.output.as_ref().is_some_and(|text| !text.is_empty()))
    }

    fn forget_old_outputs(&mut self) {
        let answered = self.runs.iter().filter(|run| run.output.is_some()).count();
        for run in self.runs.iter_mut().filter(|run| run.output.is_some()).take(answered.saturating_sub(OUTPUTS_KEPT)) {
            run.output = Some(String::new());
            run.arguments = String::new();
        }
    }
}

/// The id of a call outside its session.
fn scoped(session: SessionNo, call_id: &str) -> String {
    let prefix = format!("s{}_", session.0);
    let start = call_id.ceil_char_boundary(call_id.len().saturating_sub(MAX_ID_BYTES.saturating_sub(prefix.len())));
    prefix + &call_id[start..]
}

/// What the model is told of a call more than it may make.
const TOO_MANY: &str = r#"{"status":"error","code":"too_many_calls","say":"I cannot look up so many things at once."}"#;

/// What the model is told of a call in an answer that was stopped.
const INTERRUPTED: &str = r#"{"status":"error","code":"interrupted"}"#;

/// What the model is told of a call that does not answer in time.
pub(crate) fn too_slow() -> ToolOutcome {
    ToolOutcome {
        status: ToolStatus::Failed,
        output:
            r#"{"status":"error","code":"timeout","say":"That is taking too long, I cannot look it up right now."}"#
                .to_owned(),
        then: AfterTool::GoOn,
        made: None,
    }
}

/// What the record says of a call that was running when the telephone call ended.
pub(crate) const ABANDONED: &str = r#"{"status":"error","code":"call_ended"}"#;

/// The beginning of a text, at most so many bytes, whole characters.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(output: &str) -> ToolOutcome {
        ToolOutcome { status: ToolStatus::Done, output: output.into(), then: AfterTool::GoOn, made: None }
    }

    fn begin(tools: &mut Tools, call_id: &str) -> Begin {
        tools.begin("resp_1", SessionNo(1), (call_id, "get_menu", "{}"), Ms(0))
    }

    #[test]
    fn a_round_is_complete_when_all_is_answered_and_the_response_is_done() {
        let mut tools = Tools::default();
        begin(&mut tools, "a");
        begin(&mut tools, "b");

        tools.end("a", &done("{}"));
        tools.response_done(SessionNo(1), "resp_1", false);
        assert_eq!(tools.next_complete(), None);
        tools.end("b", &done("{}"));

        assert_eq!(tools.next_complete(), Some((AfterTool::GoOn, false)));
        assert_eq!(tools.next_complete(), None);
    }

    #[test]
    fn the_same_call_is_run_once_and_answered_once() {
        let mut tools = Tools::default();

        assert_eq!(begin(&mut tools, "a"), Begin::Run("a".into()));
        assert_eq!(begin(&mut tools, "a"), Begin::Repeated);
        assert!(matches!(tools.end("a", &done("{}")), Ended::Answer(_)));
        assert!(matches!(tools.end("a", &done("{}")), Ended::Unknown));
        assert!(matches!(tools.end("z", &done("{}")), Ended::Unknown));
    }

    #[test]
    fn the_late_answer_of_a_call_that_was_answered_for_is_taken_once() {
        let mut tools = Tools::default();
        begin(&mut tools, "a");

        assert!(matches!(tools.answer_for("a", &too_slow()), Ended::Answer(_)));
        assert!(matches!(tools.end("a", &done("{\"soups\":2}")), Ended::Late(_)));
        assert!(matches!(tools.end("a", &done("{\"soups\":3}")), Ended::Unknown));
        assert_eq!(tools.answered("a").and_then(|run| run.output.as_deref()), Some("{\"soups\":2}"));
    }

    #[test]
    fn each_session_may_count_its_calls_from_one() {
        let mut tools = Tools::default();
        begin(&mut tools, "call_1");

        let again = tools.begin("resp_1", SessionNo(2), ("call_1", "get_menu", "{}"), Ms(5));
        assert_eq!(again, Begin::Run("s2_call_1".into()));
        assert!(
            matches!(tools.end("s2_call_1", &done("two")), Ended::Answer(run) if run.id_in(SessionNo(2)) == "call_1")
        );
        tools.response_done(SessionNo(2), "resp_1", false);

        // The first session's call still runs, and its round with it.
        assert_eq!(tools.next_complete(), Some((AfterTool::GoOn, false)));
        assert_eq!(tools.next_complete(), None);
        assert!(
            matches!(tools.end("call_1", &done("one")), Ended::Answer(run) if run.id_in(SessionNo(2)) == "s1_call_1")
        );
    }

    #[test]
    fn the_id_of_a_foreign_call_is_not_longer_than_the_model_takes() {
        let long = "call_0123456789012345678901234567";
        assert_eq!(scoped(SessionNo(12), long), "s12_0123456789012345678901234567");
        assert_eq!(scoped(SessionNo(12), long).len(), MAX_ID_BYTES);
    }

    #[test]
    fn too_many_at_once_are_refused_but_answered() {
        let mut tools = Tools::default();
        for n in 0..MAX_AT_ONCE {
            assert_eq!(begin(&mut tools, &n.to_string()), Begin::Run(n.to_string()));
        }

        assert!(matches!(begin(&mut tools, "one more"), Begin::Refuse(..)));
    }

    #[test]
    fn old_answers_do_not_fill_the_memory() {
        let mut tools = Tools::default();
        for n in 0..100 {
            begin(&mut tools, &n.to_string());
            tools.end(&n.to_string(), &done(&"x".repeat(100_000)));
        }

        let kept: usize = tools.runs.iter().filter_map(|run| run.output.as_ref()).map(String::len).sum();
        assert_eq!(kept, OUTPUTS_KEPT * OUTPUT_KEPT_BYTES);
        assert!(tools.answered("5").is_none());
        assert!(tools.answered("99").is_some());
    }
}
