//! Rules of security groups for each kind of peer: moto keeps no descriptions but those of ranges, and loses track of
//! rules that change.

use super::{GROUP, VPC};
use trueup_provider_walk::{CASE, Case};

const PEER: (&str, &str, &str) = ("peer", "aws_security_group", r#"{"vpc_id": "${vpc.id}", "name": "peer"}"#);
const SECOND: (&str, &str, &str) =
    ("second", "aws_security_group", r#"{"vpc_id": "${vpc.id}", "name": "second"}"#);

const INGRESS: (&str, &[&str]) = (
    "aws_vpc_security_group_ingress_rule",
    &["RevokeSecurityGroupIngress&GroupId=${group.id}&SecurityGroupRuleId.1=${this.id}"],
);
const EGRESS: (&str, &[&str]) = (
    "aws_vpc_security_group_egress_rule",
    &["RevokeSecurityGroupEgress&GroupId=${group.id}&SecurityGroupRuleId.1=${this.id}"],
);

pub(crate) const CASES: &[Case] = &[
    of_range(INGRESS),
    of_range(EGRESS),
    of_long_range(INGRESS),
    of_long_range(EGRESS),
    of_list(INGRESS),
    of_list(EGRESS),
    of_group(INGRESS),
    of_group(EGRESS),
];

const fn of_range((kind, lose): (&'static str, &'static [&'static str])) -> Case {
    Case {
        kind,
        setup: &[VPC, GROUP, SECOND],
        create: r#"{"security_group_id": "${group.id}", "ip_protocol": "udp", "from_port": 1, "to_port": 2,
            "cidr_ipv4": "10.0.0.0/8"}"#,
        updates: &[
            r#"{"security_group_id": "${group.id}", "ip_protocol": "tcp", "from_port": 79, "to_port": 81,
                "cidr_ipv4": "11.0.0.0/8", "description": "web", "tags": {"a": "b"}}"#,
            r#"{"security_group_id": "${group.id}", "ip_protocol": "tcp", "from_port": 80, "to_port": 81,
                "cidr_ipv4": "11.0.0.0/8", "description": "web, too"}"#,
            r#"{"security_group_id": "${group.id}", "ip_protocol": "tcp", "from_port": 80, "to_port": 81,
                "cidr_ipv4": "11.0.0.0/8"}"#,
        ],
        replaces: &[(
            r#"{"security_group_id": "${second.id}", "ip_protocol": "tcp", "from_port": 80, "to_port": 81,
                "cidr_ipv4": "11.0.0.0/8"}"#,
            "security_group_id",
        )],
        tampers: &[
            (
                "ModifySecurityGroupRules&GroupId=${group.id}&SecurityGroupRule.1.SecurityGroupRuleId=${this.id}&\
                 SecurityGroupRule.1.SecurityGroupRule.IpProtocol=tcp&\
                 SecurityGroupRule.1.SecurityGroupRule.FromPort=80&SecurityGroupRule.1.SecurityGroupRule.ToPort=81&\
                 SecurityGroupRule.1.SecurityGroupRule.CidrIpv4=12.0.0.0/8",
                "cidr_ipv4",
            ),
            (
                "ModifySecurityGroupRules&GroupId=${group.id}&SecurityGroupRule.1.SecurityGroupRuleId=${this.id}&\
                 SecurityGroupRule.1.SecurityGroupRule.IpProtocol=tcp&\
                 SecurityGroupRule.1.SecurityGroupRule.FromPort=80&SecurityGroupRule.1.SecurityGroupRule.ToPort=81&\
                 SecurityGroupRule.1.SecurityGroupRule.CidrIpv4=11.0.0.0/8&\
                 SecurityGroupRule.1.SecurityGroupRule.Description=mine",
                "description",
            ),
            (
                "ModifySecurityGroupRules&GroupId=${group.id}&SecurityGroupRule.1.SecurityGroupRuleId=${this.id}&\
                 SecurityGroupRule.1.SecurityGroupRule.IpProtocol=tcp&\
                 SecurityGroupRule.1.SecurityGroupRule.FromPort=1&SecurityGroupRule.1.SecurityGroupRule.ToPort=81&\
                 SecurityGroupRule.1.SecurityGroupRule.CidrIpv4=11.0.0.0/8",
                "from_port",
            ),
            (
                "ModifySecurityGroupRules&GroupId=${group.id}&SecurityGroupRule.1.SecurityGroupRuleId=${this.id}&\
                 SecurityGroupRule.1.SecurityGroupRule.IpProtocol=tcp&\
                 SecurityGroupRule.1.SecurityGroupRule.FromPort=80&SecurityGroupRule.1.SecurityGroupRule.ToPort=99&\
                 SecurityGroupRule.1.SecurityGroupRule.CidrIpv4=11.0.0.0/8",
                "to_port",
            ),
            (
                "ModifySecurityGroupRules&GroupId=${group.id}&SecurityGroupRule.1.SecurityGroupRuleId=${this.id}&\
                 SecurityGroupRule.1.SecurityGroupRule.IpProtocol=udp&\
                 SecurityGroupRule.1.SecurityGroupRule.FromPort=80&SecurityGroupRule.1.SecurityGroupRule.ToPort=81&\
                 SecurityGroupRule.1.SecurityGroupRule.CidrIpv4=11.0.0.0/8",
                "ip_protocol",
            ),
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags"),
        ],
        lose,
        ..CASE
    }
}

const fn of_long_range((kind, lose): (&'static str, &'static [&'static str])) -> Case {
    Case {
        kind,
        setup: &[VPC, GROUP],
        create: r#"{"security_group_id": "${group.id}", "ip_protocol": "-1", "cidr_ipv6": "2001:db8::/32"}"#,
        updates: &[
            r#"{"security_group_id": "${group.id}", "ip_protocol": "-1", "cidr_ipv6": "2001:db9::/32"}"#,
        ],
        tampers: &[(
            "ModifySecurityGroupRules&GroupId=${group.id}&SecurityGroupRule.1.SecurityGroupRuleId=${this.id}&\
             SecurityGroupRule.1.SecurityGroupRule.IpProtocol=-1&\
             SecurityGroupRule.1.SecurityGroupRule.CidrIpv6=::/0",
            "cidr_ipv6",
        )],
        lose,
        ..CASE
    }
}

const fn of_list((kind, lose): (&'static str, &'static [&'static str])) -> Case {
    Case {
        kind,
        setup: &[VPC, GROUP],
        create: r#"{"security_group_id": "${group.id}", "ip_protocol": "icmp", "from_port": 8, "to_port": 0,
            "prefix_list_id": "pl-1"}"#,
        updates: &[
            r#"{"security_group_id": "${group.id}", "ip_protocol": "icmp", "from_port": 8, "to_port": 0,
                "prefix_list_id": "pl-2", "description": "ping"}"#,
        ],
        tampers: &[(
            "ModifySecurityGroupRules&GroupId=${group.id}&SecurityGroupRule.1.SecurityGroupRuleId=${this.id}&\
             SecurityGroupRule.1.SecurityGroupRule.IpProtocol=icmp&\
             SecurityGroupRule.1.SecurityGroupRule.FromPort=8&SecurityGroupRule.1.SecurityGroupRule.ToPort=0&\
             SecurityGroupRule.1.SecurityGroupRule.PrefixListId=pl-3&\
             SecurityGroupRule.1.SecurityGroupRule.Description=ping",
            "prefix_list_id",
        )],
        lose,
        ..CASE
    }
}

const fn of_group((kind, lose): (&'static str, &'static [&'static str])) -> Case {
    Case {
        kind,
        setup: &[VPC, GROUP, PEER, SECOND],
        create: r#"{"security_group_id": "${group.id}", "ip_protocol": "tcp", "from_port": 5432, "to_port": 5432,
            "referenced_security_group_id": "${peer.id}", "description": "data"}"#,
        updates: &[
            r#"{"security_group_id": "${group.id}", "ip_protocol": "tcp", "from_port": 5432, "to_port": 5432,
                "referenced_security_group_id": "${second.id}", "description": "data"}"#,
        ],
        tampers: &[(
            "ModifySecurityGroupRules&GroupId=${group.id}&SecurityGroupRule.1.SecurityGroupRuleId=${this.id}&\
             SecurityGroupRule.1.SecurityGroupRule.IpProtocol=tcp&\
             SecurityGroupRule.1.SecurityGroupRule.FromPort=5432&SecurityGroupRule.1.SecurityGroupRule.ToPort=5432&\
             SecurityGroupRule.1.SecurityGroupRule.ReferencedGroupId=${peer.id}&\
             SecurityGroupRule.1.SecurityGroupRule.Description=data",
            "referenced_security_group_id",
        )],
        lose,
        ..CASE
    }
}
