//! NAT gateways that don't come up.

use crate::cloud::{Cloud, text};
use crate::fake::Fake;
use crate::moto::Moto;
use trueup_provider_walk::Stand;

#[tokio::test]
async fn a_gateway_that_fails_says_why_and_is_kept_to_be_deleted() {
    let cloud = Cloud::on(Moto::of(Fake::start().await), "").await;
    let vpc = cloud.create("aws_vpc", r#"{"cidr_block": "10.1.0.0/16"}"#).await;
    let vpc = text(&vpc, "id");
    let subnet =
        cloud.create("aws_subnet", &format!(r#"{{"vpc_id": "{vpc}", "cidr_block": "10.1.1.0/28"}}"#)).await;
    let subnet = text(&subnet, "id");
    let address = cloud.create("aws_eip", "{}").await;
    let public = format!(r#"{{"subnet_id": "{subnet}", "allocation_id": "{}"}}"#, text(&address, "id"));
    fails(&cloud, &public, "Gateway.NotAttached: Network").await;
    cloud.create("aws_internet_gateway", &format!(r#"{{"vpc_id": "{vpc}"}}"#)).await;
    // The subnet has eleven addresses.
    for count in [7, 2] {
        let config = format!(
            r#"{{"subnet_id": "{subnet}", "connectivity_type": "private", "secondary_private_ip_address_count": {count}}}"#
        );
        cloud.create(KIND, &config).await;
    }
    fails(&cloud, &public, "InsufficientFreeAddressesInSubnet: Subnet").await;
}

const KIND: &str = "aws_nat_gateway";

async fn fails(cloud: &Cloud, config: &str, reason: &str) {
    let null = cloud.null(KIND);
    let config = cloud.config(KIND, config).await;
    let plan = cloud.plan(KIND, &null, &config).await;
    let answer = cloud.apply(KIND, &null, &plan.planned, &cloud.token()).await;
    let told = answer.diagnostics.iter().next().expect("it failed");
    assert!(told.summary.contains(reason), "{told:?}");
    assert!(text(&answer.state, "id").starts_with("nat-"), "it is kept");
    cloud.delete(KIND, &answer.state).await;
}
