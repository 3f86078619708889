//! Conversion of values to type constraints.

use crate::access::position;
use crate::mismatch::mismatch;
use crate::unify::unify_with;
use crate::{Kind, Name, Number, ObjectType, Path, PathStep, Refinement, Type, Value};
use std::collections::BTreeMap;
use std::fmt;

/// Why a value can't be converted.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvertError {
    /// Which part of the value it is about; the value itself if there is no step.
    pub path: Path,
    /// What is wrong with it, such as `a number is required`.
    pub message: String,
}

/// `["a"]: a number is required`
impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for ConvertError {}

/// Converts a value to a type constraint, also where that depends on the value (`"5"` to a number). Any passes
/// everything; an optional attribute that is missing becomes null; marks stay; unknowns become unknowns of the
/// type with what is still known about them.
pub fn convert(value: &Value, constraint: &Type) -> Result<Value, ConvertError> {
    if is_already(value, constraint) {
        return Ok(value.clone());
    }
    let ty = value.ty();
    if !can_convert(&ty, constraint, true) {
        return Err(ConvertError { path: Path::root(), message: mismatch(&ty, constraint) });
    }
    Conversion::default().value(value, constraint)
}

/// Whether a value of one type can be converted to another: surely, or with `unsafe_too` if its value allows.
pub fn can_convert(from: &Type, to: &Type, unsafe_too: bool) -> bool {
    let each = |from: &Type, to: &Type| from == to || can_convert(from, to, unsafe_too);
    match (from, to) {
        (_, Type::Dynamic) => true,
        (Type::Dynamic, _) => unsafe_too,
        (Type::List(a), Type::List(b))
        | (Type::Set(a), Type::Set(b) | Type::List(b))
        | (Type::Map(a), Type::Map(b)) => each(a, b),
        (Type::List(a), Type::Set(b)) => unsafe_too && each(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| each(a, b))
        }
        (Type::Tuple(items), Type::List(element) | Type::Set(element)) => {
            if **element == Type::Dynamic {
                common_element(items, unsafe_too).is_some()
            } else {
                items.iter().all(|part| each(part, element))
            }
        }
        (Type::Object(a), Type::Map(element)) if **element == Type::Dynamic => {
            let parts: Vec<Type> = a.attributes.values().cloned().collect();
            parts.is_empty() || unify_with(&parts, unsafe_too).is_some()
        }
        (Type::Object(a), Type::Map(element)) => a.attributes.values().all(|part| each(part, element)),
        (Type::Object(a), Type::Object(b)) => {
            b.attributes.iter().all(|(name, to)| match a.attributes.get(name) {
                Some(from) => each(from, to),
                None => b.optional.contains(name),
            })
        }
        (Type::Map(element), Type::Object(b)) => {
            unsafe_too && b.attributes.iter().all(|(name, to)| each(element, to) || b.optional.contains(name))
        }
        _ if from.is_primitive() && to.is_primitive() => match (from, to) {
            (_, Type::String) => true,
            (Type::String, _) => unsafe_too,
            _ => from == to,
        },
        _ => false,
    }
}

/// The type of elements that is meant where any is written for a tuple's. Known types beside open ones have none.
fn common_element(parts: &[Type], unsafe_too: bool) -> Option<Type> {
    if parts.is_empty() {
        return Some(Type::Dynamic);
    }
    let common = unify_with(parts, unsafe_too)?;
    let open = common == Type::Dynamic && parts.iter().any(|part| *part != Type::Dynamic);
    (!open).then_some(common)
}

/// Whether the value is of exactly this type, with nothing left to fill in or decide.
fn is_already(value: &Value, constraint: &Type) -> bool {
    match (value.kind(), constraint) {
        (_, Type::Dynamic)
        | (Kind::String(_), Type::String)
        | (Kind::Number(_), Type::Number)
        | (Kind::Bool(_), Type::Bool) => true,
        (Kind::List(elements), Type::List(ty)) | (Kind::Set(elements), Type::Set(ty)) => elements.ty == **ty,
        (Kind::Map(map), Type::Map(ty)) => map.0 == **ty,
        (Kind::Unknown(ty, _) | Kind::Null(ty), _) => ty == constraint,
        (Kind::Tuple(items), Type::Tuple(types)) => {
            items.len() == types.len() && items.iter().zip(types.iter()).all(|(v, t)| v.ty() == *t)
        }
        (Kind::Object(items), Type::Object(object)) => {
            object.attributes.keys().eq(items.keys())
                && items.values().zip(object.attributes.values()).all(|(v, t)| v.ty() == *t)
        }
        _ => false,
    }
}

impl Type {
    /// The type of values under this constraint: without the optional attributes that only constraints have.
    pub fn without_optional(&self) -> Type {
        match self {
            Type::List(t) => Type::list(t.without_optional()),
            Type::Set(t) => Type::set(t.without_optional()),
            Type::Map(t) => Type::map(t.without_optional()),
            Type::Tuple(items) => Type::tuple(items.iter().map(Type::without_optional)),
            Type::Object(object) => {
                Type::object(object.attributes.iter().map(|(n, t)| (n.clone(), t.without_optional())))
            }
            _ => self.clone(),
        }
    }

    /// With what `from` has where this is any.
    fn filled_from(&self, from: &Type) -> Type {
        let common = |parts: Vec<Type>| unify_with(&parts, true).unwrap_or(Type::Dynamic);
        let element = || match from {
            Type::Tuple(items) => common(items.to_vec()),
            Type::Object(object) => common(object.attributes.values().cloned().collect()),
            _ => from.element().cloned().unwrap_or(Type::Dynamic),
        };
        match (self, from) {
            (_, Type::Dynamic) => self.clone(),
            (Type::Dynamic, _) => from.clone(),
            (Type::List(t), _) => Type::list(t.filled_from(&element())),
            (Type::Set(t), _) => Type::set(t.filled_from(&element())),
            (Type::Map(t), _) => Type::map(t.filled_from(&element())),
            (Type::Tuple(to), Type::Tuple(from)) => {
                Type::tuple(to.iter().zip(from.iter()).map(|(t, f)| t.filled_from(f)))
            }
            (Type::Object(to), _) => Type::object(to.attributes.iter().map(|(name, t)| {
                let known = match from {
                    Type::Object(from) => from.attributes.get(name),
                    _ => from.element(),
                };
                (name.clone(), known.map_or_else(|| t.clone(), |from| t.filled_from(from)))
            })),
            _ => self.clone(),
        }
    }
}

/// A conversion under way: where in the value it is.
#[derive(Default)]
struct Conversion {
    path: Path,
}

impl Conversion {
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, ConvertError> {
        Err(ConvertError { path: self.path.clone(), message: message.into() })
    }

    fn step(&mut self, step: PathStep, value: &Value, to: &Type) -> Result<Value, ConvertError> {
        self.path.0.push(step);
        let converted = self.value(value, to);
        self.path.0.pop();
        converted
    }

    fn value(&mut self, value: &Value, to: &Type) -> Result<Value, ConvertError> {
        if is_already(value, to) {
            return Ok(value.clone());
        }
        let converted = match (value.kind(), to) {
            (Kind::Unknown(ty, _), _) => self.unknown(value, ty, to)?,
            (Kind::Null(ty), _) => {
                self.require(ty, to)?;
                Value::null(to.without_optional().filled_from(ty))
            }
            (Kind::Tuple(items), Type::Tuple(types)) => self.tuple(items, types)?,
            (Kind::Map(_) | Kind::Object(_), Type::Object(object)) => self.object(value, object)?,
            (Kind::Map(_) | Kind::Object(_), Type::Map(element)) => self.map(value, element)?,
            (Kind::List(_) | Kind::Tuple(_) | Kind::Set(_), Type::List(element)) => {
                self.sequence(value, element, false)?
            }
            (Kind::List(_) | Kind::Tuple(_) | Kind::Set(_), Type::Set(element)) => {
                self.sequence(value, element, true)?
            }
            _ => self.primitive(value, to)?,
        };
        Ok(converted.mark(value.marks()))
    }

    /// A part whose type was open before may turn out not to fit.
    fn require(&self, from: &Type, to: &Type) -> Result<(), ConvertError> {
        if can_convert(from, to, true) { Ok(()) } else { self.fail(mismatch(from, to)) }
    }

    fn unknown(&self, value: &Value, from: &Type, to: &Type) -> Result<Value, ConvertError> {
        self.require(from, to)?;
        let target = to.without_optional().filled_from(from);
        let mut known = Refinement { not_null: value.is_definitely_not_null(), ..Refinement::default() };
        if let Some((min, max)) = value.length_bounds().filter(|_| target.is_collection()) {
            let is_set = matches!(target, Type::Set(_));
            known.length_min = if is_set { min.min(1) } else { min };
            known.length_max = max;
        }
        // A string stays what it was said to be only where it stays a string, and so a number.
        if *from == target {
            known = value.refinement().cloned().unwrap_or_default();
        }
        Ok(Value::refined(target, known))
    }

    fn primitive(&self, value: &Value, to: &Type) -> Result<Value, ConvertError> {
        match (value.kind(), to) {
            (Kind::Number(number), Type::String) => Ok(Value::from(number.to_string())),
            (Kind::Bool(value), Type::String) => Ok(Value::from(if *value { "true" } else { "false" })),
            (Kind::String(text), Type::Number) => match Number::parse(text) {
                Some(number) => Ok(Value::from(number)),
                None => self.fail("a number is required"),
            },
            (Kind::String(text), Type::Bool) => match &**text {
                "true" | "1" => Ok(Value::from(true)),
                "false" | "0" => Ok(Value::from(false)),
                "True" | "TRUE" => {
                    self.fail("a bool is required; to convert from string, use lowercase \"true\"")
                }
                "False" | "FALSE" => {
                    self.fail("a bool is required; to convert from string, use lowercase \"false\"")
                }
                _ => self.fail("a bool is required"),
            },
            _ => self.fail(mismatch(&value.ty(), to)),
        }
    }

    fn tuple(&mut self, items: &[Value], types: &[Type]) -> Result<Value, ConvertError> {
        if items.len() != types.len() {
            let from = Type::tuple(items.iter().map(Value::ty));
            return self.fail(mismatch(&from, &Type::tuple(types.iter().cloned())));
        }
        let mut converted = Vec::with_capacity(items.len());
        for (at, (item, ty)) in items.iter().zip(types).enumerate() {
            converted.push(self.step(PathStep::Index(position(at)), item, ty)?);
        }
        Ok(Value::tuple(converted))
    }

    fn object(&mut self, value: &Value, to: &ObjectType) -> Result<Value, ConvertError> {
        let from_map = matches!(value.kind(), Kind::Map(_));
        let mut converted = BTreeMap::new();
        for (name, ty) in &to.attributes {
            let item = match value.get(name) {
                Some(item) if from_map => {
                    let key = Value::of(Kind::String(name.clone()));
                    self.step(PathStep::Index(key), item, ty)?
                }
                Some(item) => self.step(PathStep::Attribute(name.clone()), item, ty)?,
                None if to.optional.contains(name) => Value::null(ty.without_optional()),
                None if from_map => {
                    return self.fail(format!("map has no element for required attribute {name:?}"));
                }
                None => return self.fail(format!("attribute {name:?} is required")),
            };
            converted.insert(name.clone(), item);
        }
        Ok(Value::object(converted))
    }

    fn map(&mut self, value: &Value, element: &Type) -> Result<Value, ConvertError> {
        let (items, types): (Vec<_>, Vec<_>) =
            value.as_mapping().into_iter().flatten().map(|(name, item)| ((name, item), item.ty())).unzip();
        let Some(to) = self.element_type(value, &types, element)? else {
            return Ok(Value::map::<Name>(empty_element(value, element), []));
        };
        let mut converted = Vec::with_capacity(items.len());
        for (name, item) in items {
            let key = PathStep::Index(Value::of(Kind::String(name.clone())));
            converted.push((name.clone(), self.step(key, item, &to)?));
        }
        let (names, items): (Vec<_>, Vec<_>) = converted.into_iter().unzip();
        let from = if matches!(value.kind(), Kind::Object(_)) { Made::MapOfObject } else { Made::Map };
        let (ty, items) = self.of_one_type(items, &to, from)?;
        Ok(Value::map(ty, names.into_iter().zip(items)))
    }

    fn sequence(&mut self, value: &Value, element: &Type, to_set: bool) -> Result<Value, ConvertError> {
        let make =
            |ty: Type, items: Vec<Value>| if to_set { Value::set(ty, items) } else { Value::list(ty, items) };
        let items = value.as_sequence().unwrap_or_default();
        let types: Vec<Type> = items.iter().map(Value::ty).collect();
        let Some(to) = self.element_type(value, &types, element)? else {
            return Ok(make(empty_element(value, element), Vec::new()));
        };
        let from_set = matches!(value.kind(), Kind::Set(_));
        if from_set && !to_set && !items.iter().all(Value::is_wholly_known) {
            // How many elements such a set will have isn't known, so neither is the list.
            return Ok(Value::unknown(Type::list(to.without_optional().filled_from(&types[0]))));
        }
        let mut converted = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            converted.push(self.step(PathStep::Index(position(at)), item, &to)?);
        }
        let (ty, items) = self.of_one_type(converted, &to, if to_set { Made::Set } else { Made::List })?;
        Ok(make(ty, items))
    }

    /// What the elements are to be; none if there are no elements.
    fn element_type(
        &self,
        value: &Value,
        parts: &[Type],
        element: &Type,
    ) -> Result<Option<Type>, ConvertError> {
        if parts.is_empty() {
            return Ok(None);
        }
        let structural = matches!(value.kind(), Kind::Tuple(_) | Kind::Object(_));
        if *element != Type::Dynamic || !structural {
            return Ok(Some(element.clone()));
        }
        let (common, wanted) = match value.as_mapping() {
            Some(_) => (unify_with(parts, true), Type::map(Type::Dynamic)),
            None => (common_element(parts, true), Type::list(Type::Dynamic)),
        };
        match common {
            Some(common) => Ok(Some(common)),
            None => self.fail(mismatch(&value.ty(), &wanted)),
        }
    }

    /// Elements under a constraint with any inside may have come out differently; makes them alike, those of a
    /// list and composite ones of a map by converting once more.
    fn of_one_type(
        &mut self,
        mut items: Vec<Value>,
        to: &Type,
        made: Made,
    ) -> Result<(Type, Vec<Value>), ConvertError> {
        if !to.has_dynamic() {
            return Ok((to.without_optional(), items));
        }
        let composite = to.is_collection() || matches!(to, Type::Object(_));
        if made == Made::List || (made != Made::Set && composite) {
            let types: Vec<Type> = items.iter().map(Value::ty).collect();
            let Some(common) = unify_with(&types, true) else {
                return self.fail("cannot find a common base type for all elements");
            };
            items = items.iter().map(|item| self.value(item, &common)).collect::<Result<Vec<_>, _>>()?;
        }
        let mut known = items.iter().map(Value::ty).filter(|ty| *ty != Type::Dynamic);
        let first = known.next().unwrap_or(Type::Dynamic);
        if !known.all(|ty| ty == first) {
            return self.fail(made.mismatch());
        }
        // What is left open, a null for one, becomes what its neighbours are.
        let items = items.iter().map(|item| self.value(item, &first)).collect::<Result<Vec<_>, _>>()?;
        Ok((first, items))
    }
}

/// Which collection is made of elements.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    List,
    Set,
    Map,
    MapOfObject,
}

impl Made {
    fn mismatch(self) -> &'static str {
        match self {
            Made::List => "element types must all match for conversion to list",
            Made::Set => "element types must all match for conversion to set",
            Made::Map => "element types must all match for conversion to map",
            Made::MapOfObject => "attribute types must all match for conversion to map",
        }
    }
}

/// The element type of an empty collection: a concrete one where there is one.
fn empty_element(value: &Value, element: &Type) -> Type {
    let own = match value.kind() {
        Kind::List(elements) | Kind::Set(elements) => Some(&elements.ty),
        Kind::Map(map) => Some(&map.0),
        _ => None,
    };
    match (element, own) {
        (Type::Dynamic, Some(own)) => own.clone(),
        _ => element.without_optional(),
    }
}
