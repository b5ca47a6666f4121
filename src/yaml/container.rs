//! A list or mapping that is being read.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::error::{Mistake, Position, YamlError};

/// A list or mapping whose end has not been read yet.
#[derive(Debug)]
pub(super) struct Container {
    /// Its anchor; 0 if it has none.
    pub(super) anchor: usize,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    List(Vec<Value>),
    Mapping { members: Map<String, Value>, name: Option<String>, places: HashMap<String, Position> },
}

impl Container {
    pub(super) fn list(anchor: usize) -> Self {
        Self { anchor, kind: Kind::List(Vec::new()) }
    }

    pub(super) fn mapping(anchor: usize) -> Self {
        let kind = Kind::Mapping { members: Map::new(), name: None, places: HashMap::new() };
        Self { anchor, kind }
    }

    /// Whether the next node is the name of a member.
    pub(super) fn awaits_name(&self) -> bool {
        matches!(self.kind, Kind::Mapping { name: None, .. })
    }

    /// Takes the name of a member.
    pub(super) fn name(&mut self, new: String, at: Position) -> Result<(), YamlError> {
        let Kind::Mapping { name, places, .. } = &mut self.kind else { return Ok(()) };
        if let Some(first) = places.insert(new.clone(), at) {
            return Err(YamlError::new(at, Mistake::Repeated { name: new, first }));
        }
        *name = Some(new);
        Ok(())
    }

    /// Takes an item, or the value of the member that was named.
    pub(super) fn value(&mut self, value: Value) {
        match &mut self.kind {
            Kind::List(items) => items.push(value),
            Kind::Mapping { members, name, .. } => {
                members.extend(name.take().map(|name| (name, value)));
            }
        }
    }

    /// All of it.
    pub(super) fn finish(self) -> Value {
        match self.kind {
            Kind::List(items) => Value::Array(items),
            Kind::Mapping { members, .. } => Value::Object(members),
        }
    }
}
