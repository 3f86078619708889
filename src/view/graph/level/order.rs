//! The order within columns: few lines cross.

use super::column::Cells;

/// Sweeps to and fro; more of them hardly change anything.
const SWEEPS: usize = 12;
/// So that means of places can be told apart.
const FINE: i64 = 1000;

/// Orders each column by the means of the places that lines lead to, and keeps the best order that it came by.
pub(super) fn untangle(cells: &mut Cells) {
    let mut best = (crossings(cells), cells.columns.clone());
    for sweep in 0..SWEEPS {
        let rightwards = sweep % 2 == 0;
        let count = cells.columns.len();
        for step in 1..count {
            let index = if rightwards { step } else { count - 1 - step };
            sort(cells, index, rightwards);
        }
        let crossed = crossings(cells);
        if crossed < best.0 {
            best = (crossed, cells.columns.clone());
        }
    }
    cells.columns = best.1;
}

fn sort(cells: &mut Cells, index: usize, by_left: bool) {
    let places = cells.places();
    let mut column = std::mem::take(&mut cells.columns[index]);
    column.sort_by_cached_key(|cell| {
        let neighbours = if by_left { &cells.all[*cell].left } else { &cells.all[*cell].right };
        let sum: i64 = neighbours.iter().map(|neighbour| places[*neighbour] * FINE).sum();
        // Without neighbours it stays where it is.
        if neighbours.is_empty() { places[*cell] * FINE } else { sum / super::length(neighbours.len()) }
    });
    cells.columns[index] = column;
}

/// How many pairs of lines cross between neighbouring columns.
fn crossings(cells: &Cells) -> usize {
    let places = cells.places();
    let mut all = 0;
    for column in &cells.columns {
        let mut ends: Vec<i64> = Vec::new();
        for cell in column {
            let mut own: Vec<i64> = cells.all[*cell].right.iter().map(|next| places[*next]).collect();
            own.sort_unstable();
            for end in &own {
                // `ends` is sorted: those further down were begun further up.
                all += ends.len() - ends.partition_point(|other| other <= end);
            }
            for end in own {
                let at = ends.partition_point(|other| *other <= end);
                ends.insert(at, end);
            }
        }
    }
    all
}
