//! The value of a scalar: the core schema of YAML 1.2 (section 10.3.2 of the standard).

use saphyr_parser::{ScalarStyle, Tag};
use serde_json::Value;

use super::error::Mistake;
use crate::json::exact;

/// The value of a scalar.
pub(super) fn value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, Mistake> {
    let is_plain = style == ScalarStyle::Plain;
    let Some(tag) = tag else {
        return if is_plain { plain(text) } else { Ok(Value::from(text)) };
    };
    let of_type = |is_it: fn(&Value) -> bool| {
        let value = plain(text)?;
        if is_it(&value) { Ok(value) } else { Err(Mistake::NotOfTag) }
    };
    match core_type(tag)? {
        "str" => Ok(Value::from(text)),
        "null" => of_type(Value::is_null),
        "bool" => of_type(Value::is_boolean),
        "int" => of_type(|value| matches!(value, Value::Number(n) if !n.as_str().contains(['.', 'e', 'E']))),
        "float" => of_type(Value::is_number),
        _ => Err(Mistake::NotOfTag),
    }
}

/// Checks the tag of a list (`seq`) or mapping (`map`).
pub(super) fn check_tag(tag: Option<&Tag>, wanted: &str) -> Result<(), Mistake> {
    match tag.map(core_type).transpose()? {
        None => Ok(()),
        Some(name) if name == wanted => Ok(()),
        Some(_) => Err(Mistake::NotOfTag),
    }
}

/// The type that a tag names; `!` alone is that of a string.
fn core_type(tag: &Tag) -> Result<&str, Mistake> {
    let name = tag.suffix.as_str();
    if tag.handle.is_empty() && name == "!" {
        return Ok("str");
    }
    let is_one =
        tag.is_yaml_core_schema() && ["str", "null", "bool", "int", "float", "seq", "map"].contains(&name);
    if is_one { Ok(name) } else { Err(Mistake::Tag) }
}

/// The value of a plain scalar.
fn plain(text: &str) -> Result<Value, Mistake> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        _ => {}
    }
    match number(text)? {
        // The digits stay as they are written: see `json::exact`.
        Some(number) => exact::from_str(&number).map_err(|_| Mistake::AmbiguousNumber),
        None => Ok(Value::from(text)),
    }
}

/// The number that a text is, as JSON writes it; none if it is not a number.
fn number(text: &str) -> Result<Option<String>, Mistake> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        // `from_str_radix` accepts a sign.
        if let Some(digits) = text.strip_prefix(prefix).filter(|digits| !digits.is_empty())
            && digits.chars().all(|c| c.is_digit(radix))
        {
            let number = u128::from_str_radix(digits, radix).map_err(|_| Mistake::TooLarge)?;
            return Ok(Some(number.to_string()));
        }
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(Mistake::NotFinite);
    }
    let (sign, unsigned) = match text.strip_prefix(['-', '+']) {
        Some(unsigned) => (&text[..1], unsigned),
        None => ("", text),
    };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Err(Mistake::NotFinite);
    }
    let Some((whole, rest)) = float(unsigned) else { return Ok(None) };
    if sign == "+" || (whole.len() > 1 && whole.starts_with('0')) {
        return Err(Mistake::AmbiguousNumber);
    }
    // JSON requires a digit on both sides of the dot.
    let whole = if whole.is_empty() { "0" } else { whole };
    let rest = match rest.strip_prefix('.') {
        Some(rest) if !rest.starts_with(|c: char| c.is_ascii_digit()) => format!(".0{rest}"),
        _ => rest.to_owned(),
    };
    Ok(Some(format!("{sign}{whole}{rest}")))
}

/// The digits before the dot, and the rest, of `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
fn float(text: &str) -> Option<(&str, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = text.split_at(digits(text));
    let after = match rest.strip_prefix('.') {
        Some(fraction) => {
            let length = digits(fraction);
            if whole.is_empty() && length == 0 {
                return None;
            }
            &fraction[length..]
        }
        None if whole.is_empty() => return None,
        None => rest,
    };
    let is_exponent = |text: &str| {
        let exponent = text.strip_prefix(['-', '+']).unwrap_or(text);
        !exponent.is_empty() && digits(exponent) == exponent.len()
    };
    let ends = after.is_empty() || after.strip_prefix(['e', 'E']).is_some_and(is_exponent);
    ends.then_some((whole, rest))
}
