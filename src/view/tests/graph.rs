//! Drawings: nothing lies on anything else, and names are nothing but names.

use crate::graph::{dot, html, mermaid, svg};
use std::collections::BTreeSet;
use trueup_addr::ModulePath;
use trueup_diff::Action;
use trueup_engine::{Drawing, DrawnKind, DrawnNode};

fn node(module: &[&str], name: &str, action: Option<Action>) -> DrawnNode {
    let path = module.iter().fold(ModulePath::root(), |path, name| path.child(&(*name).into()));
    let address = if path.is_root() { name.to_owned() } else { format!("{path}.{name}") };
    let instances = action.map(|action| (address.clone(), action)).into_iter().collect();
    DrawnNode { name: address.clone(), address, module: path, kind: DrawnKind::Resource, instances }
}

fn drawing(nodes: Vec<DrawnNode>, edges: &[(usize, usize)]) -> Drawing {
    Drawing { nodes, edges: edges.iter().copied().collect() }
}

/// The rectangles of a picture, by the class of the group around them: x, y, width, height.
fn rectangles(picture: &str, class: &str) -> Vec<[i64; 4]> {
    let number = |text: &str, name: &str| -> i64 {
        let (_, rest) = text.split_once(&format!(" {name}=\"")).expect(name);
        rest.split('"').next().and_then(|digits| digits.parse().ok()).expect("a number")
    };
    let (_, body) = picture.split_once("translate").expect("what is drawn");
    let groups = body.split("<g class=\"").skip(1).filter(|group| group.starts_with(class));
    let rectangle = |group: &str| {
        let (_, rest) = group.split_once("<rect").expect("a rectangle");
        ["x", "y", "width", "height"].map(|name| number(rest, name))
    };
    groups.map(rectangle).collect()
}

fn apart(a: [i64; 4], b: [i64; 4]) -> bool {
    a[0] + a[2] <= b[0] || b[0] + b[2] <= a[0] || a[1] + a[3] <= b[1] || b[1] + b[3] <= a[1]
}

fn within(inner: [i64; 4], outer: [i64; 4]) -> bool {
    inner[0] >= outer[0]
        && inner[1] >= outer[1]
        && inner[0] + inner[2] <= outer[0] + outer[2]
        && inner[1] + inner[3] <= outer[1] + outer[3]
}

/// Draws and looks whether anything lies on anything else.
fn check(drawing: &Drawing) {
    let picture = svg::text(drawing);
    let nodes = rectangles(&picture, "node");
    assert_eq!(nodes.len(), drawing.nodes.len());
    for (index, one) in nodes.iter().enumerate() {
        for other in &nodes[index + 1..] {
            assert!(apart(*one, *other), "{one:?} and {other:?}");
        }
    }
    let frames = rectangles(&picture, "frame");
    for (index, one) in frames.iter().enumerate() {
        for other in &frames[index + 1..] {
            assert!(apart(*one, *other) || within(*other, *one), "{one:?} and {other:?}");
        }
    }
    let modules: BTreeSet<&ModulePath> = drawing.nodes.iter().map(|node| &node.module).collect();
    let inside = |node: &&[i64; 4]| frames.iter().any(|frame| within(**node, *frame));
    let rooted = drawing.nodes.iter().filter(|node| node.module.is_root()).count();
    assert_eq!(nodes.iter().filter(inside).count(), nodes.len() - rooted, "{modules:?}");
    let lines = picture.matches("class=\"edge").count();
    assert_eq!(lines, drawing.edges.len());
    let routes = picture.split("class=\"edge").skip(1).filter(|path| path.contains("d=\"M"));
    assert_eq!(routes.count(), lines, "every edge leads somewhere");
}

/// Nodes in modules, each joined to some before it, the same with every run.
fn many(count: usize) -> Drawing {
    let modules: [&[&str]; 5] = [&[], &["a"], &["a", "deep"], &["b"], &["b"]];
    let mut nodes: Vec<DrawnNode> = (0..count)
        .map(|index| node(modules[index * 7 % 5], &format!("kind.name_{index:03}"), None))
        .collect();
    nodes.sort_by(|a, b| (&a.module, &a.name).cmp(&(&b.module, &b.name)));
    let mut edges = Vec::new();
    for index in 1..count {
        edges.push((index, index * 13 % index));
        edges.push((index, index * 31 % index));
    }
    edges.retain(|(after, before)| after != before && after % 9 != 0);
    drawing(nodes, &edges)
}

#[test]
fn nothing_lies_on_anything_else() {
    check(&drawing(Vec::new(), &[]));
    check(&drawing(vec![node(&[], "a.b", None)], &[]));
    check(&many(5));
    check(&many(40));
    check(&many(200));
    let fan: Vec<(usize, usize)> = (1..120).map(|index| (index, 0)).collect();
    check(&drawing((0..120).map(|index| node(&[], &format!("a.n{index}"), None)).collect(), &fan));
    // Modules that wait for one another, and a circle.
    let nodes = || vec![node(&["a"], "k.x", None), node(&["a"], "k.y", None), node(&["b"], "k.z", None)];
    check(&drawing(nodes(), &[(2, 0), (1, 2)]));
    check(&drawing(nodes(), &[(2, 0), (1, 2), (0, 1)]));
}

const HOSTILE: &str = "a.b[\"</script><img src=x onerror=alert(1)>'&\u{1b}]0;x\u{7}\n-->\u{202e}\"]";

#[test]
fn names_are_only_names() {
    let whole = drawing(
        vec![node(&[], HOSTILE, Some(Action::Create)), node(&["</style>"], HOSTILE, Some(Action::Delete))],
        &[(1, 0)],
    );
    for text in [
        dot::resources(&whole),
        dot::walked(&whole),
        mermaid::text(&whole),
        svg::text(&whole),
        html::text(&whole),
    ] {
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{text}");
        assert!(!text.contains("\u{202e}") || text.starts_with("digraph"), "{text}");
    }
    for text in [mermaid::text(&whole), svg::text(&whole), html::text(&whole)] {
        assert!(!text.contains("<img"), "{text}");
        assert!(text.matches("</script>").count() <= 1 && text.matches("</style>").count() <= 1, "{text}");
    }
    check(&whole);
}

#[test]
fn a_plan_shows_in_words_and_colours() {
    let mut several = node(&["m"], "k.several", Some(Action::Create));
    several.instances.insert("module.m.k.several[1]".into(), Action::CreateThenDelete);
    several.instances.insert("module.m.k.several[2]".into(), Action::Create);
    let whole = drawing(vec![node(&[], "k.one", Some(Action::Update)), several], &[(1, 0)]);
    insta::assert_snapshot!(mermaid::text(&whole), @r#"
    flowchart RL
      n0["k.one<br/>~ update"]
      subgraph m1["module.m"]
        n1["k.several<br/>+2 create  ±1 replace"]
      end
      n1 --> n0
      classDef create fill:#d7f5dd,stroke:#1a7f37,color:#0b3d1a
      classDef update fill:#fff3c4,stroke:#9a6700,color:#4d3300
      classDef replace fill:#ffe0cc,stroke:#bc4c00,color:#5c2500
      classDef destroy fill:#ffdcd9,stroke:#cf222e,color:#67060c
      classDef forget fill:#eee,stroke:#57606a,color:#24292f
      classDef read fill:#ddf4ff,stroke:#0969da,color:#0a3069
      class n0 update
      class n1 replace
    "#);
    let picture = svg::text(&whole);
    for wanted in ["node resource replace", "node resource update", "+2 create  ±1 replace", "~ update"] {
        assert!(picture.contains(wanted), "{wanted} in {picture}");
    }
}
