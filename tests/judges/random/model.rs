//! The expected result of a case: an oracle that knows the facts, but not the program's implementation.

use ringback::callback::cipher;
use ringback::profile::{Encryption, Iv, Secret};
use serde_json::{Map, Value};

use super::body::{Node, json_escaped};
use super::case::Case;
use super::piece::{Piece, Step, Var, alone};

/// The byte that every random vector consists of here.
pub const RANDOM: u8 = b'r';

/// The replacement of each placeholder of a case.
pub struct Model<'a> {
    case: &'a Case,
}

/// The text of a value: nothing for null, compact JSON for objects and arrays.
fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

impl<'a> Model<'a> {
    pub fn new(case: &'a Case) -> Self {
        Self { case }
    }

    /// The value that is sent; none if there is none and nothing is encrypted.
    fn sent(&self, var: &Var) -> Option<Value> {
        let mut value = self.case.values.members().get(var.name);
        for step in &var.steps {
            value = match (step, value) {
                (Step::Member(name), Some(Value::Object(members))) => members.get(*name),
                (Step::Item(at), Some(Value::Array(items))) => items.get(*at),
                _ => None,
            };
        }
        match &self.case.encryption {
            Some(sealing) if sealing.parameters.is_empty() || sealing.parameters.contains(&var.name) => {
                Some(Value::from(self.sealed(&plain(value))))
            }
            _ => value.cloned(),
        }
    }

    /// The encrypted text, after checking that it can be decrypted.
    fn sealed(&self, text: &str) -> String {
        let sealing = self.case.encryption.as_ref().expect("called where there is one");
        let encryption = Encryption {
            algorithm: sealing.algorithm,
            key: Secret::new(sealing.key.as_str()),
            iv: sealing.iv.as_ref().map_or(Iv::Random, |iv| Iv::Fixed(Secret::new(iv.as_str()))),
            parameters: Vec::new(),
        };
        let sealed = cipher::encrypt(&encryption, text.as_bytes(), &mut |bytes| bytes.fill(RANDOM)).unwrap();
        let iv = sealing.iv.as_ref().map(String::as_bytes);
        let opened = cipher::decrypt(sealing.algorithm, sealing.key.as_bytes(), iv, &sealed).unwrap();
        assert_eq!(opened, text.as_bytes(), "what was encrypted can be read again");
        sealed
    }

    /// A placeholder in a text.
    pub fn text_of(&self, var: &Var) -> String {
        plain(self.sent(var).as_ref())
    }

    /// Pieces as text.
    pub fn text(&self, pieces: &[Piece]) -> String {
        let texts = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Var(var) => self.text_of(var),
        });
        texts.collect()
    }

    /// Pieces in quotes: a lone placeholder is the object or array itself, anything else is a string.
    pub fn quoted(&self, pieces: &[Piece]) -> Value {
        match alone(pieces).map(|var| self.sent(var)) {
            Some(Some(value)) if value.is_object() || value.is_array() => value,
            _ => Value::from(self.text(pieces)),
        }
    }

    /// A node as compact JSON text.
    pub fn compact(&self, node: &Node) -> String {
        let string = |text: &str| format!("\"{}\"", json_escaped(text));
        match node {
            Node::Object(members) => {
                let member = |(name, node): &(Vec<Piece>, Node)| {
                    format!("{}:{}", string(&self.text(name)), self.compact(node))
                };
                format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
            }
            Node::Array(items) => {
                format!("[{}]", items.iter().map(|item| self.compact(item)).collect::<Vec<_>>().join(","))
            }
            Node::Text(pieces) => self.quoted(pieces).to_string(),
            Node::Number(text) => text.clone(),
            Node::Switch(on) => on.to_string(),
            Node::Null => "null".to_owned(),
            Node::Bare(var) => self.sent(var).map_or_else(|| "\"\"".to_owned(), |value| value.to_string()),
        }
    }

    /// A node as the text of a form's field.
    pub fn field(&self, node: &Node) -> String {
        match node {
            Node::Text(pieces) => plain(Some(&self.quoted(pieces))),
            Node::Null => String::new(),
            Node::Bare(var) => self.text_of(var),
            other => self.compact(other),
        }
    }

    /// Pairs as a JSON object: a repeated name has its last value.
    pub fn object(&self, pairs: &[(Vec<Piece>, Vec<Piece>)]) -> Value {
        let mut members = Map::new();
        for (name, value) in pairs {
            members.insert(self.text(name), self.quoted(value));
        }
        members.into()
    }

    /// Whether a placeholder among the pieces brings characters that are not allowed in a header.
    pub fn breaks_header(&self, pieces: &[Piece]) -> bool {
        let bad = |text: &str| text.bytes().any(|b| (b < 0x20 && b != b'\t') || b == 0x7f);
        pieces.iter().any(|piece| matches!(piece, Piece::Var(var) if bad(&self.text_of(var))))
    }

    /// Whether a placeholder makes a segment that changes the path.
    pub fn leads_elsewhere(&self) -> bool {
        self.case.segments.iter().any(|segment| matches!(self.text(segment).as_str(), "." | ".."))
    }
}
