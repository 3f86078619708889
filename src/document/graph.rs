//! `graph -format=json`: nodes and edges. The document's JSON Schema is `schemas/documents/graph.json`.

use super::change::actions;
use super::text;
use serde::Serialize;
use trueup_engine::{Drawing, DrawnKind};

const FORMAT_VERSION: &str = "1.0";

#[derive(Serialize)]
struct GraphWire<'a> {
    trueup_graph_format_version: &'static str,
    trueup_version: &'static str,
    nodes: Vec<NodeWire<'a>>,
    edges: Vec<EdgeWire<'a>>,
    circles: Vec<Vec<&'a str>>,
}

#[derive(Serialize)]
struct NodeWire<'a> {
    id: &'a str,
    address: &'a str,
    module: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    instances: Vec<InstanceWire<'a>>,
}

#[derive(Serialize)]
struct InstanceWire<'a> {
    address: &'a str,
    actions: &'static [&'static str],
}

#[derive(Serialize)]
struct EdgeWire<'a> {
    /// What comes after.
    from: &'a str,
    /// What comes first.
    to: &'a str,
}

/// A drawing as one line of JSON.
pub fn document(drawing: &Drawing) -> String {
    let name = |index: &usize| drawing.nodes[*index].name.as_str();
    let nodes = drawing.nodes.iter().map(|node| NodeWire {
        id: &node.name,
        address: &node.address,
        module: node.module.to_string(),
        kind: kind(node.kind),
        instances: node
            .instances
            .iter()
            .map(|(address, action)| InstanceWire { address, actions: actions(*action) })
            .collect(),
    });
    let edges = drawing.edges.iter().map(|(from, to)| EdgeWire { from: name(from), to: name(to) });
    text(&GraphWire {
        trueup_graph_format_version: FORMAT_VERSION,
        trueup_version: crate::VERSION,
        nodes: nodes.collect(),
        edges: edges.collect(),
        circles: drawing.circles().iter().map(|circle| circle.iter().map(name).collect()).collect(),
    })
}

/// What a node is, in a word.
pub fn kind(kind: DrawnKind) -> &'static str {
    match kind {
        DrawnKind::Resource => "resource",
        DrawnKind::Data => "data",
        DrawnKind::Ephemeral => "ephemeral",
        DrawnKind::Provider => "provider",
        DrawnKind::Variable => "variable",
        DrawnKind::Value => "value",
        DrawnKind::Module => "module",
        DrawnKind::Check => "check",
        DrawnKind::Root => "root",
    }
}
