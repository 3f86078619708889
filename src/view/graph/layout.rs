//! Where the nodes of a drawing, the frames of its modules and the lines between them stand.

use super::level::{self, End, Item, Line, Pin, Placed, Point};
use super::tree::Tree;
use std::collections::BTreeMap;
use trueup_engine::Drawing;

/// Within a frame, around what is in it; above there is the frame's name.
const PADDING: i64 = 16;
const HEADING: i64 = 30;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rectangle {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// A drawing with the places of everything.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) tree: Tree,
    /// By node.
    pub(super) nodes: Vec<Rectangle>,
    /// By frame; the first is the whole.
    pub(super) frames: Vec<Rectangle>,
    /// The points of each edge, from what comes first, in the order of the drawing's edges.
    pub(super) routes: Vec<Vec<Point>>,
}

/// Which side of a frame a line leaves or enters it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    /// To a node inside that comes after something outside.
    Left,
    /// From a node inside that comes before something outside.
    Right,
}

/// One frame, placed.
struct Level {
    placed: Placed,
    /// What is placed: nodes, then frames, then the ends of lines at the frame's border.
    item_of_node: BTreeMap<usize, usize>,
    item_of_frame: BTreeMap<usize, usize>,
    doors: BTreeMap<(usize, Side), usize>,
    lines: BTreeMap<Line, usize>,
}

struct Builder<'d> {
    drawing: &'d Drawing,
    sizes: &'d [(i64, i64)],
    tree: Tree,
    levels: BTreeMap<usize, Level>,
}

/// Places everything. `sizes`: width and height of each node. `name_width`: the width of a frame's name.
pub(super) fn layout(drawing: &Drawing, sizes: &[(i64, i64)], name_width: &dyn Fn(&str) -> i64) -> Layout {
    let mut builder = Builder { drawing, sizes, tree: Tree::of(drawing), levels: BTreeMap::new() };
    for frame in (0..builder.tree.frames.len()).rev() {
        let mut level = builder.level(frame);
        if frame > 0 {
            let name = name_width(&builder.tree.frames[frame].path.to_string());
            level.placed.width = level.placed.width.max(name);
        }
        builder.levels.insert(frame, level);
    }
    builder.finish()
}

impl Builder<'_> {
    fn level(&self, frame: usize) -> Level {
        let own = &self.tree.frames[frame];
        let mut items = Vec::new();
        let mut level = Level {
            placed: Placed { at: Vec::new(), routes: Vec::new(), width: 0, height: 0 },
            item_of_node: BTreeMap::new(),
            item_of_frame: BTreeMap::new(),
            doors: BTreeMap::new(),
            lines: BTreeMap::new(),
        };
        for node in &own.nodes {
            level.item_of_node.insert(*node, items.len());
            let (width, height) = self.sizes[*node];
            items.push(Item { width, height, pin: Pin::No });
        }
        for inner in &own.inner {
            level.item_of_frame.insert(*inner, items.len());
            let (width, height) = self.frame_size(*inner);
            items.push(Item { width, height, pin: Pin::No });
        }
        for (after, before) in &self.drawing.edges {
            for (node, other, side) in [(*before, *after, Side::Right), (*after, *before, Side::Left)] {
                if self.tree.way_out(node, other).0.contains(&frame) {
                    self.door(&mut level, &mut items, (node, side));
                }
            }
            let meets = self.tree.way_out(*before, *after).1 == frame;
            if meets
                && let Some(first) = self.end(&level, *before, Side::Right)
                && let Some(after) = self.end(&level, *after, Side::Left)
                && first.item != after.item
            {
                level.add(Line { first, after });
            }
        }
        let mut lines = vec![
            Line { first: End { item: 0, below: 0 }, after: End { item: 0, below: 0 } };
            level.lines.len()
        ];
        level.lines.iter().for_each(|(line, index)| lines[*index] = *line);
        level.placed = level::place(&items, &lines);
        level
    }

    /// Where lines between a node inside and something outside pass a frame's border.
    fn door(&self, level: &mut Level, items: &mut Vec<Item>, key: (usize, Side)) {
        if level.doors.contains_key(&key) {
            return;
        }
        let (node, side) = key;
        let Some(inner) = self.end(level, node, side) else { return };
        let pin = if side == Side::Left { Pin::First } else { Pin::Last };
        let door = items.len();
        items.push(Item { width: 0, height: 2, pin });
        level.doors.insert(key, door);
        let outer = End { item: door, below: 1 };
        level.add(match side {
            Side::Left => Line { first: outer, after: inner },
            Side::Right => Line { first: inner, after: outer },
        });
    }

    /// Where lines at one side of a node end on a level: at the node, or at the border of the frame that it is in.
    fn end(&self, level: &Level, node: usize, side: Side) -> Option<End> {
        if let Some(item) = level.item_of_node.get(&node) {
            return Some(End { item: *item, below: self.sizes[node].1 / 2 });
        }
        let around = self.tree.around(node);
        let (inner, item) =
            around.iter().find_map(|frame| level.item_of_frame.get(frame).map(|item| (*frame, *item)))?;
        let inner = self.levels.get(&inner)?;
        let door = inner.doors.get(&(node, side))?;
        Some(End { item, below: inner.placed.at[*door].y + 1 + HEADING })
    }

    fn frame_size(&self, frame: usize) -> (i64, i64) {
        let placed = &self.levels[&frame].placed;
        (placed.width + PADDING * 2, placed.height + HEADING + PADDING)
    }

    fn finish(self) -> Layout {
        let mut origins = vec![Point { x: 0, y: 0 }; self.tree.frames.len()];
        let mut frames = vec![Rectangle::default(); self.tree.frames.len()];
        let mut nodes = vec![Rectangle::default(); self.drawing.nodes.len()];
        let whole = &self.levels[&0].placed;
        frames[0] = Rectangle { x: 0, y: 0, width: whole.width, height: whole.height };
        // A frame comes behind the one around it, so that its own origin is known.
        for frame in 0..self.tree.frames.len() {
            let level = &self.levels[&frame];
            let origin = origins[frame];
            let place = |item: usize| {
                let at = level.placed.at[item];
                Point { x: origin.x + at.x, y: origin.y + at.y }
            };
            for (node, item) in &level.item_of_node {
                let (at, (width, height)) = (place(*item), self.sizes[*node]);
                nodes[*node] = Rectangle { x: at.x, y: at.y, width, height };
            }
            for (inner, item) in &level.item_of_frame {
                let (at, (width, height)) = (place(*item), self.frame_size(*inner));
                frames[*inner] = Rectangle { x: at.x, y: at.y, width, height };
                origins[*inner] = Point { x: at.x + PADDING, y: at.y + HEADING };
            }
        }
        let routes = self.drawing.edges.iter().map(|(after, before)| self.route(*before, *after, &origins));
        let routes = routes.collect();
        Layout { routes, nodes, frames, tree: self.tree }
    }

    /// The points of an edge: out of the frames around what comes first, across, and into those around the other.
    fn route(&self, before: usize, after: usize, origins: &[Point]) -> Vec<Point> {
        let (outwards, meeting) = self.tree.way_out(before, after);
        let (mut inwards, _) = self.tree.way_out(after, before);
        inwards.reverse();
        let mut points = Vec::new();
        for frame in outwards {
            let line = self.through(frame, before, Side::Right);
            self.follow(frame, line, origins, &mut points);
        }
        let level = &self.levels[&meeting];
        let ends = (self.end(level, before, Side::Right), self.end(level, after, Side::Left));
        let line = ends.0.zip(ends.1).map(|(first, after)| Line { first, after });
        self.follow(meeting, line, origins, &mut points);
        for frame in inwards {
            let line = self.through(frame, after, Side::Left);
            self.follow(frame, line, origins, &mut points);
        }
        points.dedup();
        points
    }

    /// The line between a node and the border of a frame around it.
    fn through(&self, frame: usize, node: usize, side: Side) -> Option<Line> {
        let level = &self.levels[&frame];
        let outer = End { item: *level.doors.get(&(node, side))?, below: 1 };
        let inner = self.end(level, node, side)?;
        Some(match side {
            Side::Left => Line { first: outer, after: inner },
            Side::Right => Line { first: inner, after: outer },
        })
    }

    fn follow(&self, frame: usize, line: Option<Line>, origins: &[Point], points: &mut Vec<Point>) {
        let level = &self.levels[&frame];
        let Some(index) = line.and_then(|line| level.lines.get(&line)) else { return };
        let origin = origins[frame];
        points.extend(
            level.placed.routes[*index]
                .iter()
                .map(|point| Point { x: origin.x + point.x, y: origin.y + point.y }),
        );
    }
}

impl Level {
    fn add(&mut self, line: Line) {
        let next = self.lines.len();
        self.lines.entry(line).or_insert(next);
    }
}
