//! `metadata functions -json`: the signatures of all functions, each also under `core::`.

use super::{Json, encode, text};
use serde::Serialize;
use std::collections::BTreeMap;
use trueup_evaluate::functions::{Function, Parameter, is_removed, table};
use trueup_value::Type;

#[derive(Serialize)]
struct FunctionsWire {
    format_version: &'static str,
    function_signatures: BTreeMap<String, SignatureWire>,
}

#[derive(Clone, Serialize)]
struct SignatureWire {
    description: &'static str,
    return_type: Json,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<ParameterWire>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variadic_parameter: Option<ParameterWire>,
}

#[derive(Clone, Serialize)]
struct ParameterWire {
    name: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_nullable: bool,
    #[serde(rename = "type")]
    ty: Json,
}

/// All functions of the language; those of providers are theirs to tell of.
pub fn document() -> String {
    let of_language =
        table().iter().filter(|function| !function.name.contains("::") && !is_removed(function));
    let mut all: Vec<(&str, SignatureWire)> =
        of_language.map(|function| (function.name, signature(function))).collect();
    all.push(("can", lazy("Whether an expression gives a value rather than an error.", &Type::Bool, false)));
    all.push(("try", lazy("The value of the first expression that gives one.", &Type::Dynamic, true)));
    let named = |prefix: &'static str| {
        all.iter().map(move |(name, signature)| (format!("{prefix}{name}"), signature.clone()))
    };
    let function_signatures = named("").chain(named("core::")).collect();
    text(&FunctionsWire { format_version: "1.0", function_signatures })
}

fn signature(function: &Function) -> SignatureWire {
    SignatureWire {
        description: function.doc,
        return_type: encode::of_type(&function.returns.declared()),
        parameters: function.parameters.iter().map(parameter).collect(),
        variadic_parameter: function.variadic.as_ref().map(parameter),
    }
}

fn parameter(parameter: &Parameter) -> ParameterWire {
    ParameterWire {
        name: parameter.name,
        is_nullable: parameter.allow_null,
        ty: encode::of_type(&(parameter.ty)()),
    }
}

/// A function that takes expressions rather than values.
fn lazy(description: &'static str, returns: &Type, variadic: bool) -> SignatureWire {
    let of = |name| ParameterWire { name, is_nullable: false, ty: encode::of_type(&Type::Dynamic) };
    let (parameters, variadic_parameter) =
        if variadic { (Vec::new(), Some(of("expressions"))) } else { (vec![of("expression")], None) };
    SignatureWire { description, return_type: encode::of_type(returns), parameters, variadic_parameter }
}
