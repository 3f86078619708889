//! Provider blocks: what is refused before anything is made, and where tokens come from.

use crate::cloud::{Azure, within};
use crate::fake::{SUBSCRIPTION, TENANT, World};
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
        (&[], r#"{"features": [{}], "client_certificate_path": "x"}"#, "does not honour"),
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
