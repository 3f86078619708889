//! The pages in `docs/CLOUD`: each is what its schema file makes of it, and its permissions are those that the code asks
//! for.

use crate::support::project;
use std::collections::{BTreeMap, BTreeSet};

const CLOUDS: [&str; 3] = ["aws", "azure", "google"];

/// The files below a folder, by their paths in it.
fn files(folder: &str) -> BTreeMap<String, String> {
    let files = project::files(|path| path.starts_with(folder));
    files.into_iter().map(|file| (file.path.trim_start_matches(folder).to_owned(), file.text)).collect()
}

#[test]
fn pages_are_up_to_date() {
    let mut stale = Vec::new();
    for cloud in CLOUDS {
        let book = trueup_provider_kit::book(&files(&format!("schemas/{cloud}/")));
        let book = book.unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")));
        let written = files(&format!("docs/{cloud}/"));
        let names: BTreeSet<&String> = book.keys().chain(written.keys()).collect();
        let differs = names.into_iter().filter(|name| book.get(*name) != written.get(*name));
        let how = format!("run: cargo run -p trueup-provider-{cloud} --example pages");
        stale.extend(differs.map(|name| format!("docs/{cloud}/{name} is out of date, {how}")));
    }
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

/// Operations of S3 whose actions have other names: the operation, and what it asks for.
const S3_ACTIONS: &[(&str, &str)] = &[
    ("complete_multipart_upload", "PutObject"),
    ("copy_object", "PutObject"),
    ("create_multipart_upload", "PutObject"),
    ("delete_bucket_cors", "PutBucketCORS"),
    ("delete_bucket_encryption", "PutEncryptionConfiguration"),
    ("delete_bucket_lifecycle", "PutLifecycleConfiguration"),
    ("delete_bucket_ownership_controls", "PutBucketOwnershipControls"),
    ("delete_bucket_replication", "PutReplicationConfiguration"),
    ("delete_bucket_tagging", "PutBucketTagging"),
    ("delete_objects", "DeleteObject"),
    ("delete_public_access_block", "PutBucketPublicAccessBlock"),
    ("get_bucket_accelerate_configuration", "GetAccelerateConfiguration"),
    ("get_bucket_cors", "GetBucketCORS"),
    ("get_bucket_encryption", "GetEncryptionConfiguration"),
    ("get_bucket_lifecycle_configuration", "GetLifecycleConfiguration"),
    ("get_bucket_notification_configuration", "GetBucketNotification"),
    ("get_bucket_replication", "GetReplicationConfiguration"),
    ("get_object_lock_configuration", "GetBucketObjectLockConfiguration"),
    ("get_public_access_block", "GetBucketPublicAccessBlock"),
    ("head_bucket", "ListBucket"),
    ("head_object", "GetObject"),
    ("list_buckets", "ListAllMyBuckets"),
    ("list_object_versions", "ListBucketVersions"),
    ("list_objects_v2", "ListBucket"),
    ("put_bucket_accelerate_configuration", "PutAccelerateConfiguration"),
    ("put_bucket_cors", "PutBucketCORS"),
    ("put_bucket_encryption", "PutEncryptionConfiguration"),
    ("put_bucket_lifecycle_configuration", "PutLifecycleConfiguration"),
    ("put_bucket_notification_configuration", "PutBucketNotification"),
    ("put_bucket_replication", "PutReplicationConfiguration"),
    ("put_object_lock_configuration", "PutBucketObjectLockConfiguration"),
    ("put_public_access_block", "PutBucketPublicAccessBlock"),
    ("upload_part", "PutObject"),
];

/// The action that an operation of a client needs: `ec2.describe_vpcs` asks for `ec2:DescribeVpcs`.
fn action(service: &str, operation: &str) -> String {
    let renamed = S3_ACTIONS.iter().find(|(name, _)| service == "s3" && *name == operation);
    let words = operation.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    });
    let name = renamed.map_or_else(|| words.collect(), |(_, name)| (*name).to_owned());
    format!("{service}:{name}")
}

/// The names of the clients that a site has, each of one service.
fn services() -> Vec<String> {
    let site = project::read("providers/aws/account/site.rs");
    let client = |line: &str| {
        let (name, ty) = line.trim().strip_prefix("pub(crate) ")?.split_once(": ")?;
        (ty.starts_with("aws_sdk_") && ty.ends_with("::Client,")).then(|| name.to_owned())
    };
    site.lines().filter_map(client).collect()
}

/// The actions of all calls in a source text: `site.ec2.describe_vpcs()`, over however many lines.
fn asked_for(text: &str, services: &[String]) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let plain: Vec<&str> = code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let plain: String = plain.concat().split_whitespace().collect();
    let mut found = BTreeSet::new();
    for service in services {
        let handle = format!("{service}.");
        for (at, _) in plain.match_indices(&handle) {
            let before = plain[..at].chars().next_back();
            let whole = !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
            let rest = &plain[at + handle.len()..];
            let end =
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let (operation, rest) = rest.split_at(end);
            let is_call = rest.starts_with("()") && !["build", "clone", "config"].contains(&operation);
            if whole && is_call {
                found.insert(action(service, operation));
            }
        }
    }
    found
}

/// Each type of the table with its schema file and the path of its code.
fn offers() -> Vec<(String, String)> {
    let table = project::read("providers/aws/table.rs");
    let mut homes = BTreeMap::new();
    for line in table.lines().filter_map(|line| line.strip_prefix("use crate::")) {
        let Some((module, names)) = line.trim_end_matches(';').rsplit_once("::") else { continue };
        for name in names.trim_matches(['{', '}']).split(", ") {
            homes.insert(name.to_owned(), module.replace("::", "/"));
        }
    }
    let offer = |text: &str| {
        let file = text.split("schema!(\"").nth(1)?.split('"').next()?.to_owned();
        let code = text.split("code: &").nth(1)?;
        let code: String =
            code.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        Some((file, homes.get(&code).unwrap_or_else(|| panic!("{code} is used")).clone()))
    };
    table.split("Offer {").skip(1).filter_map(offer).collect()
}

#[test]
fn permissions_are_those_that_the_code_asks_for() {
    let (services, schemas) = (services(), files("schemas/aws/"));
    assert!(services.contains(&"ec2".to_owned()), "{services:?}");
    let mut missing = Vec::new();
    let mut listed_anywhere = BTreeSet::new();
    for (file, home) in offers() {
        let json: serde_json::Value =
            serde_json::from_str(&schemas[&format!("{file}.json")]).expect("a schema file is JSON");
        let permissions = &json["page"]["permissions"];
        let actions = |key: &str| {
            let all = permissions[key].as_array().into_iter().flatten();
            all.filter_map(|action| action.as_str().map(str::to_owned)).collect::<BTreeSet<String>>()
        };
        let listed: BTreeSet<String> = actions("read").into_iter().chain(actions("write")).collect();
        let inside = format!("providers/aws/{home}/");
        let sources =
            project::files(|path| path == format!("providers/aws/{home}.rs") || path.starts_with(&inside));
        assert!(!sources.is_empty(), "{file} has code at {home}");
        let asked: BTreeSet<String> =
            sources.iter().flat_map(|source| asked_for(&source.text, &services)).collect();
        missing.extend(asked.difference(&listed).map(|action| format!("schemas/aws/{file}.json: {action}")));
        listed_anywhere.extend(listed);
    }
    let shared = project::files(|path| path.starts_with("providers/aws/") && project::is_rust(path));
    for source in
        shared.iter().filter(|source| !source.path.contains("/account/") && !source.path.contains("/tests/"))
    {
        let asked = asked_for(&source.text, &services);
        let unlisted = asked.difference(&listed_anywhere);
        missing
            .extend(unlisted.map(|action| format!("{}: {action} is in no type's permissions", source.path)));
    }
    assert!(missing.is_empty(), "\"page.permissions\" lacks what the code calls:\n{}", missing.join("\n"));
}

#[test]
fn calls_are_found_however_they_are_written() {
    let services = ["ec2".to_owned(), "s3".to_owned()];
    let found = |text: &str| asked_for(text, &services).into_iter().collect::<Vec<_>>();
    assert_eq!(found("call\n  .site\n  .ec2\n  .create_vpc()\n  .send()"), ["ec2:CreateVpc"]);
    assert_eq!(found("site.s3.head_bucket().bucket(name)"), ["s3:ListBucket"]);
    assert_eq!(found("let ec2 = &site.ec2; ec2.stop_instances()"), ["ec2:StopInstances"]);
    assert_eq!(found("// site.ec2.create_vpc()\nmy_ec2.create_vpc(); ec2.clone(); site.ec2.field"), [""; 0]);
}
