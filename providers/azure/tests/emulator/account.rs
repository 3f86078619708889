//! Provider blocks: what is refused before anything is made, and where tokens come from.

use crate::cloud::{Azure, within};
use crate::fake::{SUBSCRIPTION, TENANT, World};
use base64::Engine;
use trueup_provider_walk::{Running, Stand, configure};

/// Configures a provider with an environment, and gives what it says.
async fn told(fake: &Running<World>, variables: &[(&str, &str)], block: &str) -> String {
    let all = [&[("TRUEUP_AZURE_ENDPOINT", fake.url.as_str())], variables].concat();
    let provider = within(&all);
    let diagnostics = configure(&*provider, block).await;
    diagnostics
        .iter()
        .map(|one| format!("{} {} {}", one.summary, one.detail, one.hint.as_deref().unwrap_or_default()))
        .collect()
}

/// Variables, a provider block, and what is said of them.
type Refused<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);

const SIGNED_IN: [(&str, &str); 4] = [
    ("ARM_CLIENT_ID", "c"),
    ("ARM_CLIENT_SECRET", "secret-word"),
    ("ARM_TENANT_ID", TENANT),
    ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION),
];

#[tokio::test]
async fn what_is_wrong_is_refused_and_secrets_are_not_told() {
    let fake = Running::<World>::start().await;
    let features = r#"{"features": [{}]}"#;
    let cases: &[Refused<'_>] = &[
        (&[], features, ""),
        (&[("ARM_SUBSCRIPTION_ID", "")], features, "No Azure subscription to work in"),
        (
            &[("ARM_SUBSCRIPTION_ID", "00000000-0000-0000-0000-000000000009")],
            features,
            "Azure subscription not found: 00000000-0000-0000-0000-000000000009",
        ),
        (&[("ARM_TENANT_ID", "other")], features, "belongs to the tenant 72f988bf"),
        (&[("ARM_CLIENT_SECRET", "wrong-word")], features, "Invalid client secret provided."),
        (&[("ARM_CLIENT_ID", "")], features, "client_secret is set and client_id is not"),
        (&[("ARM_ENVIRONMENT", "moon")], features, "environment \"moon\" is none of public"),
        (&[("ARM_CLIENT_SECRET", ""), ("ARM_USE_CLI", "false")], features, "no credentials are configured"),
        (&[("ARM_CLIENT_SECRET", ""), ("ARM_USE_OIDC", "true")], features, "there is no token"),
        (&[("ARM_CLIENT_SECRET", ""), ("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN", "x")], features, ""),
        (&[], r#"{"features": [{}], "subscription_id": "x"}"#, "must be a UUID"),
        (
            &[],
            r#"{"features": [{}], "client_certificate_path": "x"}"#,
            "client_certificate_path x can't be read",
        ),
        (&[], r#"{"features": [{}], "client_certificate": "-word"}"#, "client_certificate is no base64"),
        (&[], r#"{"features": [{}], "client_certificate": "eA=="}"#, "client certificate can't be opened"),
        (&[], r#"{"features": [{}], "auxiliary_tenant_ids": ["1", "2", "3", "4"]}"#, "Azure takes 3"),
        (&[("ARM_AUXILIARY_TENANT_IDS", "1;2;3;4")], features, "names 4 tenants"),
        (&[], r#"{"features": [{}], "resource_provider_registrations": "few"}"#, "must be one of all, core"),
        (&[("TRUEUP_AZURE_ENDPOINT", "http://example.com")], features, "is not encrypted"),
    ];
    for (variables, block, expected) in cases {
        let all = [&SIGNED_IN[..], variables].concat();
        let told = told(&fake, &all, block).await;
        assert!(
            told.contains(expected) && (!expected.is_empty() || told.is_empty()),
            "{variables:?} {block}: {told}"
        );
        assert!(!told.contains("-word"), "{told}");
    }
}

#[tokio::test]
async fn tokens_come_from_files_and_services() {
    let fake = Running::<World>::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    std::fs::write(&file, "assertion\n").expect("a file");
    let path = file.to_str().expect("a path in Unicode");
    let variables = [
        ("ARM_USE_AKS_WORKLOAD_IDENTITY", "true"),
        ("AZURE_CLIENT_ID", "pod"),
        ("AZURE_TENANT_ID", TENANT),
        ("AZURE_FEDERATED_TOKEN_FILE", path),
        ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION),
    ];
    assert_eq!(told(&fake, &variables, r#"{"features": [{}]}"#).await, "");
    std::fs::write(&file, "secret-word\n").expect("a file");
    let block = format!(
        r#"{{"features": [{{}}], "client_id": "c", "tenant_id": "{TENANT}", "client_secret_file_path": "{path}"}}"#
    );
    std::fs::write(&file, "secret-word\n").expect("a file");
    assert_eq!(told(&fake, &[("ARM_SUBSCRIPTION_ID", SUBSCRIPTION)], &block).await, "");
    assert_eq!(Azure::of(fake.clone()).url(), fake.url);
}

/// Machines, CI systems and clouds that tell their endpoints themselves.
#[tokio::test]
async fn sign_in_works_in_every_place() {
    let fake = Running::<World>::start().await;
    let url = |path: &str| format!("{}{path}", fake.url);
    let (machine, service) = (url("/metadata/identity/oauth2/token"), url("/metadata/app-service"));
    let github = url("/github");
    let features = r#"{"features": [{}]}"#;
    let client = [SIGNED_IN[0], SIGNED_IN[2], SIGNED_IN[3]];
    let ways: [&[(&str, &str)]; 3] = [
        &[("ARM_USE_MSI", "true"), ("ARM_MSI_ENDPOINT", &machine)],
        &[("ARM_USE_MSI", "true"), ("IDENTITY_ENDPOINT", &service), ("IDENTITY_HEADER", "knock")],
        &[
            ("ARM_USE_OIDC", "true"),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &github),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner"),
        ],
    ];
    for way in ways {
        assert_eq!(told(&fake, &[&client[..], way].concat(), features).await, "", "{way:?}");
    }
    let own = [&SIGNED_IN[..], &[("TRUEUP_AZURE_ENDPOINT", "")]].concat();
    let block = format!(r#"{{"features": [{{}}], "metadata_host": "{}"}}"#, fake.url);
    assert_eq!(told(&fake, &own, &block).await, "");
    let wrong = [&own[..], &[("ARM_ENVIRONMENT", "china")]].concat();
    let found = told(&fake, &wrong, &block).await;
    assert!(found.contains("it knows no cloud \"AzureChinaCloud\", only: AzureCloud"), "{found}");
}

/// The fake holds what the certificate's key has signed to its public key.
#[tokio::test]
async fn certificates_and_further_tenants_are_signed_in_with() {
    let fake = Running::<World>::start().await;
    let client = [SIGNED_IN[0], SIGNED_IN[2], SIGNED_IN[3]];
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/login/tests/certificate/client.p12");
    let old =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/login/tests/certificate/legacy.p12"));
    let old = base64::engine::general_purpose::STANDARD.encode(old.expect("a file"));
    let features = r#"{"features": [{}]}"#;
    let ways: [&[(&str, &str)]; 2] = [
        &[("ARM_CLIENT_CERTIFICATE_PATH", path), ("ARM_CLIENT_CERTIFICATE_PASSWORD", "secret-word")],
        &[("ARM_CLIENT_CERTIFICATE", &old)],
    ];
    for way in ways {
        assert_eq!(told(&fake, &[&client[..], way].concat(), features).await, "");
    }
    let wrong = [&client[..], &[("ARM_CLIENT_CERTIFICATE_PATH", path)]].concat();
    let found = told(&fake, &wrong, features).await;
    assert!(found.contains("client certificate can't be opened"), "{found}");
    let another = [&client[1..], ways[0], &[("ARM_CLIENT_ID", "d")]].concat();
    let found = told(&fake, &another, features).await;
    assert!(found.contains("the client d with its certificate") && !found.contains("-word"), "{found}");
    assert_eq!(fake.world().signed_in(), (vec![TENANT], 0));

    let further = [&SIGNED_IN[..], &[("ARM_AUXILIARY_TENANT_IDS", "t-1; t-2")]].concat();
    assert_eq!(told(&fake, &further, features).await, "");
    assert_eq!(fake.world().signed_in(), (vec![TENANT, "t-1", "t-2"], 2));
    let block = r#"{"features": [{}], "auxiliary_tenant_ids": ["t-3"]}"#;
    assert_eq!(told(&fake, &[&client[..], ways[0]].concat(), block).await, "");
    assert_eq!(fake.world().signed_in(), (vec![TENANT, "t-1", "t-2", "t-3"], 1));
    let machine = format!("{}/metadata/identity/oauth2/token", fake.url);
    let machine = [&client[..], &[("ARM_USE_MSI", "true"), ("ARM_MSI_ENDPOINT", &machine)]].concat();
    let found = told(&fake, &machine, block).await;
    assert!(found.contains("the machine's identity has no tokens of other tenants"), "{found}");
}
