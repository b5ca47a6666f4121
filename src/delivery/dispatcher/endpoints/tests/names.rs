//! Endpoints whose names have not resolved.

use super::*;

const TOTAL: usize = 64;

/// Endpoints with a delivery for each of these origins, and the names that resolved recently.
fn endpoints(origins: &[&str], now: Instant) -> (Endpoints, Arc<KnownNames>) {
    let names = Arc::<KnownNames>::default();
    let limits = Limits { per_origin: 16, total: TOTAL, unrecorded: 256, threads: 1 };
    let mut endpoints = Endpoints::new(limits, Arc::clone(&names));
    for (lane, origin) in (0..).zip(origins) {
        endpoints.add((0..20).map(|_| job(origin, lane, false)).collect(), now);
    }
    (endpoints, names)
}

fn started(endpoints: &mut Endpoints, now: Instant) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for (origin, _) in start_all(endpoints, now).1 {
        *counts.entry(origin.to_string()).or_default() += 1;
    }
    counts
}

#[test]
fn an_endpoint_has_one_attempt_until_its_name_resolves_and_then_its_slots() {
    let now = Instant::now();
    let all = ["http://a.example", "http://b.example:81", "http://192.0.2.1", "http://[2001:db8::1]:81"];
    let (mut endpoints, names) = endpoints(&all, now);
    let first = started(&mut endpoints, now);
    assert_eq!(all.map(|origin| first[origin]), [1, 1, 4, 4]);
    let (origins, _) = endpoints.ask(now);
    assert_eq!(all.map(|origin| origins[origin].unresolved), [true, true, false, false]);
    names.ask("b.example", now).resolved(now);
    endpoints.wake(now);
    assert_eq!(started(&mut endpoints, now), HashMap::from([(all[1].to_owned(), 3)]));
    assert!(!endpoints.ask(now).0[all[1]].unresolved);
}

#[test]
fn an_endpoint_whose_name_no_longer_resolves_has_one_attempt() {
    let now = Instant::now();
    let (mut endpoints, names) = endpoints(&["http://a.example"], now);
    names.ask("a.example", now).resolved(now);
    let (origins, tickets): (Vec<_>, Vec<_>) = start_all(&mut endpoints, now).1.into_iter().unzip();
    assert_eq!(tickets.len(), 4);
    drop(names.ask("a.example", now));
    for (ended, ticket) in tickets.iter().enumerate() {
        endpoints.end(&origins[0], *ticket, now, Some(Ended::TimedOut));
        assert_eq!(endpoints.can_start(), ended + 1 == tickets.len());
    }
    assert_eq!(started(&mut endpoints, now).len(), 1);
    assert!(!endpoints.can_start());
}

#[test]
fn all_names_that_do_not_resolve_take_a_quarter_of_the_slots() {
    let now = Instant::now();
    let dead: Vec<String> = (0..TOTAL).map(|n| format!("http://dead{n}.example")).collect();
    let mut all: Vec<&str> = dead.iter().map(String::as_str).collect();
    all.push("http://192.0.2.1");
    let (mut endpoints, _) = endpoints(&all, now);
    let (order, tickets) = start_all(&mut endpoints, now);
    assert_eq!(order.matches("dead").count(), TOTAL / 4);
    assert_eq!(order.matches("192.0.2.1").count(), 4);
    let (origin, ticket) = tickets.into_iter().find(|(origin, _)| origin.contains("dead")).unwrap();
    endpoints.end(&origin, ticket, now, Some(Ended::TimedOut));
    let (order, _) = start_all(&mut endpoints, now);
    assert_eq!(order, format!("http://dead{}.example", TOTAL / 4), "the next one");
}
