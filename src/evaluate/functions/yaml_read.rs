//! `yamldecode`: one YAML document as a value.

use super::{Call, FunctionError, Outcome, yaml_scalar};
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use std::borrow::Cow;
use std::collections::BTreeMap;
use trueup_value::{Kind, Name, Value, convert};

/// Collections within collections; more than any document needs and less than a stack.
const DEPTH_MAX: usize = 200;
/// Values of a document with aliases written out: a small one can stand for billions.
const VALUES_MAX: usize = 1_000_000;

pub(super) fn yamldecode(call: &Call<'_>) -> Outcome {
    read(call.text(0)).map_err(|reason| {
        // The reason may quote the text.
        let reason =
            if call.is_secret(0) { "the text isn't YAML that stands for a value".to_owned() } else { reason };
        FunctionError::call(reason)
    })
}

/// The value of a text with one document.
fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: BTreeMap::new(), values: 0 };
    let mut document = None;
    loop {
        match reader.next()? {
            Event::DocumentStart(_) if document.is_some() => {
                return Err("there is another document after the first".into());
            }
            Event::DocumentStart(_) => {
                let event = reader.next()?;
                document = Some(reader.node(event, 0)?);
            }
            Event::StreamEnd => return document.ok_or_else(|| "there is no document in the text".to_owned()),
            _ => {}
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// What each anchor stands for and how many values that is; none while it is being read.
    anchors: BTreeMap<usize, Option<(Value, usize)>>,
    values: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, String> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => {
                let at = error.marker();
                Err(format!("line {}, column {}: {}", at.line(), at.col() + 1, error.info()))
            }
            None => Ok(Event::StreamEnd),
        }
    }

    fn count(&mut self, values: usize) -> Result<(), String> {
        self.values = self.values.saturating_add(values);
        if self.values > VALUES_MAX {
            return Err(format!("the document has more than {VALUES_MAX} values"));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'t>, depth: usize) -> Result<Value, String> {
        if depth > DEPTH_MAX {
            return Err(format!("the document is nested deeper than {DEPTH_MAX} levels"));
        }
        self.count(1)?;
        let before = self.values;
        let (anchor, value) = match event {
            Event::Alias(anchor) => return self.alias(anchor),
            Event::Scalar(text, style, anchor, tag) => {
                let tag = full(tag.as_ref());
                (anchor, yaml_scalar::resolve(&text, style == ScalarStyle::Plain, tag.as_deref())?)
            }
            Event::SequenceStart(anchor, tag) => {
                check_tag(tag.as_ref(), "seq")?;
                self.open(anchor);
                (anchor, self.sequence(depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                check_tag(tag.as_ref(), "map")?;
                self.open(anchor);
                (anchor, self.mapping(depth)?)
            }
            _ => return Err("a value is missing".into()),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, Some((value.clone(), self.values - before + 1)));
        }
        Ok(value)
    }

    fn open(&mut self, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
    }

    fn alias(&mut self, anchor: usize) -> Result<Value, String> {
        match self.anchors.get(&anchor).cloned() {
            Some(Some((value, values))) => {
                self.count(values)?;
                Ok(value)
            }
            Some(None) => Err("an alias refers to what it is itself a part of".into()),
            None => Err("an alias refers to an anchor that doesn't exist".into()),
        }
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, String> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Value::tuple(items)),
                event => items.push(self.node(event, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, String> {
        let mut attributes: BTreeMap<Name, Value> = BTreeMap::new();
        loop {
            let event = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Value::object_of(attributes));
            }
            let merges = matches!(&event, Event::Scalar(text, ..) if text == "<<");
            let key = self.node(event, depth + 1)?;
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            if merges {
                let Kind::Object(merged) = value.kind() else {
                    return Err(format!("a {} can't be merged into a mapping", value.ty().friendly_name()));
                };
                attributes.extend(merged.iter().map(|(name, value)| (name.clone(), value.clone())));
            } else {
                attributes.insert(name(&key)?, value);
            }
        }
    }
}

fn name(key: &Value) -> Result<Name, String> {
    if key.is_null() {
        return Err("the key of a mapping can't be null".into());
    }
    let text = convert(key, &trueup_value::Type::String)
        .map_err(|_| "the key of a mapping must be text".to_owned())?;
    Ok(text.as_str().unwrap_or_default().into())
}

/// A tag in full, as a URI where it is one.
fn full(tag: Option<&Cow<'_, Tag>>) -> Option<String> {
    tag.map(|tag| format!("{}{}", tag.handle, tag.suffix))
}

fn check_tag(tag: Option<&Cow<'_, Tag>>, name: &str) -> Result<(), String> {
    let tag = full(tag);
    if yaml_scalar::is_tag(tag.as_deref(), name) {
        return Ok(());
    }
    Err(yaml_scalar::unsupported(&tag.unwrap_or_default()))
}
