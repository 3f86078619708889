//! Many are read with few calls.

use crate::cloud::Cloud;
use trueup_provider::{Private, ReadRequest};
use trueup_value::Value;

async fn read(cloud: &Cloud, objects: &[(&str, Value)]) -> usize {
    let request = |(kind, state): &(&str, Value)| ReadRequest {
        kind: (*kind).into(),
        state: state.clone(),
        private: Private::from([]),
    };
    cloud.server.server.requests();
    let answers = cloud.provider.read_many(objects.iter().map(request).collect()).await;
    for (answer, (kind, state)) in answers.iter().zip(objects) {
        assert!(answer.diagnostics.is_empty(), "{kind}: {:?}", answer.diagnostics);
        assert_eq!(answer.state, *state, "{kind}");
    }
    cloud.server.server.requests()
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
