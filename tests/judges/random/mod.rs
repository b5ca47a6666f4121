//! Random profiles and random values: each is rendered without a panic, and third-party decoders recover the input
//! from the request. The expected result is computed independently of the program: from the pieces that the texts
//! were built from, never from the texts.
//!
//! `RINGBACK_CASES` sets the number of cases; 2 000 by default.

mod body;
mod case;
mod check;
mod counts;
mod decode;
mod model;
mod piece;
mod value;

use std::cell::RefCell;

use self::case::{Case, any_case};
use self::counts::CaseCounts;
use proptest::test_runner::{Config, TestRunner};

#[test]
fn random_cases_round_trip() {
    let cases = match std::env::var("RINGBACK_CASES") {
        Ok(cases) if !cases.is_empty() => cases.parse().expect("RINGBACK_CASES is a number"),
        Ok(_) | Err(_) => 2000,
    };
    let workers = u32::try_from(std::thread::available_parallelism().map_or(1, usize::from)).unwrap();
    let share = |worker: u32| cases / workers + u32::from(worker < cases % workers);
    let counts = std::thread::scope(|scope| {
        let started: Vec<_> = (0..workers).map(|worker| scope.spawn(move || run(share(worker)))).collect();
        started.into_iter().fold(CaseCounts::default(), |all, worker| match worker.join() {
            Ok(counts) => all.and(counts),
            Err(panic) => std::panic::resume_unwind(panic),
        })
    });
    println!("{counts}");
    counts.assert_all_was_met(cases);
}

/// Runs this many cases.
fn run(cases: u32) -> CaseCounts {
    let counts = RefCell::new(CaseCounts::default());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let result = TestRunner::new(config).run(&any_case(), |case: Case| {
        counts.borrow_mut().count(&case, check::request(&case)?);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    counts.into_inner()
}
