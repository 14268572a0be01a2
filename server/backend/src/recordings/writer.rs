//! Writes the journals of all running calls, about once a second, on one thread.
//!
//! A call puts what it has into its own [`Journal`] in memory and never waits for the disk. When the disk fails, or stays
//! so slow that a journal grows beyond [`MOST`], the recording of that call stops with a reason and the call goes on.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use call::Track;
use model::{CallId, OrgId};
use tokio::sync::oneshot;

use super::{Meter, Peaks, journal};
use crate::private;

/// How often journals are written.
const TICK: Duration = Duration::from_secs(1);
/// Audio of one track that is kept together in one record: a second.
const CHUNK: usize = 8_000;
/// Unwritten bytes after which a disk counts as too slow: half a minute of a call.
const MOST: usize = 512 * 1024;
/// Audio alone is flushed to the platters in every fifth tick; facts in every one.
const SYNC_AUDIO_EVERY: u64 = 5;
/// Flushing takes no more of a tick than this: a call that ends waits for the tick.
const SYNC_AT_MOST: Duration = Duration::from_millis(300);

/// Where journals are written: a directory, or in tests a disk that fails.
pub(crate) trait Disk: Send + 'static {
    /// Opens a journal for appending.
    fn open(&mut self, path: &Path) -> io::Result<Box<dyn JournalFile>>;
}

/// An open journal.
pub(crate) trait JournalFile: Send {
    /// Appends.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes everything appended survive a power cut.
    fn sync(&mut self) -> io::Result<()>;
}

/// The machine's disk.
pub(crate) struct RealDisk;

impl Disk for RealDisk {
    fn open(&mut self, path: &Path) -> io::Result<Box<dyn JournalFile>> {
        if let Some(dir) = path.parent() {
            private::create_dir_all(dir)?;
        }
        let mut file = private::options().create(true).append(true).open(path)?;
        if file.metadata()?.len() == 0 {
            io::Write::write_all(&mut file, journal::MAGIC)?;
        }
        Ok(Box::new(file))
    }
}

impl JournalFile for fs::File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        io::Write::write_all(self, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// The journal of a running call.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    call: CallId,
    slot: Arc<Slot>,
    commands: Sender<Command>,
}

#[derive(Debug)]
struct Slot {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    out: Vec<u8>,
    chunks: [Chunk; 2],
    has_facts: bool,
    meter: Meter,
    /// How far the audio goes.
    end_ms: u64,
    /// How far of it is on the disk.
    kept_ms: u64,
    stopped: Option<String>,
}

#[derive(Debug, Default)]
struct Chunk {
    start_ms: u64,
    audio: Vec<u8>,
}

enum Command {
    Open(CallId, Arc<Slot>),
    Close(CallId, oneshot::Sender<()>),
    Flush(oneshot::Sender<()>),
}

/// Makes journals, and owns the thread that writes them: it ends when the last handle is gone.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    dir: PathBuf,
    commands: Sender<Command>,
}

impl Writer {
    pub(crate) fn start(dir: &Path, disk: impl Disk) -> io::Result<Self> {
        let (commands, inbox) = channel();
        thread::Builder::new().name("journals".into()).spawn(move || Thread::new(disk).run(&inbox))?;
        Ok(Self { dir: dir.to_owned(), commands })
    }

    /// Where a call's journal is, below the directory of recordings. Both names are identifiers that we made.
    pub(crate) fn file(org: OrgId, call: CallId) -> String {
        format!("{org}/{call}.jnl")
    }

    /// Begins, or goes on with, the journal of a call.
    pub(crate) fn journal(&self, org: OrgId, call: CallId) -> Journal {
        let path = self.dir.join(Self::file(org, call));
        let slot = Arc::new(Slot { path, state: Mutex::default() });
        // The thread outlives every handle on its channel.
        let _ = self.commands.send(Command::Open(call, Arc::clone(&slot)));
        Journal { call, slot, commands: self.commands.clone() }
    }

    /// Writes everything that waits.
    pub(crate) async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        let _ = self.commands.send(Command::Flush(done));
        let _ = wait.await;
    }
}

impl Journal {
    /// Keeps a stretch of one track.
    pub(crate) fn audio(&self, track: Track, start_ms: u64, audio: &[u8]) {
        let mut state = self.slot.lock();
        if state.stopped.is_some() || audio.is_empty() {
            return;
        }
        state.end_ms = state.end_ms.max(start_ms + (audio.len() / 8) as u64);
        state.meter.hear(track, start_ms, audio);
        let chunk = &mut state.chunks[track_index(track)];
        if chunk.start_ms + (chunk.audio.len() / 8) as u64 != start_ms || chunk.audio.len() >= CHUNK {
            state.cut(track);
            state.chunks[track_index(track)].start_ms = start_ms;
        }
        state.chunks[track_index(track)].audio.extend_from_slice(audio);
        state.check_size();
    }

    /// Keeps something that happened.
    pub(crate) fn fact(&self, json: &[u8]) {
        let mut state = self.slot.lock();
        if state.stopped.is_none() {
            journal::put_fact(&mut state.out, json);
            state.has_facts = true;
            state.check_size();
        }
    }

    /// Keeps how the call ended.
    pub(crate) fn finished(&self, json: &[u8]) {
        let mut state = self.slot.lock();
        if state.stopped.is_none() {
            state.cut(Track::Caller);
            state.cut(Track::Assistant);
            journal::put_finished(&mut state.out, json);
            state.has_facts = true;
        }
    }

    /// How far the audio goes.
    pub(crate) fn end_ms(&self) -> u64 {
        self.slot.lock().end_ms
    }

    /// How much audio is on the disk, and what it looks like.
    pub(crate) fn kept(&self) -> (u64, Peaks) {
        let state = self.slot.lock();
        (state.kept_ms, state.meter.picture(state.kept_ms))
    }

    /// Why recording has stopped, where it has.
    pub(crate) fn stopped(&self) -> Option<String> {
        self.slot.lock().stopped.clone()
    }

    /// Writes all of it to the disk and closes the file.
    pub(crate) async fn close(self) {
        let (done, wait) = oneshot::channel();
        let _ = self.commands.send(Command::Close(self.call, done));
        let _ = wait.await;
    }
}

fn track_index(track: Track) -> usize {
    match track {
        Track::Caller => 0,
        Track::Assistant => 1,
    }
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Makes a record of what is there of a track.
    fn cut(&mut self, track: Track) {
        let chunk = &mut self.chunks[track_index(track)];
        if !chunk.audio.is_empty() {
            journal::put_audio(&mut self.out, track, chunk.start_ms, &chunk.audio);
            chunk.start_ms += (chunk.audio.len() / 8) as u64;
            chunk.audio.clear();
        }
    }

    fn check_size(&mut self) {
        if self.out.len() > MOST {
            self.stop("the disk was too slow");
        }
    }

    fn stop(&mut self, reason: &str) {
        let meter = std::mem::take(&mut self.meter);
        *self = Self { meter, kept_ms: self.kept_ms, stopped: Some(reason.to_owned()), ..Self::default() };
    }
}

struct Thread<D> {
    disk: D,
    open: HashMap<CallId, Open>,
    ticks: u64,
    spare: Vec<u8>,
}

struct Open {
    slot: Arc<Slot>,
    file: Option<Box<dyn JournalFile>>,
    unsynced: bool,
}

impl<D: Disk> Thread<D> {
    fn new(disk: D) -> Self {
        Self { disk, open: HashMap::new(), ticks: 0, spare: Vec::new() }
    }

    fn run(mut self, inbox: &Receiver<Command>) {
        let mut next = Instant::now() + TICK;
        loop {
            // Without calls there is nothing to wake up for.
            let command = if self.open.is_empty() {
                inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                inbox.recv_timeout(next.saturating_duration_since(Instant::now()))
            };
            match command {
                Ok(Command::Open(call, slot)) => {
                    self.open.insert(call, Open { slot, file: None, unsynced: false });
                }
                Ok(Command::Close(call, done)) => {
                    if let Some(mut open) = self.open.remove(&call) {
                        self.write(&mut open, Some(true));
                    }
                    let _ = done.send(());
                }
                Ok(Command::Flush(done)) => {
                    self.write_all(true);
                    let _ = done.send(());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.write_all(true);
                    return;
                }
            }
            if Instant::now() >= next {
                self.ticks += 1;
                self.write_all(self.ticks.is_multiple_of(SYNC_AUDIO_EVERY));
                next = Instant::now() + TICK;
            }
        }
    }

    fn write_all(&mut self, sync: bool) {
        let mut open = std::mem::take(&mut self.open);
        let began = Instant::now();
        for journal in open.values_mut() {
            let in_time = began.elapsed() < SYNC_AT_MOST;
            self.write(journal, if in_time { Some(sync) } else { None });
        }
        self.open = open;
    }

    /// Writes what waits of one call. `sync`: whether audio is to be flushed too, or not even facts.
    fn write(&mut self, open: &mut Open, sync: Option<bool>) {
        let mut state = open.slot.lock();
        if state.stopped.is_some() {
            open.file = None;
            return;
        }
        state.cut(Track::Caller);
        state.cut(Track::Assistant);
        let has_facts = std::mem::take(&mut state.has_facts);
        // The call goes on with an empty buffer while the disk works on the full one.
        let bytes = std::mem::replace(&mut state.out, std::mem::take(&mut self.spare));
        let end_ms = state.end_ms;
        drop(state);

        match self.put(open, &bytes, sync.is_some_and(|audio| audio || has_facts)) {
            Ok(()) => open.slot.lock().kept_ms = end_ms,
            Err(error) => {
                tracing::error!(%error, "a recording stops: its journal cannot be written");
                open.slot.lock().stop(&reason(&error));
                open.file = None;
            }
        }
        self.spare = bytes;
        self.spare.clear();
    }

    fn put(&mut self, open: &mut Open, bytes: &[u8], sync: bool) -> io::Result<()> {
        if open.file.is_none() {
            open.file = Some(self.disk.open(&open.slot.path)?);
        }
        let Some(file) = &mut open.file else { return Ok(()) };
        if !bytes.is_empty() {
            file.append(bytes)?;
            open.unsynced = true;
        }
        if sync && open.unsynced {
            file.sync()?;
            open.unsynced = false;
        }
        Ok(())
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
        kind => format!("the disk failed: {kind}"),
    }
}
