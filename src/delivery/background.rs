//! A runtime of one thread that never waits for blocking work when it ends.

use std::io;
use std::ops::Deref;

use tokio::runtime::{Builder, Runtime};

/// A runtime that is shut down without waiting: a name server that is silent, or a file that hangs,
/// must not keep the thread, and with it the command, from ending.
pub struct Background(Option<Runtime>);

impl Background {
    /// A runtime for the current thread, with timers and sockets.
    ///
    /// # Errors
    /// The system has no descriptors or memory for it.
    pub fn build() -> io::Result<Self> {
        Ok(Self(Some(Builder::new_current_thread().enable_all().build()?)))
    }
}

impl Deref for Background {
    type Target = Runtime;

    #[allow(clippy::expect_used, reason = "the runtime is there until the drop")]
    fn deref(&self) -> &Runtime {
        self.0.as_ref().expect("not dropped yet")
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn it_ends_while_blocking_work_hangs() {
        let (release, hangs) = mpsc::channel::<()>();
        let runtime = Background::build().unwrap();
        let work = runtime.spawn_blocking(move || hangs.recv());
        drop(runtime);
        // Only now may the work end: a runtime that waits for it is never dropped.
        drop(release);
        drop(work);
    }
}
