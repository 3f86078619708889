//! Many are read with few calls.

use crate::cloud::{Azure, Cloud};
use trueup_provider::{Private, ReadRequest};
use trueup_provider_walk::{Running, Stand};
use trueup_value::Value;

async fn read(cloud: &Cloud, objects: &[(&str, Value)]) -> usize {
    let request = |(kind, state): &(&str, Value)| ReadRequest {
        kind: (*kind).into(),
        state: state.clone(),
        private: Private::from([]),
    };
    cloud.server.server.requests();
    let calls_before = cloud.provider.calls().expect("calls are counted");
    let answers = cloud.provider.read_many(objects.iter().map(request).collect()).await;
    for (answer, (kind, state)) in answers.iter().zip(objects) {
        assert!(answer.diagnostics.is_empty(), "{kind}: {:?}", answer.diagnostics);
        assert_eq!(answer.state, *state, "{kind}");
    }
    let requests = cloud.server.server.requests();
    assert_eq!(cloud.provider.calls(), Some(calls_before + requests as u64), "the provider's own count");
    requests
}

#[tokio::test]
async fn things_of_a_group_are_listed_and_parts_with_their_whole() {
    let cloud = Cloud::start("").await;
    cloud.create("azurerm_resource_group", r#"{"name": "g", "location": "westeurope"}"#).await;
    let mut networks = Vec::new();
    let mut subnets = Vec::new();
    for number in 0..4 {
        let config = format!(
            r#"{{"name": "v{number}", "resource_group_name": "g", "location": "westeurope", "address_space": ["10.{number}.0.0/16"]}}"#
        );
        let network = cloud.create("azurerm_virtual_network", &config).await;
        for part in 0..3 {
            let config = format!(
                r#"{{"name": "s{part}", "resource_group_name": "g", "virtual_network_name": "v{number}", "address_prefixes": ["10.{number}.{part}.0/24"]}}"#
            );
            subnets.push(("azurerm_subnet", cloud.create("azurerm_subnet", &config).await));
        }
        networks.push(("azurerm_virtual_network", cloud.read("azurerm_virtual_network", &network).await));
    }
    // The fake's pages are of two.
    assert_eq!(read(&cloud, &networks).await, 2, "four networks of one group");
    assert_eq!(read(&cloud, &networks[..1]).await, 1, "one by its id");
    assert_eq!(read(&cloud, &subnets).await, 2, "twelve subnets come with their networks");
    assert_eq!(read(&cloud, &subnets[..3]).await, 1, "those of one network with that");
    assert_eq!(read(&cloud, &subnets[..1]).await, 1, "one by its id");
}

/// Lists of containers tell no metadata: those of the version that was read before are taken as they were.
#[tokio::test]
async fn containers_are_read_one_by_one_only_where_they_are_new_or_changed() {
    let cloud = Cloud::start("").await;
    let kind = "azurerm_storage_container";
    cloud.create("azurerm_resource_group", r#"{"name": "g", "location": "westeurope"}"#).await;
    let account = r#"{"name": "acct", "resource_group_name": "g", "location": "westeurope", "account_tier": "Standard",
        "account_replication_type": "LRS"}"#;
    let account = cloud.create("azurerm_storage_account", account).await;
    let account = trueup_provider_walk::text(&account, "id");
    let mut requests = Vec::new();
    for number in 0..4 {
        let config = format!(
            r#"{{"name": "texts{number}", "storage_account_id": "{account}", "metadata": {{"a": "b"}}}}"#
        );
        let state = cloud.create(kind, &config).await;
        requests.push(ReadRequest { kind: kind.into(), state, private: Private::from([]) });
    }
    let changed = trueup_provider_walk::text(&requests[1].state, "id").to_owned();
    let mut counts = Vec::new();
    for round in 0..3 {
        if round == 2 {
            let meddling = format!(r#"PATCH {changed} {{"properties": {{"metadata": {{"a": "c"}}}}}}"#);
            cloud.tamper(&meddling).await;
        }
        cloud.server.server.requests();
        let answers = cloud.provider.read_many(requests.clone()).await;
        counts.push(cloud.server.server.requests());
        for (request, answer) in requests.iter_mut().zip(answers) {
            assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
            let is_changed = round == 2 && trueup_provider_walk::text(&request.state, "id") == changed;
            assert_eq!(answer.state != request.state, is_changed, "round {round}");
            request.private = answer.private;
        }
    }
    assert_eq!(counts, [5, 1, 2], "a list, and a look at each that isn't of a version that is known");
}

/// What a list doesn't show is no less there for that.
#[tokio::test]
async fn what_lists_lack_is_asked_for() {
    let fake = Running::start().await;
    let cloud = Cloud::on(Azure::of(fake.clone()), "").await;
    cloud.create("azurerm_resource_group", r#"{"name": "g", "location": "westeurope"}"#).await;
    let kind = "azurerm_network_security_group";
    let mut requests = Vec::new();
    for name in ["first", "second", "unlisted"] {
        let config = format!(r#"{{"name": "{name}", "resource_group_name": "g", "location": "westeurope"}}"#);
        let state = cloud.create(kind, &config).await;
        requests.push(ReadRequest { kind: kind.into(), state, private: Private::from([]) });
    }
    let account = r#"{"name": "acct", "resource_group_name": "g", "location": "westeurope", "account_tier": "Standard",
        "account_replication_type": "LRS"}"#;
    let account = cloud.create("azurerm_storage_account", account).await;
    let account = trueup_provider_walk::text(&account, "id");
    let identity = r#"{"name": "i", "resource_group_name": "g", "location": "westeurope"}"#;
    let identity = cloud.create("azurerm_user_assigned_identity", identity).await;
    let principal = trueup_provider_walk::text(&identity, "principal_id");
    for (number, role) in ["Reader", "Contributor"].into_iter().enumerate() {
        let container = format!(r#"{{"name": "texts{number}", "storage_account_id": "{account}"}}"#);
        let role = format!(
            r#"{{"scope": "{account}", "role_definition_name": "{role}", "principal_id": "{principal}"}}"#
        );
        for (kind, config) in [("azurerm_storage_container", container), ("azurerm_role_assignment", role)] {
            let state = cloud.create(kind, &config).await;
            requests.push(ReadRequest { kind: kind.into(), state, private: Private::from([]) });
        }
    }
    for is_unlistable in [false, true] {
        fake.world().is_unlistable = is_unlistable;
        let answers = cloud.provider.read_many(requests.clone()).await;
        for (answer, request) in answers.iter().zip(&requests) {
            assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
            assert_eq!(answer.state, request.state, "may list: {}", !is_unlistable);
        }
    }
}

/// Names of accounts say nothing of where they are: all accounts are listed once for all containers that name them so.
#[tokio::test]
async fn accounts_are_listed_once_for_containers_that_name_them() {
    let fake = Running::start().await;
    let cloud = Cloud::on(Azure::of(fake.clone()), "").await;
    cloud.create("azurerm_resource_group", r#"{"name": "g", "location": "westeurope"}"#).await;
    for account in ["one", "two"] {
        let config = format!(
            r#"{{"name": "acct{account}", "resource_group_name": "g", "location": "westeurope", "account_tier": "Standard",
                "account_replication_type": "LRS"}}"#
        );
        cloud.create("azurerm_storage_account", &config).await;
    }
    let before = fake.calls().len();
    for number in 0..6 {
        let account = ["acctone", "accttwo"][number % 2];
        let config = format!(r#"{{"name": "texts{number}", "storage_account_name": "{account}"}}"#);
        cloud.create("azurerm_storage_container", &config).await;
    }
    let is_list = |call: &&String| call.starts_with("GET ") && call.ends_with("/storageAccounts");
    let lists: Vec<String> = fake.calls().split_off(before).iter().filter(is_list).cloned().collect();
    // The fake's pages are of two.
    assert_eq!(lists.len(), 1, "{lists:?}");
}
