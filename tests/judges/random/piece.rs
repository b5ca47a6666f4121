//! The pieces of a text: literal text, and placeholders.

use proptest::prelude::*;

use super::value::{NAMES, any_text};

/// A step into a value.
#[derive(Debug, Clone)]
pub enum Step {
    Member(&'static str),
    Item(usize),
}

/// A placeholder.
#[derive(Debug, Clone)]
pub struct Var {
    pub name: &'static str,
    pub steps: Vec<Step>,
}

impl Var {
    /// As it is typed.
    pub fn typed(&self) -> String {
        let steps = self.steps.iter().map(|step| match step {
            Step::Member(name) => format!(".{name}"),
            Step::Item(at) => format!("[{at}]"),
        });
        format!("<{}{}>", self.name, steps.collect::<String>())
    }
}

/// A piece of a text.
#[derive(Debug, Clone)]
pub enum Piece {
    Text(String),
    Var(Var),
}

/// Any placeholder.
pub fn any_var() -> impl Strategy<Value = Var> {
    let step =
        prop_oneof![Just(Step::Member("a")), Just(Step::Member("b")), (0..3_usize).prop_map(Step::Item)];
    let steps = prop_oneof![3 => Just(Vec::new()), 1 => proptest::collection::vec(step, 1..3)];
    (proptest::sample::select(NAMES.to_vec()), steps).prop_map(|(name, steps)| Var { name, steps })
}

/// Pieces for a position where typed text is encoded, so that any text is allowed.
pub fn encoded_pieces() -> impl Strategy<Value = Vec<Piece>> {
    pieces(any_text().boxed())
}

/// Pieces for a position where text is sent as typed: no placeholder must arise accidentally, so a `<` has a blank
/// after it.
pub fn plain_pieces() -> impl Strategy<Value = Vec<Piece>> {
    pieces(any_text().prop_map(|text| text.replace('<', "< ")).boxed())
}

/// Pieces for a header: typed text has no control characters and no surrounding blanks.
pub fn header_pieces() -> impl Strategy<Value = Vec<Piece>> {
    let text = any_text().prop_map(|text| {
        let fit: String = text.chars().filter(|c| !c.is_control() || *c == '\t').collect();
        format!("x{}y", fit.replace('<', "< "))
    });
    pieces(text.boxed())
}

fn pieces(text: BoxedStrategy<String>) -> impl Strategy<Value = Vec<Piece>> {
    let text = text.prop_filter("an empty text is no piece", |text| !text.is_empty()).prop_map(Piece::Text);
    let piece = prop_oneof![text, any_var().prop_map(Piece::Var)];
    prop_oneof![
        2 => any_var().prop_map(|var| vec![Piece::Var(var)]),
        3 => proptest::collection::vec(piece, 0..4),
    ]
}

/// The typed form, with text written by `write`.
pub fn typed(pieces: &[Piece], write: impl Fn(&str) -> String) -> String {
    let typed = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => write(text),
        Piece::Var(var) => var.typed(),
    });
    typed.collect()
}

/// The single placeholder, if it is all there is.
pub fn alone(pieces: &[Piece]) -> Option<&Var> {
    match pieces {
        [Piece::Var(var)] => Some(var),
        _ => None,
    }
}
