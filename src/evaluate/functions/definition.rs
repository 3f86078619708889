//! What a function is: its parameters, what it returns, and its body.

use super::{Call, FunctionError};
use trueup_value::{Type, Value};

/// What a function body gives.
pub type Outcome = Result<Value, FunctionError>;

/// One parameter and what its arguments may be.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "four independent permissions")]
pub struct Parameter {
    /// The name, as messages and documentation have it.
    pub name: &'static str,
    /// The type that arguments are converted to.
    pub ty: fn() -> Type,
    /// Null may be passed.
    pub allow_null: bool,
    /// The body sees unknown arguments; otherwise they make the result unknown without calling it.
    pub allow_unknown: bool,
    /// The body sees arguments whose type isn't known; otherwise they make the result's type unknown.
    pub allow_dynamic: bool,
    /// The body sees marks and takes care of them; otherwise they are taken off, deeply, and put on the result.
    pub allow_marked: bool,
}

impl Parameter {
    /// A parameter of a type, which takes nothing special.
    pub const fn new(name: &'static str, ty: fn() -> Type) -> Parameter {
        Parameter {
            name,
            ty,
            allow_null: false,
            allow_unknown: false,
            allow_dynamic: false,
            allow_marked: false,
        }
    }

    /// A string parameter.
    pub const fn string(name: &'static str) -> Parameter {
        Parameter::new(name, string)
    }

    /// A number parameter.
    pub const fn number(name: &'static str) -> Parameter {
        Parameter::new(name, number)
    }

    /// A parameter of any type.
    pub const fn any(name: &'static str) -> Parameter {
        Parameter::new(name, any)
    }

    /// Takes null.
    pub const fn nullable(mut self) -> Parameter {
        self.allow_null = true;
        self
    }

    /// The body takes care of unknown arguments.
    pub const fn unknown(mut self) -> Parameter {
        self.allow_unknown = true;
        self
    }

    /// The body takes care of arguments of unknown type.
    pub const fn dynamic(mut self) -> Parameter {
        self.allow_dynamic = true;
        self
    }

    /// The body takes care of marks.
    pub const fn marked(mut self) -> Parameter {
        self.allow_marked = true;
        self
    }
}

/// The type of a function's results.
#[derive(Clone, Copy, Debug)]
pub enum Returns {
    /// Always this one.
    Always(fn() -> Type),
    /// It depends on the arguments, which may be unknown; the declared type is for documentation.
    Depends {
        /// As documentation has it.
        declared: fn() -> Type,
        /// From the arguments of one call, marks taken off where the parameter doesn't allow them.
        from: fn(&[Value]) -> Result<Type, FunctionError>,
    },
}

impl Returns {
    /// The type for documentation; dynamic where it depends wholly on the arguments.
    pub fn declared(&self) -> Type {
        match self {
            Returns::Always(ty) | Returns::Depends { declared: ty, .. } => ty(),
        }
    }
}

/// A function of the language.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name it is called by.
    pub name: &'static str,
    /// What it does, in a sentence or two.
    pub doc: &'static str,
    /// The parameters that every call fills.
    pub parameters: &'static [Parameter],
    /// What any further arguments are.
    pub variadic: Option<Parameter>,
    /// The type of the results.
    pub returns: Returns,
    /// No result is null, which is then known of unknown results too.
    pub not_null: bool,
    /// The work itself.
    pub body: fn(&Call<'_>) -> Outcome,
}

impl Function {
    /// A function without variadic parameter, whose results are never null.
    pub const fn new(
        name: &'static str,
        parameters: &'static [Parameter],
        returns: Returns,
        body: fn(&Call<'_>) -> Outcome,
        doc: &'static str,
    ) -> Function {
        Function { name, doc, parameters, variadic: None, returns, not_null: true, body }
    }

    /// Takes any number of further arguments.
    pub const fn variadic(mut self, parameter: Parameter) -> Function {
        self.variadic = Some(parameter);
        self
    }

    /// A result may be null, or the reference doesn't promise that it isn't.
    pub const fn maybe_null(mut self) -> Function {
        self.not_null = false;
        self
    }

    /// The parameter that the argument at place `index` goes to.
    pub fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.variadic.as_ref())
    }
}

/// Results are always strings.
pub(super) const STRING: Returns = Returns::Always(string);
/// Results are always numbers.
pub(super) const NUMBER: Returns = Returns::Always(number);
/// Results are always bools.
pub(super) const BOOL: Returns = Returns::Always(boolean);
/// Results are always lists of strings.
pub(super) const STRINGS: Returns = Returns::Always(strings);
/// The type is only known with the value.
pub(super) const DECODED: Returns = Returns::Always(any);

/// The type of a result that depends on the arguments and has no shape in general.
pub(super) const fn depends(from: fn(&[Value]) -> Result<Type, FunctionError>) -> Returns {
    Returns::Depends { declared: any, from }
}

pub(super) fn string() -> Type {
    Type::String
}

pub(super) fn number() -> Type {
    Type::Number
}

pub(super) fn boolean() -> Type {
    Type::Bool
}

pub(super) fn any() -> Type {
    Type::Dynamic
}

pub(super) fn strings() -> Type {
    Type::list(Type::String)
}

pub(super) fn numbers() -> Type {
    Type::list(Type::Number)
}

pub(super) fn list_of_any() -> Type {
    Type::list(Type::Dynamic)
}

pub(super) fn set_of_any() -> Type {
    Type::set(Type::Dynamic)
}

pub(super) fn map_of_any() -> Type {
    Type::map(Type::Dynamic)
}
