//! What is inside of a value as a whole, worked out once from what is inside of its parts.

use crate::{Kind, Marks, Value};

/// Which marks are inside of a value, its own left out, and whether it or a part of it is unknown; in one byte.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Holds(u8);

const UNKNOWN: u8 = 1 << 7;

impl Holds {
    const NOTHING: Holds = Holds(0);

    pub(crate) fn is_unknown(self) -> bool {
        self.0 & UNKNOWN != 0
    }

    pub(crate) fn marks(self) -> Marks {
        Marks::from_bits(self.0 & !UNKNOWN)
    }

    /// With what a part is and holds.
    fn with(self, part: &Value) -> Holds {
        let unknown = if part.is_wholly_known() { 0 } else { UNKNOWN };
        Holds(self.0 | part.deep_marks().bits() | unknown)
    }
}

/// The whole inside of a value.
#[derive(Clone, Copy)]
pub(crate) struct Inside {
    pub(crate) holds: Holds,
    /// How many collections are within one another.
    pub(crate) depth: u16,
    /// One for each part and each 64 bytes of text; no more than `u32::MAX`.
    pub(crate) weight: u32,
}

impl Inside {
    /// Of a kind, from its parts.
    pub(crate) fn of(kind: &Kind) -> Inside {
        match kind {
            Kind::List(elements) | Kind::Set(elements) => Inside::around(elements.items.iter()),
            Kind::Tuple(items) => Inside::around(items.iter()),
            Kind::Map(map) => Inside::around(map.1.values()),
            Kind::Object(attributes) => Inside::around(attributes.values()),
            Kind::String(text) => Inside { weight: text_weight(text.len()), ..Inside::LEAF },
            Kind::Unknown(..) => Inside { holds: Holds(UNKNOWN), ..Inside::LEAF },
            Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) => Inside::LEAF,
        }
    }

    const LEAF: Inside = Inside { holds: Holds::NOTHING, depth: 0, weight: 1 };

    fn around<'a>(parts: impl Iterator<Item = &'a Value>) -> Inside {
        let empty = Inside { depth: 1, ..Inside::LEAF };
        parts.fold(empty, |whole, part| Inside {
            holds: whole.holds.with(part),
            depth: whole.depth.max(part.depth().saturating_add(1)),
            weight: whole.weight.saturating_add(part.weight()),
        })
    }
}

fn text_weight(bytes: usize) -> u32 {
    u32::try_from(bytes / 64).unwrap_or(u32::MAX).saturating_add(1)
}
