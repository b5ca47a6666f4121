//! Splits the line of a search into words, quoted parts, and fields such as `status:5xx` or `value.id=4711`.

/// A word of a search, or a quoted part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineWord<'a> {
    /// As typed, with its field and quotes.
    pub raw: &'a str,
    /// The field that it is about; anything if there is none.
    pub field: Option<SearchField<'a>>,
    /// The text, without quotes.
    pub text: &'a str,
    /// Whether the text was quoted.
    pub is_quoted: bool,
}

/// What a word is about. Each is written with a colon (`status:5xx`), paths also with an equals sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchField<'a> {
    /// `state:`, a state.
    State,
    /// `status:`, a status of the last attempt.
    Status,
    /// `class:`, the class of the last failure.
    Class,
    /// `profile:`, a part of a title, or the beginning of an ID.
    Profile,
    /// `event:`, a part of its name.
    Event,
    /// `id:`, the beginning of the delivery's ID.
    Id,
    /// `url:`, a part of it.
    Url,
    /// `resent:`, whether it was resent, or the beginning of the ID of the delivery that it resends.
    Resent,
    /// `since:`, accepted then or later.
    Since,
    /// `until:`, accepted before then.
    Until,
    /// `value.PATH=`, a value.
    Value(&'a str),
    /// `body.PATH=`, a value in the JSON of the request's body or of a response.
    Body(&'a str),
}

impl<'a> SearchField<'a> {
    /// The fields with a name, in the order of the manual.
    const NAMED: [(&'static str, Self); 10] = [
        ("state", Self::State),
        ("status", Self::Status),
        ("class", Self::Class),
        ("profile", Self::Profile),
        ("event", Self::Event),
        ("id", Self::Id),
        ("url", Self::Url),
        ("resent", Self::Resent),
        ("since", Self::Since),
        ("until", Self::Until),
    ];

    /// The field of this name. Letter case counts in paths only.
    fn of(name: &'a str) -> Option<Self> {
        let named = || Self::NAMED.into_iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        match name.split_once('.') {
            Some((kind, path)) if kind.eq_ignore_ascii_case("value") => Some(Self::Value(path)),
            Some((kind, path)) if kind.eq_ignore_ascii_case("body") => Some(Self::Body(path)),
            _ => named().map(|(_, field)| field),
        }
    }

    /// The field at the start of a word, and what follows it.
    fn at_start_of(word: &'a str) -> Option<(Self, &'a str)> {
        let (name, after) = word.split_once([':', '='])?;
        let field = Self::of(name)?;
        let is_path = matches!(field, Self::Value(_) | Self::Body(_));
        (is_path || word[name.len()..].starts_with(':')).then_some((field, after))
    }
}

/// The words of a line. An unclosed quote extends to the end. A field without a text is one that is being typed.
#[must_use]
pub fn words(line: &str) -> Vec<LineWord<'_>> {
    let mut all = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let whole = rest;
        let (word, _) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let (field, typed) = match SearchField::at_start_of(word) {
            Some((field, after)) => (Some(field), &whole[word.len() - after.len()..]),
            None => (None, whole),
        };
        let (text, after, is_quoted) = if let Some(quoted) = typed.strip_prefix('"') {
            let (text, after) = quoted.split_once('"').unwrap_or((quoted, ""));
            (text, after, true)
        } else {
            let (text, after) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
            (text, after, false)
        };
        let raw = whole[..whole.len() - after.len()].trim_end();
        if field.is_some() || !text.trim().is_empty() {
            all.push(LineWord { raw, field, text, is_quoted });
        }
        rest = after.trim_start();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Vec<(Option<SearchField<'_>>, &str, bool)> {
        words(line).into_iter().map(|word| (word.field, word.text, word.is_quoted)).collect()
    }

    #[test]
    fn words_are_split_at_blanks_and_quotes() {
        assert_eq!(split("  "), []);
        assert_eq!(
            split("\"a b\"c \"\" \" \" d\"e"),
            [(None, "a b", true), (None, "c", false), (None, "d\"e", false)]
        );
        assert_eq!(split("\"Waiting for it"), [(None, "Waiting for it", true)]);
    }

    #[test]
    fn a_known_name_with_a_colon_is_a_field() {
        use SearchField::{Body, Profile, Status, Value};
        assert_eq!(split("STATUS:5xx x"), [(Some(Status), "5xx", false), (None, "x", false)]);
        assert_eq!(
            split("profile:\"Order SMS\" y"),
            [(Some(Profile), "Order SMS", true), (None, "y", false)]
        );
        assert_eq!(split("value.a.Id=4711"), [(Some(Value("a.Id")), "4711", false)]);
        assert_eq!(split("body.a[0]:\"x y\""), [(Some(Body("a[0]")), "x y", true)]);
        assert_eq!(split("status:"), [(Some(Status), "", false)], "is being typed");
        for text in ["https://hooks.example", "12:30", "status=500", "values:1", ":", "=x", "\"status:5xx\""]
        {
            assert_eq!(words(text)[0].field, None, "{text}");
        }
    }

    #[test]
    fn a_word_knows_how_it_was_typed() {
        let raw: Vec<&str> =
            words(" status:5xx  profile:\"Order SMS\" \"a b\" c ").iter().map(|w| w.raw).collect();
        assert_eq!(raw, ["status:5xx", "profile:\"Order SMS\"", "\"a b\"", "c"]);
    }
}
