//! The provider block: roles, identity providers, proxies, metadata, limits on accounts and tags.

use crate::cloud::{Cloud, configure, provider_block, start, text};
use crate::moto::Moto;
use std::path::Path;
use trueup_provider_walk::{Act, Proxy, Stand};
use trueup_value::Value;

/// A provider block with these members, behind a front, and what it says.
async fn told(front: &Proxy, more: &str) -> String {
    format!("{:?}", configure(&*start(), &provider_block(&front.url, more)).await)
}

#[tokio::test]
async fn a_role_is_assumed_with_all_that_the_block_says() {
    let moto = Moto::start().await;
    let front = Proxy::start(&moto.url, &[]).await;
    let role = r#""assume_role": [{"role_arn": "arn:aws:iam::111122223333:role/first", "session_name": "ci",
            "duration": "30m", "external_id": "ext", "source_identity": "me", "tags": {"k": "v"},
            "transitive_tag_keys": ["k"], "policy": "{}", "policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]},
        {"role_arn": "arn:aws:iam::111122223333:role/second"}]"#;
    let cloud = Cloud::through(moto, &front.url, role).await;
    let (identity, _) = cloud.data("aws_caller_identity", "{}").await;
    assert!(text(&identity, "arn").ends_with("assumed-role/second/trueup"), "{identity:?}");
    let requests = front.seen("Action=AssumeRole&");
    assert_eq!(requests.len(), 2, "{requests:#?}");
    let wanted = [
        "RoleSessionName=ci&",
        "DurationSeconds=1800",
        "ExternalId=ext",
        "SourceIdentity=me",
        "Tags.member.1.Key=k&Tags.member.1.Value=v",
        "TransitiveTagKeys.member.1=k",
        "Policy=%7B%7D",
        "PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess",
    ];
    for words in wanted {
        assert!(requests[0].contains(words), "{words}: {}", requests[0]);
    }
    let refusal = Act::Refuse(
        403,
        "",
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not yours</Message></Error></ErrorResponse>",
    );
    front.add(("Action=AssumeRole&", 9, refusal));
    let told = told(&front, role).await;
    assert!(
        told.contains("Cannot assume IAM Role") && told.contains("role/first: AccessDenied: not yours"),
        "{told}"
    );
}

#[tokio::test]
async fn a_role_is_assumed_with_a_token() {
    let moto = Moto::start().await;
    let front = Proxy::start(&moto.url, &[]).await;
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("token");
    std::fs::write(&file, "from-file\n").expect("it is written");
    let block = |token: &str| {
        format!(
            r#""assume_role_with_web_identity": [{{"role_arn": "arn:aws:iam::111122223333:role/pod", "session_name": "p",
                "duration": "1h", {token}}}]"#
        )
    };
    for (token, sent) in [
        (r#""web_identity_token": "inline""#.to_owned(), "inline"),
        (format!(r#""web_identity_token_file": "{}""#, shown(&file)), "from-file"),
    ] {
        let said = told(&front, &block(&token)).await;
        let seen = front.seen("Action=AssumeRoleWithWebIdentity");
        let last = seen.last().unwrap_or_else(|| panic!("{said}"));
        for words in [&format!("WebIdentityToken={sent}"), "DurationSeconds=3600", "RoleSessionName=p"] {
            assert!(last.contains(words), "{words}: {last}");
        }
        assert!(!said.contains("Error"), "{said}");
    }
    let said = told(&front, &block(r#""web_identity_token_file": "/nowhere/token""#)).await;
    assert!(
        said.contains("Cannot assume IAM Role") && said.contains("/nowhere/token can't be read"),
        "{said}"
    );
    for token in
        [r#""web_identity_token": null"#, r#""web_identity_token": "a", "web_identity_token_file": "b""#]
    {
        assert!(told(&front, &block(token)).await.contains("only one of them"));
    }
}

#[tokio::test]
async fn requests_go_through_the_proxy_but_where_it_is_not_wanted() {
    let moto = Moto::start().await;
    let front = Proxy::start(&moto.url, &[]).await;
    let block = |proxy: &str| provider_block("http://aws.invalid", &format!("{proxy}, \"max_retries\": 0"));
    let told = |block: String| async move { format!("{:?}", configure(&*start(), &block).await) };
    for name in ["http_proxy", "https_proxy\": \"http://127.0.0.1:9\", \"http_proxy"] {
        let said = told(block(&format!("\"{name}\": \"{}\"", front.url))).await;
        assert!(!said.contains("Error"), "{said}");
    }
    assert_eq!(front.seen("POST http://aws.invalid/ HTTP/1.1").len(), 2);
    let direct = format!("\"http_proxy\": \"{}\", \"no_proxy\": \"x.test,aws.invalid\"", front.url);
    assert!(told(block(&direct)).await.contains("can't be reached"));
    assert_eq!(front.seen("POST http://aws.invalid/ HTTP/1.1").len(), 2);
    let said = told(block(r#""http_proxy": "ftp://user:secret@proxy""#)).await;
    assert!(said.contains("no address of a proxy") && !said.contains("secret"), "{said}");
}

#[tokio::test]
async fn certificates_come_from_the_bundle() {
    let moto = Moto::start().await;
    let front = Proxy::start(&moto.url, &[]).await;
    let said = told(&front, r#""custom_ca_bundle": "/nowhere/ca.pem""#).await;
    assert!(said.contains("custom_ca_bundle /nowhere/ca.pem can't be used"), "{said}");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("ca.pem");
    std::fs::write(&file, "nothing of the kind").expect("it is written");
    let said = told(&front, &format!(r#""custom_ca_bundle": "{}""#, shown(&file))).await;
    assert!(said.contains("it holds no certificate"), "{said}");
}

#[tokio::test]
async fn the_role_of_the_instance_is_asked_at_the_endpoint_of_the_block() {
    let moto = Moto::start().await;
    let keys = r#"{"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "AKIAINSTANCE", "SecretAccessKey": "s",
        "Token": "t", "LastUpdated": "2026-01-01T00:00:00Z", "Expiration": "2099-01-01T00:00:00Z"}"#;
    let rules = [
        ("PUT /latest/api/token", 9, Act::Refuse(200, "x-aws-ec2-metadata-token-ttl-seconds: 60\r\n", "t")),
        ("/iam/security-credentials-extended/ ", 9, Act::Refuse(404, "", "")),
        ("/iam/security-credentials-extended/role", 9, Act::Refuse(404, "", "")),
        ("/iam/security-credentials/ ", 9, Act::Refuse(200, "", "role")),
        ("/iam/security-credentials/role", 9, Act::Refuse(200, "", keys)),
    ];
    let front = Proxy::start(&moto.url, &rules).await;
    let directory = tempfile::tempdir().expect("a directory");
    let empty = directory.path().join("empty");
    std::fs::write(&empty, "").expect("it is written");
    let block = format!(
        r#"{{"region": "us-east-1", "shared_config_files": ["{1}"], "shared_credentials_files": ["{1}"], "ec2_metadata_service_endpoint": "{0}",
            "ec2_metadata_service_endpoint_mode": "IPv4", "endpoints": [{{"sts": "{0}"}}]}}"#,
        front.url,
        shown(&empty)
    );
    let said = format!("{:?}", configure(&*start(), &block).await);
    let asked = front.seen("GET /latest/meta-data/iam/security-credentials");
    // Where the environment holds credentials they come first.
    let is_from_environment = asked.is_empty() && !said.contains("Error");
    assert!(is_from_environment || (!asked.is_empty() && !said.contains("Error")), "{said}");
}

/// Further members of the provider block, and words of the complaint.
const BAD_BLOCKS: &[(&str, &str)] = &[
    (r#""insecure": true"#, "does not honour the argument \\\"insecure\\\""),
    (r#""tag_policy_compliance": "error""#, "tag_policy_compliance"),
    (r#""s3_us_east_1_regional_endpoint": "legacy""#, "must be regional"),
    (r#""ec2_metadata_service_endpoint_mode": "IPv5""#, "must be IPv4 or IPv6"),
    (r#""retry_mode": "often""#, "retry_mode"),
    (r#""max_retries": -1"#, "can't be less than 0"),
    (r#""no_proxy": "x""#, "neither is set"),
    (r#""assume_role": [{"session_name": "x"}]"#, "needs role_arn"),
    (r#""assume_role": [{"role_arn": "arn:x", "duration": "5m"}]"#, "not between 15m and 12h"),
    (r#""assume_role": [{"role_arn": "arn:x", "duration": "long"}]"#, "not between 15m and 12h"),
    (r#""forbidden_account_ids": ["123456789012"]"#, "AWS account ID not allowed: 123456789012"),
    (r#""allowed_account_ids": ["000000000000"]"#, "AWS account ID not allowed: 123456789012"),
    (
        r#""allowed_account_ids": ["000000000000"], "skip_credentials_validation": true, "skip_requesting_account_id": true"#,
        "AWS account ID not allowed: 123456789012",
    ),
    (r#""allowed_account_ids": ["1"], "forbidden_account_ids": ["2"]"#, "exclude each other"),
];

#[tokio::test]
async fn bad_blocks_are_refused_before_anything_is_made() {
    let moto = Moto::start().await;
    let front = Proxy::start(&moto.url, &[]).await;
    for (more, words) in BAD_BLOCKS {
        let said = told(&front, more).await;
        assert!(said.contains("Error") && said.contains(words), "{more}: {said}");
    }
    let others: Vec<String> =
        front.seen("").into_iter().filter(|line| !line.contains("GetCallerIdentity")).collect();
    assert_eq!(others, Vec::<String>::new());
    let good = r#""allowed_account_ids": ["123456789012"], "max_retries": 3, "retry_mode": "adaptive",
        "token_bucket_rate_limiter_capacity": 50, "s3_us_east_1_regional_endpoint": "regional""#;
    assert!(!told(&front, good).await.contains("Error"));
}

#[tokio::test]
async fn ignored_tags_are_left_alone() {
    let more = r#""ignore_tags": [{"keys": ["seen"], "key_prefixes": ["corp:"]}]"#;
    let cloud = Cloud::start(more).await;
    let (kind, config) = ("aws_internet_gateway", r#"{"tags": {"a": "b"}}"#);
    let gateway = cloud.create(kind, config).await;
    let tags = "Tag.1.Key=seen&Tag.1.Value=1&Tag.2.Key=corp:x&Tag.2.Value=2";
    cloud.tamper(&format!("CreateTags&ResourceId.1={}&{tags}", text(&gateway, "id"))).await;
    assert_eq!(cloud.read(kind, &gateway).await, gateway);
    let wanted = cloud.config(kind, r#"{"tags": {"a": "c"}}"#).await;
    let plan = cloud.plan(kind, &gateway, &wanted).await;
    let changed = cloud.apply(kind, &gateway, &plan.planned, "1").await;
    assert!(changed.diagnostics.is_empty(), "{:#?}", changed.diagnostics);
    let url = cloud.server.url.clone();
    let plain = Cloud::through(cloud.server, &url, "").await;
    let all = plain.read(kind, &changed.state).await;
    let all = all.get("tags_all").and_then(Value::as_mapping).expect("a map");
    let all: Vec<&str> = all.keys().map(|key| &**key).collect();
    assert_eq!(all, ["a", "corp:x", "seen"]);
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
