//! The language of these tests: a desk with a keyboard, a screen, and a small world behind it, against which the real
//! effects run.
//!
//! A frame is drawn and checked after every message: see [`Desk::draw`].

use std::collections::VecDeque;

use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use unicode_width::UnicodeWidthStr as _;

use crate::console::glyphs::Glyphs;
use crate::console::model::clock::Clock;
use crate::console::model::effect::{Effect, Request};
use crate::console::model::message::Message;
use crate::console::model::settings::ConsoleSettings;
use crate::console::model::state::State;
use crate::console::model::window::Overlay;
use crate::console::theme::Theme;
use crate::console::update::{start, update};
use crate::console::view::{bottom, view};
use crate::keymap::{Key, Keymap};
use crate::profile::{Region, Rules};
use crate::settings::Zone;

use super::outside::Outside;
use super::world::World;
use super::{asked, paint};

/// The time at which every desk starts.
pub const START: &str = "2025-04-17T14:02:10Z";

/// A console without a terminal.
pub struct Desk {
    pub state: State,
    pub world: World,
    outside: Outside,
    terminal: Terminal<TestBackend>,
    /// Requests without a result so far.
    pending: VecDeque<Request>,
    /// The effects since the last call.
    asked: Vec<Effect>,
    answering: bool,
}

impl Desk {
    /// A console of this size before anything is loaded; no effects run yet.
    pub fn new(columns: u16, lines: u16) -> Self {
        let settings = ConsoleSettings {
            rules: Rules::default(),
            region: Region::In,
            theme: Theme::colour(),
            keys: Keymap::default(),
            glyphs: Glyphs::default(),
            clock: Clock::of(Zone::Utc),
            database: "orders.db".to_owned(),
            demo: false,
        };
        let now: Timestamp = START.parse().unwrap();
        let mut state = State::new(settings, (columns, lines), now);
        let world = World::default();
        let mut desk = Self {
            pending: start(&mut state).into(),
            state,
            outside: Outside::of(&world),
            world,
            terminal: Terminal::new(TestBackend::new(columns, lines)).unwrap(),
            asked: Vec::new(),
            answering: false,
        };
        desk.draw();
        desk
    }

    /// Without colours, as with `NO_COLOR`.
    pub fn mono(mut self) -> Self {
        self.state.settings.theme = Theme::mono();
        self.draw();
        self
    }

    /// Connects this world; effects run from now on.
    pub fn of(mut self, world: World) -> Self {
        self.outside = Outside::of(&world);
        self.world = world;
        self.runs_effects();
        self.asked.clear();
        self
    }

    /// Runs pending and all further effects.
    pub fn runs_effects(&mut self) -> &mut Self {
        self.answering = true;
        self.settle();
        self.draw();
        self
    }

    /// Delays effects until [`Desk::runs_effects`], like a slow store.
    pub fn delays_effects(&mut self) -> &mut Self {
        self.answering = false;
        self
    }

    /// Presses keys, written as in the table of actions and separated by spaces.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for name in keys.split_whitespace() {
            let key = Key::parse(name).unwrap_or_else(|| panic!("no key is named {name}"));
            self.reads();
            self.receives(Message::Key(key));
        }
        self.reads();
        self
    }

    /// Waits as long as it takes to read a question that has just appeared.
    fn reads(&mut self) {
        if let Some(Overlay::Question(question)) = &self.state.overlay
            && let Some(rest) = question.is_new_for(self.state.now)
        {
            let now = self.state.now + rest;
            self.receives(Message::Now(now));
        }
    }

    /// Types text, one key per character.
    pub fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            let key = Key::parse(&c.to_string()).unwrap();
            self.receives(Message::Key(key));
        }
        self
    }

    /// Text that arrives as keys in one piece, as pasted into a terminal without bracketed paste.
    pub fn bursts(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            let name = if c == '\n' { "enter".to_owned() } else { c.to_string() };
            self.receives(Message::BurstKey(Key::parse(&name).unwrap()));
        }
        self
    }

    /// Pastes text in one piece.
    pub fn pastes(&mut self, text: &str) -> &mut Self {
        self.receives(Message::Paste(text.to_owned()))
    }

    /// The terminal has another size.
    pub fn resized(&mut self, columns: u16, lines: u16) -> &mut Self {
        self.terminal.backend_mut().resize(columns, lines);
        self.receives(Message::Resize(columns, lines))
    }

    /// Time passes.
    pub fn later(&mut self, millis: u64) -> &mut Self {
        let now = self.state.now + std::time::Duration::from_millis(millis);
        self.receives(Message::Now(now))
    }

    /// Passes a message to the console.
    pub fn receives(&mut self, message: Message) -> &mut Self {
        self.takes(message);
        self.settle();
        self.draw();
        self
    }

    /// Changes something outside, and notifies the console.
    pub fn happens(&mut self, change: impl FnOnce(&World)) -> &mut Self {
        change(&self.world);
        self.world.touch();
        self.receives(Message::StoreChanged)
    }

    fn settle(&mut self) {
        while self.answering
            && let Some(request) = self.pending.pop_front()
        {
            for message in self.outside.carry_out(request, &self.world, self.state.now) {
                self.takes(message);
            }
        }
    }

    fn takes(&mut self, message: Message) {
        let requests = update(&mut self.state, message);
        self.asked.extend(requests.iter().map(|request| request.effect.clone()));
        self.pending.extend(requests);
    }

    /// The latest effect without a result fails.
    pub fn fails(&mut self, why: &str) -> &mut Self {
        let Request { ticket, .. } = self.pending.pop_back().expect("something was asked for");
        self.receives(Message::Result(ticket, vec![Message::Failed(why.to_owned())]))
    }

    /// Draws and checks a frame: the cursor is on the screen, no character exceeds the right edge, and there are no
    /// control characters.
    fn draw(&mut self) {
        self.terminal.draw(|frame| view(&self.state, frame)).unwrap();
        let at = self.state.now;
        let effects = update(&mut self.state, Message::Drawn(at));
        assert!(effects.is_empty(), "a drawing asks for {effects:?}");
        let backend = self.terminal.backend();
        let (buffer, area) = (backend.buffer(), backend.buffer().area);
        if backend.cursor_visible() {
            let cursor = backend.cursor_position();
            assert!(cursor.x < area.width && cursor.y < area.height, "cursor {cursor:?} in {area:?}");
        }
        let columns = usize::from(area.width).max(1);
        for (at, cell) in buffer.content.iter().enumerate() {
            let symbol = cell.symbol();
            // The common case by far; a test draws hundreds of thousands of cells.
            if let [b' '..=b'~'] = symbol.as_bytes() {
                continue;
            }
            assert!(at % columns + symbol.width() <= columns, "{symbol:?} hangs over the edge");
            assert!(!symbol.chars().any(char::is_control), "{symbol:?} can drive a terminal");
        }
    }

    /// The effects since the last call in short words, without those that only read.
    pub fn requested(&mut self) -> Vec<String> {
        self.asked.drain(..).filter_map(|effect| asked::words(&effect)).collect()
    }

    /// The effects since the last call.
    pub fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.asked)
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        paint::text(self.terminal.backend().buffer())
    }

    /// The screen as text, with the styles of each line beneath it.
    pub fn styled(&self) -> String {
        paint::styled(self.terminal.backend().buffer())
    }

    /// The cells of the screen.
    pub fn cells(&self) -> &ratatui::buffer::Buffer {
        self.terminal.backend().buffer()
    }

    /// Column and line of the cursor, while it is visible.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        let backend = self.terminal.backend();
        backend.cursor_visible().then(|| (backend.cursor_position().x, backend.cursor_position().y))
    }

    /// Whether the screen contains this text.
    pub fn shows(&self, text: &str) -> bool {
        self.screen().contains(text)
    }

    /// The notice at the bottom left, which takes one line or two.
    pub fn notice(&self) -> String {
        let count = bottom::lines(&self.state, self.cells().area.width).len();
        let screen = self.screen();
        let lines: Vec<&str> = screen.lines().map(str::trim).collect();
        lines[lines.len().saturating_sub(count)..].join(" ")
    }

    /// The line of the screen that contains this text.
    pub fn line(&self, text: &str) -> String {
        let screen = self.screen();
        let line = screen.lines().find(|line| line.contains(text));
        line.unwrap_or_else(|| panic!("{text:?} is not on the screen:\n{screen}")).to_owned()
    }
}
