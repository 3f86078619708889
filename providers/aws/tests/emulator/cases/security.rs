//! Security groups and their rules.

use super::{GROUP, OTHER, VPC};
use trueup_provider_walk::{CASE, Case};

/// moto forgets IPv6 rules of groups in a VPC without an IPv6 range.
const DUAL: (&str, &str, &str) =
    ("vpc", "aws_vpc", r#"{"cidr_block": "10.1.0.0/16", "assign_generated_ipv6_cidr_block": true}"#);
const PEER: (&str, &str, &str) = ("peer", "aws_security_group", r#"{"vpc_id": "${vpc.id}", "name": "peer"}"#);
const NOT_IN_THE_CLOUD: &str = "what the provider does when it deletes, which the cloud doesn't know";
const NEVER_DELETED: &str = "without effect: the default group is never deleted";

pub(crate) const CASES: &[Case] = &[
    // Written one way and answered another: host bits, capitals and numbers of protocols, groupings, empty parts.
    Case {
        kind: "aws_security_group",
        setup: &[DUAL, OTHER, GROUP],
        create: r#"{"vpc_id": "${vpc.id}", "name_prefix": "any-", "ingress": [
            {"protocol": "TCP", "from_port": 80, "to_port": 80, "cidr_blocks": ["10.1.2.3/8"]},
            {"protocol": "6", "from_port": 80, "to_port": 80, "ipv6_cidr_blocks": ["2001:DB8::1/32"]},
            {"protocol": "tcp", "from_port": 80, "to_port": 80, "security_groups": ["123456789012/${group.id}"]},
            {"protocol": "tcp", "from_port": 81, "to_port": 81, "cidr_blocks": []},
            {"protocol": "icmp", "from_port": -1, "to_port": -1, "cidr_blocks": ["10.0.0.0/8"]},
            {"protocol": "all", "from_port": 0, "to_port": 0, "self": true, "description": "own"}],
            "egress": [{"protocol": "udp", "from_port": 53, "to_port": 53, "prefix_list_ids": ["pl-1"]}]}"#,
        updates: &[
            r#"{"vpc_id": "${vpc.id}", "name_prefix": "any-", "revoke_rules_on_delete": true, "ingress": [
                {"protocol": "all", "from_port": 0, "to_port": 0, "self": true, "description": "own"},
                {"protocol": "tcp", "from_port": 80, "to_port": 80, "prefix_list_ids": ["pl-2"]}],
                "egress": [{"protocol": "udp", "from_port": 53, "to_port": 54, "prefix_list_ids": ["pl-1", "pl-2"],
                    "self": true, "security_groups": ["${group.id}"]},
                    {"protocol": "udp", "from_port": 53, "to_port": 54, "ipv6_cidr_blocks": ["::/0"],
                    "description": "names"}]}"#,
            r#"{"vpc_id": "${vpc.id}", "name_prefix": "any-", "tags": {"a": "b"}, "ingress": [
                {"protocol": "tcp", "from_port": 80, "to_port": 80, "prefix_list_ids": ["pl-2"]}],
                "egress": [{"protocol": "udp", "from_port": 53, "to_port": 54, "prefix_list_ids": ["pl-1"]}]}"#,
        ],
        replaces: &[
            (r#"{"vpc_id": "${other.id}", "name_prefix": "any-"}"#, "vpc_id"),
            (r#"{"vpc_id": "${other.id}", "name_prefix": "other-"}"#, "name_prefix"),
        ],
        tampers: &[
            (
                "RevokeSecurityGroupIngress&GroupId=${this.id}&IpPermissions.1.IpProtocol=tcp&\
                 IpPermissions.1.FromPort=80&IpPermissions.1.ToPort=80&\
                 IpPermissions.1.PrefixListIds.1.PrefixListId=pl-2",
                "ingress",
            ),
            (
                "AuthorizeSecurityGroupEgress&GroupId=${this.id}&IpPermissions.1.IpProtocol=tcp&\
                 IpPermissions.1.FromPort=53&IpPermissions.1.ToPort=53&\
                 IpPermissions.1.PrefixListIds.1.PrefixListId=pl-1",
                "egress",
            ),
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=a&Tag.1.Value=c", "tags"),
        ],
        lose: &["DeleteSecurityGroup&GroupId=${this.id}"],
        excused: &[("revoke_rules_on_delete", NOT_IN_THE_CLOUD)],
        ..CASE
    },
    Case {
        kind: "aws_default_security_group",
        setup: &[DUAL, OTHER, GROUP],
        create: r#"{"vpc_id": "${vpc.id}", "ingress": [
            {"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["10.0.0.0/8"]}]}"#,
        updates: &[
            r#"{"vpc_id": "${vpc.id}", "tags": {"a": "b"}, "ingress": [
                {"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["11.0.0.0/8"], "self": true}],
                "egress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"],
                    "description": "out"}]}"#,
            r#"{"vpc_id": "${vpc.id}", "ingress": [{"protocol": "udp", "from_port": 1, "to_port": 2,
                    "prefix_list_ids": ["pl-1"], "security_groups": ["${group.id}"]},
                    {"protocol": "udp", "from_port": 1, "to_port": 2, "ipv6_cidr_blocks": ["::/0"],
                    "description": "in"}],
                "egress": [{"protocol": "udp", "from_port": 1, "to_port": 2, "ipv6_cidr_blocks": ["::/0"],
                    "prefix_list_ids": ["pl-1"], "security_groups": ["${group.id}"], "self": true}]}"#,
            r#"{"vpc_id": "${vpc.id}", "ingress": [], "egress": []}"#,
        ],
        replaces: &[(r#"{"vpc_id": "${other.id}"}"#, "vpc_id")],
        tampers: &[
            (
                "AuthorizeSecurityGroupIngress&GroupId=${this.id}&IpPermissions.1.IpProtocol=udp&\
                 IpPermissions.1.FromPort=53&IpPermissions.1.ToPort=53&IpPermissions.1.IpRanges.1.CidrIp=1.0.0.0/8",
                "ingress",
            ),
            (
                "AuthorizeSecurityGroupEgress&GroupId=${this.id}&IpPermissions.1.IpProtocol=udp&\
                 IpPermissions.1.FromPort=53&IpPermissions.1.ToPort=53&IpPermissions.1.IpRanges.1.CidrIp=1.0.0.0/8",
                "egress",
            ),
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags"),
        ],
        excused: &[("revoke_rules_on_delete", NEVER_DELETED)],
        ..CASE
    },
    Case {
        kind: "aws_security_group_rule",
        setup: &[VPC, GROUP, PEER],
        create: r#"{"security_group_id": "${group.id}", "type": "ingress", "protocol": "tcp", "from_port": 80,
            "to_port": 81, "cidr_blocks": ["10.1.2.3/8", "11.0.0.0/8"], "ipv6_cidr_blocks": ["::/0"]}"#,
        // moto keeps no descriptions of rules whose peers are groups, so that there is none here.
        updates: &[
            r#"{"security_group_id": "${group.id}", "type": "ingress", "protocol": "tcp", "from_port": 80,
                "to_port": 81, "cidr_blocks": ["11.0.0.0/8", "10.0.0.0/8"], "ipv6_cidr_blocks": ["::/0"],
                "description": "web"}"#,
        ],
        replaces: &[
            (
                r#"{"security_group_id": "${peer.id}", "type": "ingress", "protocol": "tcp", "from_port": 80,
                    "to_port": 81, "cidr_blocks": ["11.0.0.0/8"], "ipv6_cidr_blocks": ["::/0"]}"#,
                "security_group_id",
            ),
            (
                r#"{"security_group_id": "${group.id}", "type": "egress", "protocol": "udp", "from_port": 81,
                    "to_port": 82, "source_security_group_id": "${peer.id}"}"#,
                "type",
            ),
            (
                r#"{"security_group_id": "${group.id}", "type": "ingress", "protocol": "udp", "from_port": 80,
                    "to_port": 83, "source_security_group_id": "${group.id}"}"#,
                "source_security_group_id",
            ),
            (
                r#"{"security_group_id": "${group.id}", "type": "ingress", "protocol": "tcp", "from_port": 80,
                    "to_port": 81, "cidr_blocks": ["11.0.0.0/8"]}"#,
                "cidr_blocks",
            ),
            (
                r#"{"security_group_id": "${group.id}", "type": "ingress", "protocol": "udp", "from_port": 80,
                    "to_port": 81, "ipv6_cidr_blocks": ["::/0"]}"#,
                "protocol",
            ),
            (
                r#"{"security_group_id": "${group.id}", "type": "ingress", "protocol": "udp", "from_port": 79,
                    "to_port": 81, "cidr_blocks": ["11.0.0.0/8"]}"#,
                "from_port",
            ),
            (
                r#"{"security_group_id": "${group.id}", "type": "ingress", "protocol": "udp", "from_port": 79,
                    "to_port": 82, "cidr_blocks": ["11.0.0.0/8"], "ipv6_cidr_blocks": ["::/1"]}"#,
                "to_port",
            ),
            (
                r#"{"security_group_id": "${group.id}", "type": "ingress", "protocol": "udp", "from_port": 79,
                    "to_port": 82, "cidr_blocks": ["11.0.0.0/8"], "ipv6_cidr_blocks": ["::/0"], "self": true}"#,
                "self",
            ),
            (
                r#"{"security_group_id": "${group.id}", "type": "ingress", "protocol": "udp", "from_port": 79,
                    "to_port": 82, "prefix_list_ids": ["pl-1"]}"#,
                "prefix_list_ids",
            ),
            (
                r#"{"security_group_id": "${group.id}", "type": "ingress", "protocol": "udp", "from_port": 79,
                    "to_port": 82, "prefix_list_ids": ["pl-1"], "ipv6_cidr_blocks": ["::/1"]}"#,
                "ipv6_cidr_blocks",
            ),
        ],
        tampers: &[(
            "UpdateSecurityGroupRuleDescriptionsIngress&GroupId=${group.id}&IpPermissions.1.IpProtocol=tcp&\
             IpPermissions.1.FromPort=80&IpPermissions.1.ToPort=81&IpPermissions.1.IpRanges.1.CidrIp=11.0.0.0/8&\
             IpPermissions.1.IpRanges.1.Description=other",
            "description",
        )],
        lose: &["RevokeSecurityGroupIngress&GroupId=${group.id}&IpPermissions.1.IpProtocol=tcp&\
             IpPermissions.1.FromPort=80&IpPermissions.1.ToPort=81&IpPermissions.1.IpRanges.1.CidrIp=11.0.0.0/8&\
             IpPermissions.1.IpRanges.2.CidrIp=10.0.0.0/8&IpPermissions.1.Ipv6Ranges.1.CidrIpv6=::/0"],
        import: "${group.id}_ingress_tcp_80_81_10.1.2.3/8_11.0.0.0/8_::/0",
        ..CASE
    },
    Case {
        kind: "aws_security_group_rule",
        setup: &[VPC, GROUP, PEER],
        create: r#"{"security_group_id": "${group.id}", "type": "egress", "protocol": "-1", "from_port": 0,
            "to_port": 0, "source_security_group_id": "${peer.id}"}"#,
        lose: &[
            "RevokeSecurityGroupEgress&GroupId=${group.id}&SecurityGroupRuleId.1=${this.security_group_rule_id}",
        ],
        import: "${group.id}_egress_-1_0_0_${peer.id}",
        ..CASE
    },
];
