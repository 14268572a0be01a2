//! The calls that run in this process: how many, how to speak to one, and when all are over.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use call::EndReason;
use model::{CallId, OrgId, PhoneNumber};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc};
use tokio_util::task::TaskTracker;

use crate::metrics;

/// A telephone call that was let in occupies a place until its stream begins, at most this long.
const EXPECTED_FOR: Duration = Duration::from_secs(30);

/// Commands that wait for one call; a call that lets more pile up is not listening.
const QUEUE: usize = 32;

/// Sockets that may wait for their `start` at a time: it follows within milliseconds.
const MAX_WAITING: usize = 256;

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
        if places.running.len() + places.expected.len() >= self.0.max_calls {
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

    /// A call begins. Its place is free again when the guard is dropped.
    pub(crate) fn enter(&self, org: OrgId, id: CallId) -> (Seat, mpsc::Receiver<Command>) {
        let (commands, receiver) = mpsc::channel(QUEUE);
        let mut places = self.places();
        let caller = places.expected.remove(&id).and_then(|expected| expected.caller);
        places.running.insert(id, Place { org, caller, commands });
        metrics::calls_active(places.running.len());
        (Seat { running: self.clone(), id }, receiver)
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
        let expected = places.expected.get(&id).is_some_and(|since| since.elapsed() < EXPECTED_FOR);
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

    /// Waits until every call is over and stored. Call [`Running::drain`] first.
    pub async fn wait(&self) {
        self.0.tasks.wait().await;
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

    #[test]
    fn a_draining_server_lets_nobody_in() {
        let running = Running::new(9, 9);
        running.drain();
        assert_eq!(running.expect(CallId::new(), None), Err(Refusal::Draining));
    }
}
