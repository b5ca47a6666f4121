//! A request that reached the built-in endpoint, in full.

use std::cell::RefCell;
use std::sync::Arc;

use crate::console::model::window::receiver::ReceiverWindow;
use crate::console::model::window::text_view::TextView;
use crate::receiver::Received;
use crate::text::wrap;

/// The window.
#[derive(Debug)]
pub struct RequestWindow {
    /// The request.
    pub(in crate::console) request: Arc<Received>,
    /// The same as text.
    pub(in crate::console) text: String,
    pub(in crate::console) reading: TextView,
    /// The width that was drawn last, and the lines for it: wrapping a long text takes longer than a frame may.
    broken: RefCell<Option<(usize, Arc<[String]>)>>,
    /// The receiver's window, which it returns to.
    pub(in crate::console) below: Box<ReceiverWindow>,
}

impl RequestWindow {
    /// A request, and the same as text, above the receiver's window.
    #[must_use]
    pub fn new(request: Arc<Received>, text: String, below: Box<ReceiverWindow>) -> Self {
        Self { request, text, reading: TextView::default(), broken: RefCell::default(), below }
    }

    /// The lines, wrapped to this width.
    pub(in crate::console) fn lines(&self, width: usize) -> Arc<[String]> {
        let mut broken = self.broken.borrow_mut();
        if let Some((of, lines)) = &*broken
            && *of == width
        {
            return Arc::clone(lines);
        }
        let lines: Arc<[String]> = self.text.lines().flat_map(|line| wrap(line, width)).collect();
        *broken = Some((width, Arc::clone(&lines)));
        lines
    }
}
