//! The functions of the built-in provider `terraform`, which write and read the language itself.

use super::definition::{DECODED, STRING};
use super::{Call, Function, FunctionError, Outcome, Parameter};
use trueup_value::{Kind, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "provider::terraform::decode_tfvars",
        &[Parameter::string("src")],
        DECODED,
        decode_tfvars,
        "Reads the content of a .tfvars file as an object.",
    ),
    Function::new(
        "provider::terraform::encode_expr",
        &[VALUE],
        STRING,
        encode_expr,
        "Writes a value as an expression of the language.",
    ),
    Function::new(
        "provider::terraform::encode_tfvars",
        &[VALUE],
        STRING,
        encode_tfvars,
        "Writes an object as the content of a .tfvars file.",
    ),
];

const VALUE: Parameter = Parameter::any("value").dynamic();

fn decode_tfvars(call: &Call<'_>) -> Outcome {
    Ok(Value::object(call.world.decode_variables(call.text(0))?))
}

fn encode_expr(call: &Call<'_>) -> Outcome {
    let value = call.value(0);
    if !value.is_wholly_known() {
        return Ok(call.unknown());
    }
    let mut document = Document { lines: vec![Line::default()] };
    document.value(value);
    Ok(Value::string(document.formatted()))
}

fn encode_tfvars(call: &Call<'_>) -> Outcome {
    let value = call.value(0);
    if !value.is_known() {
        return Ok(call.unknown());
    }
    let variables = value.as_mapping().ok_or_else(|| {
        FunctionError::call(
            "the value must be an object, whose attribute names become those of the variables",
        )
    })?;
    if let Some(name) = variables.keys().find(|name| !is_identifier(name)) {
        let shown = call.shown_as(0, name);
        return Err(FunctionError::call(format!(
            "a variable can't have the name {shown}: it isn't an identifier"
        )));
    }
    if !value.is_wholly_known() {
        return Ok(call.unknown());
    }
    let mut document = Document { lines: Vec::new() };
    for (name, value) in variables {
        document.lines.push(Line { key: Some(name.to_string()), ..Line::default() });
        document.value(value);
    }
    let mut text = document.formatted();
    if !text.is_empty() {
        text.push('\n');
    }
    Ok(Value::string(text))
}

/// Lines of an expression before they are indented and aligned.
struct Document {
    lines: Vec<Line>,
}

/// A line: `key = text`, or only text.
#[derive(Default)]
struct Line {
    key: Option<String>,
    text: String,
    /// Brackets opened less brackets closed.
    net: isize,
}

impl Document {
    fn push(&mut self, text: &str, net: isize) {
        if let Some(line) = self.lines.last_mut() {
            line.text.push_str(text);
            line.net += net;
        }
    }

    fn value(&mut self, value: &Value) {
        match value.kind() {
            Kind::Bool(truth) => self.push(if *truth { "true" } else { "false" }, 0),
            Kind::Number(number) => self.push(&number.to_string(), 0),
            Kind::String(text) => self.push(&quoted(text), 0),
            Kind::List(elements) | Kind::Set(elements) => self.sequence(&elements.items),
            Kind::Tuple(items) => self.sequence(items),
            Kind::Map(_) | Kind::Object(_) => self.mapping(value),
            // Unknown values were turned away before.
            Kind::Null(_) | Kind::Unknown(..) => self.push("null", 0),
        }
    }

    fn sequence(&mut self, items: &[Value]) {
        self.push("[", 1);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.push(", ", 0);
            }
            self.value(item);
        }
        self.push("]", -1);
    }

    fn mapping(&mut self, value: &Value) {
        self.push("{", 1);
        let attributes = value.as_mapping().into_iter().flatten();
        let mut empty = true;
        for (name, value) in attributes {
            empty = false;
            let key = if is_identifier(name) { name.to_string() } else { quoted(name) };
            self.lines.push(Line { key: Some(key), ..Line::default() });
            self.value(value);
        }
        if !empty {
            self.lines.push(Line::default());
        }
        self.push("}", -1);
    }

    /// With two spaces for every line that left brackets open, and the equals signs of consecutive attributes of
    /// one line each below one another.
    fn formatted(&self) -> String {
        let aligned = |line: &&Line| line.key.is_some() && line.net == 0;
        let width = |line: &Line| line.key.as_ref().map_or(0, |key| key.chars().count());
        let mut widths = Vec::with_capacity(self.lines.len());
        for group in self.lines.chunk_by(|a, b| aligned(&a) && aligned(&b)) {
            let widest = group.iter().map(width).max().unwrap_or(0);
            widths.extend(group.iter().map(|_| widest));
        }
        let mut open: Vec<isize> = Vec::new();
        let mut texts = Vec::with_capacity(self.lines.len());
        for (line, width) in self.lines.iter().zip(widths) {
            close(&mut open, -line.net);
            let key = line.key.as_ref().map(|key| format!("{key:width$} = ")).unwrap_or_default();
            texts.push(format!("{}{key}{}", "  ".repeat(open.len()), line.text));
            if line.net > 0 {
                open.push(line.net);
            }
        }
        texts.join("\n")
    }
}

/// Takes closed brackets off the lines that opened them, the last first.
fn close(open: &mut Vec<isize>, mut closed: isize) {
    while closed > 0 {
        let Some(last) = open.last_mut() else { return };
        let taken = closed.min(*last);
        *last -= taken;
        closed -= taken;
        if *last == 0 {
            open.pop();
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    let start = |c: char| c == '_' || unicode_ident::is_xid_start(c);
    characters.next().is_some_and(start) && characters.all(|c| c == '-' || unicode_ident::is_xid_continue(c))
}

/// As a quoted template that stands for itself.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' => out.extend(['\\', c]),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([c, c]),
            _ if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
