//! The documents of a YAML text, one after another; of a list, one item after another.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::Value;

use super::anchors::Anchors;
use super::container::Container;
use super::error::{Mistake, Position, YamlError};
use super::scalar;

/// The deepest nesting (our decision): that of JSON.
const DEEPEST: usize = 127;

/// A part of a text that is read as a whole.
#[derive(Debug, Clone, PartialEq)]
pub enum YamlPart {
    /// A document that is not a list.
    Document(Value),
    /// An item of a document that is a list.
    Item(Value),
}

/// The parts of a text. Documents without a value are skipped, such as that after a last `---`; if there is no other,
/// that is an error. Nothing follows an error.
pub struct YamlParts<'a> {
    parser: Parser<'a, StrInput<'a>>,
    longest: usize,
    /// The lists and mappings around the next node, within its part.
    open: Vec<Container>,
    anchors: Anchors,
    /// Whether the current document is a list, whose items are parts.
    in_list: bool,
    /// Where the current part begins.
    start: Option<Marker>,
    has_value: bool,
    has_ended: bool,
}

impl<'a> YamlParts<'a> {
    /// Reads a text whose parts have at most `longest` characters each.
    #[must_use]
    pub fn new(text: &'a str, longest: usize) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            longest,
            open: Vec::new(),
            anchors: Anchors::default(),
            in_list: false,
            start: None,
            has_value: false,
            has_ended: false,
        }
    }

    fn read(&mut self) -> Result<Option<YamlPart>, YamlError> {
        loop {
            let Some(event) = self.parser.next_event() else { return Ok(None) };
            let (event, span) = event.map_err(|error| YamlError::syntax(&error))?;
            if let Some(value) = self.take(event, span)? {
                self.start = None;
                let part = if self.in_list { YamlPart::Item } else { YamlPart::Document };
                return Ok(Some(part(value)));
            }
        }
    }

    /// Takes an event. Returns the value of the part that it ends.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<Option<Value>, YamlError> {
        let Span { start, end } = span;
        let failed = |mistake| YamlError::new(start, mistake);
        let is_node = matches!(
            event,
            Event::Alias(_) | Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..)
        );
        if is_node {
            self.has_value |= !is_nothing(&event) || !self.open.is_empty() || self.in_list;
            let from = self.start.get_or_insert(start).index();
            if end.index().saturating_sub(from) > self.longest {
                return Err(YamlError::new(end, Mistake::TooLong(self.longest)));
            }
        }
        match event {
            Event::DocumentStart(_) => {
                self.anchors = Anchors::default();
                self.start = None;
            }
            Event::DocumentEnd => self.in_list = false,
            Event::StreamEnd if !self.has_value => return Err(YamlError::empty()),
            Event::StreamEnd | Event::StreamStart | Event::Nothing => {}
            Event::SequenceStart(_, tag) if self.open.is_empty() && !self.in_list => {
                scalar::check_tag(tag.as_deref(), "seq").map_err(failed)?;
                self.in_list = true;
                self.start = None;
            }
            Event::SequenceStart(anchor, tag) => {
                scalar::check_tag(tag.as_deref(), "seq").map_err(failed)?;
                self.enter(Container::list(anchor), start)?;
            }
            Event::MappingStart(anchor, tag) => {
                scalar::check_tag(tag.as_deref(), "map").map_err(failed)?;
                self.enter(Container::mapping(anchor), start)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(container) = self.open.pop() {
                    let (anchor, value) = (container.anchor, container.finish());
                    self.anchors.keep(anchor, &value).map_err(failed)?;
                    return Ok(self.add(value));
                }
            }
            Event::Scalar(..) if is_nothing(&event) && self.open.is_empty() && !self.in_list => {}
            Event::Scalar(text, style, anchor, tag) if self.awaits_name() => {
                let name = name(&text, style, tag.as_deref()).map_err(failed)?;
                self.anchors.keep(anchor, &Value::from(name)).map_err(failed)?;
                self.name(name.to_owned(), start.into())?;
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar::value(&text, style, tag.as_deref()).map_err(failed)?;
                self.anchors.keep(anchor, &value).map_err(failed)?;
                return Ok(self.add(value));
            }
            Event::Alias(anchor) => {
                let (value, depth) = self.anchors.value(anchor).map_err(failed)?;
                if self.open.len() + depth > DEEPEST {
                    return Err(failed(Mistake::TooDeep));
                }
                if self.awaits_name() {
                    let Value::String(name) = value else { return Err(failed(Mistake::NameNotText)) };
                    self.name(name, start.into())?;
                } else {
                    return Ok(self.add(value));
                }
            }
        }
        Ok(None)
    }

    fn awaits_name(&self) -> bool {
        self.open.last().is_some_and(Container::awaits_name)
    }

    fn name(&mut self, name: String, at: Position) -> Result<(), YamlError> {
        self.open.last_mut().map_or(Ok(()), |container| container.name(name, at))
    }

    fn enter(&mut self, container: Container, at: Marker) -> Result<(), YamlError> {
        if self.awaits_name() {
            return Err(YamlError::new(at, Mistake::NameNotText));
        }
        if self.open.len() == DEEPEST {
            return Err(YamlError::new(at, Mistake::TooDeep));
        }
        self.open.push(container);
        Ok(())
    }

    /// Adds a value to what is around it. Returns it if that is nothing.
    fn add(&mut self, value: Value) -> Option<Value> {
        match self.open.last_mut() {
            Some(container) => {
                container.value(value);
                None
            }
            None => Some(value),
        }
    }
}

impl Iterator for YamlParts<'_> {
    type Item = Result<YamlPart, YamlError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_ended {
            return None;
        }
        let part = self.read().transpose();
        self.has_ended = !matches!(part, Some(Ok(_)));
        part
    }
}

/// Whether this is a node of which nothing is written.
fn is_nothing(event: &Event<'_>) -> bool {
    matches!(event, Event::Scalar(text, ScalarStyle::Plain, 0, None) if text.is_empty())
}

/// A name is always a string: `1` and `true` too, as JSON has them.
fn name<'a>(text: &'a str, style: ScalarStyle, tag: Option<&Tag>) -> Result<&'a str, Mistake> {
    if tag.is_some() {
        scalar::value(text, style, tag)?;
    } else if style == ScalarStyle::Plain {
        match text {
            "" => return Err(Mistake::NameMissing),
            "<<" => return Err(Mistake::Merge),
            _ => {}
        }
    }
    Ok(text)
}
