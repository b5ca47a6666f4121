//! Terminal input, read by a thread that can be stopped and that detects the end of the terminal.

mod burst;
mod csi;
mod decoder;
mod mouse;
#[cfg(test)]
mod tests;

use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use rustix::process::Signal;
use tokio::sync::mpsc::UnboundedSender;

use self::burst::Bursts;
use self::decoder::Decoder;
use crate::console::model::message::Message;
use crate::threads;

/// The size of a read; Linux terminals deliver no more at once.
const READ: usize = 4096;
/// How long the thread may take to stop. It stops immediately, unless the machine is very busy.
const STOP: Duration = Duration::from_millis(200);

/// The keyboard while it is being read. Dropping it stops the reading, so that no keys are taken from the next
/// program that uses the terminal.
pub struct Keyboard {
    stop: Option<UnixStream>,
    stopped: Receiver<()>,
}

impl Keyboard {
    /// Reads the keyboard, and sends the input as messages; the end of the terminal as a hang-up.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub fn read(tx: UnboundedSender<Message>) -> io::Result<Self> {
        let (stop, asked) = UnixStream::pair()?;
        let (end, stopped) = channel();
        threads::spawn("keyboard", move || run(&asked, &tx, end)).map_err(io::Error::other)?;
        Ok(Self { stop: Some(stop), stopped })
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        drop(self.stop.take());
        // The thread never sends anything: the channel closes when it ends.
        let _ = self.stopped.recv_timeout(STOP);
    }
}

fn run(asked: &UnixStream, tx: &UnboundedSender<Message>, _end: Sender<()>) {
    if read_all(asked, tx).is_err() {
        let hang_up = u8::try_from(Signal::HUP.as_raw()).unwrap_or(1);
        let _ = tx.send(Message::Terminate(hang_up));
    }
}

/// Reads until asked to stop. Blocks without timeout while nothing is unfinished; an error means the end of the
/// terminal.
fn read_all(asked: &UnixStream, tx: &UnboundedSender<Message>) -> io::Result<()> {
    // The console runs only where standard input is a terminal.
    let terminal = rustix::stdio::stdin();
    let (mut decoder, mut bursts) = (Decoder::default(), Bursts::default());
    let mut bytes = [0; READ];
    loop {
        let mut waiting =
            [PollFd::new(&terminal, PollFlags::IN), PollFd::from_borrowed_fd(asked.as_fd(), PollFlags::IN)];
        let patience = decoder.patience().and_then(|patience| Timespec::try_from(patience).ok());
        let ready = match poll(&mut waiting, patience.as_ref()) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
            Ok(ready) => ready,
        };
        let (seen, stop) = (waiting[0].revents(), waiting[1].revents());
        if !stop.is_empty() {
            return Ok(());
        }
        if seen.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut inputs = Vec::new();
        let length = if ready == 0 {
            decoder.expire(&mut inputs);
            0
        } else {
            match read(terminal, &mut bytes) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => {
                    decoder.feed(&bytes[..length], &mut inputs);
                    length
                }
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Err(error) => return Err(error.into()),
            }
        };
        for message in bursts.messages(inputs, length) {
            if tx.send(message).is_err() {
                return Ok(());
            }
        }
    }
}
