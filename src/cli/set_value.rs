//! A variable's value on the command line.

use serde_json::Value;

use crate::json;
use crate::profile::is_variable_name;

/// Parses `name=text` or `name:=JSON`.
pub fn set_value(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=TEXT, or NAME:=JSON")?;
    let (name, value) = match name.strip_suffix(':') {
        Some(name) => {
            (name, json::read(value).map_err(|error| format!("after `:=`: {}", error.on_one_line()))?)
        }
        None => (name, Value::from(value)),
    };
    if is_variable_name(name) {
        Ok((name.to_owned(), value))
    } else {
        Err(format!("'{name}' is not a variable name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_text_or_json() {
        assert_eq!(set_value("status=FAILED"), Ok(("status".to_owned(), json!("FAILED"))));
        assert_eq!(set_value("ref="), Ok(("ref".to_owned(), json!(""))));
        assert_eq!(set_value("url=a=b"), Ok(("url".to_owned(), json!("a=b"))));
        assert_eq!(set_value(r#"payment:={"value":4.50}"#).unwrap().1.to_string(), r#"{"value":4.50}"#);
        for bad in ["status", "=x", "a b=x", "payment:={", ":=1"] {
            assert!(set_value(bad).is_err(), "{bad}");
        }
    }
}
