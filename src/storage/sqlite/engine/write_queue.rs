//! What waits for the thread that writes, and in which order it is done.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;

use crate::storage::error::StoreError;
use crate::storage::sqlite::engine::state_counts::Writing;

/// A piece of work inside a transaction, and who waits for it.
pub trait Command: Send {
    /// Does it. An error undoes this command, and no other.
    fn run(&mut self, tx: &Writing<'_>) -> Result<(), StoreError>;

    /// Tells who asked. `committed` says what became of the whole transaction.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// What the thread is told.
pub enum Order {
    /// Do this, and answer after the commit.
    Write(Box<dyn Command>),
    /// The same, before all others that wait.
    WriteFirst(Box<dyn Command>),
    /// The file was written to: was it somebody else?
    Look,
    /// Commit what was asked before, and end.
    Stop,
}

/// Orders as they are taken out. What was told to go first does, or else a source that hands over
/// without end would keep what was sent from being recorded, and so the sender from sending.
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

    /// The next to be done, if one is waiting.
    pub fn take(&mut self) -> Option<Box<dyn Command>> {
        self.sort();
        self.first.pop_front().or_else(|| self.then.pop_front())
    }

    /// Whether somebody asked to look since this was asked last.
    pub fn take_look(&mut self) -> bool {
        std::mem::take(&mut self.look)
    }

    /// Looks once more, unless it ends.
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
            // Who asks after the end finds it so when the command is dropped.
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
