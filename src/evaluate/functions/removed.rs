//! Functions that older versions of the language had: calling one says what to write in its place.

use super::definition::depends;
use super::{Call, Function, FunctionError, Outcome, Parameter};
use trueup_value::{Type, Value};

/// Nobody is told of them unless they are called.
pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "list",
        &[],
        depends(no_list),
        unreachable_body,
        "Removed from the language: write [ ... ].",
    )
    .variadic(VALUES),
    Function::new("map", &[], depends(no_map), unreachable_body, "Removed from the language: write { ... }.")
        .variadic(VALUES),
];

const VALUES: Parameter = Parameter::any("vals").nullable().unknown().dynamic().marked();

/// Whether a function is one of these.
pub fn is_removed(function: &Function) -> bool {
    FUNCTIONS.iter().any(|removed| removed.name == function.name)
}

fn no_list(_: &[Value]) -> Result<Type, FunctionError> {
    Err(FunctionError::call(
        "\"list\" is not part of the language any more; write the values between brackets, as in [a, b], or tolist([a, b]) where it must be a list",
    ))
}

fn no_map(_: &[Value]) -> Result<Type, FunctionError> {
    Err(FunctionError::call(
        "\"map\" is not part of the language any more; write the keys and values between braces, as in {a = b}, or tomap({a = b}) where it must be a map",
    ))
}

fn unreachable_body(_: &Call<'_>) -> Outcome {
    unreachable!("there is no type that a result could have, so the body isn't called")
}
