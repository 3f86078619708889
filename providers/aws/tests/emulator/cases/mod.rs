//! The cases that every type walks through, as data: one file for each family of types.

mod addresses;
mod dynamodb;
mod iam;
mod instance_options;
mod instances;
mod launch_template;
mod machines;
mod nat;
mod network;
mod objects;
mod ranges;
mod routes;
mod rules;
mod s3;
mod s3_settings;
mod s3_versioning;
mod security;
mod vpc_endpoint;

pub(crate) use iam::{permit, trust};
use trueup_provider_walk::Case;

const VPC: (&str, &str, &str) = ("vpc", "aws_vpc", r#"{"cidr_block": "10.1.0.0/16"}"#);
const OTHER: (&str, &str, &str) = ("other", "aws_vpc", r#"{"cidr_block": "10.9.0.0/16"}"#);
const SUBNET: (&str, &str, &str) =
    ("subnet", "aws_subnet", r#"{"vpc_id": "${vpc.id}", "cidr_block": "10.1.1.0/24"}"#);
const IGW: (&str, &str, &str) = ("igw", "aws_internet_gateway", r#"{"vpc_id": "${vpc.id}"}"#);
const TABLE: (&str, &str, &str) = ("table", "aws_route_table", r#"{"vpc_id": "${vpc.id}"}"#);
const GROUP: (&str, &str, &str) =
    ("group", "aws_security_group", r#"{"vpc_id": "${vpc.id}", "name": "other"}"#);
const INSTANCE: (&str, &str, &str) = (
    "instance",
    "aws_instance",
    r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro", "subnet_id": "${subnet.id}"}"#,
);

const KEY: (&str, &str, &str) = (
    "key",
    "aws_key_pair",
    r#"{"key_name": "k", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur8+yFwBlsT6izfHcsvbcnwWMJ8KmoubqP3O3DGmeb"}"#,
);

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    cases()
        .chain(instance_options::CASES)
        .chain(launch_template::FURTHER)
        .chain(nat::CASES)
        .chain(objects::CASES)
        .chain(ranges::CASES)
        .chain(routes::CASES)
        .chain(rules::CASES)
        .chain(s3_versioning::CASES)
        .chain(vpc_endpoint::FURTHER)
}

/// Those that moto knows enough for.
pub(crate) fn cases() -> impl Iterator<Item = &'static Case> {
    [
        addresses::CASES,
        dynamodb::CASES,
        iam::CASES,
        instances::CASES,
        launch_template::CASES,
        machines::CASES,
        network::CASES,
        s3::CASES,
        s3_settings::CASES,
        security::CASES,
        vpc_endpoint::CASES,
    ]
    .into_iter()
    .flatten()
}
