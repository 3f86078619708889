//! Huffman codes of limited length.

/// A code of a symbol; no length means that the symbol doesn't occur.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Code {
    /// The bits, the first in the lowest place.
    pub(super) bits: u32,
    pub(super) length: u32,
}

/// How many bits so many of each symbol take.
pub(super) fn bits_of(codes: &[Code], counts: &[u32]) -> usize {
    codes.iter().zip(counts).map(|(code, count)| (code.length * count) as usize).sum()
}

/// The best codes of at most so many bits for symbols that occur so often.
pub(super) fn codes_of(counts: &[u32], longest: usize) -> Vec<Code> {
    let mut symbols: Vec<usize> = (0..counts.len()).filter(|symbol| counts[*symbol] > 0).collect();
    let mut lengths = vec![0; counts.len()];
    if symbols.len() <= 2 {
        for symbol in &symbols {
            lengths[*symbol] = 1;
        }
        return canonical(&lengths);
    }
    // The sort is stable: equal counts stay in order of symbol.
    symbols.sort_by_key(|symbol| counts[*symbol]);
    let weights: Vec<u64> = symbols.iter().map(|symbol| u64::from(counts[*symbol])).collect();
    for leaves in leaves_by_level(&weights, longest.min(symbols.len() - 1)) {
        for symbol in &symbols[..leaves] {
            lengths[*symbol] += 1;
        }
    }
    canonical(&lengths)
}

/// Package-merge (Larmore and Hirschberg): for each level how many of the lightest leaves get one bit longer.
/// Where a package weighs as much as a leaf, it goes first.
fn leaves_by_level(weights: &[u64], levels: usize) -> Vec<usize> {
    // Weights of each level's items in order, and whether each is a leaf.
    let mut rows: Vec<Vec<(u64, bool)>> = Vec::with_capacity(levels);
    for level in 0..levels {
        let packages: Vec<u64> = match level.checked_sub(1).map(|below| &rows[below]) {
            Some(below) => below.chunks_exact(2).map(|pair| pair[0].0 + pair[1].0).collect(),
            None => Vec::new(),
        };
        let mut row: Vec<(u64, bool)> = packages.into_iter().map(|weight| (weight, false)).collect();
        row.extend(weights.iter().map(|weight| (*weight, true)));
        row.sort_unstable();
        rows.push(row);
    }
    let mut wanted = 2 * weights.len() - 2;
    let mut leaves = Vec::with_capacity(levels);
    for row in rows.iter().rev() {
        let here = row[..wanted].iter().filter(|(_, leaf)| *leaf).count();
        leaves.push(here);
        wanted = 2 * (wanted - here);
    }
    leaves
}

/// The codes of these lengths: shorter ones first, then in order of symbol (RFC 1951, 3.2.2).
pub(super) fn canonical(lengths: &[u32]) -> Vec<Code> {
    let mut codes = vec![Code::default(); lengths.len()];
    let mut next = 0u32;
    for length in 1..=15 {
        next <<= 1;
        for (code, _) in codes.iter_mut().zip(lengths).filter(|(_, own)| **own == length) {
            *code = Code { bits: next.reverse_bits() >> (32 - length), length };
            next += 1;
        }
    }
    codes
}
