//! State and outputs for people.

use super::diff::Differ;
use super::style::Style;
use super::value;
use std::collections::BTreeMap;
use trueup_addr::Mode;
use trueup_engine::Schemas;
use trueup_schema::{Block, NestedBlock, Nesting};
use trueup_state::{ObjectRef, Output, State};
use trueup_value::{Name, Value};

/// Outputs one a line, sensitive ones hidden.
pub fn outputs(outputs: &BTreeMap<Name, Output>, style: Style) -> String {
    let mut out = String::new();
    for (name, output) in outputs {
        let text = if output.sensitive && !style.reveal {
            "<sensitive>".into()
        } else {
            value::text(&output.value, 0)
        };
        out.push_str(&format!("{name} = {text}\n"));
    }
    out
}

/// The whole state.
pub fn state(state: &State, schemas: &dyn Schemas, differ: Differ) -> String {
    if state.is_empty() {
        return "The state file is empty. No resources are represented.\n".into();
    }
    let mut out = String::new();
    for object in state.objects() {
        out.push_str(&one(&object, schemas, differ));
        out.push('\n');
    }
    if !state.outputs.is_empty() {
        out.push_str("\nOutputs:\n\n");
        state.outputs.iter().for_each(|(name, output)| out.push_str(&shown_output(name, output, differ)));
    }
    out
}

/// An output as it stands among objects.
fn shown_output(name: &Name, output: &Output, differ: Differ) -> String {
    if output.sensitive && !differ.style.reveal {
        return format!("{name} = (sensitive value)\n");
    }
    let text = differ.value(Some(&output.value), Some(&output.value), 2, false);
    // As an argument of a block it would stand four columns further in.
    format!("{name} = {}\n", text.replace("\n    ", "\n"))
}

/// One object as a block.
pub fn one(object: &ObjectRef<'_>, schemas: &dyn Schemas, differ: Differ) -> String {
    let addr = object.address();
    let data = addr.resource.mode == Mode::Data;
    let schema =
        schemas.schema(&object.provider.provider).and_then(|p| p.resource(data, &addr.resource.kind));
    let status = if object.object.is_tainted() { " (tainted)" } else { "" };
    let deposed = object.deposed.map(|key| format!(" (deposed object {key})")).unwrap_or_default();
    let word = if data { "data" } else { "resource" };
    let mut out = format!(
        "# {addr}:{deposed}{status}\n{word} \"{}\" \"{}\" {{\n",
        addr.resource.kind, addr.resource.name
    );
    match schema.map(|schema| (schema, object.object.decode(schema))) {
        Some((schema, Ok(value))) => {
            let paths = trueup_schema::sensitive_paths(&schema.block, &value);
            let marks: Vec<_> =
                paths.into_iter().map(|path| (path, trueup_value::Marks::SENSITIVE)).collect();
            out.push_str(&block(&schema.block, &value.mark_paths(&marks), 4, differ));
        }
        Some((_, Err(error))) => out.push_str(&format!("    # {error}\n")),
        None => out.push_str("    # its provider is not available, so its attributes can't be shown\n"),
    }
    out.push_str("}\n");
    out
}

fn block(schema: &Block, value: &Value, column: usize, differ: Differ) -> String {
    let pad = " ".repeat(column);
    let set: Vec<(&Name, &Value)> = schema
        .attributes
        .keys()
        .filter_map(|name| Some((name, value.get(name)?)))
        .filter(|(_, value)| !value.is_null())
        .collect();
    let width = set.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for (name, value) in set {
        let text = differ.value(Some(value), Some(value), column - 2, false);
        let space = " ".repeat(width - name.chars().count());
        out.push_str(&format!("{pad}{name}{space} = {text}\n"));
    }
    for (name, nested) in &schema.blocks {
        for (label, item) in items(nested, value.get(name)) {
            let label = label.map(|l| format!(" {}", value::quote(&l))).unwrap_or_default();
            let inner = block(&nested.block, &item, column + 4, differ);
            out.push_str(&format!("\n{pad}{name}{label} {{\n{inner}{pad}}}\n"));
        }
    }
    out
}

fn items(nested: &NestedBlock, value: Option<&Value>) -> Vec<(Option<Name>, Value)> {
    let Some(value) = value.filter(|v| !v.is_null() && v.is_known()) else { return Vec::new() };
    match nested.nesting {
        Nesting::Single | Nesting::Group => vec![(None, value.clone())],
        Nesting::List | Nesting::Set => {
            value.as_sequence().unwrap_or_default().iter().map(|item| (None, item.clone())).collect()
        }
        Nesting::Map => {
            value.as_mapping().into_iter().flatten().map(|(k, v)| (Some(k.clone()), v.clone())).collect()
        }
    }
}
