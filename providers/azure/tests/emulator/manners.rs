//! How writes behave beside others who write: what Git doesn't say stays, turns are taken, nothing goes by accident.

use crate::cloud::{Azure, Cloud};
use crate::fake::World;
use std::sync::Arc;
use trueup_provider_walk::{Ills, Mishap, Running, Stand, text};
use trueup_value::{Name, Value};

const GROUP_ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g";
const GROUP: &str = r#"{"name": "g", "location": "westeurope"}"#;
const NETWORK: &str = r#"{"name": "v", "resource_group_name": "g", "location": "westeurope", "address_space": ["10.0.0.0/16"]}"#;

fn subnet(number: usize) -> String {
    format!(
        r#"{{"name": "s{number}", "resource_group_name": "g", "virtual_network_name": "v", "address_prefixes": ["10.0.{number}.0/24"]}}"#
    )
}

async fn start() -> (Arc<Running<World>>, Cloud) {
    let fake = Running::start().await;
    let cloud = Cloud::on(Azure::of(fake.clone()), "").await;
    cloud.create("azurerm_resource_group", GROUP).await;
    cloud.create("azurerm_virtual_network", NETWORK).await;
    (fake, cloud)
}

async fn change(cloud: &Cloud, kind: &str, state: &trueup_value::Value, config: &str) {
    let wanted = cloud.config(kind, config).await;
    let plan = cloud.plan(kind, state, &wanted).await;
    let answer = cloud.apply(kind, state, &plan.planned, &cloud.token()).await;
    assert!(answer.diagnostics.is_empty(), "{kind}: {:?}", answer.diagnostics);
}

#[tokio::test]
async fn what_git_does_not_manage_stays() {
    let (fake, cloud) = start().await;
    let made = cloud.create("azurerm_subnet", &subnet(1)).await;
    let gateway = "/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/natGateways/z";
    let id = trueup_provider_walk::text(&made, "id").to_owned();
    cloud.tamper(&format!(r#"PATCH {id} {{"properties": {{"natGateway": {{"id": "{gateway}"}}}}}}"#)).await;
    let more =
        subnet(1).replace(r#""name": "s1""#, r#""name": "s1", "service_endpoints": ["Microsoft.Sql"]"#);
    change(&cloud, "azurerm_subnet", &made, &more).await;
    assert_eq!(fake.world().document(&id)["properties"]["natGateway"]["id"], gateway);

    let config = r#"{"name": "i", "resource_group_name": "g", "location": "westeurope", "ip_configuration": [
        {"name": "main", "subnet_id": "SUBNET", "private_ip_address_allocation": "Dynamic"}]}"#
        .replace("SUBNET", &id);
    let interface = cloud.create("azurerm_network_interface", &config).await;
    let interface_id = trueup_provider_walk::text(&interface, "id").to_owned();
    let pool =
        "/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/loadBalancers/l/backendAddressPools/p";
    let mut configurations = fake.world().document(&interface_id)["properties"]["ipConfigurations"].clone();
    configurations[0]["properties"]["loadBalancerBackendAddressPools"] = serde_json::json!([{"id": pool}]);
    cloud
        .tamper(&format!(
            r#"PATCH {interface_id} {{"properties": {{"ipConfigurations": {configurations}}}}}"#
        ))
        .await;
    let tagged = config.replace(r#""name": "i""#, r#""name": "i", "tags": {"a": "b"}"#);
    change(&cloud, "azurerm_network_interface", &interface, &tagged).await;
    let document = fake.world().document(&interface_id);
    assert_eq!(
        document["properties"]["ipConfigurations"][0]["properties"]["loadBalancerBackendAddressPools"][0]["id"],
        pool
    );
    assert_eq!(document["tags"]["a"], "b");
}

/// The API takes one write at a time to a network.
#[tokio::test]
async fn parts_of_one_network_take_turns() {
    let (fake, cloud) = start().await;
    let cloud = Arc::new(cloud);
    let others = (0..8).map(|number| {
        let cloud = cloud.clone();
        tokio::spawn(async move { cloud.create("azurerm_subnet", &subnet(number)).await })
    });
    for made in others.collect::<Vec<_>>() {
        made.await.expect("it is made");
    }
    assert_eq!(fake.world().refused_as_busy(), 0, "none came while another was under way");
}

#[tokio::test]
async fn a_group_that_holds_something_stays_unless_the_features_say_otherwise() {
    let (fake, cloud) = start().await;
    let group = cloud
        .import(
            "azurerm_resource_group",
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g",
        )
        .await;
    let null = cloud.null("azurerm_resource_group");
    let answer = cloud.apply("azurerm_resource_group", &group, &null, "t").await;
    let told = format!("{:?}", answer.diagnostics);
    assert!(
        told.contains("still something in the group")
            && told.contains("prevent_deletion_if_contains_resources"),
        "{told}"
    );
    assert!(!answer.state.is_null());
    let provider = crate::cloud::within(&[("TRUEUP_AZURE_ENDPOINT", &fake.url), ("ARM_CLIENT_SECRET", "s")]);
    let block = Azure::block("", "")
        .replace("[{}]", r#"[{"resource_group": [{"prevent_deletion_if_contains_resources": false}]}]"#);
    let told = trueup_provider_walk::configure(&*provider, &block).await;
    assert!(told.is_empty(), "{told:?}");
    let request = trueup_provider::ApplyRequest {
        kind: "azurerm_resource_group".into(),
        prior: group,
        planned: null.clone(),
        config: null,
        private: trueup_provider::Private::from([]),
        token: "t".into(),
    };
    let answer = provider.apply(request).await;
    assert!(answer.diagnostics.is_empty() && answer.state.is_null(), "{:?}", answer.diagnostics);
    assert!(Running::things(&fake).is_empty(), "the network went with it");
}

/// A token that the API no longer takes is made anew, and a resource provider is registered when a call needs it.
#[tokio::test]
async fn what_is_refused_for_now_is_put_right() {
    let (fake, cloud) = start().await;
    fake.world().withdraw_tokens();
    cloud.create("azurerm_subnet", &subnet(1)).await;
    fake.world().unregister();
    cloud.create("azurerm_subnet", &subnet(2)).await;
    let careful = Cloud::on(Azure::of(fake.clone()), r#""resource_provider_registrations": "none""#).await;
    fake.world().unregister();
    let null = careful.null("azurerm_subnet");
    let wanted = careful.config("azurerm_subnet", &subnet(3)).await;
    let plan = careful.plan("azurerm_subnet", &null, &wanted).await;
    let answer = careful.apply("azurerm_subnet", &null, &plan.planned, "t").await;
    let told = format!("{:?}", answer.diagnostics);
    assert!(
        told.contains("MissingSubscriptionRegistration") && told.contains("az provider register"),
        "{told}"
    );
}

/// Roles are named in letters of any size, and with signs that mean something in addresses.
#[tokio::test]
async fn roles_are_found_however_they_are_named() {
    const KIND: &str = "azurerm_role_assignment";
    let (_, cloud) = start().await;
    let who = r#"{"name": "who", "resource_group_name": "g", "location": "westeurope"}"#;
    let who = cloud.create("azurerm_user_assigned_identity", who).await;
    let network = format!("{GROUP_ID}/providers/Microsoft.Network/virtualNetworks/v");
    for role in ["contributor", "Keys & Tags + 100% more", "KEYS & TAGS + 100% MORE"] {
        let config = format!(
            r#"{{"scope": "{network}", "principal_id": "{}", "role_definition_name": "{role}"}}"#,
            text(&who, "principal_id")
        );
        let made = cloud.create(KIND, &config).await;
        assert_eq!(text(&made, "role_definition_name"), role);
        assert_eq!(text(&cloud.read(KIND, &made).await, "role_definition_name"), role);
        let imported = cloud.import(KIND, text(&made, "id")).await;
        for state in [&made, &imported] {
            let plan = cloud.plan(KIND, state, &cloud.config(KIND, &config).await).await;
            assert_eq!(plan.requires_replace, Vec::new(), "{role}");
            assert_eq!(plan.planned.get("role_definition_name"), state.get("role_definition_name"));
        }
        cloud.delete(KIND, &made).await;
    }
}

/// An id whose name would end the path early leads to nothing, and least of all to what the thing is in.
#[tokio::test]
async fn names_lead_nowhere_else() {
    let (fake, cloud) = start().await;
    let table = r#"{"name": "t", "resource_group_name": "g", "location": "westeurope"}"#;
    let table = cloud.create("azurerm_route_table", table).await;
    let route = r#"{"name": "r", "resource_group_name": "g", "route_table_name": "t", "address_prefix": "10.9.0.0/16",
        "next_hop_type": "None"}"#;
    let route = cloud.create("azurerm_route", route).await;
    let who = r#"{"name": "who", "resource_group_name": "g", "location": "westeurope"}"#;
    let who = cloud.create("azurerm_user_assigned_identity", who).await;
    let reader = format!(
        r#"{{"scope": "{GROUP_ID}", "principal_id": "{}", "role_definition_name": "Reader"}}"#,
        text(&who, "principal_id")
    );
    let role = cloud.create("azurerm_role_assignment", &reader).await;
    let table_id = text(&table, "id");
    let things = Running::things(&fake);
    for (kind, made, rest) in [
        ("azurerm_route", &route, "/routes/r"),
        (
            "azurerm_role_assignment",
            &role,
            "/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-0000000000a1",
        ),
    ] {
        for sign in ["?", "#", "%3F", "\\", "/."] {
            let id = format!("{table_id}{sign}{rest}");
            let imported = cloud.provider.import(kind, &id).await;
            let state = with_id(made, &id);
            let answer = cloud.apply(kind, &state, &cloud.null(kind), "0").await;
            let told = format!("{:?}", answer.diagnostics);
            assert!(answer.diagnostics.has_errors() && !answer.state.is_null(), "{id}: {told}");
            let is_route = kind == "azurerm_route";
            assert_eq!(imported.diagnostics.has_errors(), is_route, "{id}: {:?}", imported.diagnostics);
            assert!(is_route || told.contains("can't be the name"), "{id}: {told}");
            assert_eq!(Running::things(&fake), things, "{id}");
        }
    }
}

fn with_id(made: &Value, id: &str) -> Value {
    let part = |(name, value): (&Name, &Value)| {
        (name.clone(), if &**name == "id" { Value::from(id) } else { value.clone() })
    };
    Value::object(made.as_mapping().expect("an object").iter().map(part))
}

/// The address of an operation's status may be forgotten before the operation has ended: how it ends the thing itself
/// tells.
#[tokio::test]
async fn forgotten_operations_are_followed_to_their_end() {
    const KIND: &str = "azurerm_route_table";
    let table = r#"{"name": "t", "resource_group_name": "g", "location": "westeurope"}"#;
    for is_doomed in [false, true] {
        let (fake, cloud) = start().await;
        fake.world().forget_operations(1);
        let made = cloud.create(KIND, table).await;
        assert_eq!(cloud.read(KIND, &made).await, made, "it was made all the same");
        let calls = if is_doomed { vec![(0, Mishap::Doomed), (1, Mishap::Doomed)] } else { Vec::new() };
        fake.set(Ills { calls, ..Ills::default() });
        fake.world().forget_operations(1);
        let answer = cloud.apply(KIND, &made, &cloud.null(KIND), "0").await;
        let told = format!("{:?} {:?}", answer.diagnostics, fake.calls());
        fake.set(Ills::default());
        assert_eq!(answer.state.is_null(), !is_doomed, "{told}");
        assert_eq!(answer.diagnostics.has_errors(), is_doomed, "{told}");
        assert_eq!(cloud.read(KIND, &made).await.is_null(), !is_doomed, "{told}");
    }
}
