//! A picture: <https://www.w3.org/TR/SVG2/>. Without scripts; light and dark as the reader has it.

use super::colour;
use super::dot::{circling, short};
use super::layout::{Layout, Rectangle, layout};
use super::level::{Point, length};
use std::collections::BTreeSet;
use trueup_engine::{Drawing, DrawnKind, DrawnNode};

/// Around the whole.
const MARGIN: i64 = 24;
/// A character's width in hundredths of a pixel: at most that of the usual monospaced fonts at 12 and 10 pixels.
const WIDE: i64 = 740;
const NARROW: i64 = 620;
/// Longer names are cut in the picture; their titles have them whole.
const LABEL_MAX: usize = 44;

const STYLE: &str = include_str!("graph.css");

/// What is written on a node, from top to bottom.
struct Label {
    small: String,
    large: String,
    below: String,
}

/// A picture of its own.
pub fn text(drawing: &Drawing) -> String {
    let (width, height, inner) = picture(drawing);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>Resources and what depends on what</title>\n<style>\n{STYLE}</style>\n<rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n{inner}</svg>\n"
    )
}

/// Width, height and the elements of a picture.
pub(crate) fn picture(drawing: &Drawing) -> (i64, i64, String) {
    let labels: Vec<Label> = drawing.nodes.iter().map(label).collect();
    let sizes: Vec<(i64, i64)> = labels.iter().map(size).collect();
    let name_width = |name: &str| columns(name) * WIDE / 100;
    let placed = layout(drawing, &sizes, &name_width);
    let legend = legend(drawing);
    let top = if legend.is_empty() { 0 } else { 34 };
    let whole = placed.frames[0];
    let width = (whole.width + MARGIN * 2).max(if legend.is_empty() { 0 } else { 640 });
    let height = whole.height + MARGIN * 2 + top;
    let mut out = String::new();
    out.push_str(
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
    );
    out.push_str(&legend);
    out.push_str(&format!("<g transform=\"translate({MARGIN} {})\">\n", MARGIN + top));
    frames(&placed, &mut out);
    edges(drawing, &placed, &mut out);
    for (index, label) in labels.iter().enumerate() {
        node(&drawing.nodes[index], index, label, placed.nodes[index], &mut out);
    }
    out.push_str("</g>\n");
    (width, height, out)
}

fn label(node: &DrawnNode) -> Label {
    let below = colour::summary(node);
    let name = short(node);
    if node.kind.is_resource() && node.name == node.address {
        let (small, large) = name.rsplit_once('.').unwrap_or(("", name));
        return Label { small: cut(small), large: cut(large), below };
    }
    let whole = node.name.strip_prefix(&format!("{}.", node.module)).unwrap_or(&node.name);
    Label { small: String::new(), large: cut(whole), below }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LABEL_MAX {
        return text.to_owned();
    }
    text.chars().take(LABEL_MAX - 1).chain(['…']).collect()
}

/// Columns of a monospaced font: what isn't Latin may take two.
fn columns(text: &str) -> i64 {
    text.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum()
}

fn size(label: &Label) -> (i64, i64) {
    let large = columns(&label.large) * WIDE;
    let small = columns(&label.small).max(columns(&label.below)) * NARROW;
    let lines = [&label.small, &label.below].iter().filter(|text| !text.is_empty()).count();
    (large.max(small) / 100 + 24, 28 + length(lines) * 14)
}

fn frames(placed: &Layout, out: &mut String) {
    for (index, frame) in placed.tree.frames.iter().enumerate().skip(1) {
        let Rectangle { x, y, width, height } = placed.frames[index];
        let depth = frame.path.0.len() % 2;
        let name = escaped(&frame.path.to_string());
        out.push_str(&format!(
            "<g class=\"frame depth{depth}\"><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/><text x=\"{}\" y=\"{}\">{name}</text></g>\n",
            x + 16,
            y + 19
        ));
    }
}

fn edges(drawing: &Drawing, placed: &Layout, out: &mut String) {
    let circling: BTreeSet<(usize, usize)> = circling(drawing);
    for (edge, route) in drawing.edges.iter().zip(&placed.routes) {
        let (after, before) = edge;
        let red = if circling.contains(edge) { " circle" } else { "" };
        out.push_str(&format!(
            "<path class=\"edge{red}\" data-after=\"{after}\" data-before=\"{before}\" d=\"{}\" marker-start=\"url(#tip)\"/>\n",
            curve(route)
        ));
    }
}

/// A line through points that is level at each of them; the first stays clear of its tip.
fn curve(route: &[Point]) -> String {
    let mut out = String::new();
    for (index, point) in route.iter().enumerate() {
        let Some(last) = index.checked_sub(1).map(|last| route[last]) else {
            out.push_str(&format!("M{} {}", point.x + 1, point.y));
            continue;
        };
        if last.y == point.y {
            out.push_str(&format!("H{}", point.x));
            continue;
        }
        // A line that leads backwards swings out, so that it isn't taken for one through the nodes.
        let bend = if point.x > last.x { (point.x - last.x) / 2 } else { 60 };
        let (from, to) = (last.x + bend, point.x - bend);
        out.push_str(&format!("C{from} {} {to} {} {} {}", last.y, point.y, point.x, point.y));
    }
    out
}

fn node(node: &DrawnNode, index: usize, label: &Label, at: Rectangle, out: &mut String) {
    let class = colour::class(node).unwrap_or("plain");
    let kind = trueup_document::graph::kind(node.kind);
    let instances: Vec<String> =
        node.instances.iter().map(|(name, action)| format!("{}: {name}", colour::word(*action))).collect();
    let title = escaped(&[vec![node.name.clone()], instances].concat().join("\n"));
    let name = escaped(&node.name);
    let Rectangle { x, y, width, height } = at;
    let round = if node.kind == DrawnKind::Data { 14 } else { 5 };
    out.push_str(&format!(
        "<g class=\"node {kind} {class}\" data-index=\"{index}\" data-name=\"{name}\"><title>{title}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\"/>"
    ));
    let mut baseline = y + 18;
    for (class, text) in [("small", &label.small), ("large", &label.large), ("small below", &label.below)] {
        if !text.is_empty() {
            let x = x + 12;
            out.push_str(&format!(
                "<text class=\"{class}\" x=\"{x}\" y=\"{baseline}\">{}</text>",
                escaped(text)
            ));
            baseline += 15;
        }
    }
    out.push_str("</g>\n");
}

/// The colours in words, those that are used.
fn legend(drawing: &Drawing) -> String {
    let used: BTreeSet<&str> = drawing.nodes.iter().filter_map(colour::class).collect();
    let mut x = MARGIN;
    let mut out = String::new();
    for (word, sign) in colour::SIGNS {
        if !used.contains(word) {
            continue;
        }
        out.push_str(&format!(
            "<g class=\"node {word}\"><rect x=\"{x}\" y=\"16\" width=\"14\" height=\"14\" rx=\"3\"/><text class=\"small\" x=\"{}\" y=\"27\">{sign} {word}</text></g>\n",
            x + 20
        ));
        x += 34 + columns(word) * NARROW / 100 + 16;
    }
    out
}

/// Text in elements and attributes; what XML 1.0 doesn't allow at all is replaced.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("&#10;"),
            c if c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) => out.push('\u{fffd}'),
            '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_are_text_wherever_they_stand() {
        let check = |text: &str, wanted: &str| assert_eq!(escaped(text), wanted);
        check("a[\"x\"]", "a[&quot;x&quot;]");
        check("</script><script>", "&lt;/script&gt;&lt;script&gt;");
        check("a\n\u{1b}[2J\u{202e}\0", "a&#10;\u{fffd}[2J\u{fffd}\u{fffd}");
    }
}
