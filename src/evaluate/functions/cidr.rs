//! Ranges of IP addresses as prefixes, of both families.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A prefix: addresses that have their first bits in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    /// The first address.
    pub(super) base: u128,
    /// How many bits are in common.
    pub(super) length: u32,
    /// How many bits an address has: 32 or 128.
    pub(super) bits: u32,
}

/// Reads an address. Numbers of IPv4 may have leading zeros and are decimal all the same.
pub(super) fn parse_address(text: &str) -> Option<(u128, u32)> {
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some((address.to_bits(), 128));
    }
    let mut value: u128 = 0;
    let mut count = 0;
    for part in text.split('.') {
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number: u8 = part.parse().ok()?;
        value = value << 8 | u128::from(number);
        count += 1;
    }
    (count == 4).then_some((value, 32))
}

impl Prefix {
    /// Reads `10.0.0.0/8`; bits of the address after the prefix are dropped.
    pub(super) fn parse(text: &str) -> Option<Prefix> {
        let (address, length) = text.split_once('/')?;
        let (base, bits) = parse_address(address)?;
        if length.is_empty() || !length.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let length: u32 = length.parse().ok().filter(|length| *length <= bits)?;
        Some(Prefix { base: base & !host_mask(bits, length), length, bits })
    }

    /// The last address.
    pub(super) fn last(&self) -> u128 {
        self.base | host_mask(self.bits, self.length)
    }

    /// Whether all addresses of another prefix are in this one.
    pub(super) fn contains(&self, other: &Prefix) -> bool {
        self.bits == other.bits && self.base <= other.base && other.last() <= self.last()
    }

    /// An address of the same family.
    pub(super) fn address(&self, value: u128) -> String {
        if self.bits == 32 {
            IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(value).unwrap_or(u32::MAX))).to_string()
        } else {
            IpAddr::V6(Ipv6Addr::from_bits(value)).to_string()
        }
    }

    /// The mask that has the bits of the prefix set.
    pub(super) fn mask(&self) -> u128 {
        host_mask(self.bits, 0) & !host_mask(self.bits, self.length)
    }

    /// The first prefix of a length that lies after this one, if there is one.
    pub(super) fn next(&self, length: u32) -> Option<Prefix> {
        let end = self.last() | host_mask(self.bits, length);
        let base = end.checked_add(1).filter(|base| *base <= host_mask(self.bits, 0))?;
        Some(Prefix { base, length, bits: self.bits })
    }
}

/// Ones in the bits of an address after a prefix.
pub(super) fn host_mask(bits: u32, length: u32) -> u128 {
    u128::MAX.checked_shr(128 - (bits - length)).unwrap_or(0)
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address(self.base), self.length)
    }
}
