//! Moves the focus through the fields of the editor.

use crate::console::model::editor::Editor;
use crate::console::model::editor::item::{Item, Step};
use crate::console::model::effect::Effect;

pub(in crate::console) fn step_field(editor: &mut Editor, forward: bool) -> Vec<Effect> {
    if let Some(field) = editor.focus.field() {
        editor.touched.fields.insert(field);
    }
    let items = editor.items();
    let count = items.len();
    let at = items.iter().position(|i| *i == editor.focus).unwrap_or(0);
    let next = if forward { (at + 1) % count } else { (at + count - 1) % count };
    go_to(editor, items[next].clone());
    Vec::new()
}

/// Focuses an item.
pub(in crate::console) fn go_to(editor: &mut Editor, item: Item) {
    editor.enter(item);
    editor.drop_empty_rows();
}

pub(in crate::console) fn go_to_step(editor: &mut Editor, step: Step) -> Vec<Effect> {
    editor.step = step;
    editor.scroll.set(0);
    if let Some(first) = editor.items().into_iter().next() {
        editor.enter(first);
    }
    editor.drop_empty_rows();
    Vec::new()
}
