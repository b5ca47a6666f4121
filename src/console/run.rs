//! The one loop that has the terminal: messages in, frames out.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream, KeyEventKind};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;

use crate::delivery::{Limits, Sender, Transport};
use crate::profile::network::Network;
use crate::receiver::Receiver;
use crate::store::{Keep, Keeping, Store};

use super::clipboard::{self, Route};
use super::keys::Key;
use super::message::{Effect, Message};
use super::outside::{Outside, outbox};
use super::state::{Notice, Settings, State};
use super::terminal::Screen;
use super::update;

/// At most thirty frames a second.
const FRAME: Duration = Duration::from_millis(33);
/// How often changes of the store are looked at, at most.
const NEWS: Duration = Duration::from_millis(50);
/// How long the end may take without a word.
const PATIENCE: Duration = Duration::from_millis(300);
/// How long what is left to write may take at the end.
const LAST_WORK: Duration = Duration::from_secs(5);

/// What the console needs to run.
pub struct Start {
    /// The database.
    pub store: Store,
    /// What is set.
    pub settings: Settings,
    /// A receiver that runs already.
    pub receiver: Option<Receiver>,
    /// How long the log is kept.
    pub keep: Keep,
    /// A sentence to begin with, such as what is wrong with the settings.
    pub notice: Option<Notice>,
}

/// Runs the console until the person quits, and gives the number of the signal that ended it, if one
/// did. What is pending stays queued.
///
/// # Errors
/// The terminal cannot be used, or is gone.
pub async fn run(start: Start) -> io::Result<Option<u8>> {
    let (tell, messages) = mpsc::unbounded_channel();
    let (ask, effects) = mpsc::unbounded_channel();
    // Before the terminal is taken, so that no signal finds it taken and nobody to give it back.
    end_on_signals(&tell)?;
    let mut screen = Screen::take()?;
    let mut state = State::new(start.settings, screen.size()?, Timestamp::now());
    if let Some(receiver) = &start.receiver {
        state.receiver.address = Some(receiver.addr().to_string());
        state.receiver.behaviour = receiver.behaviour();
    }
    state.notice = start.notice;
    screen.draw(&state)?;
    let outside = Outside::new(start.store.clone(), state.settings.region, tell.clone(), start.receiver);
    let outside = tokio::spawn(outside.run(effects));
    let network = state.settings.rules.network.clone().unwrap_or_default();
    let sender = start_sender(&start.store, network, &tell);
    let keeping = Keeping::start(start.store.clone(), start.keep, sender.sending());
    let news = tokio::spawn(pass_on(start.store.changes(), tell.clone(), |_| Message::StoreChanged));
    let mut console = Console { screen, state, ask, dirty: true, done: false, signal: None };
    let result = console.run(messages, &tell).await;
    let signal = console.signal;
    drop(console);
    news.abort();
    drop(keeping);
    let finish = async {
        let _ = tokio::time::timeout(LAST_WORK, outside).await;
        sender.stop().await;
    };
    tokio::select! {
        () = finish => {}
        () = tell_of_waiting() => {}
    }
    result.map(|()| signal)
}

/// Says what is waited for, once it takes a while; ends when the person will not wait.
async fn tell_of_waiting() {
    tokio::time::sleep(PATIENCE).await;
    eprintln!("ringback: what is being sent gets 5 s to end; Ctrl+C ends at once, and it is sent again");
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn start_sender(store: &Store, network: Arc<Network>, tell: &UnboundedSender<Message>) -> Sender {
    let sender = Sender::start(outbox(store), Transport::new(network), Limits::default());
    tokio::spawn(pass_on(sender.sending(), tell.clone(), |s| Message::Sending(s.clone())));
    sender
}

/// Tells each change as a message, the last one always, and at most one in [`NEWS`].
async fn pass_on<T>(
    mut changes: watch::Receiver<T>,
    tell: UnboundedSender<Message>,
    message: impl Fn(&T) -> Message,
) {
    loop {
        let news = message(&changes.borrow_and_update());
        if tell.send(news).is_err() {
            return;
        }
        tokio::time::sleep(NEWS).await;
        if changes.changed().await.is_err() {
            return;
        }
    }
}

fn end_on_signals(tell: &UnboundedSender<Message>) -> io::Result<()> {
    for kind in [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()] {
        let mut signals = signal(kind)?;
        let tell = tell.clone();
        let number = u8::try_from(kind.as_raw_value()).unwrap_or(0);
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                let _ = tell.send(Message::Terminate(number));
            }
        });
    }
    Ok(())
}

struct Console {
    screen: Screen,
    state: State,
    ask: UnboundedSender<Effect>,
    dirty: bool,
    done: bool,
    signal: Option<u8>,
}

impl Console {
    async fn run(
        &mut self,
        mut messages: UnboundedReceiver<Message>,
        tell: &UnboundedSender<Message>,
    ) -> io::Result<()> {
        let mut keyboard = EventStream::new();
        let mut drawn = Instant::now();
        for effect in update::start(&self.state) {
            self.perform(effect, tell)?;
        }
        while !self.done {
            let frame_in = FRAME.saturating_sub(drawn.elapsed());
            if self.dirty && frame_in.is_zero() {
                self.screen.draw(&self.state)?;
                drawn = Instant::now();
                self.dirty = false;
                continue;
            }
            let tick = self.state.tick();
            let message = tokio::select! {
                biased;
                Some(message) = messages.recv() => message,
                event = keyboard.next() => match event {
                    Some(Ok(event)) => match from_terminal(event) {
                        Some(message) => message,
                        None => continue,
                    },
                    // The terminal is gone: nobody is there to be asked.
                    Some(Err(error)) => return Err(error),
                    None => return Ok(()),
                },
                () = tokio::time::sleep(frame_in), if self.dirty => continue,
                () = tokio::time::sleep(tick.unwrap_or_default().saturating_sub(drawn.elapsed())),
                    if !self.dirty && tick.is_some() => Message::Now(Timestamp::now()),
            };
            self.take(message, tell)?;
        }
        Ok(())
    }

    fn take(&mut self, message: Message, tell: &UnboundedSender<Message>) -> io::Result<()> {
        let _ = update::update(&mut self.state, Message::Now(Timestamp::now()));
        if let Message::Terminate(number) = message {
            self.signal = Some(number);
        }
        for effect in update::update(&mut self.state, message) {
            self.perform(effect, tell)?;
        }
        self.dirty = true;
        Ok(())
    }

    fn perform(&mut self, effect: Effect, tell: &UnboundedSender<Message>) -> io::Result<()> {
        match effect {
            Effect::Quit => self.done = true,
            Effect::Redraw => self.screen.clear()?,
            Effect::Copy { text, what } => self.copy(text, &what, tell)?,
            other => {
                // The other side ends only after this one.
                let _ = self.ask.send(other);
            }
        }
        Ok(())
    }

    fn copy(&mut self, text: String, what: &str, tell: &UnboundedSender<Message>) -> io::Result<()> {
        let route = Route::here();
        let done = format!("Copied {what} {}", route.name());
        let message = move |result: Result<(), String>| match result {
            Ok(()) => Message::Done(done),
            Err(why) => Message::Failed(format!("Not copied: {why}")),
        };
        let hand_over: fn(&str) -> Result<(), String> = match route {
            Route::Terminal => {
                let bytes = clipboard::osc_52(&text);
                if let Ok(bytes) = &bytes {
                    self.screen.write(bytes)?;
                }
                let _ = tell.send(message(bytes.map(|_| ())));
                return Ok(());
            }
            Route::Tmux => clipboard::to_tmux,
            Route::Desktop => clipboard::to_desktop,
        };
        let tell = tell.clone();
        tokio::task::spawn_blocking(move || tell.send(message(hand_over(&text))));
        Ok(())
    }
}

fn from_terminal(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(Key::from(key))),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(columns, lines) => Some(Message::Resize(columns, lines)),
        _ => None,
    }
}
