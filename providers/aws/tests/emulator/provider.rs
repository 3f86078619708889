//! The provider block, data sources, regions, and what goes wrong.

use crate::cloud::{Cloud, configure, provider_block, start, text, token, value};
use std::time::Duration;
use tokio::time::Instant;
use trueup_provider::UpgradeRequest;
use trueup_value::Value;

#[tokio::test]
async fn arguments_that_are_not_honoured_are_errors() {
    let cloud = Cloud::start("").await;
    let kinds = [
        ("aws_s3_bucket", r#"{"bucket": "b", "acl": "private"}"#, "aws_s3_bucket_acl"),
        (
            "aws_instance",
            r#"{"ami": "a", "instance_type": "t", "primary_network_interface": [{"network_interface_id": "e"}],
                "subnet_id": "s"}"#,
            "primary_network_interface",
        ),
        ("aws_route", r#"{"route_table_id": "r", "gateway_id": "i"}"#, "destination_cidr_block"),
        ("aws_s3_bucket_policy", r#"{"bucket": "b", "policy": "[]"}"#, "contains an invalid JSON policy"),
        (
            "aws_s3_bucket_server_side_encryption_configuration",
            r#"{"bucket": "b", "rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "rot13"}]}]}"#,
            "sse_algorithm must be one of AES256",
        ),
        (
            "aws_key_pair",
            r#"{"key_name": "a", "key_name_prefix": "b", "public_key": "k"}"#,
            "key_name_prefix",
        ),
        ("aws_nat_gateway", r#"{"subnet_id": "s"}"#, "needs allocation_id"),
        ("aws_nat_gateway", r#"{"allocation_id": "e"}"#, "needs subnet_id"),
        (
            "aws_nat_gateway",
            r#"{"connectivity_type": "private", "subnet_id": "s", "allocation_id": "e"}"#,
            "has no allocation_id",
        ),
        (
            "aws_nat_gateway",
            r#"{"subnet_id": "s", "allocation_id": "e", "secondary_private_ip_address_count": 1}"#,
            "secondary_private_ip_address_count",
        ),
        ("aws_nat_gateway", r#"{"availability_mode": "regional"}"#, "needs vpc_id"),
        (
            "aws_nat_gateway",
            r#"{"availability_mode": "regional", "vpc_id": "v", "subnet_id": "s"}"#,
            "has no subnet_id",
        ),
        ("aws_ebs_volume", r#"{"availability_zone": "z"}"#, "snapshot_id"),
        ("aws_ebs_volume", r#"{"availability_zone": "z", "size": 1, "type": "io2"}"#, "'iops' must be set"),
        ("aws_ebs_volume", r#"{"availability_zone": "z", "size": 1, "iops": 9}"#, "'iops' must not be set"),
        ("aws_ebs_volume", r#"{"availability_zone": "z", "size": 1, "throughput": 9}"#, "'throughput'"),
        (
            "aws_ebs_volume",
            r#"{"availability_zone": "z", "size": 1, "kms_key_id": "alias/a"}"#,
            "ARN of a key",
        ),
    ];
    for (kind, config, word) in kinds {
        let config = cloud.config(kind, config).await;
        let told = format!("{:?}", cloud.provider.validate_resource(kind, &config).await);
        assert!(told.contains(word), "{kind}: {told}");
    }
}

#[tokio::test]
async fn a_dead_endpoint_is_a_clear_error_without_secrets() {
    let block = r#"{"region": "us-east-1", "access_key": "AKIDX", "secret_key": "topsecret", "max_retries": 1,
        "endpoints": [{"sts": "http://127.0.0.1:9"}]}"#;
    let provider = start();
    let began = Instant::now();
    let told = format!("{:?}", configure(&*provider, block).await);
    assert!(began.elapsed() < Duration::from_secs(30));
    assert!(told.contains("asking STS who the caller is: the API can't be reached"), "{told}");
    assert!(!told.contains("topsecret"), "{told}");
}

#[tokio::test]
async fn a_hanging_endpoint_is_a_clear_error() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
    let began = Instant::now();
    let told = format!("{:?}", configure(&*start(), &provider_block(&url, "")).await);
    assert!(began.elapsed() < Duration::from_secs(40));
    assert!(told.contains("asking STS who the caller is: the API did not answer in time"), "{told}");
}

#[tokio::test]
async fn missing_credentials_name_what_was_tried() {
    let block = r#"{"region": "us-east-1", "profile": "nobody-has-this-profile", "skip_metadata_api_check": "true",
        "shared_config_files": ["/nowhere/config"], "shared_credentials_files": ["/nowhere/credentials"],
        "endpoints": [{"sts": "http://127.0.0.1:9"}], "max_retries": 0}"#;
    let told = format!("{:?}", configure(&*start(), block).await);
    // Where the environment holds credentials, they are found, and the endpoint is dead.
    let is_told = told.contains("nobody-has-this-profile") && told.contains("AWS_ACCESS_KEY_ID");
    assert!(is_told || told.contains("can't be reached"), "{told}");
}

#[tokio::test]
async fn bad_requests_are_told_with_code_and_message() {
    let cloud = Cloud::start("").await;
    let vpc = cloud.create("aws_vpc", r#"{"cidr_block": "10.0.0.0/16"}"#).await;
    let config = format!(r#"{{"vpc_id": "{}", "cidr_block": "10.0.1.0/24"}}"#, text(&vpc, "id"));
    cloud.create("aws_subnet", &config).await;
    let (kind, null) = ("aws_subnet", cloud.null("aws_subnet"));
    let plan = cloud.plan(kind, &null, &cloud.config(kind, &config).await).await;
    let answer = cloud.apply(kind, &null, &plan.planned, &token(kind, "again")).await;
    let told = answer.diagnostics.iter().next().expect("the range is taken");
    assert!(told.summary.starts_with("creating EC2 Subnet: InvalidSubnet.Conflict: "), "{told:?}");
    assert!(told.detail.contains("Request id: ") && told.hint.is_some(), "{told:?}");
    assert!(answer.state.is_null());
}

#[tokio::test]
async fn what_was_made_before_a_failure_is_kept() {
    let cloud = Cloud::start("").await;
    let (kind, null) = ("aws_internet_gateway", cloud.null("aws_internet_gateway"));
    let config =
        cloud.config(kind, r#"{"vpc_id": "vpc-does-not-exist", "timeouts": {"create": "1s"}}"#).await;
    let plan = cloud.plan(kind, &null, &config).await;
    let answer = cloud.apply(kind, &null, &plan.planned, &token(kind, "")).await;
    let told = answer.diagnostics.iter().next().expect("there is no such VPC");
    assert!(told.summary.contains("InvalidVpcID.NotFound"), "{told:?}");
    assert!(text(&answer.state, "id").starts_with("igw-"));
    cloud.delete(kind, &answer.state).await;
}

#[tokio::test]
async fn regions_are_kept_apart() {
    let cloud = Cloud::start("").await;
    let config = r#"{"cidr_block": "10.0.0.0/16", "region": "eu-west-1"}"#;
    let vpc = cloud.create("aws_vpc", config).await;
    assert!(text(&vpc, "arn").starts_with("arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-"));
    assert_eq!(cloud.read("aws_vpc", &vpc).await, vpc);
    let elsewhere = vpc.as_mapping().expect("an object").clone().into_iter();
    let elsewhere = elsewhere
        .map(|(name, v)| if &*name == "region" { (name, Value::from("us-east-1")) } else { (name, v) });
    assert!(cloud.read("aws_vpc", &Value::object(elsewhere)).await.is_null());
    let id = format!("{}@eu-west-1", text(&vpc, "id"));
    let imported = cloud.provider.import("aws_vpc", &id).await;
    assert_eq!(
        cloud.read("aws_vpc", &imported.objects[0].state).await.get("cidr_block"),
        vpc.get("cidr_block")
    );
}

#[tokio::test]
async fn an_unknown_provider_block_can_plan_but_not_read() {
    let provider = start();
    let block = &provider.schema().provider.block;
    let known = value(block, &provider_block("http://127.0.0.1:9", ""));
    let fields = known.as_mapping().expect("an object").clone().into_iter();
    let unknown = |(name, v): (trueup_value::Name, Value)| {
        if &*name == "region" { (name, Value::unknown(v.ty())) } else { (name, v) }
    };
    let diagnostics = provider.configure(&Value::object(fields.map(unknown))).await;
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let schema = &provider.schema().resources["aws_vpc"].block;
    let request = UpgradeRequest { kind: "aws_vpc", version: 1, json: r#"{"cidr_block": "10.0.0.0/16"}"# };
    let config = provider.upgrade(request).await.state.expect("a good configuration");
    let request = trueup_provider::PlanRequest {
        kind: "aws_vpc".into(),
        prior: Value::null(schema.value_type()),
        proposed: config.clone(),
        config,
        private: trueup_provider::Private::from([]),
    };
    let plan = provider.plan(request).await;
    assert!(plan.diagnostics.is_empty());
    assert!(plan.planned.get("region").is_some_and(|region| !region.is_known()));
}

#[tokio::test]
async fn data_sources_read() {
    let cloud = Cloud::start("").await;
    let (identity, told) = cloud.data("aws_caller_identity", "{}").await;
    assert!(told.is_empty(), "{told:#?}");
    assert_eq!(text(&identity, "account_id"), "123456789012");
    let zones = r#"{"state": "available", "exclude_names": ["us-east-1a"]}"#;
    let (zones, told) = cloud.data("aws_availability_zones", zones).await;
    assert!(told.is_empty(), "{told:#?}");
    let names = zones.get("names").and_then(Value::as_sequence).expect("a list");
    assert_eq!(names.first().and_then(Value::as_str), Some("us-east-1b"));
    let query = r#"{"most_recent": true, "owners": ["amazon"], "name_regex": "^amzn2-ami-hvm",
        "filter": [{"name": "architecture", "values": ["x86_64"]}]}"#;
    let (image, told) = cloud.data("aws_ami", query).await;
    assert!(told.is_empty(), "{told:#?}");
    assert!(text(&image, "id").starts_with("ami-") && text(&image, "name").starts_with("amzn2-ami-hvm"));
    let (_, told) = cloud.data("aws_ami", r#"{"owners": ["amazon"]}"#).await;
    assert!(format!("{told:?}").contains("most_recent"), "{told:#?}");
    let (_, told) = cloud.data("aws_ami", r#"{"name_regex": "^nothing-is-called-this$"}"#).await;
    assert!(format!("{told:?}").contains("matches no image"), "{told:#?}");
}

#[tokio::test]
async fn data_sources_find_the_one_network() {
    let cloud = Cloud::start(r#""ignore_tags": [{"keys": ["seen"]}]"#).await;
    let vpc = cloud.create("aws_vpc", r#"{"cidr_block": "10.7.0.0/16", "tags": {"Name": "main"}}"#).await;
    let id = text(&vpc, "id");
    cloud.tamper(&format!("CreateTags&ResourceId.1={id}&Tag.1.Key=seen&Tag.1.Value=1")).await;
    let config = format!(r#"{{"vpc_id": "{id}", "cidr_block": "10.7.1.0/24", "tags": {{"Name": "a"}}}}"#);
    let one = cloud.create("aws_subnet", &config).await;
    let config = format!(r#"{{"vpc_id": "{id}", "cidr_block": "10.7.2.0/24", "tags": {{"Name": "b"}}}}"#);
    let two = cloud.create("aws_subnet", &config).await;
    let config = format!(r#"{{"vpc_id": "{id}", "name": "web", "tags": {{"Name": "c"}}}}"#);
    let group = cloud.create("aws_security_group", &config).await;
    let cases = [
        ("aws_vpc", r#"{"tags": {"Name": "main"}}"#.to_owned(), &vpc),
        ("aws_vpc", format!(r#"{{"id": "{id}", "cidr_block": "10.7.0.0/16", "state": "available"}}"#), &vpc),
        ("aws_vpc", r#"{"filter": [{"name": "cidr", "values": ["10.7.0.0/16"]}]}"#.to_owned(), &vpc),
        ("aws_subnet", format!(r#"{{"id": "{}"}}"#, text(&one, "id")), &one),
        ("aws_subnet", format!(r#"{{"vpc_id": "{id}", "cidr_block": "10.7.2.0/24"}}"#), &two),
        ("aws_subnet", format!(r#"{{"vpc_id": "{id}", "tags": {{"Name": "b"}}}}"#), &two),
        ("aws_security_group", format!(r#"{{"vpc_id": "{id}", "name": "web"}}"#), &group),
        ("aws_security_group", r#"{"tags": {"Name": "c"}}"#.to_owned(), &group),
    ];
    for (kind, query, expected) in cases {
        let (found, told) = cloud.data(kind, &query).await;
        assert!(told.is_empty(), "{kind} {query}: {told:#?}");
        let (fields, expected) =
            (found.as_mapping().expect("an object"), expected.as_mapping().expect("one"));
        // What the resource has too is the same there.
        for (name, value) in fields.iter().filter(|(name, _)| expected.contains_key(*name)) {
            let nothing = |value: &Value| value.is_null() || value.as_str() == Some("");
            assert!(
                value == &expected[name] || (nothing(value) && nothing(&expected[name])),
                "{kind} {query}: {name}: {value:?}"
            );
        }
    }
    let (main, _) = cloud.data("aws_vpc", r#"{"default": true}"#).await;
    assert_eq!(text(&main, "cidr_block"), "172.31.0.0/16");
    let (ids, told) = cloud
        .data(
            "aws_subnets",
            &format!(r#"{{"tags": {{"Name": "b"}}, "filter": [{{"name": "vpc-id", "values": ["{id}"]}}]}}"#),
        )
        .await;
    assert!(told.is_empty(), "{told:#?}");
    let ids = ids.get("ids").and_then(Value::as_sequence).expect("a list");
    assert_eq!(ids, [two.get("id").expect("it has an id").clone()]);
}

#[tokio::test]
async fn data_sources_that_find_none_or_several_say_so() {
    let cloud = Cloud::start("").await;
    let cases = [
        ("aws_vpc", r#"{"cidr_block": "10.99.0.0/16"}"#, "no matching EC2 VPC found"),
        ("aws_subnet", r#"{"default_for_az": true}"#, "multiple EC2 Subnets matched"),
        ("aws_subnet", r#"{"id": "subnet-gone"}"#, "no matching EC2 Subnet found"),
        ("aws_security_group", r#"{"name": "nobody"}"#, "no matching EC2 Security Group found"),
    ];
    for (kind, query, expected) in cases {
        let (found, told) = cloud.data(kind, query).await;
        let diagnostic = told.iter().next().unwrap_or_else(|| panic!("{kind} {query}: {found:?}"));
        assert!(diagnostic.summary.contains(expected), "{kind} {query}: {diagnostic:?}");
        assert!(diagnostic.hint.is_some() && found.is_null());
    }
}

#[tokio::test]
async fn places_are_described() {
    let cloud = Cloud::start("").await;
    cloud.create("aws_s3_bucket", r#"{"bucket": "here"}"#).await;
    let cases = [
        ("aws_partition", "{}", "dns_suffix", "amazonaws.com"),
        ("aws_partition", "{}", "reverse_dns_prefix", "com.amazonaws"),
        ("aws_partition", "{}", "id", "aws"),
        ("aws_region", "{}", "region", "us-east-1"),
        ("aws_region", "{}", "description", "US East (N. Virginia)"),
        ("aws_region", r#"{"region": "cn-north-1"}"#, "endpoint", "ec2.cn-north-1.amazonaws.com.cn"),
        ("aws_region", r#"{"name": "eu-west-1"}"#, "region", "eu-west-1"),
        ("aws_region", r#"{"endpoint": "ec2.eu-west-1.amazonaws.com"}"#, "id", "eu-west-1"),
        ("aws_s3_bucket", r#"{"bucket": "here"}"#, "arn", "arn:aws:s3:::here"),
        ("aws_s3_bucket", r#"{"bucket": "here"}"#, "bucket_region", "us-east-1"),
        ("aws_s3_bucket", r#"{"bucket": "here"}"#, "bucket_domain_name", "here.s3.amazonaws.com"),
        (
            "aws_s3_bucket",
            r#"{"bucket": "here"}"#,
            "bucket_regional_domain_name",
            "here.s3.us-east-1.amazonaws.com",
        ),
        ("aws_s3_bucket", r#"{"bucket": "here"}"#, "hosted_zone_id", "Z3AQBSTGFYJSTF"),
    ];
    for (kind, config, name, expected) in cases {
        let (found, told) = cloud.data(kind, config).await;
        assert!(told.is_empty(), "{kind} {config}: {told:#?}");
        assert_eq!(text(&found, name), expected, "{kind} {config}");
    }
    let bad = [
        ("aws_region", r#"{"region": "eu-wset-1"}"#, "Did you mean \"eu-west-1\"?"),
        (
            "aws_region",
            r#"{"name": "eu-west-1", "endpoint": "ec2.eu-west-2.amazonaws.com"}"#,
            "eu-west-1 with ec2",
        ),
        ("aws_s3_bucket", r#"{"bucket": "gone"}"#, "there is no bucket gone"),
    ];
    for (kind, config, words) in bad {
        let (_, told) = cloud.data(kind, config).await;
        let told: Vec<_> = told.iter().map(|told| format!("{} {:?}", told.summary, told.hint)).collect();
        assert!(told.join(" ").replace("\\\"", "\"").contains(words), "{kind} {config}: {told:?}");
    }
    cloud.tamper("PUT /here?website <WebsiteConfiguration><IndexDocument><Suffix>i.html</Suffix></IndexDocument></WebsiteConfiguration>").await;
    let (found, _) = cloud.data("aws_s3_bucket", r#"{"bucket": "here"}"#).await;
    assert_eq!(text(&found, "website_endpoint"), "here.s3-website-us-east-1.amazonaws.com");
}

#[tokio::test]
async fn lifecycle_rules_are_judged_before_they_are_sent() {
    let cloud = Cloud::start("").await;
    let kind = "aws_s3_bucket_lifecycle_configuration";
    let cases = [
        (r#"{"id": "a", "status": "On", "expiration": [{"days": 1}]}"#, "status must be one of"),
        (r#"{"id": "a", "status": "Enabled"}"#, "not what happens"),
        (
            r#"{"id": "a", "status": "Enabled", "expiration": [{"days": 1, "date": "2030-01-01T00:00:00Z"}]}"#,
            "date and days",
        ),
        (
            r#"{"id": "a", "status": "Enabled", "expiration": [{"date": "tomorrow"}]}"#,
            "contains no time of RFC 3339",
        ),
        (
            r#"{"id": "a", "status": "Enabled", "expiration": [{"days": 1}],
                "filter": [{"prefix": "p", "tag": [{"key": "k", "value": "v"}]}]}"#,
            "prefix, tag",
        ),
        (
            r#"{"id": "a", "status": "Enabled", "expiration": [{"days": 1}], "prefix": "p", "filter": [{}]}"#,
            "both prefix and filter",
        ),
        (
            r#"{"id": "a", "status": "Enabled", "transition": [{"days": 1, "storage_class": "ICE"}]}"#,
            "storage_class must be one of",
        ),
        (
            r#"{"id": "a", "status": "Enabled", "expiration": [{"days": 1}]},
               {"id": "a", "status": "Enabled", "expiration": [{"days": 2}]}"#,
            "Two rules have the id",
        ),
        ("", "At least one rule"),
    ];
    for (rules, words) in cases {
        let config = cloud.config(kind, &format!(r#"{{"bucket": "b", "rule": [{rules}]}}"#)).await;
        let told = format!("{:?}", cloud.provider.validate_resource(kind, &config).await);
        assert!(told.contains(words), "{rules}: {told}");
    }
}

#[tokio::test]
async fn a_policy_told_in_other_words_is_no_drift() {
    let cloud = Cloud::start("").await;
    cloud.create("aws_s3_bucket", r#"{"bucket": "worded"}"#).await;
    let kind = "aws_s3_bucket_policy";
    let config = |statement: &str| {
        let policy = format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#);
        format!(r#"{{"bucket": "worded", "policy": {}}}"#, serde_json::json!(policy))
    };
    let ours = r#"{"Effect": "Deny", "Principal": {"AWS": "123456789012"}, "Resource": "arn:aws:s3:::worded/*",
        "Action": ["s3:PutObject", "s3:GetObject"]}"#;
    let state = cloud.create(kind, &config(ours)).await;
    let theirs = r#"PUT /worded?policy {"Statement":[{"Action":["s3:GetObject","s3:PutObject"],"Effect":"Deny",
        "Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Resource":["arn:aws:s3:::worded/*"]}],"Version":"2012-10-17"}"#;
    cloud.tamper(theirs).await;
    assert_eq!(cloud.read(kind, &state).await, state);
    let reworded = r#"[{"Action": ["s3:GetObject", "s3:PutObject"], "Effect": "Deny",
        "Resource": "arn:aws:s3:::worded/*", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}]"#;
    let wanted = cloud.config(kind, &config(reworded)).await;
    assert_eq!(cloud.plan(kind, &state, &wanted).await.planned, state);
    cloud.tamper(&theirs.replace("Deny", "Allow")).await;
    assert_ne!(cloud.read(kind, &state).await, state);
}
