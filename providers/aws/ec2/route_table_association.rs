//! `aws_route_table_association`: which route table a subnet or gateway uses.

use crate::account::site::Site;
use crate::ec2::route_table::describe as describe_tables;
use crate::ec2::{by_id, filter};
use crate::fault::Attempt;
use async_trait::async_trait;
use aws_sdk_ec2::types::{
    RouteTable, RouteTableAssociation as Description, RouteTableAssociationStateCode as State,
};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object, Planning, Readings, Resource};

/// `aws_route_table_association`
pub(crate) struct RouteTableAssociation;

#[async_trait]
impl Resource<Site> for RouteTableAssociation {
    fn patience(&self) -> Duration {
        Duration::from_mins(5)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let names = ["gateway_id", "subnet_id"];
        let count = names.iter().filter(|name| config.is_set(name)).count();
        let may_be_set = names.iter().any(|name| config.is_unknown(name));
        if count > 1 || (count == 0 && !may_be_set) {
            let detail = format!("Exactly one of gateway_id and subnet_id must be set; {count} are.");
            return Diagnostic::error("Invalid combination of arguments", detail).into();
        }
        Diagnostics::new()
    }

    /// The API makes a new association when the table changes.
    fn plan(&self, planning: &mut Planning<'_>) {
        if planning.changes("route_table_id") {
            planning.unsettle(&["id"]);
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        by_id(objects, |ids| describe(site, ids), fill).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let is_early = |fault: &Fault| fault.kind == FaultKind::NotFound;
        let deadline = call.deadline.within(Duration::from_mins(1));
        let attempt = || async {
            let request = call
                .site
                .ec2
                .associate_route_table()
                .set_route_table_id(object.owned("route_table_id"))
                .set_subnet_id(object.owned("subnet_id"))
                .set_gateway_id(object.owned("gateway_id"));
            request.send().await.plain()
        };
        let made = deadline.retry(is_early, attempt).await?;
        object.put_text("id", made.association_id());
        wait_associated(call, object.id_or_empty()).await
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        if !object.differs(prior, "route_table_id") {
            return Ok(());
        }
        let request = call.site.ec2.replace_route_table_association().association_id(prior.id_or_empty());
        let made = request.set_route_table_id(object.owned("route_table_id")).send().await.plain()?;
        object.put_text("id", made.new_association_id());
        wait_associated(call, object.id_or_empty()).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let request = call.site.ec2.disassociate_route_table().association_id(object.id_or_empty());
        request.send().await.plain()?;
        Ok(())
    }

    /// `subnet-1/rtb-1` or `igw-1/rtb-1`
    async fn import(&self, site: &Site, id: &str, object: &mut Object) -> Result<(), Fault> {
        let Some((user, table)) = id.split_once('/') else {
            let message = format!(
                "the import id {id:?} must have the form SUBNETID/ROUTETABLEID or GATEWAYID/ROUTETABLEID"
            );
            return Err(Fault::new(FaultKind::Invalid, message));
        };
        let name = if user.starts_with("subnet-") { "subnet_id" } else { "gateway_id" };
        object.put_text(name, Some(user));
        object.put_text("route_table_id", Some(table));
        if find(site, object).await? {
            return Ok(());
        }
        Err(Fault::new(FaultKind::NotFound, format!("the route table {table} is not in use by {user}")))
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        find(call.site, object).await
    }
}

/// Finds the association of the object's table with its subnet or gateway.
async fn find(site: &Site, object: &mut Object) -> Result<bool, Fault> {
    let table = object.owned("route_table_id").unwrap_or_default();
    let tables = describe_tables(site, vec![table]).await?;
    let (subnet, gateway) = (object.owned("subnet_id"), object.owned("gateway_id"));
    let is_ours = |association: &&Description| {
        association.subnet_id() == subnet.as_deref() && association.gateway_id() == gateway.as_deref()
    };
    let associations = tables.iter().flat_map(|(_, table)| table.associations()).filter(|a| is_there(a));
    let id = associations.filter(|a| a.main() != Some(true)).find(is_ours);
    Ok(object.identify(id.and_then(Description::route_table_association_id)))
}

async fn wait_associated(call: &Call<'_, Site>, id: &str) -> Result<(), Fault> {
    let state = || async {
        let found = describe(call.site, vec![id.to_owned()]).await?;
        let state = found.first().and_then(|(_, association)| association.association_state());
        let state = state.and_then(|state| state.state());
        // Some answers leave the state out; the association is there then.
        Ok((!found.is_empty() && state.is_none_or(|state| *state == State::Associated)).then_some(()))
    };
    call.deadline.until("the association to take effect", state).await
}

async fn describe(site: &Site, ids: Vec<String>) -> Result<Vec<(String, Description)>, Fault> {
    let filter = filter("association.route-table-association-id", ids);
    let pages = site.ec2.describe_route_tables().filters(filter).into_paginator();
    let tables: Vec<RouteTable> = pages.items().send().collect::<Result<_, _>>().await.plain()?;
    let associations = tables.into_iter().flat_map(|table| table.associations.unwrap_or_default());
    let named = |a: Description| Some((a.route_table_association_id.clone()?, a));
    Ok(associations.filter(is_there).filter_map(named).collect())
}

fn is_there(association: &Description) -> bool {
    let state = association.association_state().and_then(|state| state.state());
    !matches!(state, Some(State::Disassociated | State::Disassociating | State::Failed))
}

fn fill(object: &mut Object, association: &Description) {
    object.put_text("gateway_id", association.gateway_id());
    object.put_text("route_table_id", association.route_table_id());
    object.put_text("subnet_id", association.subnet_id());
}
