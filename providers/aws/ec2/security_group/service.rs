//! Protocols, ports and ranges in the one form that the API answers them in, whichever way they were written.

use std::net::IpAddr;

/// Protocol, first and last port.
pub(crate) type Service = (String, i32, i32);

/// Names of protocols that the API answers with their number (IANA protocol numbers).
const NUMBERS: [(&str, &str); 14] = [
    ("ah", "51"),
    ("dccp", "33"),
    ("egp", "8"),
    ("eigrp", "88"),
    ("esp", "50"),
    ("gre", "47"),
    ("igmp", "2"),
    ("ipencap", "4"),
    ("ipip", "94"),
    ("l2tp", "115"),
    ("ospf", "89"),
    ("rsvp", "46"),
    ("sctp", "132"),
    ("vrrp", "112"),
];

/// The name that the API gives a protocol.
pub(crate) fn protocol(written: &str) -> String {
    let written = written.to_lowercase();
    match written.as_str() {
        "all" | "-1" => "-1".into(),
        "1" => "icmp".into(),
        "6" => "tcp".into(),
        "17" => "udp".into(),
        "58" | "ipv6-icmp" => "icmpv6".into(),
        name => {
            let number = NUMBERS.iter().find(|(known, _)| *known == name);
            number.map_or(written.clone(), |(_, number)| (*number).to_owned())
        }
    }
}

/// Whether rules of a protocol, by the API's name, have ports; those of all others let every port through
/// (EC2 API reference, `IpPermission`).
pub(crate) fn has_ports(protocol: &str) -> bool {
    matches!(protocol, "tcp" | "udp" | "icmp" | "icmpv6")
}

/// A protocol with its ports, as they are compared.
pub(crate) fn service(written: Option<&str>, from: Option<i32>, to: Option<i32>) -> Service {
    let protocol = protocol(written.unwrap_or("-1"));
    if has_ports(&protocol) { (protocol, from.unwrap_or(0), to.unwrap_or(0)) } else { (protocol, 0, 0) }
}

/// A range with its host bits cleared, as the API keeps it; anything else as it is.
pub(crate) fn range(written: &str) -> String {
    let canonical = || {
        let (address, length) = written.split_once('/')?;
        let (address, length): (IpAddr, u32) = (address.parse().ok()?, length.parse().ok()?);
        let network: IpAddr = match address {
            IpAddr::V4(v4) => {
                let mask = u32::MAX.checked_shl(32_u32.checked_sub(length)?).unwrap_or(0);
                IpAddr::V4((u32::from(v4) & mask).into())
            }
            IpAddr::V6(v6) => {
                let mask = u128::MAX.checked_shl(128_u32.checked_sub(length)?).unwrap_or(0);
                IpAddr::V6((u128::from(v6) & mask).into())
            }
        };
        Some(format!("{network}/{length}"))
    };
    canonical().unwrap_or_else(|| written.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_has_one_form() {
        let ranges = [
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("10.1.2.3/32", "10.1.2.3/32"),
            ("2001:DB8:0::1/32", "2001:db8::/32"),
            ("::/0", "::/0"),
            ("10.0.0.0/40", "10.0.0.0/40"),
            ("somewhere", "somewhere"),
        ];
        for (written, kept) in ranges {
            assert_eq!(range(written), kept, "{written}");
        }
        let services = [
            (("TCP", Some(1), Some(2)), ("tcp", 1, 2)),
            (("6", Some(1), Some(2)), ("tcp", 1, 2)),
            (("all", Some(0), Some(65535)), ("-1", 0, 0)),
            (("icmp", Some(-1), Some(-1)), ("icmp", -1, -1)),
            (("esp", Some(0), Some(0)), ("50", 0, 0)),
            (("50", Some(0), Some(65535)), ("50", 0, 0)),
        ];
        for ((written, from, to), (protocol, first, last)) in services {
            assert_eq!(service(Some(written), from, to), (protocol.to_owned(), first, last), "{written}");
        }
    }
}
