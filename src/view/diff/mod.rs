//! The difference of two values for people, in the shape Terraform gives it.
//!
//! A column is where the symbol (`+`, `-`, `~` or a space) of a line stands; what is inside stands four further.

mod align;
mod scalar;
mod sequence;

pub(crate) use align::common as common_lines;

use super::style::{SYMBOL, Style};
use std::collections::BTreeMap;
use trueup_value::{Kind, Name, Value, json};

/// What a line says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It comes.
    Add,
    /// It goes.
    Remove,
    /// It becomes another.
    Change,
    /// It stays, or the line has no value.
    Same,
}

/// The side that isn't there, or null: both read as absence in a diff.
fn present(value: Option<&Value>) -> Option<&Value> {
    value.filter(|v| !v.is_null())
}

/// What became of a value.
pub(crate) fn sign(before: Option<&Value>, after: Option<&Value>) -> Sign {
    match (present(before), present(after)) {
        (None, None) => Sign::Same,
        (None, Some(_)) => Sign::Add,
        (Some(_), None) => Sign::Remove,
        (Some(b), Some(a)) if same(b, a) => Sign::Same,
        (Some(_), Some(_)) => Sign::Change,
    }
}

/// Equal in what is shown; a change of sensitivity alone is a difference.
fn same(before: &Value, after: &Value) -> bool {
    before == after
}

/// Writes differences.
#[derive(Clone, Copy, Debug)]
pub struct Differ {
    /// How it is dressed.
    pub style: Style,
    /// Unchanged parts are shown as well.
    pub whole: bool,
}

/// A value of more lines isn't shown where nothing is known of what comes in its place.
const FOLDED_MIN: usize = 12;

impl Differ {
    pub(crate) fn symbol(self, sign: Sign) -> String {
        let symbol = match sign {
            Sign::Add => self.style.green("+"),
            Sign::Remove => self.style.red("-"),
            Sign::Change => self.style.yellow("~"),
            Sign::Same => " ".into(),
        };
        if self.style.marked { format!("{SYMBOL}{symbol}") } else { symbol }
    }

    /// What stands behind `name = `. `null` adds `-> null` where the value goes.
    pub(crate) fn value(
        self,
        before: Option<&Value>,
        after: Option<&Value>,
        column: usize,
        null: bool,
    ) -> String {
        let suffix = if null && sign(before, after) == Sign::Remove {
            self.style.dim(" -> null")
        } else {
            String::new()
        };
        let text = match (present(before), present(after)) {
            (None, None) => "null".into(),
            (Some(one), None) => self.one(one, Sign::Remove, column),
            (None, Some(one)) => self.one(one, Sign::Add, column),
            (Some(b), Some(a)) if same(b, a) => self.one(b, Sign::Same, column),
            (Some(b), Some(a)) => self.two(b, a, column),
        };
        text + &suffix
    }

    /// A value on one side only, or the same on both.
    fn one(self, value: &Value, sign: Sign, column: usize) -> String {
        if let Some(hidden) = scalar::hidden(value, self.style) {
            return hidden.into();
        }
        let side = |v| match sign {
            Sign::Add => (None, Some(v)),
            Sign::Remove => (Some(v), None),
            _ => (Some(v), Some(v)),
        };
        match value.kind() {
            Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => {
                let items = value.as_sequence().unwrap_or_default();
                self.sequence(&items.iter().map(side).collect::<Vec<_>>(), column, true)
            }
            Kind::Map(_) | Kind::Object(_) => {
                let items = value.as_mapping().into_iter().flatten();
                let rows: Vec<_> = items.map(|(name, v)| (name.clone(), side(v))).collect();
                self.mapping(&rows, column, matches!(value.kind(), Kind::Map(_)), sign)
            }
            Kind::String(text) => self.string(text, sign, column),
            _ => scalar::text(value),
        }
    }

    fn two(self, before: &Value, after: &Value, column: usize) -> String {
        if !self.style.reveal && (before.marks().is_sensitive() || after.marks().is_sensitive()) {
            return "(sensitive value)".into();
        }
        match (before.kind(), after.kind()) {
            (_, Kind::Unknown(..)) => {
                let before = self.given_up(before, column);
                format!("{before} {} (known after apply)", self.style.yellow("->"))
            }
            (Kind::String(b), Kind::String(a)) => self.strings(b, a, column),
            (Kind::Set(_), Kind::Set(_)) => self.set(before, after, column),
            (Kind::List(_) | Kind::Tuple(_), Kind::List(_) | Kind::Tuple(_)) => {
                let (b, a) =
                    (before.as_sequence().unwrap_or_default(), after.as_sequence().unwrap_or_default());
                self.sequence(&align::pairs(b, a), column, self.whole)
            }
            (Kind::Map(_) | Kind::Object(_), Kind::Map(_) | Kind::Object(_)) => {
                let rows = merge(before, after);
                self.mapping(&rows, column, matches!(after.kind(), Kind::Map(_)), Sign::Change)
            }
            _ => {
                let (b, a) = (self.one(before, Sign::Remove, column), self.one(after, Sign::Add, column));
                format!("{b} {} {a}", self.style.yellow("->"))
            }
        }
    }

    /// A value that gives way to one that isn't known yet. A long collection is only counted: what of it stays can't
    /// be said.
    fn given_up(self, value: &Value, column: usize) -> String {
        let whole = self.one(value, Sign::Remove, column);
        if self.whole || whole.lines().count() <= FOLDED_MIN {
            return whole;
        }
        let (open, close, count, word) = match value.kind() {
            Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => {
                ("[", "]", value.as_sequence().unwrap_or_default().len(), "element")
            }
            Kind::Map(_) => ("{", "}", value.as_mapping().map_or(0, BTreeMap::len), "element"),
            Kind::Object(_) => ("{", "}", value.as_mapping().map_or(0, BTreeMap::len), "attribute"),
            _ => return whole,
        };
        let s = if count == 1 { "" } else { "s" };
        let note = self.style.dim(&format!("# ({count} {word}{s} hidden)"));
        let pad = " ".repeat(column);
        format!("{open}\n{pad}      {note}\n{pad}  {close}")
    }

    fn mapping(self, rows: &[Row<'_>], column: usize, quoted: bool, outer: Sign) -> String {
        if rows.is_empty() {
            return "{}".into();
        }
        let key =
            |name: &Name| if quoted || !is_bare(name) { super::value::quote(name) } else { name.to_string() };
        let shown =
            |row: &&Row<'_>| self.whole || outer != Sign::Change || sign(row.1.0, row.1.1) != Sign::Same;
        let width = rows.iter().map(|(name, _)| key(name).chars().count()).max().unwrap_or(0);
        let mut out = String::from("{\n");
        for (name, (before, after)) in rows.iter().filter(shown) {
            let sign = sign(*before, *after);
            let value = self.value(*before, *after, column + 4, false);
            let pad = " ".repeat(width - key(name).chars().count());
            out.push_str(&format!(
                "{}{} {}{pad} = {value}\n",
                " ".repeat(column + 4),
                self.symbol(sign),
                key(name)
            ));
        }
        let hidden = rows.len() - rows.iter().filter(shown).count();
        out.push_str(&self.hidden(hidden, if quoted { "element" } else { "attribute" }, column));
        out.push_str(&format!("{}}}", " ".repeat(column + 2)));
        out
    }

    fn hidden(self, count: usize, word: &str, column: usize) -> String {
        if count == 0 {
            return String::new();
        }
        let s = if count == 1 { "" } else { "s" };
        let note = format!("# ({count} unchanged {word}{s} hidden)");
        format!("{}{}\n", " ".repeat(column + 6), self.style.dim(&note))
    }

    /// Text that is JSON on both sides is compared as JSON.
    fn json(self, before: Option<&str>, after: Option<&str>, column: usize) -> Option<String> {
        let decode = |text: Option<&str>| match text {
            None => Some(None),
            Some(text) if text.trim_start().starts_with(['{', '[']) => {
                json::decode_implied(text).ok().map(Some)
            }
            Some(_) => None,
        };
        let (before, after) = (decode(before)?, decode(after)?);
        let sign = sign(before.as_ref(), after.as_ref());
        let symbol = if sign == Sign::Change { self.symbol(sign) } else { " ".into() };
        let inner = self.value(before.as_ref(), after.as_ref(), column + 4, false);
        let pad = " ".repeat(column + 4);
        Some(format!("jsonencode(\n{pad}{symbol} {inner}\n{})", " ".repeat(column + 2)))
    }
}

type Sides<'v> = (Option<&'v Value>, Option<&'v Value>);
type Row<'v> = (Name, Sides<'v>);

/// The keys of both sides in order.
fn merge<'v>(before: &'v Value, after: &'v Value) -> Vec<Row<'v>> {
    let keys = before.as_mapping().into_iter().chain(after.as_mapping()).flat_map(|m| m.keys());
    let keys: std::collections::BTreeSet<&Name> = keys.collect();
    keys.into_iter().map(|key| (key.clone(), (before.get(key), after.get(key)))).collect()
}

fn is_bare(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || "-_".contains(c))
}
