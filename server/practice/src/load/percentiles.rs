//! How values are spread.

use serde::Serialize;

/// How values are spread; all zero without values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Percentiles {
    /// How many values there were.
    pub count: usize,
    /// Half of them are at most this.
    pub p50: f64,
    /// Nine of ten.
    pub p90: f64,
    /// 99 of 100.
    pub p99: f64,
    /// 999 of 1,000.
    pub p999: f64,
    /// All of them.
    pub max: f64,
}

impl Percentiles {
    /// Of these values.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let rank = (share * values.len() as f64).ceil() as usize;
            values.get(rank.saturating_sub(1)).copied().unwrap_or_default()
        };
        Self { count: values.len(), p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let spread = Percentiles::of((1..=1_000).rev().map(f64::from).collect());

        assert_eq!(spread, Percentiles { count: 1_000, p50: 500.0, p90: 900.0, p99: 990.0, p999: 999.0, max: 1_000.0 });
        assert_eq!(Percentiles::of(vec![]), Percentiles::default());
        assert_eq!(
            Percentiles::of(vec![7.0]),
            Percentiles { count: 1, p50: 7.0, p90: 7.0, p99: 7.0, p999: 7.0, max: 7.0 }
        );
    }
}
