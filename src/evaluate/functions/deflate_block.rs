//! The blocks of deflate: tokens as bits, in whichever of the three encodings is the shortest.

use super::huffman::{Code, bits_of, codes_of};

/// A byte, or a repetition of what came before.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    Literal(u8),
    Match { length: usize, distance: usize },
}

const END_OF_BLOCK: usize = 256;
const LITERALS: usize = 286;
const DISTANCES: usize = 30;
/// Code lengths are themselves coded; so many kinds of them there are, and in this order their lengths come.
const LENGTH_ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// Extra bits after the codes 16, 17 and 18.
const LENGTH_EXTRA: [(usize, u32); 3] = [(16, 2), (17, 3), (18, 7)];
const STORED_MAX_BYTES: usize = 65_535;

/// Collects bits, the first in the lowest place.
#[derive(Default)]
pub(super) struct Writer {
    out: Vec<u8>,
    bits: u64,
    count: u32,
}

/// The symbol of a length or distance, its extra bits and their value.
#[derive(Clone, Copy)]
struct Symbol {
    index: usize,
    extra: u32,
    value: usize,
}

/// The symbol of a match length, counted from 257.
fn length_symbol(length: usize) -> Symbol {
    if length == 258 {
        return Symbol { index: 28, extra: 0, value: 0 };
    }
    stepped(length - 3, 2)
}

fn distance_symbol(distance: usize) -> Symbol {
    stepped(distance - 1, 1)
}

/// Symbols of which, after the first ones, `2^group` at a time have as many extra bits.
fn stepped(value: usize, group: u32) -> Symbol {
    let extra = value.checked_ilog2().map_or(0, |log| log.saturating_sub(group));
    let index = (value >> extra) + ((extra as usize) << group);
    Symbol { index, extra, value: value & ((1 << extra) - 1) }
}

/// How often each symbol occurs in a block.
struct Counts {
    literals: Vec<u32>,
    distances: Vec<u32>,
    /// Extra bits of all tokens.
    extra: usize,
}

fn counts(tokens: &[Token]) -> Counts {
    let mut counts = Counts { literals: vec![0; LITERALS], distances: vec![0; DISTANCES], extra: 0 };
    counts.literals[END_OF_BLOCK] = 1;
    for token in tokens {
        match token {
            Token::Literal(byte) => counts.literals[usize::from(*byte)] += 1,
            Token::Match { length, distance } => {
                let (length, distance) = (length_symbol(*length), distance_symbol(*distance));
                counts.literals[END_OF_BLOCK + 1 + length.index] += 1;
                counts.distances[distance.index] += 1;
                counts.extra += (length.extra + distance.extra) as usize;
            }
        }
    }
    // A tree of distances can't be empty.
    if counts.distances.iter().all(|count| *count == 0) {
        counts.distances[0] = 1;
    }
    counts
}

/// Without zeros at the end.
fn trimmed<T: Default + PartialEq>(items: &[T]) -> &[T] {
    let zeros = items.iter().rev().take_while(|item| **item == T::default()).count();
    &items[..items.len() - zeros]
}

/// The trees of a block, and how they are written.
struct Trees {
    literals: Vec<Code>,
    distances: Vec<Code>,
    /// Kinds of code length with the value of their extra bits.
    lengths: Vec<(usize, usize)>,
    kinds: Vec<Code>,
    kinds_written: usize,
    literals_written: usize,
    distances_written: usize,
}

fn trees(counts: &Counts) -> (Trees, usize) {
    let (literals, distances) = (codes_of(&counts.literals, 15), codes_of(&counts.distances, 15));
    let literals_written = trimmed(&counts.literals).len();
    let distances_written = trimmed(&counts.distances).len();
    let written = literals[..literals_written].iter().chain(&distances[..distances_written]);
    let lengths = run_lengths(&written.map(|code| code.length as usize).collect::<Vec<usize>>());
    let mut kind_counts = vec![0; LENGTH_ORDER.len()];
    for (kind, _) in &lengths {
        kind_counts[*kind] += 1;
    }
    let kinds = codes_of(&kind_counts, 7);
    let ordered: Vec<u32> = LENGTH_ORDER.iter().map(|kind| kind_counts[*kind]).collect();
    let kinds_written = trimmed(&ordered).len().max(4);
    let extra: usize = LENGTH_EXTRA.iter().map(|(kind, bits)| (kind_counts[*kind] * bits) as usize).sum();
    let size = 17 + 3 * kinds_written + bits_of(&kinds, &kind_counts) + extra;
    (Trees { literals, distances, lengths, kinds, kinds_written, literals_written, distances_written }, size)
}

/// Code lengths with runs put together: 16 repeats the last one, 17 and 18 stand for zeros.
fn run_lengths(lengths: &[usize]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for run in lengths.chunk_by(|a, b| a == b) {
        let length = run[0];
        let mut count = run.len();
        if length != 0 {
            out.push((length, 0));
            count -= 1;
        }
        let (least, most, kind) = if length == 0 { (11, 138, 18) } else { (3, 6, 16) };
        while count >= least {
            let taken = count.min(most);
            out.push((kind, taken - least));
            count -= taken;
        }
        if length == 0 && count >= 3 {
            out.push((17, count - 3));
            count = 0;
        }
        out.extend(std::iter::repeat_n((length, 0), count));
    }
    out
}

/// The tree that both sides know.
fn fixed() -> (Vec<Code>, Vec<Code>) {
    let length = |symbol: usize| match symbol {
        144..=255 => 9,
        256..=279 => 7,
        _ => 8,
    };
    let lengths: Vec<u32> = (0..288).map(length).collect();
    (super::huffman::canonical(&lengths), super::huffman::canonical(&[5; 32]))
}

impl Writer {
    /// Writes a block that isn't the last. `bytes` are what the tokens stand for, if they may be stored.
    pub(super) fn block(&mut self, tokens: &[Token], bytes: Option<&[u8]>) {
        let counts = counts(tokens);
        let storable = bytes.filter(|bytes| bytes.len() <= STORED_MAX_BYTES);
        // The extra bits are the same for both trees and only matter beside a stored block.
        let extra = if storable.is_some() { counts.extra } else { 0 };
        let (fixed_literals, fixed_distances) = fixed();
        let size = |literals: &[Code], distances: &[Code]| {
            bits_of(literals, &counts.literals) + bits_of(distances, &counts.distances) + extra
        };
        let fixed_size = 3 + size(&fixed_literals, &fixed_distances);
        let (trees, header_size) = trees(&counts);
        let dynamic_size = header_size + size(&trees.literals, &trees.distances);
        if let Some(bytes) = storable.filter(|bytes| (bytes.len() + 5) * 8 < fixed_size.min(dynamic_size)) {
            self.stored(bytes, false);
        } else if dynamic_size < fixed_size {
            self.dynamic_header(&trees);
            self.tokens(tokens, &trees.literals, &trees.distances);
        } else {
            self.put(2, 3);
            self.tokens(tokens, &fixed_literals, &fixed_distances);
        }
    }

    /// Writes bytes as they are, from a whole byte on.
    pub(super) fn stored(&mut self, bytes: &[u8], last: bool) {
        self.put(u64::from(last), 3);
        self.align();
        let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        self.out.extend(length.to_le_bytes());
        self.out.extend((!length).to_le_bytes());
        self.out.extend(bytes);
    }

    /// All that was written.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.align();
        self.out
    }

    fn dynamic_header(&mut self, trees: &Trees) {
        self.put(4, 3);
        self.put((trees.literals_written - 257) as u64, 5);
        self.put((trees.distances_written - 1) as u64, 5);
        self.put((trees.kinds_written - 4) as u64, 4);
        for kind in &LENGTH_ORDER[..trees.kinds_written] {
            self.put(u64::from(trees.kinds[*kind].length), 3);
        }
        for (kind, value) in &trees.lengths {
            self.code(trees.kinds[*kind]);
            if let Some((_, bits)) = LENGTH_EXTRA.iter().find(|(with_extra, _)| with_extra == kind) {
                self.put(*value as u64, *bits);
            }
        }
    }

    fn tokens(&mut self, tokens: &[Token], literals: &[Code], distances: &[Code]) {
        for token in tokens {
            match token {
                Token::Literal(byte) => self.code(literals[usize::from(*byte)]),
                Token::Match { length, distance } => {
                    let (length, distance) = (length_symbol(*length), distance_symbol(*distance));
                    self.code(literals[END_OF_BLOCK + 1 + length.index]);
                    self.put(length.value as u64, length.extra);
                    self.code(distances[distance.index]);
                    self.put(distance.value as u64, distance.extra);
                }
            }
        }
        self.code(literals[END_OF_BLOCK]);
    }

    fn code(&mut self, code: Code) {
        self.put(u64::from(code.bits), code.length);
    }

    fn put(&mut self, bits: u64, count: u32) {
        self.bits |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.out.push(self.bits.to_le_bytes()[0]);
            self.bits >>= 8;
            self.count -= 8;
        }
    }

    fn align(&mut self) {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
    }
}
