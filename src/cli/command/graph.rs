//! `trueup graph`

use super::Context;
use super::apply::read_plan;
use super::plan::complain;
use crate::arguments::Graph as Arguments;
use crate::view::value::quote;
use std::collections::BTreeSet;
use std::sync::Arc;
use trueup_diag::Sources;
use trueup_engine::{Unobserved, load, references};
use trueup_plan::{Node, Plan};

/// Prints the references between resources, or the steps of a saved plan, in the DOT language.
pub(crate) fn run(context: &Context, args: &Arguments) -> u8 {
    let screen = context.screen();
    if let Some(file) = &args.plan {
        return match read_plan(file) {
            Ok((plan, _)) => {
                screen.print(&steps(&plan));
                0
            }
            Err(diagnostic) => complain(&screen, (*diagnostic).into(), &Sources::default()),
        };
    }
    let world = context.world(Arc::new(Unobserved));
    let loaded = load(&world, None);
    if loaded.diagnostics.has_errors() {
        return complain(&screen, loaded.diagnostics, &loaded.sources);
    }
    let edges = references(&loaded.program);
    let mut out =
        String::from("digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n");
    for from in edges.keys() {
        out.push_str(&format!("  {} [label={}];\n", quote(from), quote(from)));
    }
    for (from, targets) in &edges {
        for to in targets {
            out.push_str(&format!("  {} -> {};\n", quote(from), quote(to)));
        }
    }
    out.push_str("}\n");
    screen.print(&out);
    0
}

/// The steps of a plan; an edge leads to what must be done first.
fn steps(plan: &Plan) -> String {
    let name = |index: usize| match plan.steps.node(index) {
        Node::Junction => format!("junction {index}"),
        Node::Step(step) => {
            format!("{} ({})", plan.changes[step.change].addr, format!("{:?}", step.part).to_lowercase())
        }
    };
    let mut out =
        String::from("digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n");
    for (index, node) in plan.steps.nodes() {
        let shape = if *node == Node::Junction { " [shape = point]" } else { "" };
        out.push_str(&format!("  {}{shape};\n", quote(&name(index))));
    }
    let edges: BTreeSet<(usize, usize)> = plan.steps.edges().collect();
    for (first, then) in edges {
        out.push_str(&format!("  {} -> {};\n", quote(&name(then)), quote(&name(first))));
    }
    out.push_str("}\n");
    out
}
