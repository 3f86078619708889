//! Networks and subnetworks.

use super::{NETWORK, OTHER, TAGS};
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "google_compute_network",
        create: r#"{"name": "n-${n}", "auto_create_subnetworks": false}"#,
        updates: &[
            r#"{"name": "n-${n}", "auto_create_subnetworks": false, "routing_mode": "GLOBAL", "mtu": 1500,
                "network_firewall_policy_enforcement_order": "BEFORE_CLASSIC_FIREWALL"}"#,
            r#"{"name": "n-${n}", "auto_create_subnetworks": false, "routing_mode": "GLOBAL", "mtu": 1500,
                "network_firewall_policy_enforcement_order": "BEFORE_CLASSIC_FIREWALL",
                "bgp_best_path_selection_mode": "STANDARD", "bgp_always_compare_med": true,
                "bgp_inter_region_cost": "ADD_COST_TO_MED"}"#,
        ],
        replaces: &[
            (r#"{"name": "n-${n}", "auto_create_subnetworks": true}"#, "auto_create_subnetworks"),
            (
                r#"{"name": "n-${n}", "auto_create_subnetworks": false, "description": "other"}"#,
                "description",
            ),
            (r#"{"name": "m-${n}", "auto_create_subnetworks": false}"#, "name"),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"routingConfig": {"routingMode": "REGIONAL"}}"#, "routing_mode"),
            (
                r#"PATCH ${this.id} {"routingConfig": {"bgpAlwaysCompareMed": false}}"#,
                "bgp_always_compare_med",
            ),
            (
                r#"PATCH ${this.id} {"routingConfig": {"bgpBestPathSelectionMode": "LEGACY"}}"#,
                "bgp_best_path_selection_mode",
            ),
            (
                r#"PATCH ${this.id} {"routingConfig": {"bgpInterRegionCost": "DEFAULT"}}"#,
                "bgp_inter_region_cost",
            ),
            (r#"PATCH ${this.id} {"mtu": 1400}"#, "mtu"),
            (
                r#"PATCH ${this.id} {"networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL"}"#,
                "network_firewall_policy_enforcement_order",
            ),
        ],
        lose: &["DELETE ${this.id}"],
        import: "n-${n}",
        excused: &[
            TAGS,
            ("delete_bgp_always_compare_med", "a wish for one change, which nothing tells of afterwards"),
            ("delete_default_routes_on_create", "a wish for the creation, which nothing tells of afterwards"),
            ("enable_ula_internal_ipv6", "it has a case of its own"),
            ("internal_ipv6_range", "it has a case of its own"),
            ("network_profile", "profiles are for a few sorts of machines that no stand-in has"),
            (
                "auto_create_subnetworks",
                "a network can become one of the other mode by hand in one way only, with no way back",
            ),
            ("description", "the API has no call that changes it"),
            ("name", "the API has no call that changes it"),
        ],
        ..CASE
    },
    Case {
        kind: "google_compute_subnetwork",
        setup: &[NETWORK, OTHER],
        create: r#"{"name": "s-${n}", "network": "${net.self_link}", "ip_cidr_range": "10.0.0.0/24"}"#,
        updates: &[
            r#"{"name": "s-${n}", "network": "${net.name}", "ip_cidr_range": "10.0.0.0/20", "private_ip_google_access": true,
                "secondary_ip_range": [{"range_name": "pods", "ip_cidr_range": "10.8.0.0/16"}]}"#,
            r#"{"name": "s-${n}", "network": "${net.self_link}", "ip_cidr_range": "10.0.0.0/20", "private_ip_google_access": true,
                "secondary_ip_range": [{"range_name": "services", "ip_cidr_range": "10.9.0.0/16"}],
                "log_config": [{}]}"#,
            r#"{"name": "s-${n}", "network": "${net.self_link}", "ip_cidr_range": "10.0.0.0/20", "private_ip_google_access": true,
                "send_secondary_ip_range_if_empty": true,
                "log_config": [{"aggregation_interval": "INTERVAL_1_MIN", "flow_sampling": 0.7, "filter_expr": "false",
                    "metadata": "CUSTOM_METADATA", "metadata_fields": ["src_location"]}]}"#,
            r#"{"name": "s-${n}", "network": "${net.self_link}", "ip_cidr_range": "10.0.0.0/20", "private_ip_google_access": true,
                "private_ipv6_google_access": "ENABLE_OUTBOUND_VM_ACCESS_TO_GOOGLE",
                "secondary_ip_range": [{"range_name": "pods", "ip_cidr_range": "10.8.0.0/16"}],
                "log_config": [{"aggregation_interval": "INTERVAL_1_MIN"}]}"#,
        ],
        replaces: &[
            (
                r#"{"name": "s-${n}", "network": "${net.self_link}", "ip_cidr_range": "10.0.0.0/20", "description": "other"}"#,
                "description",
            ),
            (r#"{"name": "t-${n}", "network": "${net.self_link}", "ip_cidr_range": "10.0.0.0/20"}"#, "name"),
            (
                r#"{"name": "s-${n}", "network": "${other.self_link}", "ip_cidr_range": "10.0.0.0/20"}"#,
                "network",
            ),
            (
                r#"{"name": "s-${n}", "network": "${net.self_link}", "ip_cidr_range": "10.0.0.0/20", "purpose": "PRIVATE_NAT"}"#,
                "purpose",
            ),
        ],
        tampers: &[
            (r#"PATCH ${this.id} {"privateIpGoogleAccess": false}"#, "private_ip_google_access"),
            (
                r#"PATCH ${this.id} {"privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS"}"#,
                "private_ipv6_google_access",
            ),
            (
                r#"PATCH ${this.id} {"secondaryIpRanges": [{"rangeName": "other", "ipCidrRange": "10.7.0.0/16"}]}"#,
                "secondary_ip_range",
            ),
            (r#"PATCH ${this.id} {"logConfig": {"enable": false}}"#, "log_config"),
        ],
        lose: &["DELETE ${this.id}"],
        import: "us-central1/s-${n}",
        unread: &["send_secondary_ip_range_if_empty"],
        excused: &[
            TAGS,
            ("allow_subnet_cidr_routes_overlap", "it is for projects that hybrid subnets are enabled for"),
            ("description", "the API has no call that changes it"),
            ("external_ipv6_prefix", "IPv6 needs a network with ranges that no stand-in gives"),
            ("internal_ipv6_prefix", "IPv6 needs a network with ranges that no stand-in gives"),
            ("ip_cidr_range", "a range only grows, so that nobody can change it and have it put right"),
            ("ip_collection", "pools of own addresses are handed out by Google on request"),
            ("ipv6_access_type", "IPv6 needs a network with ranges that no stand-in gives"),
            ("name", "the API has no call that changes it"),
            ("network", "the API has no call that changes it"),
            ("purpose", "the API has no call that changes it"),
            ("reserved_internal_range", "ranges are reserved with another API"),
            ("resolve_subnet_mask", "it is for subnets of a few sorts of machines that no stand-in has"),
            ("role", "it is for subnets of proxies, which no stand-in has"),
            ("secondary_ip_range.reserved_internal_range", "ranges are reserved with another API"),
            ("send_secondary_ip_range_if_empty", "it says what leaving a block out means, and is never told"),
            ("stack_type", "IPv6 needs a network with ranges that no stand-in gives"),
        ],
        ..CASE
    },
];
