//! Writing values as JSON.

use crate::json::JsonError;
use crate::json_type::write_type;
use crate::{Kind, Path, PathStep, Type, Value};
use std::fmt::Write;

/// As `jsonencode` does it: keys sorted, `<`, `>`, `&` and the line separators U+2028 and U+2029 escaped, no
/// spaces. Marks are left out of it; unknown values and infinities can't be written.
pub fn encode(value: &Value) -> Result<String, JsonError> {
    Writer { html: true, ..Writer::default() }.finish(value, None)
}

/// As [`encode`], leaving `<`, `>` and `&` as they are.
pub fn encode_plain(value: &Value) -> Result<String, JsonError> {
    Writer::default().finish(value, None)
}

/// As state files have it, to be read back with the same type: where the type is any, an object of value and type
/// is written. The value must be of the type.
pub fn encode_typed(value: &Value, ty: &Type) -> Result<String, JsonError> {
    Writer { html: true, ..Writer::default() }.finish(value, Some(ty))
}

/// A JSON string.
pub(crate) fn write_string(text: &str, html: bool, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let escape = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\x08' => "\\b",
            '\x0c' => "\\f",
            '<' | '>' | '&' if html => "",
            '\u{2028}' | '\u{2029}' => "",
            c if c < ' ' => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        from = at + c.len_utf8();
        if escape.is_empty() {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

#[derive(Default)]
struct Writer {
    out: String,
    html: bool,
    path: Path,
}

impl Writer {
    fn finish(mut self, value: &Value, ty: Option<&Type>) -> Result<String, JsonError> {
        self.value(value, ty)?;
        Ok(self.out)
    }

    fn fail<T>(&self, message: &str) -> Result<T, JsonError> {
        let place = if self.path.is_root() { String::new() } else { format!("{}: ", self.path) };
        Err(JsonError { offset: None, message: format!("{place}{message}") })
    }

    /// With a type, what is any in it is written with its own type.
    fn value(&mut self, value: &Value, ty: Option<&Type>) -> Result<(), JsonError> {
        if let Some(Type::Dynamic) = ty {
            return self.dynamic(value);
        }
        match value.kind() {
            Kind::Unknown(..) => {
                return self.fail("the value is not known yet, so it can't be written as JSON");
            }
            Kind::Null(_) => self.out.push_str("null"),
            Kind::Bool(true) => self.out.push_str("true"),
            Kind::Bool(false) => self.out.push_str("false"),
            Kind::Number(number) if number.is_infinite() => {
                return self.fail("infinity can't be written as JSON");
            }
            Kind::Number(number) => {
                let _ = write!(self.out, "{number}");
            }
            Kind::String(text) => write_string(text, self.html, &mut self.out),
            Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => self.array(value, ty)?,
            Kind::Map(_) | Kind::Object(_) => self.object(value, ty)?,
        }
        Ok(())
    }

    fn dynamic(&mut self, value: &Value) -> Result<(), JsonError> {
        if value.is_null() && value.ty() == Type::Dynamic {
            self.out.push_str("null");
            return Ok(());
        }
        let ty = value.ty();
        self.out.push_str("{\"value\":");
        self.value(value, Some(&ty))?;
        self.out.push_str(",\"type\":");
        write_type(&ty, &mut self.out);
        self.out.push('}');
        Ok(())
    }

    fn array(&mut self, value: &Value, ty: Option<&Type>) -> Result<(), JsonError> {
        self.out.push('[');
        for (at, item) in value.as_sequence().unwrap_or_default().iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            let inner = match ty {
                Some(Type::Tuple(types)) => types.get(at),
                Some(ty) => ty.element(),
                None => None,
            };
            self.step(PathStep::Index(crate::access::position(at)), item, inner)?;
        }
        self.out.push(']');
        Ok(())
    }

    fn object(&mut self, value: &Value, ty: Option<&Type>) -> Result<(), JsonError> {
        self.out.push('{');
        for (at, (name, item)) in value.as_mapping().into_iter().flatten().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            write_string(name, self.html, &mut self.out);
            self.out.push(':');
            let inner = match ty {
                Some(Type::Object(object)) => object.attributes.get(name),
                Some(ty) => ty.element(),
                None => None,
            };
            self.step(PathStep::Attribute(name.clone()), item, inner)?;
        }
        self.out.push('}');
        Ok(())
    }

    fn step(&mut self, step: PathStep, item: &Value, ty: Option<&Type>) -> Result<(), JsonError> {
        self.path.0.push(step);
        let written = self.value(item, ty);
        self.path.0.pop();
        written
    }
}
