//! Assigns attempts to the tasks of one thread.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread;

use super::results::{Finished, Results};
use crate::clock;
use crate::delivery::attempt::{Timer, Transport};
use crate::delivery::http::local_trouble::LocalTrouble;
use crate::record::{Job, Outcome, expiry, retry_decision};

/// An attempt to make.
pub struct Assignment {
    /// Its number.
    pub number: usize,
    pub job: Box<Job>,
}

/// The seats of the tasks of one thread.
#[derive(Default)]
pub struct Desk(Mutex<Seats>);

#[derive(Default)]
struct Seats {
    all: Vec<Seat>,
    /// Seats of idle tasks, the most recently used one last.
    idle: Vec<usize>,
    /// Seats of panicked tasks.
    vacant: Vec<usize>,
}

#[derive(Default)]
struct Seat {
    next: Option<Assignment>,
    waker: Option<Waker>,
}

/// The recipient of an attempt.
pub enum Given {
    /// An idle task.
    Task,
    /// A task to start for this seat.
    Seat(usize),
}

impl Desk {
    /// Assigns an attempt to a task.
    pub fn give(&self, assignment: Assignment) -> Given {
        let mut seats = self.seats();
        let Seats { all, idle, vacant } = &mut *seats;
        if let Some(seat) = idle.pop().and_then(|seat| all.get_mut(seat)) {
            seat.next = Some(assignment);
            if let Some(waker) = &seat.waker {
                waker.wake_by_ref();
            }
            return Given::Task;
        }
        let seat = Seat { next: Some(assignment), waker: None };
        let vacated = vacant.pop().and_then(|number| Some((number, all.get_mut(number)?)));
        let Some((number, vacated)) = vacated else {
            all.push(seat);
            return Given::Seat(all.len() - 1);
        };
        *vacated = seat;
        Given::Seat(number)
    }

    /// The next attempt for this seat.
    async fn next(&self, seat: usize) -> Assignment {
        poll_fn(|cx| {
            let mut seats = self.seats();
            let Some(seat) = seats.all.get_mut(seat) else { return Poll::Pending };
            if let Some(next) = seat.next.take() {
                return Poll::Ready(next);
            }
            if !seat.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                seat.waker = Some(cx.waker().clone());
            }
            Poll::Pending
        })
        .await
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        // It is consistent after every step, even if a thread panicked in between.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes one attempt after the other for this seat.
pub async fn work(desk: Arc<Desk>, seat: usize, transport: Transport, results: Arc<Results>) {
    let mut timer = Timer::default();
    loop {
        let Assignment { number, job } = desk.next(seat).await;
        let at_work = AtWork { desk: &desk, seat, results: &results, number };
        let came = attempt(&transport, job, &mut timer).await;
        at_work.end(came);
    }
}

/// An attempt in flight. It is reported even if it panics.
struct AtWork<'a> {
    desk: &'a Desk,
    seat: usize,
    results: &'a Results,
    number: usize,
}

impl AtWork<'_> {
    fn end(self, came: Result<Outcome, LocalTrouble>) {
        self.desk.seats().idle.push(self.seat);
        self.results.add(Finished { number: self.number, came: Some(came) });
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        // Otherwise it has ended, or the sender has.
        if thread::panicking() {
            self.desk.seats().vacant.push(self.seat);
            self.results.add(Finished { number: self.number, came: None });
        }
    }
}

async fn attempt(transport: &Transport, job: Box<Job>, timer: &mut Timer) -> Result<Outcome, LocalTrouble> {
    let tried = transport.attempt_with(&job, timer).await?;
    let failure = tried.attempt.error.as_ref();
    // Only a retry is due at a time from now.
    let now = if failure.is_some() { clock::now() } else { tried.attempt.started_at };
    let next = if job.is_probe {
        retry_decision::next_of_probe(tried.attempt.n, failure, now)
    } else {
        // Probes have used up no retries.
        let n = tried.attempt.n.saturating_sub(job.probes);
        retry_decision::next(job.policy, n, failure, tried.retry_after, now)
    };
    let next = expiry::no_later(next, expiry::expires_at(&job));
    let Job { reference, lane, subject, .. } = *job;
    Ok(Outcome { job: reference, lane, subject, attempt: tried.attempt, next })
}
