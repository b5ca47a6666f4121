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
    look: bool,
    stop: bool,
}

impl Queue {
    pub fn of(orders: Receiver<Order>) -> Self {
        Self { orders, first: VecDeque::new(), then: VecDeque::new(), look: false, stop: false }
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

    /// The next command, if one is waiting.
    pub fn take(&mut self) -> Option<Box<dyn Command>> {
        self.sort();
        self.first.pop_front().or_else(|| self.then.pop_front())
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
}
