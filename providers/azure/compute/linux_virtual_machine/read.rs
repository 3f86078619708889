//! Reading machines: with them go their disks, their interfaces and the public addresses of these, each sort with one
//! list for a resource group where there are several.

use crate::account::site::Site;
use crate::arm::bulk::{Found, documents, is_going};
use crate::arm::id::{Id, Kind};
use crate::compute::linux_virtual_machine::{fill, network, os_disk};
use crate::compute::{DISK, MACHINE};
use crate::network::network_interface::INTERFACE;
use futures::stream::{self, StreamExt};
use serde_json::Value as Json;
use trueup_provider_kit::{Fault, Fields, Object, Readings};

/// How many calls are under way at a time.
const CALLS_MAX: usize = 8;

pub(super) async fn read_many(site: &Site, objects: Vec<Object>) -> Readings {
    let ids: Vec<Result<Id, Fault>> =
        objects.iter().map(|object| MACHINE.given(object.id_or_empty())).collect();
    let machines = machines(site, &objects, &ids).await;
    let disks = of_all(site, DISK, &machines, |machine| os_disk::id(machine).into_iter().collect()).await;
    let interfaces = of_all(site, INTERFACE, &machines, network::interfaces).await;
    let addresses = of_all(site, network::ADDRESS, &interfaces, network::addresses).await;
    let read = |(mut object, id): (Object, Result<Id, Fault>)| {
        let id = id?;
        let Some(machine) = machines.get(&id.key()) else { return Ok(None) };
        let machine = machine.as_ref().map_err(Clone::clone)?;
        let disk = os_disk::id(machine).and_then(|id| disks.get(&id.key()));
        let disk = disk.map(|disk| disk.as_ref().map_err(Clone::clone)).transpose()?;
        fill::fill(&mut object, &id, machine);
        os_disk::fill(&mut object, machine, disk);
        network::fill(&mut object, machine, (&interfaces, &addresses))?;
        Ok(Some(object))
    };
    objects.into_iter().zip(ids).map(read).collect()
}

/// The documents of machines. What users gave them is told of one alone and when it is asked for: it costs a call for
/// each machine that has some.
async fn machines(site: &Site, objects: &[Object], ids: &[Result<Id, Fault>]) -> Found {
    let pairs = objects.iter().zip(ids).filter_map(|(object, id)| Some((object, id.as_ref().ok()?.clone())));
    // Of an import nothing is known yet.
    let is_alone = |object: &Object| object.text("user_data").is_some() || object.text("name").is_none();
    let (alone, rest): (Vec<_>, Vec<_>) = pairs.partition(|(object, _)| is_alone(object));
    let mut found = documents(site, MACHINE, rest.into_iter().map(|(_, id)| id).collect()).await;
    let ids: Vec<Id> = alone.into_iter().map(|(_, id)| id).collect();
    let single = |id: Id| async move {
        let with_data = (MACHINE.version, &[("$expand", "userData")][..]);
        let read = site.arm.get(&id, with_data).await.transpose();
        read.map(|document| (id.key(), document))
    };
    let singles = stream::iter(ids).map(single).buffered(CALLS_MAX);
    let singles: Vec<Option<(String, Result<Json, Fault>)>> = singles.collect().await;
    found.extend(singles.into_iter().flatten().filter(|(_, document)| !is_going(document)));
    found
}

/// The documents of all that `ids` finds in others.
async fn of_all(site: &Site, kind: Kind, found: &Found, ids: impl Fn(&Json) -> Vec<Id>) -> Found {
    let all = found.values().flatten().flat_map(ids).collect();
    documents(site, kind, all).await
}
