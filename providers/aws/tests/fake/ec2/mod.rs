//! EC2: the table of operations, and what they share.

mod addresses;
mod describe;
mod endpoints;
mod groups;
mod instance_changes;
mod instance_options;
mod instances;
mod interfaces;
mod keys;
mod nat;
mod network;
mod profiles;
mod range;
mod routes;
mod template_data;
mod templates;
mod volumes;

use super::params::{Params, invalid};
use super::world::{Outcome, Refusal, Thing, refuse};
use super::{Call, Operation};
pub(crate) use describe::age;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Kinds of things: the prefix of their identifiers (and their name in tag specifications), and the code that says that
/// one isn't there.
const KINDS: &[(&str, &str, &str)] = &[
    ("elastic-ip", "eipalloc", "InvalidAllocationID.NotFound"),
    ("instance", "i", "InvalidInstanceID.NotFound"),
    ("internet-gateway", "igw", "InvalidInternetGatewayID.NotFound"),
    ("key-pair", "key", "InvalidKeyPair.NotFound"),
    ("launch-template", "lt", "InvalidLaunchTemplateId.NotFound"),
    ("natgateway", "nat", "NatGatewayNotFound"),
    ("network-acl", "acl", "InvalidNetworkAclID.NotFound"),
    ("network-interface", "eni", "InvalidNetworkInterfaceID.NotFound"),
    ("profile-association", "iip-assoc", "InvalidAssociationID.NotFound"),
    ("route-table", "rtb", "InvalidRouteTableID.NotFound"),
    ("security-group", "sg", "InvalidGroup.NotFound"),
    ("security-group-rule", "sgr", "InvalidSecurityGroupRuleId.NotFound"),
    ("snapshot", "snap", "InvalidSnapshot.NotFound"),
    ("spot-instances-request", "sir", "InvalidSpotInstanceRequestID.NotFound"),
    ("subnet", "subnet", "InvalidSubnetID.NotFound"),
    ("volume", "vol", "InvalidVolume.NotFound"),
    ("volume-modification", "mod", "InvalidVolume.NotFound"),
    ("vpc", "vpc", "InvalidVpcID.NotFound"),
    ("vpc-endpoint", "vpce", "InvalidVpcEndpointId.NotFound"),
];

pub(crate) const OPERATIONS: &[Operation] = &[
    ("AllocateAddress", addresses::allocate),
    ("AssignPrivateIpAddresses", instance_options::assign),
    ("AssignPrivateNatGatewayAddress", nat::assign),
    ("AssociateAddress", addresses::associate),
    ("AssociateIamInstanceProfile", profiles::associate),
    ("AssociateNatGatewayAddress", nat::associate),
    ("AssociateRouteTable", routes::associate),
    ("AssociateSubnetCidrBlock", network::associate_subnet_range),
    ("AssociateVpcCidrBlock", network::associate_vpc_range),
    ("AttachInternetGateway", network::attach_gateway),
    ("AttachVolume", volumes::attach),
    ("AuthorizeSecurityGroupEgress", |call| groups::authorize(call, true)),
    ("AuthorizeSecurityGroupIngress", |call| groups::authorize(call, false)),
    ("CancelSpotInstanceRequests", instance_options::cancel_spot),
    ("CreateInternetGateway", network::create_gateway),
    ("CreateLaunchTemplate", templates::create),
    ("CreateLaunchTemplateVersion", templates::create_version),
    ("CreateNatGateway", nat::create),
    ("CreateRoute", |call| routes::put_route(call, false)),
    ("CreateRouteTable", routes::create_table),
    ("CreateSecurityGroup", groups::create),
    ("CreateSnapshot", volumes::create_snapshot),
    ("CreateSubnet", network::create_subnet),
    ("CreateTags", |call| tag(call, true)),
    ("CreateVolume", volumes::create),
    ("CreateVpc", network::create_vpc),
    ("CreateVpcEndpoint", endpoints::create),
    ("DeleteInternetGateway", network::delete_gateway),
    ("DeleteKeyPair", keys::delete),
    ("DeleteLaunchTemplate", templates::delete),
    ("DeleteNatGateway", nat::delete),
    ("DeleteRoute", routes::delete_route),
    ("DeleteRouteTable", routes::delete_table),
    ("DeleteSecurityGroup", groups::delete),
    ("DeleteSnapshot", volumes::delete_snapshot),
    ("DeleteSubnet", network::delete_subnet),
    ("DeleteTags", |call| tag(call, false)),
    ("DeleteVolume", volumes::delete),
    ("DeleteVpc", network::delete_vpc),
    ("DeleteVpcEndpoints", endpoints::delete),
    ("DescribeAddresses", |call| describe::things(call, &addresses::ADDRESSES)),
    ("DescribeAddressesAttribute", addresses::attribute),
    ("DescribeIamInstanceProfileAssociations", |call| describe::things(call, &profiles::ASSOCIATIONS)),
    ("DescribeImages", instances::describe_images),
    ("DescribeInstanceAttribute", instance_changes::attribute),
    ("DescribeInstanceCreditSpecifications", instance_options::describe_credits),
    ("DescribeInstances", instances::describe),
    ("DescribeInternetGateways", |call| describe::things(call, &describe::GATEWAYS)),
    ("DescribeKeyPairs", keys::describe),
    ("DescribeLaunchTemplateVersions", templates::describe_versions),
    ("DescribeLaunchTemplates", |call| describe::things(call, &templates::TEMPLATES)),
    ("DescribeNatGateways", |call| describe::things(call, &nat::GATEWAYS)),
    ("DescribeNetworkAcls", |call| describe::things(call, &describe::ACLS)),
    ("DescribeNetworkInterfaces", |call| describe::things(call, &interfaces::INTERFACES)),
    ("DescribePrefixLists", endpoints::prefix_lists),
    ("DescribeRouteTables", |call| describe::things(call, &describe::TABLES)),
    ("DescribeSecurityGroupRules", |call| describe::things(call, &describe::RULES)),
    ("DescribeSecurityGroups", |call| describe::things(call, &describe::GROUPS)),
    ("DescribeSnapshots", volumes::describe_snapshots),
    ("DescribeSpotInstanceRequests", |call| describe::things(call, &instance_options::SPOT_REQUESTS)),
    ("DescribeSubnets", |call| describe::things(call, &describe::SUBNETS)),
    ("DescribeVolumes", volumes::describe),
    ("DescribeVolumesModifications", |call| describe::things(call, &volumes::MODIFICATIONS)),
    ("DescribeVpcAttribute", network::vpc_attribute),
    ("DescribeVpcEndpoints", |call| describe::things(call, &endpoints::ENDPOINTS)),
    ("DescribeVpcs", |call| describe::things(call, &describe::VPCS)),
    ("DetachInternetGateway", network::detach_gateway),
    ("DetachVolume", volumes::detach),
    ("DisableVgwRoutePropagation", |call| routes::propagate(call, false)),
    ("DisassociateAddress", addresses::disassociate),
    ("DisassociateIamInstanceProfile", profiles::disassociate),
    ("DisassociateNatGatewayAddress", nat::disassociate),
    ("DisassociateRouteTable", routes::disassociate),
    ("DisassociateSubnetCidrBlock", network::disassociate_subnet_range),
    ("DisassociateVpcCidrBlock", network::disassociate_vpc_range),
    ("EnableVgwRoutePropagation", |call| routes::propagate(call, true)),
    ("GetPasswordData", instance_options::password),
    ("ImportKeyPair", keys::import),
    ("ModifyInstanceAttribute", instance_changes::modify),
    ("ModifyInstanceCapacityReservationAttributes", instance_options::modify_capacity),
    ("ModifyInstanceCreditSpecification", instance_options::modify_credits),
    ("ModifyInstanceMaintenanceOptions", instance_options::modify_maintenance),
    ("ModifyInstanceMetadataOptions", instance_changes::modify_metadata),
    ("ModifyInstancePlacement", instance_options::modify_placement),
    ("ModifyLaunchTemplate", templates::modify),
    ("ModifySecurityGroupRules", groups::modify),
    ("ModifySubnetAttribute", network::modify_subnet),
    ("ModifyVolume", volumes::modify),
    ("ModifyVpcAttribute", network::modify_vpc),
    ("ModifyVpcEndpoint", endpoints::modify),
    ("ModifyVpcTenancy", network::modify_tenancy),
    ("MonitorInstances", |call| instance_options::monitor(call, true)),
    ("ReleaseAddress", addresses::release),
    ("ReplaceIamInstanceProfileAssociation", profiles::replace),
    ("ReplaceRoute", |call| routes::put_route(call, true)),
    ("ReplaceRouteTableAssociation", routes::replace_association),
    ("RevokeSecurityGroupEgress", |call| groups::revoke(call, true)),
    ("RevokeSecurityGroupIngress", |call| groups::revoke(call, false)),
    ("RunInstances", instances::run),
    ("StartInstances", |call| instance_changes::switch(call, &instance_changes::START)),
    ("StopInstances", |call| instance_changes::switch(call, &instance_changes::STOP)),
    ("TerminateInstances", |call| instance_changes::switch(call, &instance_changes::TERMINATE)),
    ("UnassignPrivateIpAddresses", instance_options::unassign),
    ("UnassignPrivateNatGatewayAddress", nat::unassign),
    ("UnmonitorInstances", |call| instance_options::monitor(call, false)),
    ("UpdateSecurityGroupRuleDescriptionsEgress", |call| groups::describe_rules(call, true)),
    ("UpdateSecurityGroupRuleDescriptionsIngress", |call| groups::describe_rules(call, false)),
];

/// The answer of operations that have nothing to tell.
fn done() -> Json {
    json!({"return": true})
}

fn kind_of_id(id: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let (prefix, _) = id.rsplit_once('-')?;
    KINDS.iter().find(|(_, of, _)| *of == prefix)
}

fn missing(kind: &str, id: &str) -> Refusal {
    let (_, _, code) = KINDS.iter().find(|(of, _, _)| *of == kind).expect("kinds stand in the table");
    refuse(*code, format!("The {kind} ID '{id}' does not exist"))
}

impl Call<'_> {
    /// A thing that is there, or the code that says that it isn't.
    fn at(&mut self, kind: &str, id: &str) -> Outcome<&mut Thing> {
        let region = self.region;
        self.world.look(kind, region, id).ok_or_else(|| missing(kind, id))
    }

    /// The thing that a parameter names.
    fn named(&mut self, kind: &str, parameter: &str) -> Outcome<String> {
        let id = self.params.need(parameter)?;
        if kind_of_id(&id).is_none_or(|(of, _, _)| *of != kind) {
            return Err(refuse("InvalidParameterValue", format!("Invalid value '{id}' for {parameter}")));
        }
        Ok(id)
    }

    /// Adds a thing of a kind with its tags.
    fn made(&mut self, kind: &'static str, body: impl FnOnce(&str) -> Json, tags: Tags) -> String {
        let (_, prefix, _) = KINDS.iter().find(|(of, _, _)| *of == kind).expect("kinds stand in the table");
        let id = self.world.new_id(prefix);
        let body = body(&id);
        self.world.add(kind, self.region, &id, body).tags = tags;
        id
    }

    /// Adds a thing that comes with another, is there with it and goes with it.
    fn made_with(&mut self, kind: &'static str, owner: &str, body: impl FnOnce(&str) -> Json) -> String {
        let id = self.made(kind, body, Tags::new());
        let thing = self.world.things.get_mut(&id).expect("it was just made");
        thing.owner = Some(owner.to_owned());
        thing.hidden = 0;
        id
    }

    /// Refuses to delete what something else needs.
    fn unused(&self, id: &str, excepted: &[&str]) -> Outcome<()> {
        match self.world.user_of(id, excepted) {
            None => Ok(()),
            Some((user, _)) => {
                Err(refuse("DependencyViolation", format!("{id} has a dependent object {user}")))
            }
        }
    }

    /// What a creation with the same client token has made before; refused when it asked for something else then.
    fn repeated(&mut self) -> Outcome<Option<String>> {
        let Some(token) = self.params.take("ClientToken") else { return Ok(None) };
        match self.world.tokens.get(&token) {
            Some((before, id)) if *before == self.asked => Ok(Some(id.clone())),
            Some(_) => {
                Err(refuse("IdempotentParameterMismatch", "The client token was used with other parameters"))
            }
            None => {
                self.token = Some(token);
                Ok(None)
            }
        }
    }

    /// Keeps what a creation with a client token has made.
    fn remember(&mut self, id: &str) {
        if let Some(token) = self.token.take() {
            self.world.tokens.insert(token, (self.asked.clone(), id.to_owned()));
        }
    }
}

type Tags = BTreeMap<String, String>;

/// The tags that something is to be made with.
fn specified(params: &mut Params, kind: &str) -> Outcome<Tags> {
    Ok(specified_each(params, &[kind])?.remove(kind).unwrap_or_default())
}

/// The tags that things of these kinds are to be made with.
fn specified_each(params: &mut Params, kinds: &[&str]) -> Outcome<BTreeMap<String, Tags>> {
    let mut all: BTreeMap<String, Tags> = BTreeMap::new();
    for mut specification in params.items("TagSpecification")? {
        let of = specification.need("ResourceType")?;
        if !kinds.contains(&of.as_str()) || all.contains_key(&of) {
            return Err(invalid("TagSpecification.ResourceType", &of));
        }
        let tags = all.entry(of).or_default();
        for mut tag in specification.items("Tag")? {
            put_tag(tags, &tag.need("Key")?, tag.take("Value").unwrap_or_default())?;
            tag.done()?;
        }
        specification.done()?;
    }
    Ok(all)
}

fn put_tag(tags: &mut Tags, key: &str, value: String) -> Outcome<()> {
    if key.starts_with("aws:") {
        return Err(refuse("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved"));
    }
    if key.chars().count() > 128 || value.chars().count() > 256 {
        return Err(refuse("InvalidParameterValue", "A tag is too long"));
    }
    tags.insert(key.to_owned(), value);
    if tags.len() > 50 {
        return Err(refuse("TagLimitExceeded", "A resource has at most 50 tags"));
    }
    Ok(())
}

/// `CreateTags` and `DeleteTags`
fn tag(call: &mut Call<'_>, sets: bool) -> Outcome<Json> {
    let ids = call.params.list("ResourceId")?;
    let mut tags = Vec::new();
    for mut tag in call.params.items("Tag")? {
        tags.push((tag.need("Key")?, tag.take("Value")));
        tag.done()?;
    }
    call.params.done()?;
    if ids.is_empty() || tags.is_empty() {
        return Err(refuse("MissingParameter", "The request must contain the parameters ResourceId and Tag"));
    }
    for id in ids {
        let Some((kind, _, _)) = kind_of_id(&id) else {
            return Err(refuse("InvalidID", format!("The ID '{id}' is not valid")));
        };
        let thing = call.at(kind, &id)?;
        for (key, value) in &tags {
            if sets {
                put_tag(&mut thing.tags, key, value.clone().unwrap_or_default())?;
            } else if value.is_none() || thing.tags.get(key) == value.as_ref() {
                thing.tags.remove(key);
            }
        }
    }
    Ok(done())
}
