//! How long to wait before another attempt.

use chrono::TimeDelta;

/// The wait after the first failure.
const FIRST_MS: i64 = 500;

/// The longest wait.
const LONGEST_MS: i64 = 3_600_000;

/// The wait after `attempt` failures (from 1): half a second, doubling up to an hour. `random`, from 0 to 1, spreads what failed
/// together, so that it does not come back together; the wait is at least half of what it could be.
pub fn backoff(attempt: i64, random: f64) -> TimeDelta {
    let doublings = attempt.saturating_sub(1).clamp(0, 20);
    let longest = (FIRST_MS << doublings).min(LONGEST_MS);
    TimeDelta::milliseconds(longest / 2 + (random.clamp(0.0, 1.0) * (longest / 2) as f64) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour_and_differ_by_chance() {
        let longest: Vec<i64> = (1..=4).map(|attempt| backoff(attempt, 1.0).num_milliseconds()).collect();
        assert_eq!(longest, [500, 1_000, 2_000, 4_000]);
        assert_eq!(backoff(1, 0.0), TimeDelta::milliseconds(250));
        assert_eq!(backoff(i64::MAX, 1.0), TimeDelta::hours(1));
        assert_eq!(backoff(0, 1.0), backoff(1, 1.0));
    }
}
