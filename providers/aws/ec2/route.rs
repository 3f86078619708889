//! `aws_route`: one route of a route table. What inline routes of `aws_route_table` share with it is here too.

use crate::account::site::Site;
use crate::ec2::route_table::describe;
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::{Route as Description, RouteTable};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, lookup};

/// `aws_route`
pub(crate) struct Route;

/// The attributes that name where a route leads.
pub(crate) const TARGETS: [&str; 10] = [
    "carrier_gateway_id",
    "core_network_arn",
    "egress_only_gateway_id",
    "gateway_id",
    "local_gateway_id",
    "nat_gateway_id",
    "network_interface_id",
    "transit_gateway_id",
    "vpc_endpoint_id",
    "vpc_peering_connection_id",
];

/// What a route is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Destination {
    Ipv4(String),
    Ipv6(String),
    PrefixList(String),
}

/// Where a route leads: the attribute's name and its value.
pub(crate) type Target = (&'static str, String);

const DESTINATIONS: [&str; 3] =
    ["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"];

impl Destination {
    /// From three attributes of these names.
    pub(crate) fn of(fields: &impl Fields, [v4, v6, list]: [&str; 3]) -> Option<Destination> {
        let v4 = fields.owned(v4).map(Destination::Ipv4);
        v4.or_else(|| fields.owned(v6).map(Destination::Ipv6))
            .or_else(|| fields.owned(list).map(Destination::PrefixList))
    }

    pub(crate) fn of_route(route: &Description) -> Option<Destination> {
        let v4 = route.destination_cidr_block().map(|range| Destination::Ipv4(range.into()));
        v4.or_else(|| route.destination_ipv6_cidr_block().map(|range| Destination::Ipv6(range.into())))
            .or_else(|| route.destination_prefix_list_id().map(|list| Destination::PrefixList(list.into())))
    }

    /// The range or list.
    pub(crate) fn text(&self) -> &str {
        match self {
            Destination::Ipv4(text) | Destination::Ipv6(text) | Destination::PrefixList(text) => text,
        }
    }

    /// The three attributes, one of which is set.
    fn parts(&self) -> [Option<String>; 3] {
        match self.clone() {
            Destination::Ipv4(text) => [Some(text), None, None],
            Destination::Ipv6(text) => [None, Some(text), None],
            Destination::PrefixList(text) => [None, None, Some(text)],
        }
    }
}

/// Where an object says that its route leads.
pub(crate) fn target(fields: &impl Fields) -> Option<Target> {
    TARGETS.iter().find_map(|name| Some((*name, fields.owned(name)?)))
}

/// Where a route of the API leads. Instances and NAT gateways come with their network interface too.
pub(crate) fn target_of(route: &Description) -> Option<Target> {
    let gateway = route.gateway_id();
    let endpoint = gateway.filter(|id| id.starts_with("vpce-"));
    let candidates = [
        ("carrier_gateway_id", route.carrier_gateway_id()),
        ("core_network_arn", route.core_network_arn()),
        ("egress_only_gateway_id", route.egress_only_internet_gateway_id()),
        ("vpc_endpoint_id", endpoint),
        ("gateway_id", gateway),
        ("local_gateway_id", route.local_gateway_id()),
        ("nat_gateway_id", route.nat_gateway_id()),
        ("network_interface_id", route.network_interface_id()),
        ("transit_gateway_id", route.transit_gateway_id()),
        ("vpc_peering_connection_id", route.vpc_peering_connection_id()),
    ];
    candidates.into_iter().find_map(|(name, id)| Some((name, id.filter(|id| !id.is_empty())?.to_owned())))
}

/// Both request builders of the SDK have the same setters and no trait.
macro_rules! aimed {
    ($request:expr, $table:expr, $destination:expr, $target:expr) => {{
        let [v4, v6, list] = $destination.parts();
        let (name, id) = $target;
        let at = |of: &str| (*name == of).then(|| id.clone());
        $request
            .route_table_id($table)
            .set_destination_cidr_block(v4)
            .set_destination_ipv6_cidr_block(v6)
            .set_destination_prefix_list_id(list)
            .set_carrier_gateway_id(at("carrier_gateway_id"))
            .set_core_network_arn(at("core_network_arn"))
            .set_egress_only_internet_gateway_id(at("egress_only_gateway_id"))
            .set_gateway_id(at("gateway_id"))
            .set_local_gateway_id(at("local_gateway_id"))
            .set_nat_gateway_id(at("nat_gateway_id"))
            .set_network_interface_id(at("network_interface_id"))
            .set_transit_gateway_id(at("transit_gateway_id"))
            .set_vpc_endpoint_id(at("vpc_endpoint_id"))
            .set_vpc_peering_connection_id(at("vpc_peering_connection_id"))
    }};
}

/// Adds a route. Its target may not be known everywhere yet.
pub(crate) async fn create(
    call: &Call<'_, Site>,
    table: &str,
    destination: &Destination,
    target: &Target,
) -> Result<(), Fault> {
    let is_early = |fault: &Fault| fault.kind == FaultKind::NotFound;
    let deadline = call.deadline.within(std::time::Duration::from_mins(1));
    let attempt = || async {
        let request = aimed!(call.site.ec2.create_route(), table, destination, target);
        request
            .send()
            .await
            .attempt(&format!("adding the route to {} to the table {table}", destination.text()))
    };
    deadline.retry(is_early, attempt).await?;
    Ok(())
}

/// Leads a route elsewhere.
pub(crate) async fn replace(
    call: &Call<'_, Site>,
    table: &str,
    destination: &Destination,
    target: &Target,
) -> Result<(), Fault> {
    let request = aimed!(call.site.ec2.replace_route(), table, destination, target);
    let doing = format!("changing the route to {} in the table {table}", destination.text());
    request.send().await.attempt(&doing)?;
    Ok(())
}

/// Removes a route.
pub(crate) async fn delete(
    call: &Call<'_, Site>,
    table: &str,
    destination: &Destination,
) -> Result<(), Fault> {
    let [v4, v6, list] = destination.parts();
    let request = call
        .site
        .ec2
        .delete_route()
        .route_table_id(table)
        .set_destination_cidr_block(v4)
        .set_destination_ipv6_cidr_block(v6)
        .set_destination_prefix_list_id(list);
    let doing = format!("removing the route to {} from the table {table}", destination.text());
    request.send().await.attempt(&doing)?;
    Ok(())
}

#[async_trait]
impl Resource<Site> for Route {
    fn patience(&self) -> std::time::Duration {
        std::time::Duration::from_mins(5)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        for names in [&DESTINATIONS[..], &TARGETS[..]] {
            let count = names.iter().filter(|name| config.is_set(name)).count();
            let may_be_set = names.iter().any(|name| config.is_unknown(name));
            if count > 1 || (count == 0 && !may_be_set) {
                let detail = format!("Exactly one of {} must be set; {count} are.", names.join(", "));
                diagnostics.push(Diagnostic::error("Invalid combination of arguments", detail));
            }
        }
        diagnostics
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        if !planning.changes_any(&TARGETS) {
            return;
        }
        // The old target gives way; what only the old or the new one brings is told by the API.
        for name in TARGETS {
            if !planning.config.is_set(name) && !planning.config.is_unknown(name) {
                planning.planned.put_null(name);
            }
        }
        planning.unsettle(&["instance_id", "instance_owner_id", "network_interface_id", "state", "origin"]);
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let describe = |keys: Vec<String>| describe_routes(site, keys);
        lookup(objects, 5000, key, describe, fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let (table, destination, target) = parts(object)?;
        create(call, &table, &destination, &target).await?;
        object.put_text("id", Some(route_id(&table, &destination)));
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, _prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let (table, destination, target) = parts(object)?;
        replace(call, &table, &destination, &target).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let Some(destination) = Destination::of(object, DESTINATIONS) else { return Ok(()) };
        delete(call, object.text("route_table_id").unwrap_or_default(), &destination).await
    }

    /// `rtb-1_10.0.0.0/8`
    async fn import(&self, _site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let Some((table, destination)) = id.split_once('_') else {
            let message = format!("the import id {id:?} must have the form ROUTETABLEID_DESTINATION");
            return Err(Fault::new(FaultKind::Invalid, message).hint("For example: rtb-0123_10.0.0.0/8"));
        };
        let (name, destination) = match destination {
            list if list.starts_with("pl-") => (DESTINATIONS[2], Destination::PrefixList(list.into())),
            range if range.contains(':') => (DESTINATIONS[1], Destination::Ipv6(range.into())),
            range => (DESTINATIONS[0], Destination::Ipv4(range.into())),
        };
        object.put_text("route_table_id", Some(table));
        object.put_text(name, Some(destination.text()));
        object.put_text("id", Some(route_id(table, &destination)));
        Ok(())
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let (table, destination, target) = parts(object)?;
        let found = describe_routes(call.site, vec![key(object)]).await?;
        let is_ours = |(of, route): &(String, Description)| {
            *of == key(object) && target_of(route) == Some(target.clone())
        };
        if !found.iter().any(is_ours) {
            return Ok(false);
        }
        object.put_text("id", Some(route_id(&table, &destination)));
        Ok(true)
    }
}

fn parts(object: &Object) -> Result<(String, Destination, Target), Fault> {
    let table = object.owned("route_table_id");
    match (table, Destination::of(object, DESTINATIONS), target(object)) {
        (Some(table), Some(destination), Some(target)) => Ok((table, destination, target)),
        _ => Err(Fault::new(FaultKind::Invalid, "a route needs a route table, a destination and a target")),
    }
}

/// A route is named by its table and destination.
fn key(object: &Object) -> String {
    let destination = Destination::of(object, DESTINATIONS);
    let table = object.text("route_table_id").unwrap_or_default();
    destination.map(|destination| format!("{table}_{}", destination.text())).unwrap_or_default()
}

async fn describe_routes(site: &Site, keys: Vec<String>) -> Result<Vec<(String, Description)>, Fault> {
    let tables = keys.iter().filter_map(|key| key.split_once('_')).map(|(table, _)| table.to_owned());
    let tables =
        trueup_provider_kit::described(tables, crate::ec2::FILTER_MAX, |ids| describe(site, ids)).await?;
    let routes = |(id, table): (String, RouteTable)| {
        let routes = table.routes.unwrap_or_default().into_iter();
        routes.filter_map(move |route| {
            let destination = Destination::of_route(&route)?;
            Some((format!("{id}_{}", destination.text()), route))
        })
    };
    Ok(tables.into_iter().flat_map(routes).collect())
}

fn fill(object: &mut Object, route: &Description) {
    let target = target_of(route);
    for name in TARGETS {
        let id = target.as_ref().filter(|(of, _)| *of == name).map(|(_, id)| id);
        object.put_text(name, id);
    }
    object.put_text("network_interface_id", route.network_interface_id());
    object.put_text("instance_id", route.instance_id());
    object.put_text("instance_owner_id", route.instance_owner_id());
    object.put_text("origin", route.origin());
    object.put_text("state", route.state());
}

/// The identifier that the Terraform provider gives a route: `r-`, the table, and a checksum of the destination.
fn route_id(table: &str, destination: &Destination) -> String {
    format!("r-{table}{}", crc32fast::hash(destination.text().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn route_ids_are_those_of_the_terraform_provider() {
        let id = route_id("rtb-1", &Destination::Ipv4("0.0.0.0/0".into()));
        assert_eq!(id, "r-rtb-11080289494");
    }
}
