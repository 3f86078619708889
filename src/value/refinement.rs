//! What is known about an unknown value.

use crate::{Elements, Kind, Number, Type, Value};
use std::sync::Arc;

/// A list of known length is made of unknown elements only up to this length.
const LENGTH_EXPANDED_MAX: u64 = 10_000;

/// Facts about a value that isn't known yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refinement {
    /// It won't be null.
    pub not_null: bool,
    /// A string starts with this.
    pub prefix: Option<Arc<str>>,
    /// A number's lower bound, and whether the bound itself is allowed.
    pub number_min: Option<(Number, bool)>,
    /// A number's upper bound, and whether the bound itself is allowed.
    pub number_max: Option<(Number, bool)>,
    /// A collection has at least so many elements.
    pub length_min: u64,
    /// A collection has at most so many elements.
    pub length_max: Option<u64>,
}

impl Refinement {
    /// That it won't be null, no more.
    pub fn not_null() -> Refinement {
        Refinement { not_null: true, ..Refinement::default() }
    }

    /// That it won't be null and starts with `prefix`. The end of a prefix may still combine with what follows;
    /// use [`safe_prefix`] on text that was cut at will.
    pub fn prefix(prefix: impl Into<Arc<str>>) -> Refinement {
        Refinement { prefix: Some(prefix.into()), ..Refinement::not_null() }
    }

    /// That it won't be null and has from `min` up to `max` elements.
    pub fn length(min: u64, max: Option<u64>) -> Refinement {
        Refinement { length_min: min, length_max: max, ..Refinement::not_null() }
    }

    /// That it won't be null and is a number from `min` up to `max`, each allowed itself.
    pub fn number(min: Option<Number>, max: Option<Number>) -> Refinement {
        Refinement {
            number_min: min.map(|n| (n, true)),
            number_max: max.map(|n| (n, true)),
            ..Refinement::not_null()
        }
    }

    /// Only what can be said about a value of this type, and nothing that says nothing.
    fn fitting(mut self, ty: &Type) -> Refinement {
        if *ty == Type::Dynamic {
            return Refinement::default();
        }
        if *ty != Type::String {
            self.prefix = None;
        }
        if *ty != Type::Number {
            self.number_min = None;
            self.number_max = None;
        }
        if !ty.is_collection() {
            self.length_min = 0;
            self.length_max = None;
        }
        self.prefix = self.prefix.filter(|prefix| !prefix.is_empty());
        self.number_min = self.number_min.filter(|(min, _)| !(min.is_infinite() && min.is_negative()));
        self.number_max = self.number_max.filter(|(max, _)| !max.is_infinite() || max.is_negative());
        self
    }

    /// The one value of this type that is left, where the facts leave only one.
    fn only_value(&self, ty: &Type) -> Option<Value> {
        if !self.not_null {
            return None;
        }
        if let (Some((min, true)), Some((max, true))) = (&self.number_min, &self.number_max)
            && min == max
        {
            return Some(Value::from(min.clone()));
        }
        let length = self.length_max.filter(|max| *max == self.length_min && ty.is_collection())?;
        let unknowns =
            |element: &Type| vec![Value::unknown(element.clone()); usize::try_from(length).unwrap_or(0)];
        match ty {
            Type::List(element) if length <= LENGTH_EXPANDED_MAX => {
                Some(Value::list(Type::clone(element), unknowns(element)))
            }
            Type::Set(element) if length <= 1 => {
                let elements = Elements { ty: Type::clone(element), items: unknowns(element) };
                Some(Value::of(Kind::Set(Arc::new(elements))))
            }
            Type::Map(element) if length == 0 => Some(Value::map::<&str>(Type::clone(element), [])),
            _ => None,
        }
    }
}

impl Value {
    /// Unknown of a type, with what is known about it. Where that leaves a single value, it is that value.
    pub fn refined(ty: Type, refinement: Refinement) -> Value {
        let refinement = refinement.fitting(&ty);
        if let Some(value) = refinement.only_value(&ty) {
            return value;
        }
        let known = (refinement != Refinement::default()).then(|| Arc::new(refinement));
        Value::of(Kind::Unknown(ty, known))
    }

    /// The same value, said not to be null if it is unknown.
    pub fn refine_not_null(self) -> Value {
        let Kind::Unknown(ty, refinement) = self.kind() else {
            return self;
        };
        if *ty == Type::Dynamic || refinement.as_ref().is_some_and(|r| r.not_null) {
            return self;
        }
        let mut refinement = refinement.as_deref().cloned().unwrap_or_default();
        refinement.not_null = true;
        Value::refined(ty.clone(), refinement).mark(self.marks())
    }

    /// A value that will be one of two, which of them isn't known yet: unknown with what both have in common.
    /// Both must be of one type; so will the result, with the marks of both.
    pub fn either(&self, other: &Value) -> Value {
        let marks = self.marks() | other.marks();
        if self.is_null() && other.is_null() {
            return Value::null(self.ty()).mark(marks);
        }
        let mut known = Refinement {
            not_null: self.is_definitely_not_null() && other.is_definitely_not_null(),
            ..Refinement::default()
        };
        if let (Some(a), Some(b)) = (self.number_bounds(), other.number_bounds()) {
            known.number_min = Some((a.0.min(b.0), true));
            known.number_max = Some((a.1.max(b.1), true));
        }
        if let (Some((a_min, a_max)), Some((b_min, b_max))) = (self.length_bounds(), other.length_bounds()) {
            known.length_min = a_min.min(b_min);
            // The reference says nothing of the most where there may be none at all, and so neither do we.
            known.length_max = a_max.zip(b_max).map(|(a, b)| a.max(b)).filter(|_| known.length_min > 0);
        }
        Value::refined(self.ty(), known).mark(marks)
    }

    /// What is known about an unknown value, if anything.
    pub fn refinement(&self) -> Option<&Refinement> {
        match self.kind() {
            Kind::Unknown(_, refinement) => refinement.as_deref(),
            _ => None,
        }
    }

    /// Whether it can't turn out to be null.
    pub fn is_definitely_not_null(&self) -> bool {
        match self.kind() {
            Kind::Null(_) => false,
            Kind::Unknown(_, refinement) => refinement.as_ref().is_some_and(|r| r.not_null),
            _ => true,
        }
    }

    /// The bounds of a number: a known one is its own, an unknown one's are infinite where nothing is known.
    /// None for what isn't a number or may not be one.
    pub(crate) fn number_bounds(&self) -> Option<(Number, Number)> {
        match self.kind() {
            Kind::Number(number) => Some((number.clone(), number.clone())),
            Kind::Unknown(Type::Number, refinement) => {
                let bound = |bound: Option<&(Number, bool)>| bound.map(|(number, _)| number.clone());
                let known = refinement.as_deref();
                let min = bound(known.and_then(|r| r.number_min.as_ref()));
                let max = bound(known.and_then(|r| r.number_max.as_ref()));
                Some((
                    min.unwrap_or_else(|| Number::infinity(true)),
                    max.unwrap_or_else(|| Number::infinity(false)),
                ))
            }
            _ => None,
        }
    }

    /// The bounds of a collection's length, of a tuple's or an object's. None for anything else.
    pub fn length_bounds(&self) -> Option<(u64, Option<u64>)> {
        let exactly = |length: usize| {
            let length = u64::try_from(length).unwrap_or(u64::MAX);
            (length, Some(length))
        };
        match self.kind() {
            Kind::Set(elements) if elements.items.iter().any(|item| !item.is_wholly_known()) => {
                Some((1, exactly(elements.items.len()).1))
            }
            Kind::List(elements) | Kind::Set(elements) => Some(exactly(elements.items.len())),
            Kind::Map(map) => Some(exactly(map.1.len())),
            Kind::Tuple(items) => Some(exactly(items.len())),
            Kind::Object(attributes) => Some(exactly(attributes.len())),
            Kind::Unknown(Type::Tuple(items), _) => Some(exactly(items.len())),
            Kind::Unknown(Type::Object(object), _) => Some(exactly(object.attributes.len())),
            Kind::Unknown(ty, refinement) if ty.is_collection() => {
                Some(refinement.as_ref().map_or((0, None), |r| (r.length_min, r.length_max)))
            }
            _ => None,
        }
    }
}

/// These end a cluster by themselves: nothing that follows them combines with them.
const DELIMITERS: &str = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";

/// The part of `text` that stays as it is whatever is written after it: a last grapheme cluster that more text
/// could join or recompose is cut off.
pub fn safe_prefix(text: &str) -> &str {
    use unicode_segmentation::UnicodeSegmentation;
    let Some((start, last)) = text.grapheme_indices(true).next_back() else {
        return text;
    };
    let closed = last.chars().count() == 1 && DELIMITERS.contains(last);
    if closed { text } else { &text[..start] }
}
