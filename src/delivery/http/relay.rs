//! Wakes the task that currently drives a connection, whichever drove it before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use futures_util::task::AtomicWaker;

/// Wakes the task that drives a connection. The library keeps the same waker, although tasks take turns.
#[derive(Debug)]
pub struct Relay {
    shared: Arc<Shared>,
    waker: Waker,
}

#[derive(Debug, Default)]
struct Shared {
    task: AtomicWaker,
    is_silent: AtomicBool,
}

impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_silent.load(Ordering::Relaxed) {
            self.task.wake();
        }
    }
}

impl Default for Relay {
    fn default() -> Self {
        let shared: Arc<Shared> = Arc::default();
        Self { waker: Waker::from(Arc::clone(&shared)), shared }
    }
}

impl Relay {
    /// The context for driving the connection: this task is woken from now on.
    pub fn context(&self, cx: &Context<'_>) -> Context<'_> {
        self.shared.task.register(cx.waker());
        Context::from_waker(&self.waker)
    }

    /// Runs something that would only notify the driver, in the task that drives it anyway.
    pub fn silently<T>(&self, run: impl FnOnce() -> T) -> T {
        self.shared.is_silent.store(true, Ordering::Relaxed);
        let result = run();
        self.shared.is_silent.store(false, Ordering::Relaxed);
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn the_driving_task_is_woken_unless_it_notifies_itself() {
        let (relay, counts) = (Relay::default(), [(); 2].map(|()| Arc::new(Count::default())));
        let [one, other] = counts.each_ref().map(|count| Waker::from(Arc::clone(count)));
        let kept = relay.context(&Context::from_waker(&one)).waker().clone();
        assert!(relay.context(&Context::from_waker(&other)).waker().will_wake(&kept));
        relay.silently(|| kept.wake_by_ref());
        assert_eq!(counts.each_ref().map(|count| count.0.load(Ordering::Relaxed)), [0, 0]);
        kept.wake();
        assert_eq!(counts.each_ref().map(|count| count.0.load(Ordering::Relaxed)), [0, 1]);
    }
}
