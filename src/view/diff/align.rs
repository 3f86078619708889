//! Which element of one sequence is which of the other.

use super::Sides;
use trueup_value::Value;

/// More pairs than this are compared by position: the alignment is quadratic.
const CELLS_MAX: usize = 250_000;

/// Aligns two sequences: by position where they are of one length or hold objects, by their longest common
/// subsequence otherwise.
pub(super) fn pairs<'v>(before: &'v [Value], after: &'v [Value]) -> Vec<Sides<'v>> {
    let nested = before.iter().chain(after).any(|v| v.as_mapping().is_some());
    if nested || before.len() == after.len() || before.len() * after.len() > CELLS_MAX {
        return (0..before.len().max(after.len())).map(|i| (before.get(i), after.get(i))).collect();
    }
    let kept = common(before, after);
    let (mut b, mut a) = (0, 0);
    let mut out = Vec::new();
    for (i, j) in kept.into_iter().chain([(before.len(), after.len())]) {
        out.extend(before[b..i].iter().map(|v| (Some(v), None)));
        out.extend(after[a..j].iter().map(|v| (None, Some(v))));
        if i < before.len() {
            out.push((Some(&before[i]), Some(&after[j])));
        }
        (b, a) = (i + 1, j + 1);
    }
    out
}

/// Index pairs of a longest common subsequence.
pub(crate) fn common<T: PartialEq>(before: &[T], after: &[T]) -> Vec<(usize, usize)> {
    let width = after.len() + 1;
    let mut lengths = vec![0u32; (before.len() + 1) * width];
    for i in (0..before.len()).rev() {
        for j in (0..after.len()).rev() {
            lengths[i * width + j] = if before[i] == after[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while i < before.len() && j < after.len() {
        if before[i] == after[j] {
            out.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}
