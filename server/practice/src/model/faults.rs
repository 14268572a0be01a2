//! Misbehaviour on request.

use std::{
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The upgrade is answered with this HTTP status.
    RefuseConnect(u16),
    /// The upgrade takes this many milliseconds.
    SlowConnect(u64),
    /// The upgrade succeeds, then nothing is ever sent.
    Hang,
    /// `session.updated` never comes: the formats stay what they were.
    WrongFormat,
    /// The socket breaks without a close frame after this many frames were sent.
    DropAfter(u32),
    /// The socket breaks when half of an answer's audio was sent; the number says which spoken answer.
    DropMidSentence(u32),
    /// Nothing is sent for this many milliseconds after a turn of the caller ends.
    Silent(u64),
    /// An `error` event of this code instead of an answer; the number says which.
    Error(String, u32),
    /// A response that fails with this code.
    FailedResponse(String),
    /// A response that completes without any output.
    EmptyResponse,
    /// A frame that is not JSON before an answer.
    BadJson,
    /// A frame of this many bytes before an answer.
    HugeFrame(usize),
    /// The session ends as at 60 minutes, at the next turn.
    SessionExpired,
    /// Every function call is made twice in one response.
    DuplicateCall,
    /// The arguments of a function call do not fit.
    BadArguments,
    /// A function that does not exist is called.
    UnknownTool,
}

/// A fault and how often it happens, counted over all sessions of a server.
#[derive(Debug)]
struct Planned {
    fault: Fault,
    left: AtomicU32,
}

/// The faults of a server.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Planned>);

/// A fault and how often it happens; `None`: always.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultSpec {
    /// What goes wrong.
    pub fault: Fault,
    /// How often.
    pub times: Option<u32>,
}

impl Faults {
    pub(super) fn new(specs: &[FaultSpec]) -> Self {
        let planned = |it: &FaultSpec| Planned { fault: it.fault.clone(), left: it.times.unwrap_or(u32::MAX).into() };
        Self(specs.iter().map(planned).collect())
    }

    /// The first fault that `wanted` takes and that still happens; counts it.
    pub(super) fn take<T>(&self, mut wanted: impl FnMut(&Fault) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(|planned| {
            let value = wanted(&planned.fault)?;
            let counted = |left: u32| (left > 0).then(|| if left == u32::MAX { left } else { left - 1 });
            planned.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, counted).ok().map(|_| value)
        })
    }

    /// Whether this fault happens now; counts it.
    pub(super) fn happens(&self, fault: &Fault) -> bool {
        self.take(|it| (it == fault).then_some(())).is_some()
    }
}

/// What `--help` says of the faults.
pub const FAULTS_HELP: &str = "\
Faults, separated by commas. Each happens once, over all sessions, unless told otherwise by *TIMES or *all
(those marked with * happen always unless limited):
  refuse-connect=STATUS   * answer the upgrade with this HTTP status (401, 429, 503 ...)
  slow-connect=MS         * answer the upgrade only after so many milliseconds
  hang                    * accept the socket, then never send a frame
  wrong-format            * never send session.updated
  drop-after=N              break the socket after N frames, without a close frame
  drop-mid-sentence[=N]     break the socket in the middle of the Nth spoken answer (1)
  silent=MS                 send nothing for so long after a turn of the caller
  error=CODE[@N]            send an error event in place of the Nth answer (1)
  failed-response[=CODE]    a response that ends as failed (server_error)
  empty-response            a response that completes without output
  bad-json                  a frame that is not JSON
  huge-frame=BYTES          a frame of so many bytes
  session-expired           end the session as at its 60 minutes
  duplicate-call            make a function call twice in one response
  bad-arguments             call a function with arguments that do not fit
  unknown-tool              call a function that does not exist
Example: --fault drop-mid-sentence=2,refuse-connect=503*1";

impl FromStr for FaultSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (spec, times) = match text.rsplit_once('*') {
            Some((spec, "all")) => (spec, Some(None)),
            Some((spec, times)) => (spec, Some(Some(number(times, "the number of times")?))),
            None => (text, None),
        };
        let (name, value) = spec.split_once('=').map_or((spec, None), |(name, value)| (name, Some(value)));
        let needed = || value.ok_or_else(|| format!("the fault {name} needs a value: {name}=…"));
        let (fault, usually) = match name {
            "refuse-connect" => (Fault::RefuseConnect(status(value.unwrap_or("503"))?), None),
            "slow-connect" => (Fault::SlowConnect(number(needed()?, name)?), None),
            "hang" => (Fault::Hang, None),
            "wrong-format" => (Fault::WrongFormat, None),
            "drop-after" => (Fault::DropAfter(number(needed()?, name)?), Some(1)),
            "drop-mid-sentence" => (Fault::DropMidSentence(number(value.unwrap_or("1"), name)?), Some(1)),
            "silent" => (Fault::Silent(number(needed()?, name)?), Some(1)),
            "error" => {
                let (code, nth) = needed()?.split_once('@').unwrap_or((needed()?, "1"));
                (Fault::Error(code.to_owned(), number(nth, name)?), Some(1))
            }
            "failed-response" => (Fault::FailedResponse(value.unwrap_or("server_error").to_owned()), Some(1)),
            "empty-response" => (Fault::EmptyResponse, Some(1)),
            "bad-json" => (Fault::BadJson, Some(1)),
            "huge-frame" => (Fault::HugeFrame(number(needed()?, name)?), Some(1)),
            "session-expired" => (Fault::SessionExpired, Some(1)),
            "duplicate-call" => (Fault::DuplicateCall, Some(1)),
            "bad-arguments" => (Fault::BadArguments, Some(1)),
            "unknown-tool" => (Fault::UnknownTool, Some(1)),
            _ => return Err(format!("there is no fault {name}")),
        };
        Ok(Self { fault, times: times.unwrap_or(usually) })
    }
}

fn number<T: FromStr>(text: &str, what: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{what}: {text} is not a number that fits"))
}

fn status(text: &str) -> Result<u16, String> {
    number(text, "refuse-connect").and_then(|it: u16| match it {
        400..=599 => Ok(it),
        _ => Err(format!("refuse-connect: {it} is not an HTTP status that refuses")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_with_their_values_and_counts() {
        for (text, fault, times) in [
            ("refuse-connect=429", Fault::RefuseConnect(429), None),
            ("refuse-connect=503*2", Fault::RefuseConnect(503), Some(2)),
            ("drop-mid-sentence", Fault::DropMidSentence(1), Some(1)),
            ("error=insufficient_quota@2", Fault::Error("insufficient_quota".into(), 2), Some(1)),
            ("silent=10000*all", Fault::Silent(10_000), None),
        ] {
            assert_eq!(text.parse(), Ok(FaultSpec { fault, times }), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (text, why) in [
            ("burn", "there is no fault burn"),
            ("silent", "the fault silent needs a value: silent=…"),
            ("silent=long", "silent: long is not a number that fits"),
            ("refuse-connect=200", "refuse-connect: 200 is not an HTTP status that refuses"),
        ] {
            assert_eq!(text.parse::<FaultSpec>(), Err(why.to_owned()));
        }
    }

    #[test]
    fn a_fault_happens_as_often_as_planned() {
        let faults = Faults::new(&[
            FaultSpec { fault: Fault::BadJson, times: Some(2) },
            FaultSpec { fault: Fault::Hang, times: None },
        ]);

        assert_eq!([(); 3].map(|()| faults.happens(&Fault::BadJson)), [true, true, false]);
        assert_eq!([(); 3].map(|()| faults.happens(&Fault::Hang)), [true, true, true]);
        assert!(!faults.happens(&Fault::EmptyResponse));
    }
}
