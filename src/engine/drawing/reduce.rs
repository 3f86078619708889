//! Fewer edges that say the same, and the circles that keep them from it.

use std::collections::BTreeSet;

type Edges = BTreeSet<(usize, usize)>;

/// For each node the nodes that its edges lead to.
fn targets(count: usize, edges: &Edges) -> Vec<Vec<usize>> {
    let mut targets = vec![Vec::new(); count];
    edges.iter().for_each(|(after, before)| targets[*after].push(*before));
    targets
}

/// The edges without those that longer ways imply. There are no circles.
pub(super) fn reduced(count: usize, edges: &Edges) -> Edges {
    let targets = targets(count, edges);
    let depth = depths(&targets);
    let mut seen = vec![usize::MAX; count];
    let mut kept = Edges::new();
    for (after, direct) in targets.iter().enumerate() {
        let mut nearest_first = direct.clone();
        nearest_first.sort_by_key(|before| std::cmp::Reverse(depth[*before]));
        // Nothing below the deepest of them matters.
        let floor = direct.iter().map(|before| depth[*before]).min().unwrap_or(0);
        for before in nearest_first {
            if seen[before] == after {
                continue;
            }
            kept.insert((after, before));
            let mut stack = vec![before];
            while let Some(next) = stack.pop() {
                for further in &targets[next] {
                    if seen[*further] != after && depth[*further] >= floor {
                        seen[*further] = after;
                        stack.push(*further);
                    }
                }
            }
        }
    }
    kept
}

/// The length of the longest way from each node.
fn depths(targets: &[Vec<usize>]) -> Vec<usize> {
    let mut depth = vec![0; targets.len()];
    for node in finished(targets) {
        depth[node] = targets[node].iter().map(|before| depth[*before] + 1).max().unwrap_or(0);
    }
    depth
}

/// The nodes, each after all that it leads to, as far as circles allow.
fn finished(targets: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(targets.len());
    let mut open = vec![false; targets.len()];
    for start in 0..targets.len() {
        if std::mem::replace(&mut open[start], true) {
            continue;
        }
        let mut stack = vec![(start, 0)];
        while let Some((node, next)) = stack.pop() {
            let Some(before) = targets[node].get(next) else {
                order.push(node);
                continue;
            };
            stack.push((node, next + 1));
            if !std::mem::replace(&mut open[*before], true) {
                stack.push((*before, 0));
            }
        }
    }
    order
}

/// The groups of two or more nodes that lead to one another (Kosaraju's algorithm), each sorted.
pub(super) fn circles(count: usize, edges: &Edges) -> Vec<Vec<usize>> {
    let backwards: Edges = edges.iter().map(|(after, before)| (*before, *after)).collect();
    let backwards = targets(count, &backwards);
    let mut seen = vec![false; count];
    let mut all = Vec::new();
    for start in finished(&targets(count, edges)).into_iter().rev() {
        let mut group = Vec::new();
        let mut stack = vec![start];
        while let Some(node) = stack.pop() {
            if !std::mem::replace(&mut seen[node], true) {
                group.push(node);
                stack.extend(&backwards[node]);
            }
        }
        if group.len() > 1 {
            group.sort_unstable();
            all.push(group);
        }
    }
    all.sort();
    all
}

/// The edges between the nodes that are kept, over any ways through others; nodes are numbered anew in their order.
pub(super) fn contracted(count: usize, edges: &Edges, kept: &[usize]) -> Edges {
    let targets = targets(count, edges);
    let mut number = vec![None; count];
    kept.iter().enumerate().for_each(|(new, old)| number[*old] = Some(new));
    let mut seen = vec![usize::MAX; count];
    let mut out = Edges::new();
    for (new, old) in kept.iter().enumerate() {
        let mut stack = vec![*old];
        while let Some(node) = stack.pop() {
            for before in &targets[node] {
                if std::mem::replace(&mut seen[*before], new) == new {
                    continue;
                }
                match number[*before] {
                    Some(target) => drop(out.insert((new, target))),
                    None => stack.push(*before),
                }
            }
        }
    }
    out.retain(|(after, before)| after != before);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_that_others_imply_go() {
        let check = |count: usize, edges: &[(usize, usize)], wanted: &[(usize, usize)]| {
            let edges = edges.iter().copied().collect();
            assert_eq!(reduced(count, &edges).into_iter().collect::<Vec<_>>(), wanted, "{edges:?}");
        };
        check(3, &[(0, 1), (1, 2), (0, 2)], &[(0, 1), (1, 2)]);
        check(4, &[(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)], &[(0, 1), (0, 2), (1, 3), (2, 3)]);
        check(5, &[(4, 0), (4, 3), (3, 2), (2, 1), (1, 0)], &[(1, 0), (2, 1), (3, 2), (4, 3)]);
        check(2, &[], &[]);
    }

    #[test]
    fn circles_are_found() {
        let check = |count: usize, edges: &[(usize, usize)], wanted: &[&[usize]]| {
            assert_eq!(circles(count, &edges.iter().copied().collect()), wanted, "{edges:?}");
        };
        check(3, &[(0, 1), (1, 2)], &[]);
        check(4, &[(0, 1), (1, 0), (2, 0), (1, 3)], &[&[0, 1]]);
        check(5, &[(0, 1), (1, 2), (2, 0), (3, 4), (4, 3)], &[&[0, 1, 2], &[3, 4]]);
    }

    #[test]
    fn ways_over_others_are_kept() {
        let edges = [(0, 1), (1, 2), (2, 3), (3, 0), (1, 4)].into_iter().collect();
        let wanted = [(0, 1), (1, 0), (1, 2)];
        assert_eq!(
            contracted(5, &edges, &[0, 2, 4]).into_iter().collect::<Vec<_>>(),
            [(0, 1), (0, 2), (1, 0)]
        );
        assert_eq!(contracted(5, &edges, &[0, 1, 4]).into_iter().collect::<Vec<_>>(), wanted);
    }
}
