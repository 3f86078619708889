//! Provider blocks with `for_each`: which configurations there are, known before anything is planned.

use crate::early::{Early, EarlyQuestion};
use crate::expr::{Expr, ExprKind};
use crate::program::{NodeId, Program};
use crate::tree::Resolution;
use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_value::{Name, Type, Value};

/// The keys of provider configurations, with the value of each.
type Instances = Arc<[(Name, Value)]>;

/// Fills [`crate::program::Node::provider_instances`] of every node.
pub(crate) fn expand_providers(out: &mut Resolution, early: &mut dyn Early, sources: &mut Sources) {
    for at in 0..out.program.nodes.len() {
        let node = NodeId(crate::index::slot(at));
        let configs = &out.program.module_at(node).provider_configs;
        let repeated = configs.iter().enumerate().filter_map(|(slot, config)| {
            let for_each = config.for_each.as_ref()?;
            Some((
                crate::index::slot(slot),
                instances(&out.program, node, (config, for_each), early, sources),
            ))
        });
        for (slot, found) in repeated.collect::<Vec<_>>() {
            match found {
                Ok(instances) => drop(out.program.nodes[at].provider_instances.insert(slot, instances)),
                Err(problems) => out.load.append(problems),
            }
        }
    }
}

fn instances(
    program: &Program,
    node: NodeId,
    (config, expr): (&crate::program::ProviderConfig, &Expr),
    early: &mut dyn Early,
    sources: &mut Sources,
) -> Result<Instances, Diagnostics> {
    if matches!(expr.kind, ExprKind::Error) {
        // What is wrong with it was reported when it was compiled.
        return Err(Diagnostics::new());
    }
    let path = &program.node(node).path;
    let dot = if path.is_root() { "" } else { "." };
    let what = format!("{path}{dot}provider.{}.for_each", config.name);
    let value = early.evaluate(EarlyQuestion { program, node, expr, what: &what }, sources)?;
    let wrong = |why: &str| {
        let detail = format!("{what} {why}.");
        Diagnostics::from(Diagnostic::error("Invalid for_each argument", detail).at(expr.span))
    };
    let (value, marks) = value.unmark();
    let inner = value.deep_marks();
    if marks.is_sensitive() || (inner.is_sensitive() && matches!(value.ty(), Type::Set(_))) {
        return Err(wrong(
            "decides which configurations there are, and its keys are shown: it can't be sensitive",
        ));
    }
    if marks.is_ephemeral() || inner.is_ephemeral() {
        return Err(wrong("decides which configurations there are, so it can't be ephemeral"));
    }
    if value.is_null() {
        return Err(wrong("can't be null"));
    }
    if !value.is_known() {
        return Err(wrong("is not known before something is applied"));
    }
    let ty = value.ty();
    let of_strings = match &ty {
        Type::Map(_) | Type::Object(_) => false,
        Type::Set(element) if matches!(**element, Type::String | Type::Dynamic) => true,
        _ => {
            return Err(wrong(&format!("is a map or a set of strings, and this is {}", ty.friendly_name())));
        }
    };
    let mut out = Vec::new();
    for (key, item) in value.iter_elements() {
        let text = if of_strings { item.as_str() } else { key.as_str() };
        let Some(text) = text.map(Name::from) else {
            return Err(wrong("has an element that is null or not known"));
        };
        out.push((text, item));
    }
    out.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(out.into())
}
