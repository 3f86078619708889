//! Which column each thing stands in, and the cells of the columns.

use super::{GAP, Item, Line, Pin, length};

/// What stands in a place of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// An item.
    Item(usize),
    /// A line that passes.
    Line(usize),
}

/// A place of a column.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) content: Content,
    /// The cells that lines lead to, in the column before this one.
    pub(super) left: Vec<usize>,
    /// The same in the next column.
    pub(super) right: Vec<usize>,
}

/// Cells by column from left to right, each column from top to bottom.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pub(super) all: Vec<Cell>,
    pub(super) columns: Vec<Vec<usize>>,
    /// The cells of each line from left to right; empty where it leads backwards.
    pub(super) lines: Vec<Vec<usize>>,
}

/// The column of each item; `None` where no line leads to it or from it.
pub(super) fn columns(items: &[Item], lines: &[Line]) -> Vec<Option<usize>> {
    let mut firsts: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    let mut afters: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    for line in lines {
        firsts[line.after.item].push(line.first.item);
        afters[line.first.item].push(line.after.item);
    }
    let joined = |index: usize| !firsts[index].is_empty() || !afters[index].is_empty();
    let mut column: Vec<Option<usize>> = vec![None; items.len()];
    let begin = usize::from(items.iter().any(|item| item.pin == Pin::First));
    let mut heights: Vec<i64> = Vec::new();
    let most = tallest(items);
    for index in first_to_last(&firsts) {
        if !joined(index) || items[index].pin == Pin::Last {
            continue;
        }
        if items[index].pin == Pin::First {
            column[index] = Some(0);
            continue;
        }
        // Circles are cut where the walk came upon them: a column that isn't known yet doesn't count.
        let after_all = firsts[index].iter().filter_map(|first| column[*first]).max();
        let mut own = after_all.map_or(begin, |last| (last + 1).max(begin));
        heights.resize(heights.len().max(own + 1), 0);
        while heights[own] > 0 && heights[own] + items[index].height > most {
            own += 1;
            heights.resize(heights.len().max(own + 1), 0);
        }
        heights[own] += items[index].height + GAP;
        column[index] = Some(own);
    }
    for index in 0..items.len() {
        // What waits for nothing stands beside the first that waits for it.
        let free = items[index].pin == Pin::No && firsts[index].is_empty() && joined(index);
        let next = afters[index].iter().filter_map(|after| column[*after]).min();
        if let (true, Some(next)) = (free, next) {
            column[index] = Some(next.saturating_sub(1).max(begin));
        }
    }
    let end = column.iter().flatten().max().map_or(0, |last| last + 1);
    for (index, _) in items.iter().enumerate().filter(|(_, item)| item.pin == Pin::Last) {
        column[index] = joined(index).then_some(end);
    }
    column
}

/// How tall a column may be before it is better to have another.
fn tallest(items: &[Item]) -> i64 {
    let area: i64 = items.iter().map(|item| (item.width + super::LANE) * (item.height + GAP)).sum();
    let tallest_item = items.iter().map(|item| item.height).max().unwrap_or(0);
    area.max(0).isqrt().max(640).max(tallest_item)
}

/// The items, each after those that come first, as far as circles allow.
fn first_to_last(firsts: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(firsts.len());
    let mut seen = vec![false; firsts.len()];
    for start in 0..firsts.len() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut stack = vec![(start, 0)];
        while let Some((index, next)) = stack.pop() {
            let Some(first) = firsts[index].get(next) else {
                order.push(index);
                continue;
            };
            stack.push((index, next + 1));
            if !std::mem::replace(&mut seen[*first], true) {
                stack.push((*first, 0));
            }
        }
    }
    order
}

/// The cells of items and of the lines that pass by.
pub(super) fn cells(columns: &[Option<usize>], lines: &[Line]) -> Cells {
    let count = columns.iter().flatten().max().map_or(0, |last| last + 1);
    let mut cells = Cells { columns: vec![Vec::new(); count], ..Cells::default() };
    let mut of_item = vec![usize::MAX; columns.len()];
    for (index, column) in columns.iter().enumerate() {
        if let Some(column) = column {
            of_item[index] = cells.add(*column, Content::Item(index));
        }
    }
    for (index, line) in lines.iter().enumerate() {
        let mut way = Vec::new();
        if let (Some(from), Some(to)) = (columns[line.first.item], columns[line.after.item])
            && from < to
        {
            way.push(of_item[line.first.item]);
            for column in from + 1..to {
                way.push(cells.add(column, Content::Line(index)));
            }
            way.push(of_item[line.after.item]);
            for pair in way.windows(2) {
                cells.all[pair[0]].right.push(pair[1]);
                cells.all[pair[1]].left.push(pair[0]);
            }
        }
        cells.lines.push(way);
    }
    cells
}

impl Cells {
    fn add(&mut self, column: usize, content: Content) -> usize {
        self.all.push(Cell { content, left: Vec::new(), right: Vec::new() });
        self.columns[column].push(self.all.len() - 1);
        self.all.len() - 1
    }

    /// The place of each cell in its column.
    pub(super) fn places(&self) -> Vec<i64> {
        let mut places = vec![0; self.all.len()];
        for column in &self.columns {
            column.iter().enumerate().for_each(|(place, cell)| places[*cell] = length(place));
        }
        places
    }
}
