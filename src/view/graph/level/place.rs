//! Where everything stands: columns beside one another, things near what they are joined to, the rest in rows below.

use super::column::{Cells, Content};
use super::{GAP, Item, LANE, Line, Placed, Point, length};

/// Sweeps to and fro.
const SWEEPS: usize = 8;
/// A line that passes takes this much of a column.
const LINE_HEIGHT: i64 = 6;

pub(super) fn place(items: &[Item], lines: &[Line], cells: &Cells) -> Placed {
    let tops = tops(items, lines, cells);
    let mut at = vec![Point::default(); items.len()];
    let mut routes = vec![Vec::new(); lines.len()];
    let mut x = 0;
    let mut height = 0;
    let mut placed = vec![false; items.len()];
    // Where the column of each item ends: lines lead on level to there, past wider neighbours.
    let mut column_end = vec![0; items.len()];
    for column in &cells.columns {
        let own = |cell: &usize| match cells.all[*cell].content {
            Content::Item(item) => items[item].width,
            Content::Line(_) => 0,
        };
        let width = column.iter().map(own).max().unwrap_or(0);
        for cell in column {
            let y = tops[*cell];
            match cells.all[*cell].content {
                Content::Item(item) => {
                    at[item] = Point { x, y };
                    placed[item] = true;
                    column_end[item] = x + width;
                    height = height.max(y + items[item].height);
                }
                Content::Line(line) => {
                    let y = y + LINE_HEIGHT / 2;
                    routes[line].extend([Point { x, y }, Point { x: x + width, y }]);
                    height = height.max(y);
                }
            }
        }
        x += width + LANE;
    }
    let joined = Point { x: (x - LANE).max(0), y: height };
    let size = rows(items, &placed, joined, &mut at);
    for (line, route) in lines.iter().zip(&mut routes) {
        let (first, after) = (line.first, line.after);
        let right = at[first.item].x + items[first.item].width;
        let y = at[first.item].y + first.below;
        if right < column_end[first.item] {
            route.insert(0, Point { x: column_end[first.item], y });
        }
        route.insert(0, Point { x: right, y });
        route.push(Point { x: at[after.item].x, y: at[after.item].y + after.below });
    }
    Placed { at, routes, width: size.x, height: size.y }
}

/// Places what no line leads to in rows below the rest; gives the size of the whole.
fn rows(items: &[Item], placed: &[bool], joined: Point, at: &mut [Point]) -> Point {
    let loose: Vec<usize> = (0..items.len()).filter(|index| !placed[*index]).collect();
    let area: i64 =
        loose.iter().map(|index| (items[*index].width + GAP) * (items[*index].height + GAP)).sum();
    let widest = loose.iter().map(|index| items[*index].width).max().unwrap_or(0);
    let room = joined.x.max((area * 2).isqrt()).max(widest);
    let mut size = joined;
    let mut next = Point { x: 0, y: if joined.y > 0 { joined.y + GAP * 2 } else { 0 } };
    let mut row_height = 0;
    for index in loose {
        let item = &items[index];
        if next.x > 0 && next.x + item.width > room {
            next = Point { x: 0, y: next.y + row_height + GAP };
            row_height = 0;
        }
        at[index] = next;
        row_height = row_height.max(item.height);
        size = Point { x: size.x.max(next.x + item.width), y: size.y.max(next.y + item.height) };
        next.x += item.width + GAP;
    }
    size
}

/// How far down each cell begins.
fn tops(items: &[Item], lines: &[Line], cells: &Cells) -> Vec<i64> {
    let heights: Vec<i64> = cells
        .all
        .iter()
        .map(|cell| match cell.content {
            Content::Item(item) => items[item].height,
            Content::Line(_) => LINE_HEIGHT,
        })
        .collect();
    let mut tops = vec![0; heights.len()];
    for column in &cells.columns {
        let mut y = 0;
        for cell in column {
            tops[*cell] = y;
            y += heights[*cell] + GAP;
        }
    }
    let joints = joints(lines, cells);
    for sweep in 0..SWEEPS {
        let rightwards = sweep % 2 == 0;
        let count = cells.columns.len();
        for step in 0..count {
            let index = if rightwards { step } else { count - 1 - step };
            settle(&cells.columns[index], &joints, rightwards, &heights, &mut tops);
        }
    }
    let least = tops.iter().min().copied().unwrap_or(0);
    tops.iter().map(|top| top - least).collect()
}

/// A piece of a line between neighbouring columns: the other cell, and how far down the line ends in both.
#[derive(Clone, Copy)]
struct Joint {
    cell: usize,
    there: i64,
    here: i64,
}

/// For each cell the pieces to its left, and those to its right.
fn joints(lines: &[Line], cells: &Cells) -> Vec<[Vec<Joint>; 2]> {
    let mut all: Vec<[Vec<Joint>; 2]> = vec![[Vec::new(), Vec::new()]; cells.all.len()];
    for (line, way) in lines.iter().zip(&cells.lines) {
        let last = way.len().saturating_sub(1);
        let below = |place: usize| match place {
            0 => line.first.below,
            place if place == last => line.after.below,
            _ => LINE_HEIGHT / 2,
        };
        for place in 1..way.len() {
            let (left, right) = (way[place - 1], way[place]);
            all[right][0].push(Joint { cell: left, there: below(place - 1), here: below(place) });
            all[left][1].push(Joint { cell: right, there: below(place), here: below(place - 1) });
        }
    }
    all
}

/// Moves the cells of a column to where their lines are level, as near as their order and heights allow: the least
/// squares under an order (pool adjacent violators).
fn settle(column: &[usize], joints: &[[Vec<Joint>; 2]], by_left: bool, heights: &[i64], tops: &mut [i64]) {
    // The sum of the wishes of cells that move together, how many they are, and where they begin.
    let mut pools: Vec<(i64, i64, usize)> = Vec::new();
    let mut offsets = Vec::with_capacity(column.len());
    let mut offset = 0;
    for (place, cell) in column.iter().enumerate() {
        offsets.push(offset);
        let near = &joints[*cell][usize::from(!by_left)];
        let sum: i64 = near.iter().map(|joint| tops[joint.cell] + joint.there - joint.here).sum();
        let wish = if near.is_empty() { tops[*cell] } else { sum / length(near.len()) };
        pools.push((wish - offset, 1, place));
        while let [.., (sum_a, count_a, begin), (sum_b, count_b, _)] = pools[..]
            && sum_a * count_b >= sum_b * count_a
        {
            pools.pop();
            pools.pop();
            pools.push((sum_a + sum_b, count_a + count_b, begin));
        }
        offset += heights[*cell] + GAP;
    }
    for (index, (sum, count, begin)) in pools.iter().enumerate() {
        let end = pools.get(index + 1).map_or(column.len(), |next| next.2);
        for place in *begin..end {
            tops[column[place]] = sum.div_euclid(*count) + offsets[place];
        }
    }
}
