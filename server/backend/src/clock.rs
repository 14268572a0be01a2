//! The time of day, as something that is passed in: tests set it, nothing else asks the machine.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time of day. For deadlines inside a call use the monotonic clock of its driver instead.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<Mutex<DateTime<Utc>>>>);

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `at` until it is moved.
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self(Some(Arc::new(Mutex::new(at))))
    }

    /// The time, to the microsecond: what both databases keep, so that a time that was stored compares equal.
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.0 {
            None => Utc::now(),
            Some(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        };
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// Moves a fixed clock; the machine's clock cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(at) = &self.0 {
            *at.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_it_is_moved() {
        let clock = Clock::fixed(DateTime::UNIX_EPOCH);
        let same = clock.clone();
        same.advance(TimeDelta::seconds(5));
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH + TimeDelta::seconds(5));
    }
}
