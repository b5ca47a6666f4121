//! A scene: the program, the keys of a person, and the conditions to wait for.

use std::path::Path;
use std::time::{Duration, Instant};

use super::terminal::{Launch, Terminal};

/// How often a moving screen is sampled while it is recorded.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// A step of a person, or a wait.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Presses keys, by name, separated by blanks.
    Press(&'static str),
    /// Types a text.
    Type(&'static str),
    /// Pastes a text.
    Paste(&'static str),
    /// Waits until the text is on the screen.
    For(&'static str),
    /// Waits until the text is gone.
    Gone(&'static str),
    /// In a recording: shows the current screen for this many milliseconds.
    Show(u64),
    /// In a recording: shows what happens on the screen in the next milliseconds.
    Watch(u64),
}

/// What to run, how big, and what to do in it.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// The name of the file, without its extension.
    pub name: &'static str,
    /// The title of the window.
    pub title: &'static str,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub args: &'static [&'static str],
    pub env: &'static [(&'static str, &'static str)],
    pub script: &'static [Step],
}

impl Scene {
    /// Plays the scene to its end. Returns the screen when it has settled.
    #[track_caller]
    pub fn play(&self, program: &Path) -> vt100::Screen {
        let mut terminal = self.open(program);
        for step in self.script {
            act(&mut terminal, *step);
        }
        terminal.settle();
        terminal.snapshot()
    }

    /// Plays the scene and keeps what its `Show` and `Watch` steps show, with durations.
    #[track_caller]
    pub fn record(&self, program: &Path) -> Vec<(vt100::Screen, Duration)> {
        let mut terminal = self.open(program);
        let mut frames = Vec::new();
        for step in self.script {
            match *step {
                Step::Show(millis) => {
                    terminal.settle();
                    frames.push((terminal.snapshot(), Duration::from_millis(millis)));
                }
                Step::Watch(millis) => watch(&terminal, Duration::from_millis(millis), &mut frames),
                step => act(&mut terminal, step),
            }
        }
        frames
    }

    #[track_caller]
    fn open(&self, program: &Path) -> Terminal {
        let launch = Launch::new(program).args(self.args.iter().copied()).size(self.size.0, self.size.1);
        Terminal::start(self.env.iter().fold(launch, |launch, (name, value)| launch.env(*name, *value)))
    }
}

#[track_caller]
fn act(terminal: &mut Terminal, step: Step) {
    match step {
        Step::Press(keys) => terminal.press_all(keys),
        Step::Type(text) => terminal.type_text(text),
        Step::Paste(text) => terminal.paste(text),
        Step::For(text) => terminal.wait_for(text),
        Step::Gone(text) => terminal.wait_gone(text),
        // Only a recording takes time.
        Step::Show(_) | Step::Watch(_) => {}
    }
}

/// Samples the screen repeatedly. The pauses make the rhythm of the recording; nothing is concluded from them.
fn watch(terminal: &Terminal, time: Duration, frames: &mut Vec<(vt100::Screen, Duration)>) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        frames.push((terminal.snapshot(), BETWEEN_LOOKS));
        std::thread::sleep(BETWEEN_LOOKS);
    }
}
