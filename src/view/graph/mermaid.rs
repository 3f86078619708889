//! Mermaid flowcharts, which code hosts draw in Markdown: <https://mermaid.js.org/syntax/flowchart.html>

use super::colour;
use super::dot::{circling, short};
use super::tree::Tree;
use trueup_engine::{Drawing, DrawnKind};

/// Colours that can be read on white and on black.
const CLASSES: &str = "  classDef create fill:#d7f5dd,stroke:#1a7f37,color:#0b3d1a
  classDef update fill:#fff3c4,stroke:#9a6700,color:#4d3300
  classDef replace fill:#ffe0cc,stroke:#bc4c00,color:#5c2500
  classDef destroy fill:#ffdcd9,stroke:#cf222e,color:#67060c
  classDef forget fill:#eee,stroke:#57606a,color:#24292f
  classDef read fill:#ddf4ff,stroke:#0969da,color:#0a3069
";

/// A flowchart, modules as boxes; an arrow leads to what comes first.
pub fn text(drawing: &Drawing) -> String {
    let mut out = String::from("flowchart RL\n");
    frame(drawing, &Tree::of(drawing), 0, 1, &mut out);
    let circling = circling(drawing);
    let mut red = Vec::new();
    for (index, (after, before)) in drawing.edges.iter().enumerate() {
        out.push_str(&format!("  n{after} --> n{before}\n"));
        if circling.contains(&(*after, *before)) {
            red.push(index.to_string());
        }
    }
    if !red.is_empty() {
        out.push_str(&format!("  linkStyle {} stroke:red,stroke-width:2px\n", red.join(",")));
    }
    let mut coloured = false;
    for (index, node) in drawing.nodes.iter().enumerate() {
        if let Some(class) = colour::class(node).filter(|class| *class != "unchanged") {
            out.push_str(if coloured { "" } else { CLASSES });
            out.push_str(&format!("  class n{index} {class}\n"));
            coloured = true;
        }
    }
    out
}

fn frame(drawing: &Drawing, tree: &Tree, index: usize, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for node_index in &tree.frames[index].nodes {
        let node = &drawing.nodes[*node_index];
        let name =
            if drawing_is_full(node.kind, &node.name, &node.address) { &node.name } else { short(node) };
        let summary = colour::summary(node);
        let summary = if summary.is_empty() { summary } else { format!("<br/>{}", escaped(&summary)) };
        let (open, close) = match node.kind {
            DrawnKind::Resource | DrawnKind::Ephemeral => ("[", "]"),
            DrawnKind::Data => ("[/", "/]"),
            DrawnKind::Provider => ("{{", "}}"),
            DrawnKind::Variable => (">", "]"),
            DrawnKind::Value | DrawnKind::Module | DrawnKind::Check | DrawnKind::Root => ("(", ")"),
        };
        out.push_str(&format!("{indent}n{node_index}{open}\"{}{summary}\"{close}\n", escaped(name)));
    }
    for inner in &tree.frames[index].inner {
        let name = escaped(&tree.frames[*inner].path.to_string());
        out.push_str(&format!("{indent}subgraph m{inner}[\"{name}\"]\n"));
        frame(drawing, tree, *inner, depth + 1, out);
        out.push_str(&format!("{indent}end\n"));
    }
}

/// Whether a node's name says more than its address.
fn drawing_is_full(kind: DrawnKind, name: &str, address: &str) -> bool {
    !kind.is_resource() || name != address
}

/// Text between quotes: everything that Markdown, HTML or Mermaid could read is a number.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || " .-+~=±≤()_[]".contains(c) => out.push(c),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push_str(&format!("#{};", u32::from(c))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_stay_in_their_quotes() {
        let check = |text: &str, wanted: &str| assert_eq!(escaped(text), wanted);
        check("module.a.aws_vpc.main", "module.a.aws_vpc.main");
        check("a[\"</script>\"]", "a[#34;#60;#47;script#62;#34;]");
        check("a\n#b`", "a\u{fffd}#35;b#96;");
    }
}
