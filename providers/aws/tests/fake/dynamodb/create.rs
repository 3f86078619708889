//! Making tables, and what tables and indexes have to be like.

use super::{Call, arn, busy, invalid, key, list, read_tags};
use crate::fake::world::{Outcome, merge};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// What may be read and written at once from the start.
const WARM: (i64, i64) = (12_000, 4000);

/// Shapes that are kept as they are asked for.
const KEPT: [&str; 4] = ["AttributeDefinitions", "KeySchema", "OnDemandThroughput", "ProvisionedThroughput"];

pub(super) fn create(call: &mut Call<'_>) -> Outcome<Json> {
    let name = call.text("TableName")?;
    let is_good = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if !(3..=255).contains(&name.len()) || !name.chars().all(is_good) {
        return Err(invalid(format!("Invalid table name: {name:?}")));
    }
    let mode = mode(&call.take("BillingMode"))?.unwrap_or("PROVISIONED");
    let arn = arn(call.region, &name);
    let mut table = json!({"TableName": name, "TableArn": arn, "TableId": name, "TableStatus": "CREATING",
        "CreationDateTime": 1_767_225_600, "BillingModeSummary": {"BillingMode": mode}, "Replicas": []});
    for part in KEPT {
        table[part] = call.take(part);
    }
    check_billing(&table, mode)?;
    for (part, most) in [("GlobalSecondaryIndexes", 20), ("LocalSecondaryIndexes", 5)] {
        let asked = call.take(part);
        let asked = asked.as_array().cloned().unwrap_or_default();
        if asked.len() > most {
            return Err(invalid(format!("More than {most} indexes")));
        }
        let is_global = part.starts_with('G');
        let made: Vec<Json> =
            asked.into_iter().map(|asked| index((asked, is_global), &table, mode)).collect::<Outcome<_>>()?;
        table[part] = json!(made);
    }
    check_keys(&table)?;
    merge(&mut table, stream(&call.take("StreamSpecification"), &arn, 0)?);
    merge(&mut table, encryption(&call.take("SSESpecification"))?);
    let class = call.take("TableClass");
    table["TableClassSummary"] = json!({"TableClass": self::class(&class)?.unwrap_or("STANDARD")});
    table["DeletionProtectionEnabled"] = json!(call.take("DeletionProtectionEnabled") == json!(true));
    table["WarmThroughput"] = warmth(&call.take("WarmThroughput"), &Json::Null)?;
    let tags = read_tags(&call.take("Tags"))?;
    call.done()?;
    let key = key(call.region, &name);
    if call.world.things.contains_key(&key) {
        return Err(busy(format!("Table already exists: {name}")));
    }
    let mut end = json!({"TableStatus": "ACTIVE"});
    let settled = settled(&table);
    merge(&mut end, settled);
    let region = call.region.to_owned();
    let thing = call.world.add("table", &region, &key, table.clone());
    thing.tags = tags;
    thing.inner.insert("ttl".into(), json!({"TimeToLiveStatus": "DISABLED"}));
    thing.inner.insert("recovery".into(), Json::Null);
    thing.later.push_back(end);
    Ok(json!({"TableDescription": table}))
}

/// What becomes of the parts of a table that are under way.
pub(super) fn settled(table: &Json) -> Json {
    let mut indexes = list(table, "GlobalSecondaryIndexes").to_vec();
    indexes.retain(|index| index["IndexStatus"] != "DELETING");
    indexes.iter_mut().for_each(|index| index["IndexStatus"] = json!("ACTIVE"));
    let mut end = json!({"GlobalSecondaryIndexes": indexes});
    match table["SSEDescription"]["Status"].as_str() {
        Some("DISABLING") => end["SSEDescription"] = Json::Null,
        Some(_) => end["SSEDescription"] = json!({"Status": "ENABLED"}),
        None => {}
    }
    end
}

pub(super) fn mode(asked: &Json) -> Outcome<Option<&'static str>> {
    word(asked, &["PAY_PER_REQUEST", "PROVISIONED"])
}

pub(super) fn class(asked: &Json) -> Outcome<Option<&'static str>> {
    word(asked, &["STANDARD", "STANDARD_INFREQUENT_ACCESS"])
}

fn word(asked: &Json, words: &[&'static str]) -> Outcome<Option<&'static str>> {
    if asked.is_null() {
        return Ok(None);
    }
    let found = words.iter().find(|word| *asked == **word);
    found.map(|word| Some(*word)).ok_or_else(|| invalid(format!("{asked} is none of {words:?}")))
}

/// Capacity goes with `PROVISIONED`, and limits go with `PAY_PER_REQUEST`.
pub(super) fn check_billing(of: &Json, mode: &str) -> Outcome<()> {
    let is_provisioned = mode == "PROVISIONED";
    let capacity = &of["ProvisionedThroughput"];
    if is_provisioned == capacity.is_null() {
        return Err(invalid(format!("No capacity is given, or it is with BillingMode {mode}")));
    }
    let is_good = |name: &str| capacity[name].as_i64().is_some_and(|units| units >= 1);
    if is_provisioned && !["ReadCapacityUnits", "WriteCapacityUnits"].into_iter().all(is_good) {
        return Err(invalid("Capacity units are at least 1"));
    }
    if is_provisioned && !of["OnDemandThroughput"].is_null() {
        return Err(invalid("OnDemandThroughput goes with PAY_PER_REQUEST"));
    }
    Ok(())
}

/// An index as it is asked for, made.
pub(super) fn index((asked, is_global): (Json, bool), table: &Json, mode: &str) -> Outcome<Json> {
    let name = asked["IndexName"].as_str().unwrap_or_default().to_owned();
    if !(3..=255).contains(&name.len()) {
        return Err(invalid(format!("Invalid index name: {name:?}")));
    }
    let keys = list(&asked, "KeySchema");
    if keys.is_empty()
        || keys[0]["KeyType"] != "HASH"
        || keys.get(1).is_some_and(|key| key["KeyType"] != "RANGE")
    {
        return Err(invalid(format!("The keys of the index {name} are malformed")));
    }
    let projection = &asked["Projection"];
    let has_names = !list(projection, "NonKeyAttributes").is_empty();
    let kind = word(&projection["ProjectionType"], &["ALL", "INCLUDE", "KEYS_ONLY"])?;
    if kind.is_none() || has_names != (kind == Some("INCLUDE")) {
        return Err(invalid(format!("The projection of the index {name} is malformed")));
    }
    let mut made = asked.clone();
    made["IndexArn"] = json!(format!("{}/index/{name}", table["TableArn"].as_str().unwrap_or_default()));
    if is_global {
        check_billing(&asked, mode)?;
        made["IndexStatus"] = json!("CREATING");
        made["WarmThroughput"] = warmth(&asked["WarmThroughput"], &Json::Null)?;
    } else if list(table, "KeySchema").len() < 2 || keys[0] != table["KeySchema"][0] {
        return Err(invalid("Local secondary indexes need a table with a range key, and its hash key"));
    }
    Ok(made)
}

/// The attributes that are keys of a table or its indexes.
pub(super) fn keys(table: &Json) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"];
    for of in indexes.iter().flat_map(|part| list(table, part)).chain([table]) {
        let names = list(of, "KeySchema").iter().filter_map(|key| key["AttributeName"].as_str());
        keys.extend(names.map(str::to_owned));
    }
    keys
}

/// Attributes are defined where they are keys, and nowhere else.
fn check_keys(table: &Json) -> Outcome<()> {
    let defined = list(table, "AttributeDefinitions").iter();
    let defined: BTreeSet<String> =
        defined.filter_map(|one| one["AttributeName"].as_str().map(str::to_owned)).collect();
    let schema = list(table, "KeySchema");
    let is_good = schema.first().is_some_and(|key| key["KeyType"] == "HASH")
        && schema.get(1).is_none_or(|key| key["KeyType"] == "RANGE");
    if !is_good || defined != keys(table) {
        let message = "One or more parameter values were invalid: attributes and keys don't fit together";
        return Err(invalid(message));
    }
    Ok(())
}

/// What is described of a stream; `number` tells it from others of the table.
pub(super) fn stream(asked: &Json, arn: &str, number: usize) -> Outcome<Json> {
    if asked.is_null() || asked["StreamEnabled"] == json!(false) {
        return Ok(json!({"StreamSpecification": null}));
    }
    let views = ["KEYS_ONLY", "NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE"];
    if word(&asked["StreamViewType"], &views)?.is_none() {
        return Err(invalid("StreamViewType must be set when the stream is enabled"));
    }
    let label = format!("2026-01-01T00:00:{number:02}.000");
    Ok(json!({"StreamSpecification": asked, "LatestStreamLabel": label,
        "LatestStreamArn": format!("{arn}/stream/{label}")}))
}

/// What is described of encryption.
pub(super) fn encryption(asked: &Json) -> Outcome<Json> {
    let (is_on, key) = (asked["Enabled"] == json!(true), &asked["KMSMasterKeyId"]);
    if !is_on && !key.is_null() {
        return Err(invalid("KMSMasterKeyId goes with encryption"));
    }
    if !is_on {
        return Ok(json!({"SSEDescription": null}));
    }
    let key = key.as_str().unwrap_or("arn:aws:kms:us-east-1:123456789012:key/of-dynamodb");
    Ok(json!({"SSEDescription": {"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": key}}))
}

/// What is to be read and written at once; it can only rise.
pub(super) fn warmth(asked: &Json, before: &Json) -> Outcome<Json> {
    let mut warmth = json!({"Status": "ACTIVE"});
    for (name, first) in [("ReadUnitsPerSecond", WARM.0), ("WriteUnitsPerSecond", WARM.1)] {
        let least = before[name].as_i64().unwrap_or(first);
        let units = asked[name].as_i64().unwrap_or(least);
        if units < least {
            return Err(invalid(format!("Decreasing WarmThroughput below {least} is not supported")));
        }
        warmth[name] = json!(units);
    }
    Ok(warmth)
}
