//! Instances: what `network` leaves out.

use super::{GROUP, SUBNET, VPC, trust};
use trueup_provider_walk::{CASE, Case};

const ROLE: (&str, &str, &str) =
    ("role", "aws_iam_role", concat!(r#"{"name": "machine", "assume_role_policy": "#, trust!("ec2"), "}"));
const PROFILE: (&str, &str, &str) =
    ("profile", "aws_iam_instance_profile", r#"{"name": "machine", "role": "${role.name}"}"#);

// moto does not take termination protection when an instance is started, so that it is given later.
pub(crate) const CASES: &[Case] = &[Case {
    kind: "aws_instance",
    setup: &[VPC, SUBNET, GROUP, ROLE, PROFILE],
    create: r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
            "vpc_security_group_ids": ["${group.id}"], "user_data_base64": "ZWNobyBoaQ==",
            "root_block_device": [{"volume_size": 8, "volume_type": "gp2"}], "volume_tags": {"v": "1"},
            "metadata_options": [{"http_tokens": "optional"}]}"#,
    updates: &[
        r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "vpc_security_group_ids": ["${vpc.default_security_group_id}"], "user_data_base64": "ZWNobyBoaQ==",
                "iam_instance_profile": "${profile.name}", "disable_api_termination": true, "disable_api_stop": true,
                "root_block_device": [{"volume_size": 16, "volume_type": "gp3", "iops": 4000, "throughput": 200}],
                "volume_tags": {"v": "2"}, "force_destroy": true,
                "metadata_options": [{"http_tokens": "required", "http_endpoint": "disabled",
                    "http_put_response_hop_limit": 2, "http_protocol_ipv6": "enabled",
                    "instance_metadata_tags": "enabled"}]}"#,
        r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}",
                "vpc_security_group_ids": ["${group.id}"], "user_data_base64": "ZWNobyBoaQ==",
                "disable_api_termination": true, "disable_api_stop": true, "force_destroy": true,
                "iam_instance_profile": "${profile.name}", "volume_tags": {"v": "2"},
                "root_block_device": [{"volume_size": 16, "volume_type": "gp3", "iops": 4000, "throughput": 200}],
                "metadata_options": [{"http_tokens": "required"}]}"#,
    ],
    tampers: &[
        (
            "ModifyInstanceAttribute&InstanceId=${this.id}&DisableApiTermination.Value=false",
            "disable_api_termination",
        ),
        ("ModifyInstanceAttribute&InstanceId=${this.id}&DisableApiStop.Value=false", "disable_api_stop"),
        (
            "ModifyInstanceAttribute&InstanceId=${this.id}&GroupId.1=${vpc.default_security_group_id}",
            "vpc_security_group_ids",
        ),
        (
            "ModifyInstanceMetadataOptions&InstanceId=${this.id}&HttpTokens=optional&HttpEndpoint=enabled&\
             HttpPutResponseHopLimit=2&InstanceMetadataTags=enabled&HttpProtocolIpv6=disabled",
            "metadata_options",
        ),
    ],
    lose: &[
        "ModifyInstanceAttribute&InstanceId=${this.id}&DisableApiTermination.Value=false",
        "TerminateInstances&InstanceId.1=${this.id}",
    ],
    unread: &[
        "ebs_block_device",
        "force_destroy",
        "root_block_device",
        "user_data",
        "user_data_base64",
        "volume_tags",
    ],
    ..CASE
}];
