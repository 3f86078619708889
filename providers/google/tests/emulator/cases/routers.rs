//! Routers and their gateways; cloudemu has none.

use super::{NETWORK, OTHER, SUBNET, TAGS};
use trueup_provider_walk::{CASE, Case};

pub(super) const ROUTER: super::Setup =
    ("router", "google_compute_router", r#"{"name": "router-${n}", "network": "${net.self_link}"}"#);
const SECOND: super::Setup =
    ("second", "google_compute_router", r#"{"name": "second-${n}", "network": "${net.self_link}"}"#);
const ADDRESS: super::Setup = ("address", "google_compute_address", r#"{"name": "address-${n}"}"#);
const FURTHER: super::Setup = ("further", "google_compute_address", r#"{"name": "further-${n}"}"#);

/// Why not each part of a gateway is tampered with.
const WHOLE: &str = "gateways stand in one list that is written as a whole: the tampering with one part shows how all are read";

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "google_compute_router",
        setup: &[NETWORK, OTHER],
        create: r#"{"name": "r-${n}", "network": "${net.self_link}"}"#,
        updates: &[
            r#"{"name": "r-${n}", "network": "${net.self_link}", "description": "edge", "bgp": [{"asn": 64514}]}"#,
            r#"{"name": "r-${n}", "network": "${net.self_link}", "description": "edge", "bgp": [{"asn": 64515,
                "advertise_mode": "CUSTOM", "advertised_groups": ["ALL_SUBNETS"], "keepalive_interval": 40,
                "identifier_range": "169.254.8.8/30",
                "advertised_ip_ranges": [{"range": "1.2.3.4"}, {"range": "6.7.0.0/16", "description": "six"}]}],
                "md5_authentication_keys": [{"name": "one", "key": "k1"}]}"#,
            r#"{"name": "r-${n}", "network": "${net.self_link}", "bgp": [{"asn": 64515, "advertise_mode": "CUSTOM",
                "advertised_ip_ranges": [{"range": "1.2.3.4", "description": "one"}]}]}"#,
            r#"{"name": "r-${n}", "network": "${net.self_link}", "description": "core",
                "bgp": [{"asn": 64515, "advertised_ip_ranges": []}]}"#,
        ],
        replaces: &[
            (r#"{"name": "s-${n}", "network": "${net.self_link}"}"#, "name"),
            (r#"{"name": "s-${n}", "network": "${other.self_link}"}"#, "network"),
            (
                r#"{"name": "s-${n}", "network": "${net.self_link}", "encrypted_interconnect_router": true}"#,
                "encrypted_interconnect_router",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"description": "other"}"#, "description"),
            (r#"PATCH ${this.id} {"bgp": {"asn": 64999}}"#, "bgp"),
        ],
        lose: &["DELETE ${this.id}"],
        import: "us-central1/r-${n}",
        excused: &[
            TAGS,
            ("encrypted_interconnect_router", "the API has no call that changes it"),
            ("md5_authentication_keys", "keys are shown by a case of their own, and are never told"),
            ("name", "the API has no call that changes it"),
            ("network", "the API has no call that changes it"),
        ],
        ..CASE
    },
    Case {
        kind: "google_compute_router_nat",
        setup: &[NETWORK, SUBNET, ROUTER, SECOND, ADDRESS, FURTHER],
        create: r#"{"name": "n-${n}", "router": "${router.name}", "nat_ip_allocate_option": "AUTO_ONLY",
            "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}"#,
        updates: &[
            r#"{"name": "n-${n}", "router": "${router.name}", "nat_ip_allocate_option": "MANUAL_ONLY",
                "nat_ips": ["${address.self_link}", "${further.self_link}"],
                "source_subnetwork_ip_ranges_to_nat": "LIST_OF_SUBNETWORKS",
                "subnetwork": [{"name": "${subnet.self_link}", "source_ip_ranges_to_nat": ["ALL_IP_RANGES"]}],
                "log_config": [{"enable": true, "filter": "ERRORS_ONLY"}]}"#,
            r#"{"name": "n-${n}", "router": "${router.name}", "nat_ip_allocate_option": "MANUAL_ONLY",
                "nat_ips": ["${address.self_link}"], "drain_nat_ips": ["${further.self_link}"],
                "source_subnetwork_ip_ranges_to_nat": "LIST_OF_SUBNETWORKS",
                "subnetwork": [{"name": "${subnet.self_link}", "source_ip_ranges_to_nat": ["LIST_OF_SECONDARY_IP_RANGES"],
                    "secondary_ip_range_names": ["pods"]}],
                "log_config": [{"enable": false, "filter": "ALL"}], "min_ports_per_vm": 128,
                "enable_endpoint_independent_mapping": false,
                "rules": [{"rule_number": 100, "description": "one", "match": "inIpRange(destination.ip, '1.1.0.0/16')",
                    "action": [{"source_nat_active_ips": ["${address.self_link}"]}]}]}"#,
            r#"{"name": "n-${n}", "router": "${router.name}", "nat_ip_allocate_option": "AUTO_ONLY",
                "auto_network_tier": "STANDARD", "nat_ips": [], "drain_nat_ips": [],
                "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
                "source_subnetwork_ip_ranges_to_nat64": "LIST_OF_IPV6_SUBNETWORKS",
                "nat64_subnetwork": [{"name": "${subnet.self_link}"}],
                "icmp_idle_timeout_sec": 60, "tcp_established_idle_timeout_sec": 1300, "tcp_time_wait_timeout_sec": 130,
                "tcp_transitory_idle_timeout_sec": 40, "udp_idle_timeout_sec": 50, "enable_dynamic_port_allocation": true,
                "min_ports_per_vm": 256, "max_ports_per_vm": 512, "enable_endpoint_independent_mapping": true}"#,
        ],
        replaces: &[
            (
                r#"{"name": "m-${n}", "router": "${router.name}", "nat_ip_allocate_option": "AUTO_ONLY",
                    "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}"#,
                "name",
            ),
            (
                r#"{"name": "m-${n}", "router": "${second.name}", "nat_ip_allocate_option": "AUTO_ONLY",
                    "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}"#,
                "router",
            ),
            (
                r#"{"name": "m-${n}", "router": "${second.name}", "type": "PRIVATE",
                    "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}"#,
                "type",
            ),
            (
                r#"{"name": "m-${n}", "router": "${second.name}", "endpoint_types": ["ENDPOINT_TYPE_SWG"],
                    "nat_ip_allocate_option": "AUTO_ONLY",
                    "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}"#,
                "endpoint_types",
            ),
        ],
        tampers: &[(
            r#"PATCH projects/my-project/regions/us-central1/routers/router-${n} {"nats": [{"name": "n-${n}",
                "natIpAllocateOption": "AUTO_ONLY", "autoNetworkTier": "STANDARD",
                "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
                "sourceSubnetworkIpRangesToNat64": "LIST_OF_IPV6_SUBNETWORKS",
                "nat64Subnetworks": [{"name": "${subnet.self_link}"}],
                "icmpIdleTimeoutSec": 60, "tcpEstablishedIdleTimeoutSec": 1300, "tcpTimeWaitTimeoutSec": 130,
                "tcpTransitoryIdleTimeoutSec": 40, "udpIdleTimeoutSec": 51, "enableDynamicPortAllocation": true,
                "minPortsPerVm": 256, "maxPortsPerVm": 512, "enableEndpointIndependentMapping": true,
                "type": "PUBLIC", "endpointTypes": ["ENDPOINT_TYPE_VM"]}]}"#,
            "udp_idle_timeout_sec",
        )],
        lose: &[r#"PATCH projects/my-project/regions/us-central1/routers/router-${n} {"nats": null}"#],
        import: "router-${n}/n-${n}",
        excused: &[
            ("auto_network_tier", WHOLE),
            ("drain_nat_ips", WHOLE),
            ("enable_dynamic_port_allocation", WHOLE),
            ("enable_endpoint_independent_mapping", WHOLE),
            ("icmp_idle_timeout_sec", WHOLE),
            ("log_config", WHOLE),
            ("max_ports_per_vm", WHOLE),
            ("min_ports_per_vm", WHOLE),
            ("nat64_subnetwork", WHOLE),
            ("nat_ip_allocate_option", WHOLE),
            ("nat_ips", WHOLE),
            ("rules", WHOLE),
            ("source_subnetwork_ip_ranges_to_nat", WHOLE),
            ("source_subnetwork_ip_ranges_to_nat64", WHOLE),
            ("subnetwork", WHOLE),
            ("tcp_established_idle_timeout_sec", WHOLE),
            ("tcp_time_wait_timeout_sec", WHOLE),
            ("tcp_transitory_idle_timeout_sec", WHOLE),
            ("initial_nat_ips", "it says what a new gateway starts with, and is never told"),
            ("rules.action.source_nat_active_ranges", "it is for private gateways, which no stand-in has"),
            ("rules.action.source_nat_drain_ranges", "it is for private gateways, which no stand-in has"),
            ("rules.action.source_nat_drain_ips", "addresses are drained as those of the gateway are"),
        ],
        ..CASE
    },
];
