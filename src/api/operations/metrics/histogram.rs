//! A histogram of durations.

use std::time::Duration;

use super::text::Text;

/// The upper bounds of the buckets in milliseconds, and as text in seconds. The last bucket has none.
const BOUNDS: [(u64, &str); 14] = [
    (1, "0.001"),
    (2, "0.002"),
    (5, "0.005"),
    (10, "0.01"),
    (25, "0.025"),
    (50, "0.05"),
    (100, "0.1"),
    (250, "0.25"),
    (500, "0.5"),
    (1_000, "1"),
    (2_500, "2.5"),
    (5_000, "5"),
    (10_000, "10"),
    (60_000, "60"),
];

/// How many durations were how long.
#[derive(Debug, Default, Clone)]
pub(super) struct Histogram {
    /// By bucket, each without the ones before it.
    buckets: [u64; BOUNDS.len() + 1],
    sum: Duration,
}

impl Histogram {
    /// Counts a duration.
    pub(super) fn add(&mut self, long: Duration) {
        let at = BOUNDS.iter().position(|(ms, _)| long <= Duration::from_millis(*ms)).unwrap_or(BOUNDS.len());
        self.buckets[at] += 1;
        self.sum = self.sum.saturating_add(long);
    }

    /// Writes the samples of a family of this name.
    pub(super) fn write(&self, name: &str, labels: &[(&str, &str)], text: &mut Text) {
        let mut so_far = 0;
        let bounds = BOUNDS.iter().map(|(_, bound)| *bound).chain(["+Inf"]);
        let bucket = format!("{name}_bucket");
        for (bound, count) in bounds.zip(self.buckets) {
            so_far += count;
            text.sample(&bucket, &[labels, &[("le", bound)]].concat(), so_far);
        }
        text.sample(&format!("{name}_sum"), labels, self.sum.as_secs_f64());
        text.sample(&format!("{name}_count"), labels, so_far);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_contain_the_shorter_ones() {
        let mut histogram = Histogram::default();
        for ms in [1, 3, 60_000, 60_001] {
            histogram.add(Duration::from_millis(ms));
        }
        let mut text = Text::default();
        histogram.write("d", &[("r", "x")], &mut text);
        let text = text.end();
        for line in [
            "d_bucket{r=\"x\",le=\"0.001\"} 1",
            "d_bucket{r=\"x\",le=\"0.002\"} 1",
            "d_bucket{r=\"x\",le=\"0.005\"} 2",
            "d_bucket{r=\"x\",le=\"60\"} 3",
            "d_bucket{r=\"x\",le=\"+Inf\"} 4",
            "d_sum{r=\"x\"} 120.005",
            "d_count{r=\"x\"} 4",
        ] {
            assert!(text.lines().any(|shown| shown == line), "no {line} in {text}");
        }
    }

    #[test]
    fn the_bounds_are_as_their_texts_say() {
        for (ms, text) in BOUNDS {
            let seconds: f64 = text.parse().unwrap();
            assert_eq!(Duration::from_secs_f64(seconds).as_millis(), u128::from(ms), "{text}");
        }
    }
}
