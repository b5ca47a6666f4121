//! The event loop, which owns the terminal: messages in, frames out.

use std::io;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::clock;
use crate::console::effects::copying;
use crate::console::model::effect::{Effect, Request, Ticket};
use crate::console::model::message::Message;
use crate::console::model::program::Program;
use crate::console::model::state::State;
use crate::console::terminal::frame_limiter::{Cause, FrameLimiter};
use crate::console::terminal::keyboard::Keyboard;
use crate::console::terminal::program::running::Running;
use crate::console::terminal::screen::Screen;
use crate::console::terminal::session_sender::{self, SessionSender};
use crate::console::terminal::signals::{self, Ended, JobControl, JobEvent};
use crate::console::terminal::timers;
use crate::console::update::{self, type_ahead};

/// How long after a program's end a Ctrl+C may arrive that was meant for it.
const LATE: Duration = Duration::from_millis(500);

/// The console while it runs.
pub struct Console {
    screen: Screen,
    /// None while a program uses the terminal.
    keyboard: Option<Keyboard>,
    /// A program that uses the terminal: an editor, a pager.
    program: Option<(Ticket, Running)>,
    /// When a program last returned the terminal.
    returned: Option<Instant>,
    state: State,
    requests: UnboundedSender<Request>,
    tx: UnboundedSender<Message>,
    job: JobControl,
    pace: FrameLimiter,
    /// The reason for the next frame.
    wanted: Option<Cause>,
    suspend: bool,
    ended: Option<Ended>,
}

/// The event that woke the loop.
enum Woken {
    Message(Message),
    /// A request to stop, or the end of a stop that was not requested here.
    Job(JobEvent),
    /// The program has returned the terminal.
    Returned(Message),
    Frame,
}

impl Console {
    /// A console on a terminal that has been taken over.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub fn new(
        screen: Screen,
        job: JobControl,
        state: State,
        requests: UnboundedSender<Request>,
        tx: UnboundedSender<Message>,
    ) -> io::Result<Self> {
        let keyboard = Some(Keyboard::read(tx.clone())?);
        let (program, returned, ended) = (None, None, None);
        let pace = FrameLimiter::default();
        let (wanted, suspend) = (Some(Cause::Update), false);
        Ok(Self {
            screen,
            keyboard,
            program,
            returned,
            state,
            requests,
            tx,
            job,
            pace,
            wanted,
            suspend,
            ended,
        })
    }

    /// Draws the first frame.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn show(&mut self) -> io::Result<()> {
        self.draw()?;
        if self.state.mouse.is_on() {
            self.screen.capture_mouse(true)?;
        }
        Ok(())
    }

    /// Runs to the end. A lost terminal is an end, not an error.
    ///
    /// # Errors
    /// The terminal cannot be used.
    pub async fn run(
        &mut self,
        messages: UnboundedReceiver<Message>,
        sender: &mut SessionSender,
    ) -> io::Result<Ended> {
        match self.run_on(messages, sender).await {
            Err(error) if is_gone(&error) => Ok(signals::hung_up()),
            ended => ended,
        }
    }

    async fn run_on(
        &mut self,
        mut messages: UnboundedReceiver<Message>,
        sender: &mut SessionSender,
    ) -> io::Result<Ended> {
        for request in update::start(&mut self.state) {
            self.perform(request)?;
        }
        loop {
            if let Some(ended) = self.ended {
                return Ok(ended);
            }
            if std::mem::take(&mut self.suspend) {
                self.suspend(&mut messages, sender).await?;
                continue;
            }
            let has_terminal = self.program.is_none();
            let wanted = self.wanted.filter(|_| has_terminal);
            let frame_in = wanted.map(|cause| self.pace.wait(Instant::now(), cause));
            if frame_in.is_some_and(|wait| wait.is_zero()) {
                self.draw()?;
                continue;
            }
            let tick = timers::tick(&self.state).filter(|_| has_terminal && wanted.is_none());
            let woken = tokio::select! {
                biased;
                Some(message) = messages.recv() => Woken::Message(message),
                returned = ended(&mut self.program) => Woken::Returned(returned),
                event = self.job.next() => Woken::Job(event),
                () = tokio::time::sleep(frame_in.unwrap_or_default()), if frame_in.is_some() => Woken::Frame,
                () = tokio::time::sleep(tick.unwrap_or_default().saturating_sub(self.pace.since_last(Instant::now()))),
                    if tick.is_some() => Woken::Message(Message::Now(clock::now())),
            };
            match woken {
                Woken::Message(message) => self.take(message).await?,
                Woken::Returned(message) => {
                    (self.program, self.returned) = (None, Some(Instant::now()));
                    self.screen.reacquire_from_program()?;
                    self.restart_keyboard()?;
                    self.take(message).await?;
                }
                Woken::Job(JobEvent::Stop) => self.suspend = true,
                // A program that uses the terminal continues without us.
                Woken::Job(JobEvent::Resumed) if has_terminal => {
                    self.screen.reacquire()?;
                    self.wanted = Some(Cause::Person);
                }
                Woken::Job(JobEvent::Resumed) | Woken::Frame => {}
            }
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        // The next tick depends on the time at which the frame was drawn.
        self.process(Message::Now(clock::now()))?;
        self.screen.draw(&self.state)?;
        let _ = update::update(&mut self.state, Message::Drawn(clock::now()));
        self.pace.drew(Instant::now());
        self.wanted = None;
        Ok(())
    }

    async fn take(&mut self, message: Message) -> io::Result<()> {
        match message {
            // Ctrl+C and Ctrl+\ are for the program that uses the terminal.
            Message::Terminate(n) if is_pressed(n) && self.is_programs() => return Ok(()),
            Message::Terminate(number) => self.ended = Some(Ended::Signal(number)),
            Message::Panicked => self.ended = Some(Ended::Panicked),
            _ => {}
        }
        // Text written in a program so far is not lost.
        if self.ended.is_some()
            && let Some((ticket, mut program)) = self.program.take()
        {
            let written = program.end().await;
            self.give(Message::Result(ticket, vec![written]))?;
        }
        self.give(message)
    }

    /// Whether keys are for a program, or were until just now.
    fn is_programs(&self) -> bool {
        self.program.is_some() || self.returned.is_some_and(|at| at.elapsed() < LATE)
    }

    /// Passes a message to `update`, and runs or forwards the effects.
    fn give(&mut self, message: Message) -> io::Result<()> {
        let cause = if message.is_of_person() { Cause::Person } else { Cause::Update };
        self.process(Message::Now(clock::now()))?;
        self.process(message)?;
        self.wanted = self.wanted.max(Some(cause));
        Ok(())
    }

    /// The same, without drawing a frame for it.
    fn process(&mut self, message: Message) -> io::Result<()> {
        for request in update::update(&mut self.state, message) {
            self.perform(request)?;
        }
        Ok(())
    }

    fn perform(&mut self, request: Request) -> io::Result<()> {
        let Request { ticket, effect } = request;
        match effect {
            Effect::Quit => self.ended = self.ended.or(Some(Ended::Quit)),
            Effect::Redraw => self.screen.clear()?,
            Effect::Suspend => self.suspend = true,
            Effect::CaptureMouse(on) => self.screen.capture_mouse(on)?,
            Effect::Copy { text, what } => copying::copy(ticket, text, what, self.tx.clone()),
            Effect::Run(program) => self.hand_over(ticket, program)?,
            effect => {
                // The effects task ends after the event loop.
                let _ = self.requests.send(Request { ticket, effect });
            }
        }
        Ok(())
    }

    /// Hands the terminal to a program; nothing reads the keyboard until it ends.
    fn hand_over(&mut self, ticket: Ticket, program: Program) -> io::Result<()> {
        if self.program.is_some() || self.ended.is_some() {
            return Ok(());
        }
        self.keyboard = None;
        self.screen.release();
        match program.start() {
            Ok(running) => self.program = Some((ticket, running)),
            Err(failed) => {
                self.screen.reacquire()?;
                self.restart_keyboard()?;
                let _ = self.tx.send(Message::Result(ticket, vec![failed]));
            }
        }
        Ok(())
    }

    /// Stops the process until the shell resumes it. The sender is shut down cleanly first. A program that uses the
    /// terminal keeps it.
    ///
    /// One stop answers all requests made until it is over.
    async fn suspend(
        &mut self,
        messages: &mut UnboundedReceiver<Message>,
        sender: &mut SessionSender,
    ) -> io::Result<()> {
        let has_terminal = self.program.is_none();
        if has_terminal {
            self.keyboard = None;
            self.forget_stop_keys(messages).await?;
            self.screen.release();
        }
        tokio::select! {
            () = sender.stop() => if !signals::is_ending() { self.job.stop().await },
            // Ctrl+C also arrives as a message, and ends the program.
            () = session_sender::wait_for_impatience() => {}
        }
        sender.resume();
        if has_terminal {
            self.screen.reacquire()?;
            self.restart_keyboard()?;
        }
        self.job.forget_stops().await;
        Ok(())
    }

    /// Handles the messages that have arrived, except typed keys: keys that stop are discarded, the others wait until
    /// the program is resumed. Nothing may read the keyboard meanwhile.
    async fn forget_stop_keys(&mut self, messages: &mut UnboundedReceiver<Message>) -> io::Result<()> {
        let arrived: Vec<Message> = std::iter::from_fn(|| messages.try_recv().ok()).collect();
        for message in arrived {
            if type_ahead::is_stop(&self.state, &message) {
                continue;
            }
            if type_ahead::is_typed(&message) {
                let _ = self.tx.send(message);
            } else {
                self.take(message).await?;
            }
        }
        Ok(())
    }

    /// Reads the keyboard again, and redraws everything for the current size of the terminal.
    fn restart_keyboard(&mut self) -> io::Result<()> {
        self.keyboard = Some(Keyboard::read(self.tx.clone())?);
        let (columns, lines) = self.screen.size()?;
        self.give(Message::Resize(columns, lines))
    }
}

/// The end of the program that uses the terminal, with its result; pending forever if there is none.
async fn ended(program: &mut Option<(Ticket, Running)>) -> Message {
    match program {
        Some((ticket, running)) => Message::Result(*ticket, vec![running.ended().await]),
        None => std::future::pending().await,
    }
}

/// Whether a signal is sent by a key.
fn is_pressed(signal: u8) -> bool {
    [Signal::INT, Signal::QUIT].map(signals::number).contains(&signal)
}

/// Whether an error means that the terminal is gone.
fn is_gone(error: &io::Error) -> bool {
    let system = error.raw_os_error().map(rustix::io::Errno::from_raw_os_error);
    matches!(system, Some(rustix::io::Errno::IO | rustix::io::Errno::PIPE | rustix::io::Errno::NXIO))
}
