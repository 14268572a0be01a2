//! Faults of the practice Checkout and the practice Messages: planned in words, counted while they happen.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// A fault by its name, with a value where it takes one, and how often it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    name: String,
    value: String,
    times: Option<u32>,
}

impl Spec {
    /// Reads `name`, `name=value` or `name=value*times`; `*all` is for ever, and so is a fault without a count. `known` are the names
    /// there are.
    pub fn read(text: &str, known: &[&str]) -> Result<Self, String> {
        let (spec, times) = match text.rsplit_once('*') {
            None | Some((_, "all")) => (text.trim_end_matches("*all"), None),
            Some((spec, times)) => {
                (spec, Some(times.parse().map_err(|_| format!("{times} is not a number of times"))?))
            }
        };
        let (name, value) = spec.split_once('=').unwrap_or((spec, ""));
        if known.contains(&name) {
            Ok(Self { name: name.into(), value: value.into(), times })
        } else {
            Err(format!("there is no fault {name}; there are {}", known.join(", ")))
        }
    }
}

/// The faults of a server; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults(Arc<Vec<(Spec, AtomicU32)>>);

impl Faults {
    pub(crate) fn new(specs: &[Spec]) -> Self {
        Self(Arc::new(
            specs.iter().map(|spec| (spec.clone(), AtomicU32::new(spec.times.unwrap_or(u32::MAX)))).collect(),
        ))
    }

    /// The value of a fault that happens now; counts it.
    pub(crate) fn take(&self, name: &str) -> Option<String> {
        self.take_if(name, |_| true)
    }

    /// As [`Faults::take`], for faults whose value fits.
    pub(crate) fn take_if(&self, name: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
        self.0.iter().find_map(|(spec, left)| {
            if spec.name != name || !fits(&spec.value) {
                return None;
            }
            let counted = |left: u32| (left > 0).then(|| if left == u32::MAX { left } else { left - 1 });
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, counted).ok().map(|_| spec.value.clone())
        })
    }

    /// The value as a number.
    pub(crate) fn number(&self, name: &str, usually: u64) -> Option<u64> {
        self.take(name).map(|value| value.parse().unwrap_or(usually))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_with_values_and_counts() {
        let known = ["lose", "delay"];
        let faults =
            Faults::new(&[Spec::read("lose=expired*2", &known).unwrap(), Spec::read("delay=50", &known).unwrap()]);
        assert_eq!([(); 3].map(|()| faults.take("lose").is_some()), [true, true, false]);
        assert_eq!([(); 3].map(|()| faults.number("delay", 0)), [Some(50); 3]);
        assert_eq!(Spec::read("burn", &known).unwrap_err(), "there is no fault burn; there are lose, delay");
        assert_eq!(Spec::read("lose*often", &known).unwrap_err(), "often is not a number of times");
    }
}
