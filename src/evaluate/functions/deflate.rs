//! Deflate (RFC 1951) with the matches that the reference finds, so that what was compressed before comes out
//! byte for byte: user data of a machine must not change because another program compresses it.
//!
//! Lazy matching over chains of positions with the same hash of four bytes, at the usual effort 6.

use super::deflate_block::{Token, Writer};

const WINDOW: usize = 1 << 15;
const MATCH_MIN: usize = 4;
const MATCH_MAX: usize = 258;
/// A match this long is taken without looking one byte further.
const LAZY: usize = 16;
/// A match this long ends the search.
const NICE: usize = 128;
/// Positions to try.
const CHAIN: usize = 128;
/// Four bytes farther back than this cost more than they save.
const SHORT_MATCH_DISTANCE_MAX: usize = 4096;
const HASH_BITS: u32 = 17;
const BLOCK_TOKENS: usize = 1 << 14;

/// The blocks of the bytes, none of them the last.
pub(super) fn compress(bytes: &[u8], writer: &mut Writer) {
    let mut matcher = Matcher {
        bytes,
        end: 0,
        shifts: 0,
        index: 0,
        heads: vec![NOWHERE; 1 << HASH_BITS],
        previous: vec![NOWHERE; WINDOW],
        head: NOWHERE,
        length: MATCH_MIN - 1,
        offset: 0,
        pending: false,
        tokens: Vec::new(),
        block: Some(0),
        block_end: 0,
    };
    // The window holds two of its size and moves on by one when only a match's length is left ahead.
    while matcher.end < bytes.len() {
        matcher.run(writer, false);
        matcher.fill();
    }
    matcher.run(writer, true);
}

/// No position.
const NOWHERE: usize = usize::MAX;

struct Matcher<'b> {
    bytes: &'b [u8],
    /// Where the bytes end that the window holds so far.
    end: usize,
    /// How often the window moved on.
    shifts: usize,
    index: usize,
    /// The last position of each hash.
    heads: Vec<usize>,
    /// For each position in the window the one before it with the same hash.
    previous: Vec<usize>,
    head: usize,
    /// The best match at the position before: its length and how far back.
    length: usize,
    offset: usize,
    /// The byte before the position is neither in a match nor written.
    pending: bool,
    tokens: Vec<Token>,
    /// Where the block began; none if the window has moved past it.
    block: Option<usize>,
    block_end: usize,
}

impl Matcher<'_> {
    fn fill(&mut self) {
        let inside = self.index - self.shifts * WINDOW;
        if inside >= 2 * WINDOW - (MATCH_MIN + MATCH_MAX) {
            self.shifts += 1;
            self.block = self.block.filter(|start| *start >= self.shifts * WINDOW);
        }
        self.end = self.bytes.len().min((self.shifts + 2) * WINDOW);
    }

    /// Finds matches as far as the window goes; to its very end if no more is to come.
    fn run(&mut self, writer: &mut Writer, last: bool) {
        loop {
            let ahead = self.end - self.index;
            if ahead < MATCH_MIN + MATCH_MAX && (!last || ahead == 0) {
                break;
            }
            self.step(ahead, writer);
        }
        if !last {
            return;
        }
        if self.pending {
            self.tokens.push(Token::Literal(self.bytes[self.index - 1]));
            self.pending = false;
        }
        if !self.tokens.is_empty() {
            self.flush(self.index, writer);
        }
    }

    fn step(&mut self, ahead: usize, writer: &mut Writer) {
        if self.index + MATCH_MIN <= self.end {
            self.head = self.insert(self.index);
        }
        let (before, before_offset) = (self.length, self.offset);
        (self.length, self.offset) = (MATCH_MIN - 1, 0);
        let reachable = self.head != NOWHERE && self.head + WINDOW >= self.index;
        if reachable && ahead > before && before < LAZY {
            self.find(ahead);
        }
        if before >= MATCH_MIN && self.length <= before {
            self.tokens.push(Token::Match { length: before, distance: before_offset });
            let after = self.index + before - 1;
            for index in self.index + 1..after {
                if index + MATCH_MIN <= self.end {
                    self.insert(index);
                }
            }
            self.index = after;
            self.pending = false;
            self.length = MATCH_MIN - 1;
            self.block_end = self.index;
        } else {
            if self.pending {
                self.tokens.push(Token::Literal(self.bytes[self.index - 1]));
                self.block_end = self.index;
            }
            self.index += 1;
            self.pending = true;
        }
        if self.tokens.len() == BLOCK_TOKENS {
            self.flush(self.block_end, writer);
        }
    }

    /// Enters a position under its hash and gives the one that was there before.
    fn insert(&mut self, index: usize) -> usize {
        let four = [self.bytes[index], self.bytes[index + 1], self.bytes[index + 2], self.bytes[index + 3]];
        let hash = u32::from_be_bytes(four).wrapping_mul(0x1e35_a7bd) >> (32 - HASH_BITS);
        let head = &mut self.heads[hash as usize];
        let before = std::mem::replace(head, index);
        self.previous[index % WINDOW] = before;
        before
    }

    /// The longest match for the position among those with its hash.
    fn find(&mut self, ahead: usize) {
        let here = &self.bytes[self.index..self.index + ahead.min(MATCH_MAX)];
        let nice = here.len().min(NICE);
        let mut candidate = self.head;
        for _ in 0..CHAIN {
            let there = &self.bytes[candidate..];
            if here[self.length] == there[self.length] {
                let length = here.iter().zip(there).take_while(|(a, b)| a == b).count();
                let distance = self.index - candidate;
                let pays = length > MATCH_MIN || distance <= SHORT_MATCH_DISTANCE_MAX;
                if length > self.length && pays {
                    (self.length, self.offset) = (length, distance);
                    if length >= nice {
                        return;
                    }
                }
            }
            // The entry of the farthest position has been overwritten by this one's.
            if candidate + WINDOW == self.index {
                return;
            }
            candidate = self.previous[candidate % WINDOW];
            if candidate == NOWHERE || candidate + WINDOW < self.index {
                return;
            }
        }
    }

    fn flush(&mut self, end: usize, writer: &mut Writer) {
        let bytes = self.block.map(|start| &self.bytes[start..end]);
        writer.block(&self.tokens, bytes);
        self.tokens.clear();
        self.block = Some(end);
    }
}
