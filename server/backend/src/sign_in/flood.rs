//! What stands before the database when people sign in: a flood of attempts must take neither its one writer nor the machine's cores
//! from the calls that run.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

/// Attempts from one address within a minute: an office behind one address on a Monday morning, not a program that guesses.
const PER_ADDRESS: u32 = 20;
/// Attempts from everywhere within a minute.
const FROM_EVERYWHERE: u32 = 300;
/// Addresses that are remembered; more than the limit from everywhere can fill in some minutes.
const MOST_ADDRESSES: usize = 2_048;

/// Counts attempts to sign in.
#[derive(Debug, Default)]
pub(crate) struct Flood(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    by_address: HashMap<IpAddr, Minute>,
    everywhere: Minute,
    /// Attempts that are being looked at, by what is limited.
    under_way: HashMap<String, i64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Minute {
    began: DateTime<Utc>,
    attempts: u32,
}

impl Minute {
    /// Seconds until there is room again, where there is none.
    fn full_for(&mut self, limit: u32, now: DateTime<Utc>) -> Option<u64> {
        let age = now - self.began;
        if age >= TimeDelta::minutes(1) || age < TimeDelta::zero() {
            *self = Self { began: now, attempts: 0 };
        }
        let left = (TimeDelta::minutes(1) - (now - self.began)).num_seconds().max(1).unsigned_abs();
        (self.attempts >= limit).then_some(left)
    }
}

/// An attempt that is looked at. It counts as wrong, for attempts beside it, until it is dropped.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    flood: &'a Flood,
    keys: Vec<String>,
}

impl Flood {
    /// Lets an attempt pass, or says for how many seconds none is let pass.
    pub(super) fn pass(&self, from: IpAddr, now: DateTime<Utc>) -> Result<(), u64> {
        let mut counts = self.lock();
        let counts = &mut *counts;
        if counts.by_address.len() >= MOST_ADDRESSES {
            counts.by_address.retain(|_, minute| now - minute.began < TimeDelta::minutes(1));
        }
        // Looked at first, so that addresses without end are not remembered.
        if let Some(seconds) = counts.everywhere.full_for(FROM_EVERYWHERE, now) {
            return Err(seconds);
        }
        let theirs = counts.by_address.entry(network(from)).or_insert(Minute { began: now, attempts: 0 });
        if let Some(seconds) = theirs.full_for(PER_ADDRESS, now) {
            return Err(seconds);
        }
        theirs.attempts += 1;
        counts.everywhere.attempts += 1;
        Ok(())
    }

    /// Begins to look at an attempt on these limits.
    pub(super) fn begin(&self, keys: &[&str]) -> Attempt<'_> {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let mut counts = self.lock();
        for key in &keys {
            *counts.under_way.entry(key.clone()).or_default() += 1;
        }
        Attempt { flood: self, keys }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// How many other attempts on this limit are being looked at.
    pub(super) fn beside(&self, key: &str) -> i64 {
        self.flood.lock().under_way.get(key).map_or(0, |count| count - 1)
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let mut counts = self.flood.lock();
        for key in &self.keys {
            if let Some(count) = counts.under_way.get_mut(key) {
                *count -= 1;
                if *count <= 0 {
                    counts.under_way.remove(key);
                }
            }
        }
    }
}

/// A customer of an IPv6 network has a whole /64 to choose addresses from.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(n: u32) -> IpAddr {
        IpAddr::from(std::net::Ipv4Addr::from_bits(0x0a00_0000 + n))
    }

    #[test]
    fn one_address_is_limited_and_others_are_not_locked_out_by_it() {
        let (flood, now) = (Flood::default(), DateTime::UNIX_EPOCH);
        for _ in 0..PER_ADDRESS {
            assert_eq!(flood.pass(home(1), now), Ok(()));
        }
        for _ in 0..10_000 {
            assert_eq!(flood.pass(home(1), now), Err(60));
        }
        assert_eq!(flood.pass(home(2), now), Ok(()), "what was turned away does not count against everybody");
        assert_eq!(flood.pass(home(1), now + TimeDelta::minutes(1)), Ok(()));
    }

    #[test]
    fn addresses_of_one_network_count_as_one() {
        let (flood, now) = (Flood::default(), DateTime::UNIX_EPOCH);
        for n in 0..PER_ADDRESS {
            let address: IpAddr = format!("2001:db8::{n:x}").parse().expect("an address");
            assert_eq!(flood.pass(address, now), Ok(()));
        }
        assert_eq!(flood.pass("2001:db8::ffff".parse().expect("an address"), now), Err(60));
    }

    #[test]
    fn attempts_from_everywhere_are_limited_and_memory_is_too() {
        let (flood, now) = (Flood::default(), DateTime::UNIX_EPOCH);
        let passed = (0..FROM_EVERYWHERE + 100).filter(|n| flood.pass(home(*n), now).is_ok()).count();
        assert_eq!(passed, FROM_EVERYWHERE as usize);
        for minute in 1..100 {
            let later = now + TimeDelta::minutes(minute);
            for n in 0..1_000 {
                let _ = flood.pass(home(minute as u32 * 1_000 + n), later);
            }
        }
        assert!(flood.lock().by_address.len() < 2 * MOST_ADDRESSES);
    }
}
