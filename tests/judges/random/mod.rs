//! Random profiles and random values: each is rendered without a panic, and what the decoders of
//! others find in the request is what went in. That is worked out apart from the program: from the
//! pieces of which the texts were made, never from the texts.
//!
//! `RINGBACK_CASES` says how many; 2 000 unless said.

mod body;
mod case;
mod check;
mod decode;
mod model;
mod piece;
mod tally;
mod value;

use std::cell::RefCell;

use self::case::{Case, any_case};
use self::tally::Tally;
use proptest::test_runner::{Config, TestRunner};

#[test]
fn what_went_in_comes_out() {
    let cases = match std::env::var("RINGBACK_CASES") {
        Ok(cases) if !cases.is_empty() => cases.parse().expect("RINGBACK_CASES is a number"),
        Ok(_) | Err(_) => 2000,
    };
    let workers = u32::try_from(std::thread::available_parallelism().map_or(1, usize::from)).unwrap();
    let share = |worker: u32| cases / workers + u32::from(worker < cases % workers);
    let tally = std::thread::scope(|scope| {
        let started: Vec<_> = (0..workers).map(|worker| scope.spawn(move || run(share(worker)))).collect();
        started.into_iter().fold(Tally::default(), |all, worker| match worker.join() {
            Ok(tally) => all.and(tally),
            Err(panic) => std::panic::resume_unwind(panic),
        })
    });
    println!("{tally}");
    tally.assert_all_was_met(cases);
}

/// Runs so many cases.
fn run(cases: u32) -> Tally {
    let tally = RefCell::new(Tally::default());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let result = TestRunner::new(config).run(&any_case(), |case: Case| {
        tally.borrow_mut().count(&case, check::request(&case)?);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    tally.into_inner()
}
