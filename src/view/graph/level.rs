//! One level of a layered drawing (after Sugiyama, Tagawa and Toda, 1981): things in columns, what comes first on
//! the left, with few crossings and short lines. All lengths are pixels.

mod column;
mod order;
mod place;

/// Between two things in a column.
pub(super) const GAP: i64 = 14;
/// Between two columns.
pub(super) const LANE: i64 = 64;

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) x: i64,
    pub(super) y: i64,
}

/// Which column a thing has to be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pin {
    No,
    First,
    Last,
}

/// Something to be placed.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) pin: Pin,
}

/// An end of a line: an item, and how far below the item's top it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct End {
    pub(super) item: usize,
    pub(super) below: i64,
}

/// A line from the right of what comes first to the left of what comes after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) first: End,
    pub(super) after: End,
}

/// Where everything came to stand, from the top left corner of the level.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// The top left corners of the items.
    pub(super) at: Vec<Point>,
    /// The points of each line, from what comes first.
    pub(super) routes: Vec<Vec<Point>>,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// A number of things as a length.
pub(super) fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Places items so that lines lead from left to right.
pub(super) fn place(items: &[Item], lines: &[Line]) -> Placed {
    let columns = column::columns(items, lines);
    let mut cells = column::cells(&columns, lines);
    order::untangle(&mut cells);
    place::place(items, lines, &cells)
}
