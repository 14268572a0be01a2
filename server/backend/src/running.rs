//! The calls that run in this process: how many, how to speak to one, and when all are over.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use call::EndReason;
use model::{CallId, OrgId, PhoneNumber, UserId};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc};
use tokio_util::task::TaskTracker;

use crate::metrics;

/// A telephone call that was let in occupies a place until its stream begins, at most this long.
const EXPECTED_FOR: Duration = Duration::from_secs(30);

/// Commands that wait for one call; a call that lets more pile up is not listening.
const QUEUE: usize = 32;

/// Sockets that may wait for their `start` at a time: it follows within milliseconds.
const MAX_WAITING: usize = 256;

/// Calls that are typed on "Try it", at a time, beside those of the telephone: each costs a model session.
const MAX_TRIALS: usize = 8;

/// Those of one person.
const MAX_TRIALS_EACH: usize = 2;

/// Something that somebody outside wants of a running call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// End it.
    End(EndReason),
    /// Tell the assistant a fact, as a sentence; with `speak` the caller hears of it at the next pause.
    Inform {
        /// The fact.
        text: String,
        /// Whether it is said unasked.
        speak: bool,
    },
    /// A typed sentence of the caller.
    Typed(String),
    /// What stands on the today board from here on.
    Today(Vec<String>),
    /// The server stops: wind up with a sentence.
    Shutdown,
}

/// A command that could not be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No such call runs here, or it belongs to somebody else.
    #[error("the call is not running")]
    NotRunning,
    /// It does not take commands fast enough.
    #[error("the call is busy")]
    Busy,
}

/// Why a call is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `MAX_CALLS` are running.
    Full,
    /// The caller's number holds as many lines as one may.
    CallerFull,
    /// The server is about to stop.
    Draining,
}

/// Why a typed call is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialRefusal {
    /// As many as may be are running.
    Full,
    /// This person runs as many as one may.
    TooMany,
    /// The server is about to stop.
    Draining,
}

/// How often a call that is let in has asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arriving {
    /// For the first time.
    First,
    /// Before: its webhook was repeated.
    Again,
}

/// The registry; cheap to clone.
#[derive(Clone, Debug)]
pub struct Running(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    max_calls: usize,
    max_calls_per_caller: usize,
    draining: AtomicBool,
    places: Mutex<Places>,
    /// Sockets that have not said yet which call they belong to.
    waiting: Arc<Semaphore>,
    tasks: TaskTracker,
    /// Held from reading a today board until it is told, so that no older one is told after it.
    telling: tokio::sync::Mutex<()>,
    /// Rings when a place that was kept is taken, or given up.
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Places {
    running: HashMap<CallId, Place>,
    expected: HashMap<CallId, Expected>,
}

#[derive(Debug)]
struct Expected {
    since: Instant,
    caller: Option<PhoneNumber>,
}

#[derive(Debug)]
struct Place {
    org: OrgId,
    caller: Option<PhoneNumber>,
    commands: mpsc::Sender<Command>,
    /// The today board that it was told of last.
    board: Option<Vec<String>>,
    /// Who types, and when last; nobody where the call is a telephone's.
    trial: Option<Trial>,
}

#[derive(Debug)]
struct Trial {
    member: UserId,
    last_typed: tokio::time::Instant,
}

impl Places {
    fn trials(&self) -> impl Iterator<Item = &Trial> {
        self.running.values().filter_map(|place| place.trial.as_ref())
    }

    /// Telephone calls that run or are expected.
    fn telephones(&self) -> usize {
        self.running.len() - self.trials().count() + self.expected.len()
    }
}

impl Places {
    /// How many lines a number holds.
    fn held_by(&self, caller: &PhoneNumber) -> usize {
        let running = self.running.values().filter_map(|place| place.caller.as_ref());
        let expected = self.expected.values().filter_map(|expected| expected.caller.as_ref());
        running.chain(expected).filter(|held_by| *held_by == caller).count()
    }
}

impl Running {
    /// An empty registry that lets `max_calls` in at a time, and of one number `max_calls_per_caller`.
    pub fn new(max_calls: usize, max_calls_per_caller: usize) -> Self {
        Self(Arc::new(Inner {
            max_calls,
            max_calls_per_caller,
            draining: AtomicBool::new(false),
            places: Mutex::default(),
            waiting: Arc::new(Semaphore::new(max_calls.min(MAX_WAITING))),
            tasks: TaskTracker::new(),
            telling: tokio::sync::Mutex::default(),
            arrived: Notify::new(),
        }))
    }

    /// Keeps a place for a call whose stream is about to begin. The same call may ask again. Who withholds their number shares it with
    /// others and is not counted.
    pub fn expect(&self, id: CallId, caller: Option<&PhoneNumber>) -> Result<Arriving, Refusal> {
        if self.is_draining() {
            return Err(Refusal::Draining);
        }
        let mut places = self.places();
        let now = Instant::now();
        places.expected.retain(|_, expected| now.duration_since(expected.since) < EXPECTED_FOR);
        let has_place = places.expected.contains_key(&id) || places.running.contains_key(&id);
        if has_place {
            return Ok(Arriving::Again);
        }
        if places.telephones() >= self.0.max_calls {
            return Err(Refusal::Full);
        }
        if caller.is_some_and(|caller| places.held_by(caller) >= self.0.max_calls_per_caller) {
            return Err(Refusal::CallerFull);
        }
        places.expected.insert(id, Expected { since: now, caller: caller.cloned() });
        Ok(Arriving::First)
    }

    /// A place for a socket that has not said yet which call it belongs to.
    pub(crate) fn waiting_room(&self) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        Arc::clone(&self.0.waiting).try_acquire_owned()
    }

    /// Gives up the place of a call whose stream will not come.
    pub(crate) fn forget(&self, id: CallId) {
        self.places().expected.remove(&id);
        self.0.arrived.notify_waiters();
    }

    /// A call begins. Its place is free again when the guard is dropped.
    pub(crate) fn enter(&self, org: OrgId, id: CallId) -> (Seat, mpsc::Receiver<Command>) {
        self.seat(&mut self.places(), org, id, None)
    }

    /// A call begins that this member types.
    pub(crate) fn enter_trial(
        &self,
        org: OrgId,
        id: CallId,
        member: UserId,
    ) -> Result<(Seat, mpsc::Receiver<Command>), TrialRefusal> {
        if self.is_draining() {
            return Err(TrialRefusal::Draining);
        }
        let mut places = self.places();
        if places.trials().filter(|trial| trial.member == member).count() >= MAX_TRIALS_EACH {
            return Err(TrialRefusal::TooMany);
        }
        if places.trials().count() >= MAX_TRIALS {
            return Err(TrialRefusal::Full);
        }
        let trial = Trial { member, last_typed: tokio::time::Instant::now() };
        Ok(self.seat(&mut places, org, id, Some(trial)))
    }

    fn seat(
        &self,
        places: &mut Places,
        org: OrgId,
        id: CallId,
        trial: Option<Trial>,
    ) -> (Seat, mpsc::Receiver<Command>) {
        let (commands, receiver) = mpsc::channel(QUEUE);
        let caller = places.expected.remove(&id).and_then(|expected| expected.caller);
        places.running.insert(id, Place { org, caller, commands, board: None, trial });
        metrics::calls_active(places.running.len());
        self.0.arrived.notify_waiters();
        (Seat { running: self.clone(), id }, receiver)
    }

    /// When somebody typed last in this typed call, if it runs.
    pub(crate) fn last_typed(&self, id: CallId) -> Option<tokio::time::Instant> {
        self.places().running.get(&id)?.trial.as_ref().map(|trial| trial.last_typed)
    }

    /// Gives a command to a call that this member types; every other call is none of theirs.
    pub fn command_trial(&self, org: OrgId, id: CallId, member: UserId, command: Command) -> Result<(), CommandError> {
        {
            let mut places = self.places();
            let place = places.running.get_mut(&id).filter(|place| place.org == org);
            let trial = place.and_then(|place| place.trial.as_mut()).filter(|trial| trial.member == member);
            trial.ok_or(CommandError::NotRunning)?.last_typed = tokio::time::Instant::now();
        }
        self.command(org, id, command)
    }

    /// Gives a command to a call of this organisation.
    pub fn command(&self, org: OrgId, id: CallId, command: Command) -> Result<(), CommandError> {
        let places = self.places();
        let place = places.running.get(&id).filter(|place| place.org == org).ok_or(CommandError::NotRunning)?;
        place.commands.try_send(command).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => CommandError::Busy,
            mpsc::error::TrySendError::Closed(_) => CommandError::NotRunning,
        })
    }

    /// Ends a call of this organisation because staff want it.
    pub fn end_by_staff(&self, org: OrgId, id: CallId) -> Result<(), CommandError> {
        self.command(org, id, Command::End(EndReason::StaffEnded))
    }

    /// Tells every call of an organisation what stands on the today board, unless it knows. Hold [`Running::telling`] since the board was
    /// read.
    pub(crate) fn tell_board(&self, org: OrgId, board: &[String]) {
        for place in self.places().running.values_mut().filter(|place| place.org == org) {
            let known = place.board.as_deref() == Some(board);
            // One whose queue is full is told next time.
            if !known && place.commands.try_send(Command::Today(board.to_vec())).is_ok() {
                place.board = Some(board.to_vec());
            }
        }
    }

    /// Whoever reads a today board to tell it to calls holds this meanwhile.
    pub(crate) async fn telling(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.telling.lock().await
    }

    /// The organisations of which calls run here.
    pub(crate) fn orgs(&self) -> HashSet<OrgId> {
        self.places().running.values().map(|place| place.org).collect()
    }

    /// Gives a command to every call.
    pub fn command_all(&self, command: &Command) {
        for place in self.places().running.values() {
            // A call whose queue is full is ended by the deadline that follows.
            let _ = place.commands.try_send(command.clone());
        }
    }

    /// How many calls run.
    pub fn count(&self) -> usize {
        self.places().running.len()
    }

    /// Whether this call runs here.
    pub fn contains(&self, id: CallId) -> bool {
        self.places().running.contains_key(&id)
    }

    /// Whether this call runs here, or a place is kept for it.
    pub(crate) fn knows(&self, id: CallId) -> bool {
        let places = self.places();
        let expected = places.expected.get(&id).is_some_and(|expected| expected.since.elapsed() < EXPECTED_FOR);
        expected || places.running.contains_key(&id)
    }

    /// From here on no call is let in.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Release);
        self.0.tasks.close();
    }

    /// Whether calls are no longer let in.
    pub fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Acquire)
    }

    /// Waits until every call is over and stored, also those that were let in and whose streams are on their way. Call
    /// [`Running::drain`] first.
    pub async fn wait(&self) {
        loop {
            self.0.tasks.wait().await;
            let arrived = self.0.arrived.notified();
            let Some(until) = self.expected_until() else {
                // A stream that came at this moment is a task by now.
                self.0.tasks.wait().await;
                return;
            };
            tokio::select! {
                () = arrived => {}
                () = tokio::time::sleep_until(until.into()) => {}
            }
        }
    }

    /// Whether no call runs and none is expected.
    pub fn is_idle(&self) -> bool {
        self.count() == 0 && self.expected_until().is_none()
    }

    /// Until when the next place is kept for a stream, if one is.
    fn expected_until(&self) -> Option<Instant> {
        let mut places = self.places();
        places.expected.retain(|_, expected| expected.since.elapsed() < EXPECTED_FOR);
        places.expected.values().map(|expected| expected.since + EXPECTED_FOR).min()
    }

    /// Where everything that belongs to a call runs, so that [`Running::wait`] waits for it.
    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a running call.
#[derive(Debug)]
pub(crate) struct Seat {
    running: Running,
    id: CallId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut places = self.running.places();
        places.running.remove(&self.id);
        metrics::calls_active(places.running.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_calls_are_let_in_than_there_are_places() {
        let running = Running::new(2, 2);
        let (first, second, third) = (CallId::new(), CallId::new(), CallId::new());
        let (seat, _commands) = running.enter(OrgId::new(), first);

        assert_eq!(running.expect(second, None), Ok(Arriving::First));
        assert_eq!(running.expect(second, None), Ok(Arriving::Again), "a repeated webhook takes no second place");
        assert_eq!(running.expect(third, None), Err(Refusal::Full));

        drop(seat);
        assert_eq!(running.expect(third, None), Ok(Arriving::First));
    }

    #[test]
    fn a_number_holds_so_many_lines_and_no_more() {
        let running = Running::new(9, 2);
        let caller: PhoneNumber = "+14155550123".parse().expect("a number");
        let (first, second, third) = (CallId::new(), CallId::new(), CallId::new());
        assert_eq!(running.expect(first, Some(&caller)), Ok(Arriving::First));
        let (seat, _commands) = running.enter(OrgId::new(), first);
        assert_eq!(running.expect(second, Some(&caller)), Ok(Arriving::First));

        assert_eq!(running.expect(third, Some(&caller)), Err(Refusal::CallerFull));
        assert_eq!(running.expect(second, Some(&caller)), Ok(Arriving::Again), "a repeated webhook");
        assert_eq!(
            running.expect(CallId::new(), Some(&"+14155550124".parse().expect("a number"))),
            Ok(Arriving::First)
        );
        assert_eq!(running.expect(CallId::new(), None), Ok(Arriving::First), "a withheld number is nobody's");

        drop(seat);
        assert_eq!(running.expect(third, Some(&caller)), Ok(Arriving::First));
    }

    #[test]
    fn a_command_reaches_only_a_call_of_the_same_organisation() {
        let running = Running::new(9, 9);
        let (org, id) = (OrgId::new(), CallId::new());
        let (_seat, mut commands) = running.enter(org, id);

        let end = Command::End(EndReason::StaffEnded);
        assert_eq!(running.command(OrgId::new(), id, end.clone()), Err(CommandError::NotRunning));
        assert_eq!(running.command(org, CallId::new(), end.clone()), Err(CommandError::NotRunning));
        assert_eq!(running.command(org, id, end.clone()), Ok(()));
        assert_eq!(commands.try_recv(), Ok(end));
    }

    #[tokio::test]
    async fn trials_take_no_telephone_lines_and_each_person_has_two() {
        let running = Running::new(1, 9);
        let (org, ann) = (OrgId::new(), UserId::new());
        let mut seats = Vec::new();
        for _ in 0..2 {
            seats.push(running.enter_trial(org, CallId::new(), ann).expect("a seat"));
        }
        assert!(matches!(running.enter_trial(org, CallId::new(), ann), Err(TrialRefusal::TooMany)));
        for _ in 2..MAX_TRIALS {
            seats.push(running.enter_trial(org, CallId::new(), UserId::new()).expect("a seat"));
        }
        assert!(matches!(running.enter_trial(org, CallId::new(), UserId::new()), Err(TrialRefusal::Full)));
        assert_eq!(running.expect(CallId::new(), None), Ok(Arriving::First), "the telephone's line is free");
    }

    #[tokio::test]
    async fn who_types_commands_their_own_trial_and_no_telephone_call() {
        let running = Running::new(9, 9);
        let (org, ann, trial, telephone) = (OrgId::new(), UserId::new(), CallId::new(), CallId::new());
        let (_seat, mut typed) = running.enter_trial(org, trial, ann).expect("a seat");
        let (_line, mut spoken) = running.enter(org, telephone);

        let end = Command::End(EndReason::CallerHungUp);
        assert_eq!(running.command_trial(org, telephone, ann, end.clone()), Err(CommandError::NotRunning));
        assert_eq!(running.command_trial(org, trial, UserId::new(), end.clone()), Err(CommandError::NotRunning));
        assert_eq!(running.command_trial(OrgId::new(), trial, ann, end.clone()), Err(CommandError::NotRunning));
        assert!(spoken.try_recv().is_err() && typed.try_recv().is_err());
        assert_eq!(running.command_trial(org, trial, ann, end.clone()), Ok(()));
        assert_eq!(typed.try_recv(), Ok(end));
    }

    #[tokio::test]
    async fn a_server_that_stops_waits_for_a_stream_that_is_on_its_way() {
        let running = Running::new(9, 9);
        let (coming, gone) = (CallId::new(), CallId::new());
        running.expect(coming, None).expect("a place");
        running.expect(gone, None).expect("a place");
        running.drain();
        let waiting = tokio::spawn({
            let running = running.clone();
            async move { running.wait().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished() && !running.is_idle());

        running.forget(gone);
        let (seat, _commands) = running.enter(OrgId::new(), coming);
        drop(seat);
        waiting.await.expect("nothing is expected any more");
        assert!(running.is_idle());
    }

    #[test]
    fn a_draining_server_lets_nobody_in() {
        let running = Running::new(9, 9);
        running.drain();
        assert_eq!(running.expect(CallId::new(), None), Err(Refusal::Draining));
    }
}
