//! How many events of a lane have ended in the last minutes, and how many of those have failed.

/// How many events have ended, and how many of those have failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecentFailures {
    /// Events that have ended.
    pub ended: u32,
    /// Those that have failed.
    pub failed: u32,
}

impl RecentFailures {
    /// Whether at least this many percent have failed.
    #[must_use]
    pub fn reaches(self, percent: u32) -> bool {
        u64::from(self.failed) * 100 >= u64::from(self.ended) * u64::from(percent) && self.failed > 0
    }
}

/// The last minutes of a lane, oldest first. Empty while no failure rate is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailureMinutes(Vec<(i64, RecentFailures)>);

impl FailureMinutes {
    /// Reads it as it is stored; nothing where it cannot be read, since it only covers minutes.
    #[must_use]
    pub fn read(text: Option<&str>) -> Self {
        let read = |text| serde_json::from_str::<Vec<(i64, u32, u32)>>(text).ok();
        let all = text.and_then(read).unwrap_or_default();
        Self(
            all.into_iter()
                .map(|(minute, ended, failed)| (minute, RecentFailures { ended, failed }))
                .collect(),
        )
    }

    /// As it is stored: a JSON list of the number of a minute since 1970, ended and failed events.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let row = |(minute, of): &(i64, RecentFailures)| serde_json::json!([minute, of.ended, of.failed]);
        let rows: serde_json::Value = self.0.iter().map(row).collect();
        (!self.0.is_empty()).then(|| rows.to_string())
    }

    /// Counts events that ended at a time in milliseconds, and keeps this many minutes.
    pub fn add(&mut self, at_ms: i64, of: RecentFailures, minutes: u32) {
        let minute = at_ms.div_euclid(60_000);
        let place = self.0.partition_point(|(known, _)| *known < minute);
        match self.0.get_mut(place).filter(|(known, _)| *known == minute) {
            Some((_, sum)) => {
                sum.ended = sum.ended.saturating_add(of.ended);
                sum.failed = sum.failed.saturating_add(of.failed);
            }
            None => self.0.insert(place, (minute, of)),
        }
        let newest = self.0.last().map_or(minute, |(newest, _)| *newest);
        self.0.retain(|(known, _)| *known > newest.saturating_sub(minutes.into()));
    }

    /// The sum of the minutes.
    #[must_use]
    pub fn sum(&self) -> RecentFailures {
        let add = |sum: RecentFailures, (_, of): &(i64, RecentFailures)| RecentFailures {
            ended: sum.ended.saturating_add(of.ended),
            failed: sum.failed.saturating_add(of.failed),
        };
        self.0.iter().fold(RecentFailures::default(), add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: RecentFailures = RecentFailures { ended: 1, failed: 1 };
    const DELIVERED: RecentFailures = RecentFailures { ended: 1, failed: 0 };

    #[test]
    fn minutes_that_are_over_no_longer_count() {
        let mut all = FailureMinutes::default();
        for (minute, of) in [(10, FAILED), (11, DELIVERED), (10, FAILED), (12, FAILED)] {
            all.add(minute * 60_000 + 7, of, 3);
        }
        assert_eq!(all.sum(), RecentFailures { ended: 4, failed: 3 });
        assert_eq!(all.text().unwrap(), "[[10,2,2],[11,1,0],[12,1,1]]");
        assert_eq!(FailureMinutes::read(all.text().as_deref()), all);
        all.add(13 * 60_000, DELIVERED, 3);
        assert_eq!(all.sum(), RecentFailures { ended: 3, failed: 1 });
        all.add(5 * 60_000, FAILED, 3);
        assert_eq!(all.sum().ended, 3, "a clock that was set back adds nothing old");
        assert_eq!(FailureMinutes::read(Some("{")), FailureMinutes::default());
        assert_eq!(FailureMinutes::default().text(), None);
    }

    #[test]
    fn a_rate_is_reached_exactly() {
        let of = |failed, ended| RecentFailures { ended, failed };
        assert!(of(1, 2).reaches(50) && !of(1, 2).reaches(51) && of(2, 2).reaches(100));
        assert!(!of(0, 0).reaches(1) && !of(0, 5).reaches(1));
        assert!(of(u32::MAX, u32::MAX).reaches(100));
    }
}
