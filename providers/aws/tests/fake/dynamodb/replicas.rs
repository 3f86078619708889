//! Replicas of tables in other regions, and witnesses.

use super::{Call, invalid, key, list};
use crate::fake::world::Outcome;
use serde_json::{Value as Json, json};

pub(super) fn update(call: &mut Call<'_>, table: &mut Json) -> Outcome<()> {
    let (updates, witnesses) = (call.take("ReplicaUpdates"), call.take("GlobalTableWitnessUpdates"));
    let asked = call.take("MultiRegionConsistency");
    let is_strong = [&asked, &table["MultiRegionConsistency"]].iter().any(|mode| **mode == "STRONG");
    let updates = updates.as_array().cloned().unwrap_or_default();
    if !is_strong && updates.len() > 1 {
        return Err(invalid("One replica at a time"));
    }
    if is_strong {
        table["MultiRegionConsistency"] = json!("STRONG");
    }
    for witness in witnesses.as_array().into_iter().flatten() {
        let region = &witness["Create"]["RegionName"];
        let made = json!({"RegionName": region, "WitnessStatus": "ACTIVE"});
        table["GlobalTableWitnesses"] = if region.is_null() { json!([]) } else { json!([made]) };
    }
    updates.iter().try_for_each(|update| replicate(call, table, update))
}

fn replicate(call: &mut Call<'_>, table: &mut Json, update: &Json) -> Outcome<()> {
    let name = table["TableName"].as_str().unwrap_or_default().to_owned();
    let mut all = list(table, "Replicas").to_vec();
    if let Some(region) = update["Delete"]["RegionName"].as_str() {
        if !all.iter().any(|replica| replica["RegionName"] == region) {
            return Err(invalid(format!("There is no replica in {region}")));
        }
        all.retain(|replica| replica["RegionName"] != region);
        call.world.remove(&key(region, &name));
    } else if let Some(region) = update["Create"]["RegionName"].as_str() {
        let made = &update["Create"];
        let place = key(region, &name);
        if call.world.things.contains_key(&place) {
            return Err(invalid(format!("There is a table of this name in {region}")));
        }
        all.push(json!({"RegionName": region, "ReplicaStatus": "ACTIVE", "KMSMasterKeyId": made["KMSMasterKeyId"]}));
        let mut copy = table.clone();
        copy["Replicas"] = json!([]);
        copy["DeletionProtectionEnabled"] = json!(false);
        copy["TableArn"] = json!(super::arn(region, &name));
        let thing = call.world.add("table", region, &place, copy);
        thing.inner.insert("ttl".into(), json!({"TimeToLiveStatus": "DISABLED"}));
        thing.inner.insert("recovery".into(), Json::Null);
        thing.hidden = 0;
    }
    table["Replicas"] = json!(all);
    Ok(())
}
