//! Headers as a JSON object.

use serde_json::{Map, Value, json};

/// Headers as an object. A repeated one has an array.
#[must_use]
pub fn headers_json(headers: &[(String, String)]) -> Value {
    let mut members = Map::new();
    for (name, value) in headers {
        match members.get_mut(name) {
            None => {
                members.insert(name.clone(), value.as_str().into());
            }
            Some(Value::Array(values)) => values.push(value.as_str().into()),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    members.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_headers_have_an_array() {
        let pairs = [("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(headers_json(&pairs), json!({"a": ["1", "3", "4"], "b": "2"}));
    }
}
