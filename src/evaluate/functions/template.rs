//! Functions that render templates.

use super::definition::depends;
use super::{Call, Function, FunctionError, Outcome, Parameter, filesystem};
use std::collections::BTreeMap;
use trueup_value::{Name, Type, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::new(
        "templatefile",
        &[Parameter::string("path").marked(), VARIABLES],
        depends(|_| Ok(Type::Dynamic)),
        templatefile,
        "Renders the content of a file as a template with the given variables.",
    )
    .maybe_null(),
    Function::new(
        "templatestring",
        &[Parameter::any("template"), VARIABLES],
        super::Returns::Depends { declared: || Type::Dynamic, from: |_| Ok(Type::String) },
        templatestring,
        "Renders a string from elsewhere in the module as a template with the given variables.",
    ),
];

const VARIABLES: Parameter = Parameter::any("vars");

/// The variables by name, or what is wrong with them.
fn variables(call: &Call<'_>) -> Result<BTreeMap<Name, Value>, FunctionError> {
    let Some(variables) = call.value(1).as_mapping() else {
        return Err(FunctionError::argument(1, "the variables must be a map or object"));
    };
    for name in variables.keys() {
        if !is_identifier(name) {
            let message = format!(
                "{} can't be the name of a variable, which is a letter followed by letters, digits and underscores",
                call.shown_as(1, name)
            );
            return Err(FunctionError::argument(1, message));
        }
    }
    Ok(variables.clone())
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(char::is_alphabetic)
        && characters.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

fn templatefile(call: &Call<'_>) -> Outcome {
    let marks = call.value(0).marks();
    let variables = variables(call)?;
    let source = filesystem::read_text(call, 0)?;
    Ok(call.world.render_template(&source, call.text(0), &variables)?.mark(marks))
}

fn templatestring(call: &Call<'_>) -> Outcome {
    if call.value(0).ty() != Type::String {
        return Err(FunctionError::argument(0, "the template must be a string"));
    }
    let variables = variables(call)?;
    let value = call.world.render_template(call.text(0), "<templatestring argument>", &variables)?;
    trueup_value::convert(&value, &Type::String)
        .map_err(|error| FunctionError::call(format!("the template doesn't give a string: {error}")))
}
