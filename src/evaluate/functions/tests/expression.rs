//! Just enough of the language to write calls as text: literals, lists, objects, calls, and a few names for
//! unknown values (`unknown`, `unknown_list`, `unknown_any`).

use super::super::{self as functions, FunctionError, World};
use std::iter::Peekable;
use std::str::Chars;
use trueup_value::{Kind, Number, Type, Value};

/// The value of an expression, or the errors of the first call that failed.
pub(crate) fn evaluate(text: &str, world: &dyn World) -> Result<Value, Vec<FunctionError>> {
    let mut parser = Parser { rest: text.chars().peekable(), world };
    let value = parser.expression()?;
    parser.space();
    assert!(parser.rest.peek().is_none(), "more text after the expression in {text:?}");
    Ok(value)
}

struct Parser<'t> {
    rest: Peekable<Chars<'t>>,
    world: &'t dyn World,
}

impl Parser<'_> {
    fn space(&mut self) {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
    }

    fn take(&mut self, wanted: char) -> bool {
        self.space();
        self.rest.next_if_eq(&wanted).is_some()
    }

    fn expect(&mut self, wanted: char) {
        assert!(self.take(wanted), "{wanted:?} wanted at {:?}", self.rest.clone().collect::<String>());
    }

    fn expression(&mut self) -> Result<Value, Vec<FunctionError>> {
        self.space();
        match self.rest.peek() {
            Some('"') => Ok(Value::string(self.string())),
            Some('[') => self.list(),
            Some('{') => self.object(),
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | '.') => Ok(self.number()),
            _ => self.name(),
        }
    }

    fn number(&mut self) -> Value {
        let mut text = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')) {
            text.push(c);
        }
        Number::parse(&text).unwrap_or_else(|| panic!("{text:?} isn't a number")).into()
    }

    fn word(&mut self) -> String {
        self.space();
        let mut word = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | ':')) {
            word.push(c);
        }
        word
    }

    fn string(&mut self) -> String {
        self.expect('"');
        let mut text = String::new();
        loop {
            match self.rest.next().expect("a string is closed") {
                '"' => return text,
                '\\' => match self.rest.next().expect("an escape is complete") {
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    'u' => text.push(self.code(4)),
                    'U' => text.push(self.code(8)),
                    other => text.push(other),
                },
                c @ ('$' | '%') if self.rest.clone().take(2).eq([c, '{']) => {
                    self.rest.next();
                    text.push(c);
                }
                c => text.push(c),
            }
        }
    }

    fn code(&mut self, digits: usize) -> char {
        let digits: String = self.rest.by_ref().take(digits).collect();
        u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).expect("an escape names a character")
    }

    /// Expressions up to a closing bracket; the flag says that the last is to be expanded.
    fn expressions(&mut self, close: char) -> Result<(Vec<Value>, bool), Vec<FunctionError>> {
        let mut values = Vec::new();
        let mut expanded = false;
        while !self.take(close) {
            values.push(self.expression()?);
            self.take(',');
            while self.take('.') {
                expanded = true;
            }
        }
        Ok((values, expanded))
    }

    fn list(&mut self) -> Result<Value, Vec<FunctionError>> {
        self.expect('[');
        Ok(Value::tuple(self.expressions(']')?.0))
    }

    fn object(&mut self) -> Result<Value, Vec<FunctionError>> {
        self.expect('{');
        let mut attributes = Vec::new();
        while !self.take('}') {
            self.space();
            let key = if self.rest.peek() == Some(&'"') { self.string() } else { self.word() };
            self.expect('=');
            attributes.push((key, self.expression()?));
            self.take(',');
        }
        Ok(Value::object(attributes))
    }

    fn name(&mut self) -> Result<Value, Vec<FunctionError>> {
        let name = self.word();
        if !self.take('(') {
            return Ok(match name.as_str() {
                "true" => true.into(),
                "false" => false.into(),
                "null" => Value::null(Type::Dynamic),
                "unknown" => Value::unknown(Type::String),
                "unknown_list" => Value::unknown(Type::list(Type::String)),
                "unknown_any" => Value::dynamic(),
                other => panic!("there is no name {other:?}"),
            });
        }
        let (mut values, expanded) = self.expressions(')')?;
        if expanded {
            let last = values.pop().expect("something is expanded");
            values.extend(last.as_sequence().expect("a list is expanded").iter().cloned());
        }
        let function = functions::lookup(&name).unwrap_or_else(|| panic!("there is no function {name:?}"));
        functions::call(function, &values, self.world)
    }
}

/// A value as the tests write it: JSON with `unknown` and `sensitive(...)`, types where JSON has none.
pub(crate) fn shown(value: &Value) -> String {
    let plain = match value.kind() {
        Kind::Unknown(ty, known) => {
            let prefix = known.as_deref().and_then(|known| known.prefix.as_deref());
            let prefix = prefix.map_or(String::new(), |prefix| format!(" {prefix:?}"));
            let sure = if value.is_definitely_not_null() { "!" } else { "" };
            format!("unknown({ty}{sure}{prefix})")
        }
        Kind::Null(_) => "null".into(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => format!("{text:?}"),
        Kind::List(list) => format!("list{}", bracketed(&list.items)),
        Kind::Set(set) => format!("set{}", bracketed(&set.items)),
        Kind::Tuple(items) => bracketed(items),
        Kind::Map(map) => format!("map{}", braced(map.1.iter())),
        Kind::Object(attributes) => braced(attributes.iter()),
    };
    match (value.marks().is_sensitive(), value.marks().is_ephemeral()) {
        (false, false) => plain,
        (true, false) => format!("sensitive({plain})"),
        (_, true) => format!("ephemeral({plain})"),
    }
}

fn bracketed(items: &[Value]) -> String {
    let items: Vec<String> = items.iter().map(shown).collect();
    format!("[{}]", items.join(", "))
}

fn braced<'v>(pairs: impl Iterator<Item = (&'v trueup_value::Name, &'v Value)>) -> String {
    let pairs: Vec<String> =
        pairs.map(|(name, value)| format!("{} = {}", name.escape_debug(), shown(value))).collect();
    format!("{{{}}}", pairs.join(", "))
}
