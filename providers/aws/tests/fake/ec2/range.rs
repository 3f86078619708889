//! Ranges of addresses.

use crate::fake::world::{Outcome, refuse};
use std::net::{IpAddr, Ipv4Addr};

/// A range: addresses as numbers, and how many bits are fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    first: u128,
    pub(super) bits: u32,
    width: u32,
}

impl Range {
    /// Reads `10.0.0.0/16`. Bits after the fixed ones must be 0, as the API demands of ranges of rules and routes and
    /// makes of those of networks.
    pub(super) fn read(text: &str) -> Outcome<Range> {
        let bad = || {
            refuse(
                "InvalidParameterValue",
                format!("Value ({text}) is invalid. This is not a valid CIDR block."),
            )
        };
        let (address, bits) = text.split_once('/').ok_or_else(bad)?;
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let bits: u32 = bits.parse().map_err(|_| bad())?;
        let (first, width) = match address {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        if bits > width {
            return Err(bad());
        }
        let free = width - bits;
        let is_clean = free == 128 && first == 0 || free < 128 && first % (1 << free) == 0;
        if is_clean { Ok(Range { first, bits, width }) } else { Err(bad()) }
    }

    /// The addresses of an IPv4 range that can be had: AWS keeps the first four and the last.
    pub(super) fn hosts(self) -> impl Iterator<Item = String> {
        let first = u32::try_from(self.first).expect("an IPv4 range");
        (first + 4..first + (1 << (32 - self.bits)) - 1).map(|number| Ipv4Addr::from(number).to_string())
    }

    pub(super) fn is_v4(self) -> bool {
        self.width == 32
    }

    /// Whether this one holds another.
    pub(super) fn holds(self, other: Range) -> bool {
        let free = self.width - self.bits;
        let same = free >= 128 || self.first >> free == other.first >> free;
        self.width == other.width && self.bits <= other.bits && same
    }

    pub(super) fn overlaps(self, other: Range) -> bool {
        self.holds(other) || other.holds(self)
    }
}
