//! Changing tables.

use super::create::{check_billing, class, encryption, index, keys, mode, settled, stream, warmth};
use super::{Call, busy, invalid, list, missing, replicas};
use crate::fake::world::{Outcome, merge, refuse};
use serde_json::{Value as Json, json};

/// What is changed together; all else is changed alone.
const CAPACITY: [&str; 4] =
    ["BillingMode", "GlobalSecondaryIndexUpdates", "OnDemandThroughput", "ProvisionedThroughput"];
/// What goes with replicas of strong consistency.
const STRONG: [&str; 3] = ["GlobalTableWitnessUpdates", "MultiRegionConsistency", "ReplicaUpdates"];

pub(super) fn update(call: &mut Call<'_>) -> Outcome<Json> {
    let key = call.named()?;
    let definitions = call.take("AttributeDefinitions");
    let before = call.table(&key).body.clone();
    if before["TableStatus"] != "ACTIVE" {
        return Err(busy("Attempt to change a resource which is still in use"));
    }
    let is_new = |index: &&Json| index["IndexStatus"] != "ACTIVE";
    if list(&before, "GlobalSecondaryIndexes").iter().any(|index| is_new(&index)) {
        return Err(refuse(
            "LimitExceededException",
            "Only 1 online index can be created or deleted at a time",
        ));
    }
    let parts: Vec<String> = call.body.keys().cloned().collect();
    let all_in = |group: &[&str]| parts.iter().all(|part| group.contains(&part.as_str()));
    if parts.is_empty() || (parts.len() > 1 && !all_in(&CAPACITY) && !all_in(&STRONG)) {
        return Err(invalid(format!("One change at a time, not {parts:?}")));
    }
    let mut table = before.clone();
    if all_in(&STRONG) {
        replicas::update(call, &mut table)?;
    } else if all_in(&CAPACITY) {
        change_capacity(call, &mut table, &definitions)?;
    } else {
        change(call, &key, &mut table)?;
    }
    call.done()?;
    let mut end = settled(&table);
    end["TableStatus"] = json!("ACTIVE");
    for part in ["BillingModeSummary", "OnDemandThroughput", "ProvisionedThroughput"] {
        // New capacity is told once it is there.
        end[part] = table[part].take();
        table[part] = before[part].clone();
    }
    table["TableStatus"] = json!("UPDATING");
    let has_new = list(&table, "GlobalSecondaryIndexes").iter().any(|index| is_new(&index));
    let thing = call.table(&key);
    thing.body = table.clone();
    if has_new {
        // An index is filled after the table has become usable again.
        thing.later.push_back(json!({"TableStatus": "ACTIVE"}));
    }
    thing.later.push_back(end);
    Ok(json!({"TableDescription": table}))
}

/// One thing that is changed alone.
fn change(call: &mut Call<'_>, key: &str, table: &mut Json) -> Outcome<()> {
    let arn = table["TableArn"].as_str().unwrap_or_default().to_owned();
    let asked = call.take("TableClass");
    if let Some(class) = class(&asked)? {
        if table["TableClassSummary"]["TableClass"] == class {
            return Err(invalid("The table class will not change"));
        }
        table["TableClassSummary"] = json!({"TableClass": class});
    }
    if let Some(is_protected) = call.take("DeletionProtectionEnabled").as_bool() {
        table["DeletionProtectionEnabled"] = json!(is_protected);
    }
    let asked = call.take("WarmThroughput");
    if !asked.is_null() {
        table["WarmThroughput"] = warmth(&asked, &table["WarmThroughput"])?;
    }
    let asked = call.take("StreamSpecification");
    if !asked.is_null() {
        let (is_on, is_wanted) =
            (!table["StreamSpecification"].is_null(), asked["StreamEnabled"] == json!(true));
        if is_on == is_wanted {
            let has = if is_on { "already has an enabled" } else { "has no" };
            return Err(invalid(format!("Table {has} stream")));
        }
        let thing = call.table(key);
        let number = thing.inner.get("streams").and_then(Json::as_u64).unwrap_or(0) + 1;
        thing.inner.insert("streams".into(), json!(number));
        merge(table, stream(&asked, &arn, usize::try_from(number).unwrap_or_default())?);
    }
    let asked = call.take("SSESpecification");
    if !asked.is_null() {
        let wanted = encryption(&asked)?["SSEDescription"].take();
        let before = table["SSEDescription"].take();
        if before["KMSMasterKeyArn"] == wanted["KMSMasterKeyArn"] {
            return Err(invalid("Table is already encrypted so"));
        }
        table["SSEDescription"] = if wanted.is_null() { before } else { wanted };
        if asked["Enabled"] == json!(false) {
            table["SSEDescription"]["Status"] = json!("DISABLING");
        }
    }
    Ok(())
}

/// How the table and its indexes are paid for, and which indexes there are.
fn change_capacity(call: &mut Call<'_>, table: &mut Json, definitions: &Json) -> Outcome<()> {
    let before = table.clone();
    let old = before["BillingModeSummary"]["BillingMode"].as_str().unwrap_or_default();
    let asked = call.take("BillingMode");
    let mode = mode(&asked)?.unwrap_or(old);
    let (capacity, limits) = (call.take("ProvisionedThroughput"), call.take("OnDemandThroughput"));
    if mode == old && !capacity.is_null() && units(&capacity) == units(&before["ProvisionedThroughput"]) {
        return Err(invalid("The provisioned throughput for the table will not change."));
    }
    table["BillingModeSummary"]["BillingMode"] = json!(mode);
    if mode != old {
        table["ProvisionedThroughput"] = Json::Null;
        table["OnDemandThroughput"] = Json::Null;
    }
    for (name, asked) in [("ProvisionedThroughput", capacity), ("OnDemandThroughput", limits)] {
        if !asked.is_null() {
            table[name] = asked;
        }
    }
    check_billing(table, mode)?;
    let updates = call.take("GlobalSecondaryIndexUpdates");
    let updates = updates.as_array().cloned().unwrap_or_default();
    let online = updates.iter().filter(|update| update["Update"].is_null()).count();
    if online > 1 || (online == 1 && (updates.len() > 1 || mode != old)) {
        return Err(refuse(
            "LimitExceededException",
            "Only 1 online index can be created or deleted at a time",
        ));
    }
    for index in table["GlobalSecondaryIndexes"].as_array_mut().into_iter().flatten() {
        if mode != old {
            index["ProvisionedThroughput"] = Json::Null;
            index["OnDemandThroughput"] = Json::Null;
        }
    }
    updates.iter().try_for_each(|update| change_index(table, update, mode, definitions))?;
    let going = |index: &&Json| index["IndexStatus"] != "DELETING";
    let indexes = list(table, "GlobalSecondaryIndexes").iter().filter(going);
    indexes.into_iter().try_for_each(|index| check_billing(index, mode))
}

fn units(capacity: &Json) -> (&Json, &Json) {
    (&capacity["ReadCapacityUnits"], &capacity["WriteCapacityUnits"])
}

fn change_index(table: &mut Json, update: &Json, mode: &str, definitions: &Json) -> Outcome<()> {
    let (name, asked) =
        update.as_object().and_then(|update| update.iter().next()).ok_or_else(|| invalid("?"))?;
    let indexes = list(table, "GlobalSecondaryIndexes").to_vec();
    let found = indexes.iter().position(|index| index["IndexName"] == asked["IndexName"]);
    let mut indexes = indexes;
    match (name.as_str(), found) {
        ("Create", None) => {
            indexes.push(index((asked.clone(), true), table, mode)?);
            table["GlobalSecondaryIndexes"] = json!(indexes);
            return define(table, definitions);
        }
        ("Delete", Some(at)) => indexes[at]["IndexStatus"] = json!("DELETING"),
        ("Update", Some(at)) => {
            let index = &mut indexes[at];
            if units(&asked["ProvisionedThroughput"]) == units(&index["ProvisionedThroughput"])
                && asked["OnDemandThroughput"].is_null()
                && asked["WarmThroughput"].is_null()
            {
                return Err(invalid("The provisioned throughput for the index will not change."));
            }
            for name in ["ProvisionedThroughput", "OnDemandThroughput"] {
                if !asked[name].is_null() {
                    index[name] = asked[name].clone();
                }
            }
            if !asked["WarmThroughput"].is_null() {
                index["WarmThroughput"] = warmth(&asked["WarmThroughput"], &index["WarmThroughput"])?;
            }
        }
        (_, None) => return Err(missing(&format!("index {}", asked["IndexName"]))),
        _ => return Err(invalid(format!("Index {} already exists", asked["IndexName"]))),
    }
    table["GlobalSecondaryIndexes"] = json!(indexes);
    Ok(())
}

/// Attributes of new keys are defined with them; those that are no keys any more are forgotten.
fn define(table: &mut Json, definitions: &Json) -> Outcome<()> {
    let keys = keys(table);
    let mut all = list(table, "AttributeDefinitions").to_vec();
    for one in definitions.as_array().into_iter().flatten() {
        all.retain(|other| other["AttributeName"] != one["AttributeName"]);
        all.push(one.clone());
    }
    all.retain(|one| one["AttributeName"].as_str().is_some_and(|name| keys.contains(name)));
    if all.len() != keys.len() {
        return Err(invalid("Some index key attributes are not defined in AttributeDefinitions."));
    }
    table["AttributeDefinitions"] = json!(all);
    Ok(())
}
