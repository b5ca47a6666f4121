//! The values that anchors name, and how much of them aliases may repeat.

use std::collections::HashMap;

use serde_json::Value;

use super::error::Mistake;

/// How much anchors and aliases may copy in one text, in bytes (our decision): enough for ten
/// thousand profiles, and a limit to nested aliases, which could expand to gigabytes.
const MAX_COPIED: usize = 16 << 20;

/// What a value takes besides its text, in bytes: about what it takes in memory.
const NODE: usize = 64;

/// The anchors of a document.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    named: HashMap<usize, Shared>,
    copied: usize,
}

#[derive(Debug)]
struct Shared {
    value: Value,
    size: Size,
}

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    bytes: usize,
    depth: usize,
}

impl Anchors {
    /// Keeps a value for its aliases. Without an anchor, its number is 0.
    pub(super) fn keep(&mut self, anchor: usize, value: &Value) -> Result<(), Mistake> {
        if anchor == 0 {
            return Ok(());
        }
        let size = size(value);
        self.charge(size.bytes)?;
        self.named.insert(anchor, Shared { value: value.clone(), size });
        Ok(())
    }

    /// The value of an alias, and how deeply it is nested.
    pub(super) fn value(&mut self, anchor: usize) -> Result<(Value, usize), Mistake> {
        let Some(Shared { value, size }) = self.named.get(&anchor) else { return Err(Mistake::Circle) };
        let (value, depth, bytes) = (value.clone(), size.depth, size.bytes);
        self.charge(bytes)?;
        Ok((value, depth))
    }

    fn charge(&mut self, bytes: usize) -> Result<(), Mistake> {
        self.copied = self.copied.saturating_add(bytes);
        if self.copied > MAX_COPIED { Err(Mistake::TooMuchRepeated) } else { Ok(()) }
    }
}

fn size(value: &Value) -> Size {
    let of_all = |parts: &mut dyn Iterator<Item = Size>| {
        parts.fold(Size { bytes: NODE, depth: 0 }, |all, part| Size {
            bytes: all.bytes + part.bytes,
            depth: all.depth.max(part.depth),
        })
    };
    match value {
        Value::String(text) => Size { bytes: NODE + text.len(), depth: 0 },
        Value::Array(items) => {
            let all = of_all(&mut items.iter().map(size));
            Size { depth: all.depth + 1, ..all }
        }
        Value::Object(members) => {
            let of = |(name, value): (&String, &Value)| {
                let value = size(value);
                Size { bytes: value.bytes + NODE + name.len(), ..value }
            };
            let all = of_all(&mut members.iter().map(of));
            Size { depth: all.depth + 1, ..all }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Size { bytes: NODE, depth: 0 },
    }
}
