//! What the block `backend "s3"` may hold, as Terraform has it.

use crate::config::optional;
use std::collections::BTreeMap;
use trueup_schema::{Attribute, AttributeType, Block, Nesting, ObjectAttributes};
use trueup_value::{Name, Type};

const TEXTS: [&str; 25] = [
    "access_key",
    "acl",
    "bucket",
    "custom_ca_bundle",
    "dynamodb_endpoint",
    "dynamodb_table",
    "ec2_metadata_service_endpoint",
    "ec2_metadata_service_endpoint_mode",
    "endpoint",
    "http_proxy",
    "https_proxy",
    "iam_endpoint",
    "key",
    "kms_key_id",
    "no_proxy",
    "profile",
    "region",
    "retry_mode",
    "secret_key",
    "shared_credentials_file",
    "sse_customer_key",
    "sts_endpoint",
    "sts_region",
    "token",
    "workspace_key_prefix",
];

const FLAGS: [&str; 11] = [
    "encrypt",
    "force_path_style",
    "insecure",
    "skip_credentials_validation",
    "skip_metadata_api_check",
    "skip_region_validation",
    "skip_requesting_account_id",
    "skip_s3_checksum",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
    "use_lockfile",
];

const SETS: [&str; 4] =
    ["allowed_account_ids", "forbidden_account_ids", "shared_config_files", "shared_credentials_files"];

const SECRETS: [&str; 3] = ["secret_key", "sse_customer_key", "token"];

/// The block.
pub(crate) fn block() -> Block {
    let mut attributes: BTreeMap<Name, Attribute> = BTreeMap::new();
    for name in TEXTS {
        attributes
            .insert(name.into(), Attribute { sensitive: SECRETS.contains(&name), ..optional(Type::String) });
    }
    for name in FLAGS {
        attributes.insert(name.into(), optional(Type::Bool));
    }
    for name in SETS {
        attributes.insert(name.into(), optional(Type::set(Type::String)));
    }
    attributes.insert("max_retries".into(), optional(Type::Number));
    attributes.insert("use_path_style".into(), optional(Type::Bool));
    let texts = |names: &[&str]| names.iter().map(|name| ((*name).into(), optional(Type::String))).collect();
    attributes.insert("endpoints".into(), nested(texts(&["dynamodb", "iam", "s3", "sso", "sts"])));
    let mut role: BTreeMap<Name, Attribute> =
        texts(&["duration", "external_id", "policy", "role_arn", "session_name", "source_identity"]);
    role.insert("policy_arns".into(), optional(Type::set(Type::String)));
    role.insert("tags".into(), optional(Type::map(Type::String)));
    role.insert("transitive_tag_keys".into(), optional(Type::set(Type::String)));
    attributes.insert("assume_role".into(), nested(role));
    let mut role: BTreeMap<Name, Attribute> = texts(&[
        "duration",
        "policy",
        "role_arn",
        "session_name",
        "web_identity_token",
        "web_identity_token_file",
    ]);
    role.insert("policy_arns".into(), optional(Type::set(Type::String)));
    attributes.insert("assume_role_with_web_identity".into(), nested(role));
    for name in ["bucket", "key"] {
        if let Some(attribute) = attributes.get_mut(name) {
            attribute.optional = false;
            attribute.required = true;
        }
    }
    Block { attributes, ..Block::default() }
}

/// An object of its own.
fn nested(attributes: BTreeMap<Name, Attribute>) -> Attribute {
    let ty = AttributeType::Nested(ObjectAttributes { nesting: Nesting::Single, attributes });
    Attribute { ty, ..optional(Type::Dynamic) }
}
