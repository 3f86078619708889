//! Partitions of AWS and their regions (AWS General Reference, "Regions and endpoints").

/// A part of AWS with accounts, ARNs and endpoints of its own.
#[derive(Debug)]
pub(crate) struct Partition {
    /// As ARNs have it.
    pub(crate) name: &'static str,
    /// What endpoints end in.
    pub(crate) domain: &'static str,
    /// How the names of its regions begin.
    prefixes: &'static [&'static str],
}

/// The first one has the regions that no other claims.
static PARTITIONS: [Partition; 8] = [
    Partition { name: "aws", domain: "amazonaws.com", prefixes: &[] },
    Partition { name: "aws-cn", domain: "amazonaws.com.cn", prefixes: &["cn-"] },
    Partition { name: "aws-eusc", domain: "amazonaws.eu", prefixes: &["eusc-"] },
    Partition { name: "aws-iso", domain: "c2s.ic.gov", prefixes: &["us-iso-"] },
    Partition { name: "aws-iso-b", domain: "sc2s.sgov.gov", prefixes: &["us-isob-"] },
    Partition { name: "aws-iso-e", domain: "cloud.adc-e.uk", prefixes: &["eu-isoe-"] },
    Partition { name: "aws-iso-f", domain: "csp.hci.ic.gov", prefixes: &["us-isof-"] },
    Partition { name: "aws-us-gov", domain: "amazonaws.com", prefixes: &["us-gov-"] },
];

/// Regions and where they are.
const REGIONS: [(&str, &str); 46] = [
    ("af-south-1", "Africa (Cape Town)"),
    ("ap-east-1", "Asia Pacific (Hong Kong)"),
    ("ap-east-2", "Asia Pacific (Taipei)"),
    ("ap-northeast-1", "Asia Pacific (Tokyo)"),
    ("ap-northeast-2", "Asia Pacific (Seoul)"),
    ("ap-northeast-3", "Asia Pacific (Osaka)"),
    ("ap-south-1", "Asia Pacific (Mumbai)"),
    ("ap-south-2", "Asia Pacific (Hyderabad)"),
    ("ap-southeast-1", "Asia Pacific (Singapore)"),
    ("ap-southeast-2", "Asia Pacific (Sydney)"),
    ("ap-southeast-3", "Asia Pacific (Jakarta)"),
    ("ap-southeast-4", "Asia Pacific (Melbourne)"),
    ("ap-southeast-5", "Asia Pacific (Malaysia)"),
    ("ap-southeast-6", "Asia Pacific (New Zealand)"),
    ("ap-southeast-7", "Asia Pacific (Thailand)"),
    ("ca-central-1", "Canada (Central)"),
    ("ca-west-1", "Canada West (Calgary)"),
    ("cn-north-1", "China (Beijing)"),
    ("cn-northwest-1", "China (Ningxia)"),
    ("eu-central-1", "Europe (Frankfurt)"),
    ("eu-central-2", "Europe (Zurich)"),
    ("eu-isoe-west-1", "EU ISOE West"),
    ("eu-north-1", "Europe (Stockholm)"),
    ("eu-south-1", "Europe (Milan)"),
    ("eu-south-2", "Europe (Spain)"),
    ("eu-west-1", "Europe (Ireland)"),
    ("eu-west-2", "Europe (London)"),
    ("eu-west-3", "Europe (Paris)"),
    ("eusc-de-east-1", "AWS European Sovereign Cloud (Germany)"),
    ("il-central-1", "Israel (Tel Aviv)"),
    ("me-central-1", "Middle East (UAE)"),
    ("me-south-1", "Middle East (Bahrain)"),
    ("mx-central-1", "Mexico (Central)"),
    ("sa-east-1", "South America (Sao Paulo)"),
    ("us-east-1", "US East (N. Virginia)"),
    ("us-east-2", "US East (Ohio)"),
    ("us-gov-east-1", "AWS GovCloud (US-East)"),
    ("us-gov-west-1", "AWS GovCloud (US-West)"),
    ("us-iso-east-1", "US ISO East"),
    ("us-iso-west-1", "US ISO WEST"),
    ("us-isob-east-1", "US ISOB East (Ohio)"),
    ("us-isob-west-1", "US ISOB West"),
    ("us-isof-east-1", "US ISOF EAST"),
    ("us-isof-south-1", "US ISOF SOUTH"),
    ("us-west-1", "US West (N. California)"),
    ("us-west-2", "US West (Oregon)"),
];

impl Partition {
    /// The partition that a region belongs to.
    pub(crate) fn of(region: &str) -> &'static Partition {
        let claims =
            |partition: &&Partition| partition.prefixes.iter().any(|prefix| region.starts_with(prefix));
        PARTITIONS.iter().find(claims).unwrap_or(&PARTITIONS[0])
    }

    /// The domain from its end, as names of endpoint services begin.
    pub(crate) fn reverse_domain(&self) -> String {
        let words: Vec<&str> = self.domain.rsplit('.').collect();
        words.join(".")
    }
}

/// Where a region is; None for one that isn't known here.
pub(crate) fn description(region: &str) -> Option<&'static str> {
    REGIONS.iter().find(|(name, _)| *name == region).map(|(_, place)| *place)
}

/// The names of all regions known here.
pub(crate) fn regions() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_belong_to_partitions() {
        let cases = [
            ("us-east-1", "aws", "com.amazonaws"),
            ("eu-central-1", "aws", "com.amazonaws"),
            ("xx-new-1", "aws", "com.amazonaws"),
            ("cn-north-1", "aws-cn", "cn.com.amazonaws"),
            ("us-gov-west-1", "aws-us-gov", "com.amazonaws"),
            ("us-iso-east-1", "aws-iso", "gov.ic.c2s"),
            ("us-isob-east-1", "aws-iso-b", "gov.sgov.sc2s"),
            ("eu-isoe-west-1", "aws-iso-e", "uk.adc-e.cloud"),
            ("us-isof-south-1", "aws-iso-f", "gov.ic.hci.csp"),
            ("eusc-de-east-1", "aws-eusc", "eu.amazonaws"),
        ];
        for (region, name, reverse) in cases {
            let partition = Partition::of(region);
            assert_eq!((partition.name, partition.reverse_domain().as_str()), (name, reverse), "{region}");
        }
        assert!(REGIONS.is_sorted());
        assert_eq!(description("eu-central-1"), Some("Europe (Frankfurt)"));
    }
}
