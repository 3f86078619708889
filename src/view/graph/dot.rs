//! The DOT language, written as Terraform writes it: <https://graphviz.org/doc/info/lang.html>

use std::collections::BTreeSet;
use trueup_engine::{Drawing, DrawnKind, DrawnNode};

/// Resources, those of a module in a box.
pub fn resources(drawing: &Drawing) -> String {
    let mut out =
        String::from("digraph G {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n");
    let mut open = None;
    for node in &drawing.nodes {
        if !node.module.is_root() && open != Some(&node.module) {
            out.push_str(if open.is_some() { "  }\n" } else { "" });
            let module = node.module.to_string();
            let cluster = quote(&format!("cluster_{module}"));
            let label = quote(&module);
            out.push_str(&format!(
                "  subgraph {cluster} {{\n    label = {label}\n    fontname = \"sans-serif\"\n"
            ));
            open = Some(&node.module);
        }
        let indent = if node.module.is_root() { "  " } else { "    " };
        let (name, label) = (quote(&node.name), quote(short(node)));
        out.push_str(&format!("{indent}{name} [label={label}];\n"));
    }
    out.push_str(if open.is_some() { "  }\n" } else { "" });
    let circling = circling(drawing);
    for (after, before) in &drawing.edges {
        let (from, to) = (quote(&drawing.nodes[*after].name), quote(&drawing.nodes[*before].name));
        let red = if circling.contains(&(*after, *before)) { RED } else { "" };
        out.push_str(&format!("  {from} -> {to}{red};\n"));
    }
    out.push_str("}\n");
    out
}

/// The address of a node within its module.
pub(super) fn short(node: &DrawnNode) -> &str {
    let module = format!("{}.", node.module);
    node.address.strip_prefix(&module).unwrap_or(&node.address)
}

/// Everything that is walked: only what has a shape is declared, the rest stands in edges.
pub fn walked(drawing: &Drawing) -> String {
    let name = |index: usize| quote(&format!("[root] {}", drawing.nodes[index].name));
    let mut lines: Vec<String> = Vec::new();
    let mut by_name: Vec<(usize, &DrawnNode)> = drawing.nodes.iter().enumerate().collect();
    by_name.sort_by_key(|(_, node)| &node.name);
    for (index, node) in by_name {
        let shape = match node.kind {
            DrawnKind::Resource | DrawnKind::Data | DrawnKind::Ephemeral => "box",
            DrawnKind::Provider => "diamond",
            DrawnKind::Variable => "note",
            DrawnKind::Value | DrawnKind::Module | DrawnKind::Check | DrawnKind::Root => continue,
        };
        lines.push(format!("{} [label = {}, shape = \"{shape}\"]", name(index), quote(&node.address)));
    }
    let circling = circling(drawing);
    let edges = drawing.edges.iter().map(|edge| {
        let red = if circling.contains(edge) { RED } else { "" };
        format!("{} -> {}{red}", name(edge.0), name(edge.1))
    });
    let mut edges: Vec<String> = edges.collect();
    edges.sort();
    lines.append(&mut edges);
    let all: String = lines.iter().map(|line| format!("\t\t{line}\n")).collect();
    format!(
        "digraph {{\n\tcompound = \"true\"\n\tnewrank = \"true\"\n\tsubgraph \"root\" {{\n{all}\t}}\n}}\n"
    )
}

const RED: &str = " [color = \"red\", penwidth = \"2.0\"]";

/// The edges that are part of a circle.
pub(super) fn circling(drawing: &Drawing) -> BTreeSet<(usize, usize)> {
    let mut all = BTreeSet::new();
    for circle in drawing.circles() {
        let circle: BTreeSet<usize> = circle.into_iter().collect();
        let inside = |edge: &&(usize, usize)| circle.contains(&edge.0) && circle.contains(&edge.1);
        all.extend(drawing.edges.iter().filter(inside).copied());
    }
    all
}

/// A quoted string: a line end would end an attribute's line, and control characters have no business there.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn names_stay_in_their_quotes() {
        let check = |text: &str, wanted: &str| assert_eq!(quote(text), wanted);
        check("a.b", "\"a.b\"");
        check("a[\"x\"]", "\"a[\\\"x\\\"]\"");
        check("a\\", "\"a\\\\\"");
        check("a\n\u{1b}[2J", "\"a\\n\u{fffd}[2J\"");
    }
}
