//! Failures in words: how many of which.

use std::collections::BTreeMap;

use super::group_digits;

/// The class of the failures that are the status of a response.
const STATUS: &str = "status";

/// Failures by class and by the status of the response, the most frequent first: `500 × status 503`,
/// `240 × timeout`. What has a status is named by it, the rest by its class.
#[must_use]
pub fn failure_words(by_class: &BTreeMap<&str, u64>, by_status: &BTreeMap<u16, u64>) -> Vec<String> {
    let classes = by_class.iter().map(|(class, n)| match *class {
        // Those whose status is not known.
        STATUS => (STATUS.to_owned(), n.saturating_sub(by_status.values().sum())),
        class => (class.to_owned(), *n),
    });
    let statuses = by_status.iter().map(|(status, n)| (format!("{STATUS} {status}"), *n));
    let mut all: Vec<(String, u64)> = statuses.chain(classes).filter(|(_, n)| *n > 0).collect();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    all.into_iter().map(|(what, n)| format!("{} × {what}", group_digits(n))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_named_by_their_status_or_their_class() {
        let by_class = BTreeMap::from([("status", 1_263), ("timeout", 240), ("dns", 0)]);
        let words = failure_words(&by_class, &BTreeMap::from([(503, 1_200), (299, 3), (999, 60)]));
        let wanted = ["1 200 × status 503", "240 × timeout", "60 × status 999", "3 × status 299"];
        assert_eq!(words, wanted);
        assert_eq!(failure_words(&by_class, &BTreeMap::new()), ["1 263 × status", "240 × timeout"]);
    }
}
