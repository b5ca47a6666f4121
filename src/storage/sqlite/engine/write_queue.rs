//! The queue of the writing thread, and its order.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;

use crate::storage::error::StoreError;
use crate::storage::sqlite::engine::state_counts::Writing;

/// A piece of work inside a transaction, with its caller.
pub trait Command: Send {
    /// Runs it. An error undoes this command, and no other.
    fn run(&mut self, tx: &Writing<'_>) -> Result<(), StoreError>;

    /// Notifies the caller. `committed` is the result of the whole transaction.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);

    /// How many callers wait for it, once it has run.
    fn callers(&self) -> usize {
        1
    }
}

/// A message to the thread.
pub enum Order {
    /// Run this, and reply after the commit.
    Write(Box<dyn Command>),
    /// The same, before all other waiting commands.
    WriteFirst(Box<dyn Command>),
    /// The file was written to: check whether by another process.
    Look,
    /// Commit earlier commands, and end.
    Stop,
}

/// Commands in the order of execution. Priority commands come first; otherwise an endless source of deliveries would
/// keep outcomes from being recorded, and so the sender from sending.
pub struct Queue {
    orders: Receiver<Order>,
    first: VecDeque<Box<dyn Command>>,
    then: VecDeque<Box<dyn Command>>,
    /// How many of those were waiting when the transaction began.
    known: usize,
    look: bool,
    stop: bool,
}

impl Queue {
    pub fn of(orders: Receiver<Order>) -> Self {
        Self { orders, first: VecDeque::new(), then: VecDeque::new(), known: 0, look: false, stop: false }
    }

    /// Waits for something to do. False at the end.
    pub fn wait(&mut self) -> bool {
        self.sort();
        if self.first.is_empty() && self.then.is_empty() && !self.look && !self.stop {
            match self.orders.recv() {
                Ok(order) => self.put(order),
                Err(_) => self.stop = true,
            }
        }
        !self.first.is_empty() || !self.then.is_empty() || self.look
    }

    /// The first command of a transaction, if one is waiting.
    pub fn take(&mut self) -> Option<Box<dyn Command>> {
        self.sort();
        let next = self.first.pop_front().or_else(|| self.then.pop_front());
        self.known = self.then.len();
        next
    }

    /// The next one: of those that go first, or that were waiting when the transaction began; or of the others, if it
    /// `may_grow`.
    pub fn take_more(&mut self, may_grow: bool) -> Option<Box<dyn Command>> {
        self.sort();
        if let Some(first) = self.first.pop_front() {
            return Some(first);
        }
        if self.known == 0 && !may_grow {
            return None;
        }
        self.known = self.known.saturating_sub(1);
        self.then.pop_front()
    }

    /// Whether a check was requested since the last call.
    pub fn take_look(&mut self) -> bool {
        std::mem::take(&mut self.look)
    }

    /// Requests another check, unless it ends.
    pub fn look_again(&mut self) {
        self.sort();
        self.look |= !self.stop;
    }

    fn sort(&mut self) {
        while let Ok(order) = self.orders.try_recv() {
            self.put(order);
        }
    }

    fn put(&mut self, order: Order) {
        match order {
            // Callers after the end find out when the command is dropped.
            _ if self.stop => {}
            Order::Write(command) => self.then.push_back(command),
            Order::WriteFirst(command) => self.first.push_back(command),
            Order::Look => self.look = true,
            Order::Stop => self.stop = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    struct Named(&'static str, mpsc::Sender<&'static str>);

    impl Command for Named {
        fn run(&mut self, _: &Writing<'_>) -> Result<(), StoreError> {
            Ok(())
        }

        fn answer(self: Box<Self>, _: Result<(), StoreError>) {
            self.1.send(self.0).unwrap();
        }
    }

    #[test]
    fn what_goes_first_overtakes_and_nothing_comes_after_the_end() {
        let (tell, orders) = mpsc::channel();
        let (done, told) = mpsc::channel();
        let named = |name| Box::new(Named(name, done.clone()));
        let mut queue = Queue::of(orders);
        tell.send(Order::Write(named("a"))).unwrap();
        tell.send(Order::Write(named("b"))).unwrap();
        tell.send(Order::Look).unwrap();
        tell.send(Order::WriteFirst(named("c"))).unwrap();
        tell.send(Order::Stop).unwrap();
        tell.send(Order::Write(named("too late"))).unwrap();
        while queue.wait() {
            if let Some(command) = queue.take() {
                command.answer(Ok(()));
            }
            queue.take_look();
        }
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["c", "a", "b"]);
    }

    #[test]
    fn a_transaction_that_may_not_grow_takes_along_what_was_waiting_and_what_goes_first() {
        let (tell, orders) = mpsc::channel();
        let (done, told) = mpsc::channel();
        let named = |name| Box::new(Named(name, done.clone()));
        let mut queue = Queue::of(orders);
        for name in ["a", "b"] {
            tell.send(Order::Write(named(name))).unwrap();
        }
        queue.take().unwrap().answer(Ok(()));
        tell.send(Order::Write(named("later"))).unwrap();
        tell.send(Order::WriteFirst(named("first"))).unwrap();
        while let Some(command) = queue.take_more(false) {
            command.answer(Ok(()));
        }
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["a", "first", "b"]);
        queue.take_more(true).unwrap().answer(Ok(()));
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["later"]);
    }
}
