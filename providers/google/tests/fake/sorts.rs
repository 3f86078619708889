//! What sorts of things there are: where they stand, what they may hold, and what they hold by themselves.

use crate::fake::machines::{MACHINE, machine, template};
use serde_json::{Value as Json, json};

/// One sort of thing.
pub(crate) struct Sort {
    pub(crate) plural: &'static str,
    /// Whether it is in a region, in a zone, or in neither.
    pub(crate) area: &'static str,
    /// What a request to make one may say.
    pub(crate) writable: &'static [&'static str],
    /// What it must say.
    pub(crate) required: &'static [&'static str],
    /// What a PATCH may say.
    pub(crate) patchable: &'static [&'static str],
    /// Whether a PATCH has to say which state it is meant for.
    pub(crate) is_marked: bool,
    /// What it is when nothing is said.
    pub(crate) defaults: fn(&mut Json),
}

/// What names other things, by their links, at any depth.
pub(crate) const LINKS: &[&str] =
    &["network", "router", "source", "sourceDisk", "subnetwork", "nextHopInstance"];

pub(crate) static SORTS: &[Sort] = &[
    Sort {
        plural: "networks",
        area: "global",
        writable: &[
            "name",
            "description",
            "autoCreateSubnetworks",
            "routingConfig",
            "mtu",
            "networkFirewallPolicyEnforcementOrder",
            "enableUlaInternalIpv6",
            "internalIpv6Range",
            "networkProfile",
            "params",
        ],
        required: &[],
        patchable: &[
            "routingConfig",
            "mtu",
            "networkFirewallPolicyEnforcementOrder",
            "enableUlaInternalIpv6",
        ],
        is_marked: false,
        defaults: |new| {
            put(&mut new["routingConfig"], "routingMode", json!("REGIONAL"));
            put(&mut new["routingConfig"], "bgpBestPathSelectionMode", json!("LEGACY"));
            put(new, "networkFirewallPolicyEnforcementOrder", json!("AFTER_CLASSIC_FIREWALL"));
            put(new, "mtu", json!(1460));
        },
    },
    Sort {
        plural: "subnetworks",
        area: "regions",
        writable: &[
            "name",
            "description",
            "network",
            "ipCidrRange",
            "secondaryIpRanges",
            "privateIpGoogleAccess",
            "privateIpv6GoogleAccess",
            "purpose",
            "role",
            "stackType",
            "logConfig",
            "params",
            "region",
        ],
        required: &["network", "ipCidrRange"],
        patchable: &["secondaryIpRanges", "logConfig", "privateIpv6GoogleAccess", "stackType", "role"],
        is_marked: true,
        defaults: |new| {
            let range = new["ipCidrRange"].as_str().unwrap_or_default().to_owned();
            let gateway = range.rsplit_once('.').map(|(start, _)| format!("{start}.1"));
            new["gatewayAddress"] = json!(gateway);
            put(new, "purpose", json!("PRIVATE"));
            put(new, "stackType", json!("IPV4_ONLY"));
            put(new, "privateIpGoogleAccess", json!(false));
            put(new, "privateIpv6GoogleAccess", json!("DISABLE_GOOGLE_ACCESS"));
        },
    },
    Sort {
        plural: "firewalls",
        area: "global",
        writable: FIREWALL,
        required: &[],
        patchable: FIREWALL,
        is_marked: false,
        defaults: |new| {
            put(new, "direction", json!("INGRESS"));
            put(new, "priority", json!(1000));
            put(new, "disabled", json!(false));
            put(new, "logConfig", json!({"enable": false}));
            let has = |name: &str| new[name].as_array().is_some_and(|all| !all.is_empty());
            if new["direction"] == "INGRESS"
                && !["sourceRanges", "sourceTags", "sourceServiceAccounts"].into_iter().any(has)
            {
                new["sourceRanges"] = json!(["0.0.0.0/0"]);
            }
            if new["direction"] == "EGRESS" && new.get("destinationRanges").is_none() {
                new["destinationRanges"] = json!(["0.0.0.0/0"]);
            }
            for rules in ["allowed", "denied"] {
                for rule in new[rules].as_array_mut().into_iter().flatten() {
                    rule["IPProtocol"] = json!(rule["IPProtocol"].as_str().map(str::to_lowercase));
                }
                if new[rules].is_null()
                    && let Some(new) = new.as_object_mut()
                {
                    new.remove(rules);
                }
            }
        },
    },
    Sort {
        plural: "routes",
        area: "global",
        writable: &[
            "name",
            "description",
            "network",
            "destRange",
            "priority",
            "tags",
            "nextHopGateway",
            "nextHopInstance",
            "nextHopIp",
            "nextHopIlb",
            "nextHopVpnTunnel",
            "params",
        ],
        required: &["network", "destRange"],
        patchable: &[],
        is_marked: false,
        defaults: |new| {
            put(new, "priority", json!(1000));
            new["routeType"] = json!("STATIC");
            if let Some(path) = new["nextHopGateway"].as_str().filter(|path| path.starts_with("projects/")) {
                new["nextHopGateway"] = json!(format!("https://www.googleapis.com/compute/v1/{path}"));
            }
        },
    },
    Sort { area: "regions", ..ADDRESSES },
    Sort { area: "global", ..ADDRESSES },
    Sort {
        plural: "disks",
        area: "zones",
        writable: &[
            "name",
            "description",
            "sizeGb",
            "type",
            "labels",
            "sourceImage",
            "sourceSnapshot",
            "sourceDisk",
            "physicalBlockSizeBytes",
            "guestOsFeatures",
            "licenses",
            "provisionedIops",
            "provisionedThroughput",
            "accessMode",
            "architecture",
            "storagePool",
            "params",
            "enableConfidentialCompute",
            "asyncPrimaryDisk",
            "diskEncryptionKey",
            "sourceImageEncryptionKey",
            "sourceInstantSnapshot",
            "sourceSnapshotEncryptionKey",
            "sourceStorageObject",
        ],
        required: &[],
        patchable: &["accessMode", "provisionedIops", "provisionedThroughput", "name"],
        is_marked: false,
        defaults: |new| {
            put(new, "sizeGb", json!("500"));
            if let Some(size) = new["sizeGb"].as_i64() {
                new["sizeGb"] = json!(size.to_string());
            }
            if let Some(size) = new["physicalBlockSizeBytes"].as_i64() {
                new["physicalBlockSizeBytes"] = json!(size.to_string());
            }
            put(new, "physicalBlockSizeBytes", json!("4096"));
            put(new, "enableConfidentialCompute", json!(false));
            put(new, "architecture", json!("X86_64"));
            new["status"] = json!("READY");
            if let Some(image) = new["sourceImage"].as_str().filter(|image| image.contains("/family/")) {
                new["sourceImage"] = json!(format!("{}-v20260101", image.replace("/family/", "/")));
            }
        },
    },
    Sort {
        plural: "instances",
        area: "zones",
        writable: MACHINE,
        required: &["machineType", "disks", "networkInterfaces"],
        patchable: &[],
        is_marked: false,
        defaults: machine,
    },
    Sort {
        plural: "instanceTemplates",
        area: "global",
        writable: &["name", "description", "properties"],
        required: &["properties"],
        patchable: &[],
        is_marked: false,
        defaults: template,
    },
    Sort {
        plural: "routers",
        area: "regions",
        writable: &[
            "name",
            "description",
            "network",
            "bgp",
            "nats",
            "interfaces",
            "bgpPeers",
            "encryptedInterconnectRouter",
            "md5AuthenticationKeys",
            "params",
            "region",
        ],
        required: &["network"],
        patchable: &["description", "bgp", "nats", "md5AuthenticationKeys"],
        is_marked: false,
        defaults: |new| {
            put(new, "encryptedInterconnectRouter", json!(false));
            if new["bgp"].is_object() {
                put(&mut new["bgp"], "keepaliveInterval", json!(20));
                put(&mut new["bgp"], "advertiseMode", json!("DEFAULT"));
            }
            for nat in new["nats"].as_array_mut().into_iter().flatten() {
                put(nat, "type", json!("PUBLIC"));
                put(nat, "autoNetworkTier", json!("PREMIUM"));
                put(nat, "endpointTypes", json!(["ENDPOINT_TYPE_VM"]));
                put(nat, "enableEndpointIndependentMapping", json!(false));
                put(nat, "enableDynamicPortAllocation", json!(false));
                if nat["type"] == "PUBLIC" {
                    put(nat, "natIpAllocateOption", json!("AUTO_ONLY"));
                }
            }
        },
    },
];

const FIREWALL: &[&str] = &[
    "name",
    "description",
    "network",
    "priority",
    "sourceRanges",
    "destinationRanges",
    "sourceTags",
    "targetTags",
    "sourceServiceAccounts",
    "targetServiceAccounts",
    "allowed",
    "denied",
    "direction",
    "disabled",
    "logConfig",
    "params",
];

const ADDRESSES: Sort = Sort {
    plural: "addresses",
    area: "",
    writable: &[
        "name",
        "description",
        "address",
        "addressType",
        "ipVersion",
        "ipCollection",
        "ipv6EndpointType",
        "network",
        "networkTier",
        "prefixLength",
        "purpose",
        "subnetwork",
        "labels",
        "region",
    ],
    required: &[],
    patchable: &[],
    is_marked: false,
    defaults: |new| {
        put(new, "addressType", json!("EXTERNAL"));
        put(new, "ipVersion", json!("IPV4"));
        new["status"] = json!("RESERVED");
        if new["addressType"] == "EXTERNAL" {
            put(new, "address", json!("34.1.2.3"));
            put(new, "networkTier", json!("PREMIUM"));
        } else {
            put(new, "address", json!("10.1.0.7"));
            if new.get("network").is_none() {
                put(new, "purpose", json!("GCE_ENDPOINT"));
            }
        }
    },
};

/// Puts something where nothing is.
pub(crate) fn put(json: &mut Json, name: &str, value: Json) {
    if json[name].is_null() {
        json[name] = value;
    }
}
