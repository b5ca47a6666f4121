//! Random bodies: as a tree, and as typed.

use proptest::prelude::*;
use url::form_urlencoded;

use super::piece::{Piece, Var, any_var, encoded_pieces, plain_pieces, typed};
use super::value::{any_number, any_text, regex};

/// A body in one of its formats.
#[derive(Debug, Clone)]
pub enum Body {
    Empty(String),
    Json(Node),
    Pairs(Vec<(Vec<Piece>, Vec<Piece>)>),
    Text(Vec<Piece>),
}

/// A piece of JSON with placeholders.
#[derive(Debug, Clone)]
pub enum Node {
    Object(Vec<(Vec<Piece>, Node)>),
    Array(Vec<Node>),
    Text(Vec<Piece>),
    Number(String),
    Switch(bool),
    Null,
    Bare(Var),
}

impl Body {
    /// As typed, with this white space between the tokens of JSON.
    pub fn typed(&self, blank: &str) -> String {
        match self {
            Self::Empty(blanks) => blanks.clone(),
            Self::Json(node) => node.typed(blank),
            Self::Pairs(pairs) => {
                let pair = |(name, value): &(Vec<Piece>, Vec<Piece>)| {
                    format!("{}={}", typed(name, form_encoded), typed(value, form_encoded))
                };
                pairs.iter().map(pair).collect::<Vec<_>>().join("&")
            }
            // A blank in a possible name makes it neither pairs nor JSON.
            Self::Text(pieces) => format!("Dear all: {}", typed(pieces, str::to_owned)),
        }
    }

    /// Whether it has fields for a form.
    pub fn has_fields(&self) -> bool {
        matches!(self, Self::Empty(_) | Self::Json(Node::Object(_)) | Self::Pairs(_))
    }
}

fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Text inside a JSON string.
pub fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

impl Node {
    fn typed(&self, blank: &str) -> String {
        let string = |pieces: &[Piece]| format!("\"{}\"", typed(pieces, json_escaped));
        let list = |items: Vec<String>| items.join(&format!("{blank},{blank}"));
        match self {
            Self::Object(members) => {
                let member = |(name, node): &(Vec<Piece>, Self)| {
                    format!("{}{blank}:{blank}{}", string(name), node.typed(blank))
                };
                format!("{{{blank}{}{blank}}}", list(members.iter().map(member).collect()))
            }
            Self::Array(items) => {
                format!("[{blank}{}{blank}]", list(items.iter().map(|item| item.typed(blank)).collect()))
            }
            Self::Text(pieces) => string(pieces),
            Self::Number(text) => text.clone(),
            Self::Switch(on) => on.to_string(),
            Self::Null => "null".to_owned(),
            Self::Bare(var) => var.typed(),
        }
    }
}

fn any_node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        4 => plain_pieces().prop_map(Node::Text),
        3 => any_var().prop_map(Node::Bare),
        1 => any_number().prop_map(Node::Number),
        1 => any::<bool>().prop_map(Node::Switch),
        1 => Just(Node::Null),
    ];
    leaf.prop_recursive(3, 16, 5, |inner| {
        prop_oneof![proptest::collection::vec(inner.clone(), 0..4).prop_map(Node::Array), any_object(inner),]
    })
}

fn any_object(inner: impl Strategy<Value = Node>) -> impl Strategy<Value = Node> {
    let name = prop_oneof![
        3 => regex("[a-e]").prop_map(|name| vec![Piece::Text(name)]),
        1 => plain_pieces(),
    ];
    proptest::collection::vec((name, inner), 0..5).prop_map(Node::Object)
}

/// Any body.
pub fn any_body() -> impl Strategy<Value = Body> {
    let name = encoded_pieces().prop_filter("a pair has a name", |name| !name.is_empty());
    let named = prop_oneof![
        any_text().prop_filter("a name", |name| !name.is_empty()).prop_map(|n| vec![Piece::Text(n)]),
        name
    ];
    let top = prop_oneof![
        6 => any_object(any_node()),
        1 => proptest::collection::vec(any_node(), 0..4).prop_map(Node::Array),
        1 => plain_pieces().prop_map(Node::Text),
    ];
    prop_oneof![
        1 => regex("[ \n\t]{0,2}").prop_map(Body::Empty),
        6 => top.prop_map(Body::Json),
        4 => proptest::collection::vec((named, encoded_pieces()), 1..5).prop_map(Body::Pairs),
        2 => plain_pieces().prop_map(Body::Text),
    ]
}
