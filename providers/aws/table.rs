//! Everything the provider offers: one line a type.

use crate::account::site::Site;
use crate::data::ami::Ami;
use crate::data::availability_zones::AvailabilityZones;
use crate::data::caller_identity::CallerIdentity;
use crate::data::iam_policy::IamPolicy;
use crate::data::iam_policy_document::IamPolicyDocument;
use crate::data::iam_role::IamRole;
use crate::data::partition::Partition;
use crate::data::region::Region;
use crate::data::s3_bucket::S3Bucket;
use crate::data::security_group::SecurityGroupData;
use crate::data::subnet::SubnetData;
use crate::data::subnets::Subnets;
use crate::data::vpc::VpcData;
use crate::dynamodb::table::Table;
use crate::ec2::default_security_group::DefaultSecurityGroup;
use crate::ec2::ebs_volume::EbsVolume;
use crate::ec2::eip::Eip;
use crate::ec2::instance::Instance;
use crate::ec2::internet_gateway::InternetGateway;
use crate::ec2::key_pair::{KeyPair, PUBLIC_KEY};
use crate::ec2::launch_template::LaunchTemplate;
use crate::ec2::nat_gateway::NatGateway;
use crate::ec2::route::Route;
use crate::ec2::route_table::RouteTable;
use crate::ec2::route_table_association::RouteTableAssociation;
use crate::ec2::security_group::SecurityGroup;
use crate::ec2::security_group_rule::SecurityGroupRule;
use crate::ec2::subnet::Subnet;
use crate::ec2::volume_attachment::VolumeAttachment;
use crate::ec2::vpc::Vpc;
use crate::ec2::vpc_endpoint::VpcEndpoint;
use crate::ec2::vpc_security_group_rule::{EGRESS, INGRESS};
use crate::iam::instance_profile::InstanceProfile;
use crate::iam::policy::Policy;
use crate::iam::role::Role;
use crate::iam::role_policy::RolePolicy;
use crate::iam::role_policy_attachment::RolePolicyAttachment;
use crate::policy::POLICY;
use crate::s3::bucket::Bucket;
use crate::s3::bucket_lifecycle_configuration::BucketLifecycle;
use crate::s3::bucket_policy::BucketPolicy;
use crate::s3::bucket_public_access_block::BucketPublicAccessBlock;
use crate::s3::bucket_server_side_encryption_configuration::BucketServerSideEncryptionConfiguration;
use crate::s3::bucket_versioning::BucketVersioning;
use crate::s3::object::S3Object;
use crate::s3::setting::OfBucket;
use crate::time::TIME;
use std::sync::OnceLock;
use trueup_provider_kit::{Catalog, DataSource, Offer, Resource};

macro_rules! schema {
    ($name:literal) => {
        include_str!(concat!("../../schemas/aws/", $name, ".json"))
    };
}

static RESOURCES: &[Offer<dyn Resource<Site>>] = &[
    Offer {
        kind: "aws_default_security_group",
        noun: "EC2 Default Security Group",
        schema: schema!("aws_default_security_group"),
        code: &DefaultSecurityGroup,
    },
    Offer {
        kind: "aws_dynamodb_table",
        noun: "DynamoDB Table",
        schema: schema!("aws_dynamodb_table"),
        code: &Table,
    },
    Offer { kind: "aws_ebs_volume", noun: "EBS Volume", schema: schema!("aws_ebs_volume"), code: &EbsVolume },
    Offer { kind: "aws_eip", noun: "EC2 EIP", schema: schema!("aws_eip"), code: &Eip },
    Offer {
        kind: "aws_iam_instance_profile",
        noun: "IAM Instance Profile",
        schema: schema!("aws_iam_instance_profile"),
        code: &InstanceProfile,
    },
    Offer { kind: "aws_iam_policy", noun: "IAM Policy", schema: schema!("aws_iam_policy"), code: &Policy },
    Offer { kind: "aws_iam_role", noun: "IAM Role", schema: schema!("aws_iam_role"), code: &Role },
    Offer {
        kind: "aws_iam_role_policy",
        noun: "IAM Role Policy",
        schema: schema!("aws_iam_role_policy"),
        code: &RolePolicy,
    },
    Offer {
        kind: "aws_iam_role_policy_attachment",
        noun: "IAM Role Policy Attachment",
        schema: schema!("aws_iam_role_policy_attachment"),
        code: &RolePolicyAttachment,
    },
    Offer { kind: "aws_instance", noun: "EC2 Instance", schema: schema!("aws_instance"), code: &Instance },
    Offer {
        kind: "aws_internet_gateway",
        noun: "EC2 Internet Gateway",
        schema: schema!("aws_internet_gateway"),
        code: &InternetGateway,
    },
    Offer { kind: "aws_key_pair", noun: "EC2 Key Pair", schema: schema!("aws_key_pair"), code: &KeyPair },
    Offer {
        kind: "aws_launch_template",
        noun: "EC2 Launch Template",
        schema: schema!("aws_launch_template"),
        code: &LaunchTemplate,
    },
    Offer {
        kind: "aws_nat_gateway",
        noun: "EC2 NAT Gateway",
        schema: schema!("aws_nat_gateway"),
        code: &NatGateway,
    },
    Offer { kind: "aws_route", noun: "EC2 Route", schema: schema!("aws_route"), code: &Route },
    Offer {
        kind: "aws_route_table",
        noun: "EC2 Route Table",
        schema: schema!("aws_route_table"),
        code: &RouteTable,
    },
    Offer {
        kind: "aws_route_table_association",
        noun: "EC2 Route Table Association",
        schema: schema!("aws_route_table_association"),
        code: &RouteTableAssociation,
    },
    Offer { kind: "aws_s3_bucket", noun: "S3 Bucket", schema: schema!("aws_s3_bucket"), code: &Bucket },
    Offer {
        kind: "aws_s3_bucket_lifecycle_configuration",
        noun: "S3 Bucket Lifecycle Configuration",
        schema: schema!("aws_s3_bucket_lifecycle_configuration"),
        code: &OfBucket(BucketLifecycle),
    },
    Offer {
        kind: "aws_s3_bucket_policy",
        noun: "S3 Bucket Policy",
        schema: schema!("aws_s3_bucket_policy"),
        code: &OfBucket(BucketPolicy),
    },
    Offer {
        kind: "aws_s3_bucket_public_access_block",
        noun: "S3 Bucket Public Access Block",
        schema: schema!("aws_s3_bucket_public_access_block"),
        code: &OfBucket(BucketPublicAccessBlock),
    },
    Offer {
        kind: "aws_s3_bucket_server_side_encryption_configuration",
        noun: "S3 Bucket Server-side Encryption Configuration",
        schema: schema!("aws_s3_bucket_server_side_encryption_configuration"),
        code: &OfBucket(BucketServerSideEncryptionConfiguration),
    },
    Offer {
        kind: "aws_s3_bucket_versioning",
        noun: "S3 Bucket Versioning",
        schema: schema!("aws_s3_bucket_versioning"),
        code: &OfBucket(BucketVersioning),
    },
    Offer { kind: "aws_s3_object", noun: "S3 Object", schema: schema!("aws_s3_object"), code: &S3Object },
    Offer {
        kind: "aws_security_group",
        noun: "EC2 Security Group",
        schema: schema!("aws_security_group"),
        code: &SecurityGroup,
    },
    Offer {
        kind: "aws_security_group_rule",
        noun: "EC2 Security Group Rule",
        schema: schema!("aws_security_group_rule"),
        code: &SecurityGroupRule,
    },
    Offer { kind: "aws_subnet", noun: "EC2 Subnet", schema: schema!("aws_subnet"), code: &Subnet },
    Offer {
        kind: "aws_volume_attachment",
        noun: "EBS Volume Attachment",
        schema: schema!("aws_volume_attachment"),
        code: &VolumeAttachment,
    },
    Offer { kind: "aws_vpc", noun: "EC2 VPC", schema: schema!("aws_vpc"), code: &Vpc },
    Offer {
        kind: "aws_vpc_endpoint",
        noun: "EC2 VPC Endpoint",
        schema: schema!("aws_vpc_endpoint"),
        code: &VpcEndpoint,
    },
    Offer {
        kind: "aws_vpc_security_group_egress_rule",
        noun: "VPC Security Group Egress Rule",
        schema: schema!("aws_vpc_security_group_egress_rule"),
        code: &EGRESS,
    },
    Offer {
        kind: "aws_vpc_security_group_ingress_rule",
        noun: "VPC Security Group Ingress Rule",
        schema: schema!("aws_vpc_security_group_ingress_rule"),
        code: &INGRESS,
    },
];

static DATA: &[Offer<dyn DataSource<Site>>] = &[
    Offer { kind: "aws_ami", noun: "EC2 AMI", schema: schema!("data_aws_ami"), code: &Ami },
    Offer {
        kind: "aws_availability_zones",
        noun: "EC2 Availability Zones",
        schema: schema!("data_aws_availability_zones"),
        code: &AvailabilityZones,
    },
    Offer {
        kind: "aws_caller_identity",
        noun: "STS Caller Identity",
        schema: schema!("data_aws_caller_identity"),
        code: &CallerIdentity,
    },
    Offer {
        kind: "aws_iam_policy",
        noun: "IAM Policy",
        schema: schema!("data_aws_iam_policy"),
        code: &IamPolicy,
    },
    Offer {
        kind: "aws_iam_policy_document",
        noun: "IAM Policy Document",
        schema: schema!("data_aws_iam_policy_document"),
        code: &IamPolicyDocument,
    },
    Offer { kind: "aws_iam_role", noun: "IAM Role", schema: schema!("data_aws_iam_role"), code: &IamRole },
    Offer {
        kind: "aws_partition",
        noun: "Partition",
        schema: schema!("data_aws_partition"),
        code: &Partition,
    },
    Offer { kind: "aws_region", noun: "Region", schema: schema!("data_aws_region"), code: &Region },
    Offer {
        kind: "aws_s3_bucket",
        noun: "S3 Bucket",
        schema: schema!("data_aws_s3_bucket"),
        code: &S3Bucket,
    },
    Offer {
        kind: "aws_security_group",
        noun: "EC2 Security Group",
        schema: schema!("data_aws_security_group"),
        code: &SecurityGroupData,
    },
    Offer { kind: "aws_subnet", noun: "EC2 Subnet", schema: schema!("data_aws_subnet"), code: &SubnetData },
    Offer { kind: "aws_subnets", noun: "EC2 Subnets", schema: schema!("data_aws_subnets"), code: &Subnets },
    Offer { kind: "aws_vpc", noun: "EC2 VPC", schema: schema!("data_aws_vpc"), code: &VpcData },
];

/// The catalog, its schema files read when it is first needed.
pub(crate) fn catalog() -> &'static Catalog<Site> {
    static CATALOG: OnceLock<Catalog<Site>> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::new(schema!("provider"), RESOURCES, DATA, &[POLICY, PUBLIC_KEY, TIME]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use trueup_value::{Type, Value};

    #[test]
    fn types_stand_in_order_and_are_documented() {
        assert!(RESOURCES.iter().map(|offer| offer.kind).is_sorted());
        assert!(DATA.iter().map(|offer| offer.kind).is_sorted());
        trueup_provider_walk::assert_documented(&catalog().schema);
    }

    /// A value of a type with something in it.
    fn sample(ty: &Type) -> Value {
        match ty {
            Type::Bool => Value::from(true),
            Type::Number => Value::from(1),
            Type::List(inner) => Value::list((**inner).clone(), [sample(inner)]),
            Type::Set(inner) => Value::set((**inner).clone(), [sample(inner)]),
            Type::Map(inner) => Value::map((**inner).clone(), [("a", sample(inner))]),
            Type::Object(object) => {
                Value::object(object.attributes.iter().map(|(name, ty)| (name.clone(), sample(ty))))
            }
            _ => Value::from("x"),
        }
    }

    /// The page of each type names what its code refuses and nothing else, and says how long it waits.
    #[test]
    fn what_is_refused_is_documented() {
        let mut wrong = Vec::new();
        for offer in RESOURCES {
            let entry = catalog().resource(offer.kind).expect("every offer is in the catalog");
            let file: serde_json::Value = serde_json::from_str(offer.schema).expect("a schema file is JSON");
            let listed = file["page"]["refused"].as_array().into_iter().flatten();
            let listed: Vec<&str> = listed.filter_map(serde_json::Value::as_str).collect();
            let refuses = |name: &&str, ty: &Type| {
                let mut config = entry.blank();
                config.put(name, sample(ty));
                let found = entry.code.validate(&config);
                found.iter().any(|one| one.detail.contains("does not honour") && one.detail.contains(*name))
            };
            let attributes = entry.ty.attributes.iter().map(|(name, ty)| (&**name, ty));
            let refused: Vec<&str> =
                attributes.filter(|(name, ty)| refuses(name, ty)).map(|(name, _)| name).collect();
            if refused != listed {
                wrong.push(format!(
                    "{}: \"page.refused\" is {listed:?} and the code refuses {refused:?}",
                    offer.kind
                ));
            }
            let minutes = file["page"]["patience_minutes"].as_u64().unwrap_or(20);
            let patience = entry.code.patience().as_secs();
            if entry.schema.block.blocks.contains_key("timeouts") && patience != minutes * 60 {
                wrong.push(format!("{}: \"page.patience_minutes\" is {}", offer.kind, patience / 60));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
