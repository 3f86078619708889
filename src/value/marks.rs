//! Marks: what travels with a value without being part of it.

use std::ops::{BitOr, BitOrAssign};

/// The set of marks on one value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Marks(u8);

impl Marks {
    /// No mark.
    pub const NONE: Marks = Marks(0);
    /// Must not be shown.
    pub const SENSITIVE: Marks = Marks(1);
    /// Must not be stored.
    pub const EPHEMERAL: Marks = Marks(2);

    /// As bits, of which the uppermost is never used.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// From [`Marks::bits`].
    pub(crate) fn from_bits(bits: u8) -> Marks {
        Marks(bits)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` are here.
    pub fn contains(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// These without `other`.
    pub fn without(self, other: Marks) -> Marks {
        Marks(self.0 & !other.0)
    }

    /// Whether it must not be shown.
    pub fn is_sensitive(self) -> bool {
        self.contains(Marks::SENSITIVE)
    }

    /// Whether it must not be stored.
    pub fn is_ephemeral(self) -> bool {
        self.contains(Marks::EPHEMERAL)
    }
}

impl BitOr for Marks {
    type Output = Marks;
    fn bitor(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Marks) {
        self.0 |= other.0;
    }
}
