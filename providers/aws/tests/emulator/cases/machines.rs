//! What machines need: keys and volumes.

use super::{INSTANCE, SUBNET, VPC};
use trueup_provider_walk::{CASE, Case};

pub(crate) const CASES: &[Case] = &[
    Case {
        kind: "aws_key_pair",
        create: r#"{"key_name": "walk", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur8+yFwBlsT6izfHcsvbcnwWMJ8KmoubqP3O3DGmeb me@here"}"#,
        updates: &[
            r#"{"key_name": "walk", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur8+yFwBlsT6izfHcsvbcnwWMJ8KmoubqP3O3DGmeb", "tags": {"a": "b"}}"#,
            r#"{"key_name": "walk", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur8+yFwBlsT6izfHcsvbcnwWMJ8KmoubqP3O3DGmeb me@there\n", "tags": {"a": "c"}}"#,
        ],
        replaces: &[
            (
                r#"{"key_name": "other", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur8+yFwBlsT6izfHcsvbcnwWMJ8KmoubqP3O3DGmeb"}"#,
                "key_name",
            ),
            (
                r#"{"key_name_prefix": "other-", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur8+yFwBlsT6izfHcsvbcnwWMJ8KmoubqP3O3DGmeb"}"#,
                "key_name_prefix",
            ),
            (
                r#"{"key_name": "walk", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKsIMgi71pfn7WXDgElcRX1/zMrvr4bL74IzAVDzQDtx"}"#,
                "public_key",
            ),
            (
                r#"{"key_name": "walk", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur8+yFwBlsT6izfHcsvbcnwWMJ8KmoubqP3O3DGmeb", "region": "eu-west-1"}"#,
                "region",
            ),
        ],
        tampers: &[
            ("CreateTags&ResourceId.1=${this.key_pair_id}&Tag.1.Key=who&Tag.1.Value=me", "tags"),
            ("DeleteTags&ResourceId.1=${this.key_pair_id}&Tag.1.Key=team", "tags_all"),
        ],
        lose: &["DeleteKeyPair&KeyName=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_key_pair",
        create: r#"{"key_name_prefix": "web-", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur8+yFwBlsT6izfHcsvbcnwWMJ8KmoubqP3O3DGmeb"}"#,
        lose: &["DeleteKeyPair&KeyName=${this.id}"],
        ..CASE
    },
    Case {
        kind: "aws_ebs_volume",
        create: r#"{"availability_zone": "us-east-1a", "size": 5, "tags": {"Name": "a"}}"#,
        updates: &[
            r#"{"availability_zone": "us-east-1a", "size": 10}"#,
            r#"{"availability_zone": "us-east-1a", "size": 10, "type": "io1", "iops": 200,
                "tags": {"Name": "b"}}"#,
            r#"{"availability_zone": "us-east-1a", "size": 10, "type": "gp3", "iops": 3500,
                "throughput": 200, "final_snapshot": true}"#,
        ],
        replaces: &[
            (r#"{"availability_zone": "us-east-1b", "size": 10}"#, "availability_zone"),
            (r#"{"availability_zone": "us-east-1a", "size": 10, "encrypted": true}"#, "encrypted"),
            (
                r#"{"availability_zone": "us-east-1a", "size": 10, "encrypted": true,
                    "kms_key_id": "arn:aws:kms:us-east-1:123456789012:key/1"}"#,
                "kms_key_id",
            ),
            (
                r#"{"availability_zone": "us-east-1a", "size": 10, "type": "io2", "iops": 100,
                    "multi_attach_enabled": true}"#,
                "multi_attach_enabled",
            ),
            (
                r#"{"availability_zone": "us-east-1a", "size": 10,
                    "outpost_arn": "arn:aws:outposts:us-east-1:123456789012:outpost/op-1"}"#,
                "outpost_arn",
            ),
            (r#"{"availability_zone": "us-east-1a", "snapshot_id": "snap-1"}"#, "snapshot_id"),
            (
                r#"{"availability_zone": "us-east-1a", "snapshot_id": "snap-1",
                    "volume_initialization_rate": 200}"#,
                "volume_initialization_rate",
            ),
        ],
        tampers: &[
            ("ModifyVolume&VolumeId=${this.id}&Iops=4000", "iops"),
            ("ModifyVolume&VolumeId=${this.id}&Throughput=300", "throughput"),
            ("ModifyVolume&VolumeId=${this.id}&VolumeType=io2&Iops=3500", "type"),
            ("CreateTags&ResourceId.1=${this.id}&Tag.1.Key=who&Tag.1.Value=me", "tags"),
            ("DeleteTags&ResourceId.1=${this.id}&Tag.1.Key=team", "tags_all"),
        ],
        lose: &["DeleteVolume&VolumeId=${this.id}"],
        unread: &["final_snapshot"],
        follows: &[("type", "throughput")],
        leaves: &["snapshot"],
        excused: &[
            ("final_snapshot", "the state alone has it"),
            ("outpost_arn", "moto doesn't have outposts"),
            ("size", "a volume that someone made larger can't be made smaller again"),
            ("snapshot_id", "no type here makes the snapshot that it needs"),
            ("volume_initialization_rate", "no type here makes the snapshot that it needs"),
        ],
        ..CASE
    },
    Case {
        kind: "aws_volume_attachment",
        setup: &[
            VPC,
            SUBNET,
            INSTANCE,
            (
                "volume",
                "aws_ebs_volume",
                r#"{"availability_zone": "${instance.availability_zone}", "size": 1}"#,
            ),
            (
                "other",
                "aws_instance",
                r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}"}"#,
            ),
            (
                "more",
                "aws_ebs_volume",
                r#"{"availability_zone": "${instance.availability_zone}", "size": 1}"#,
            ),
        ],
        create: r#"{"device_name": "/dev/sdh", "instance_id": "${instance.id}", "volume_id": "${volume.id}",
            "stop_instance_before_detaching": true}"#,
        updates: &[
            r#"{"device_name": "/dev/sdh", "instance_id": "${instance.id}", "volume_id": "${volume.id}",
                "skip_destroy": true}"#,
            r#"{"device_name": "/dev/sdh", "instance_id": "${instance.id}", "volume_id": "${volume.id}",
                "force_detach": true, "stop_instance_before_detaching": true}"#,
        ],
        replaces: &[
            (
                r#"{"device_name": "/dev/sdi", "instance_id": "${instance.id}", "volume_id": "${volume.id}"}"#,
                "device_name",
            ),
            (
                r#"{"device_name": "/dev/sdi", "instance_id": "${other.id}", "volume_id": "${volume.id}"}"#,
                "instance_id",
            ),
            (
                r#"{"device_name": "/dev/sdh", "instance_id": "${other.id}", "volume_id": "${more.id}"}"#,
                "volume_id",
            ),
        ],
        lose: &["DetachVolume&VolumeId=${volume.id}&InstanceId=${instance.id}&Device=/dev/sdh"],
        import: "/dev/sdh:${volume.id}:${instance.id}",
        unread: &["force_detach", "skip_destroy", "stop_instance_before_detaching"],
        excused: &[
            ("force_detach", "the state alone has it"),
            ("skip_destroy", "the state alone has it"),
            ("stop_instance_before_detaching", "the state alone has it"),
        ],
        ..CASE
    },
];
