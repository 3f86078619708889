//! When items of a table expire, and how the table can be restored.

use super::{Call, busy, invalid};
use crate::fake::world::Outcome;
use serde_json::{Value as Json, json};

/// Expiry takes up to an hour to come or go; here it has when it is looked at again.
pub(super) fn describe_ttl(call: &mut Call<'_>) -> Outcome<Json> {
    let key = call.named()?;
    call.done()?;
    let ttl = &mut call.table(&key).inner["ttl"];
    let told = ttl.clone();
    match ttl["TimeToLiveStatus"].as_str() {
        Some("ENABLING") => ttl["TimeToLiveStatus"] = json!("ENABLED"),
        Some("DISABLING") => *ttl = json!({"TimeToLiveStatus": "DISABLED"}),
        _ => {}
    }
    Ok(json!({"TimeToLiveDescription": told}))
}

pub(super) fn update_ttl(call: &mut Call<'_>) -> Outcome<Json> {
    let key = call.named()?;
    let wanted = call.take("TimeToLiveSpecification");
    call.done()?;
    let (Some(attribute), Some(is_wanted)) = (wanted["AttributeName"].as_str(), wanted["Enabled"].as_bool())
    else {
        return Err(invalid("TimeToLiveSpecification must have AttributeName and Enabled"));
    };
    let table = call.table(&key);
    if table.text("TableStatus") != "ACTIVE" {
        return Err(busy("Attempt to change a resource which is still in use"));
    }
    let ttl = &mut table.inner["ttl"];
    let is_on = match ttl["TimeToLiveStatus"].as_str() {
        Some("DISABLED") => false,
        Some("ENABLED") => true,
        _ => {
            let message = "Time to live has been modified multiple times within a fixed interval";
            return Err(invalid(message));
        }
    };
    if is_on && ttl["AttributeName"] != attribute {
        return Err(invalid("TimeToLive is active on a different AttributeName"));
    }
    if is_on == is_wanted {
        let state = if is_on { "enabled" } else { "disabled" };
        return Err(invalid(format!("TimeToLive is already {state}")));
    }
    let status = if is_wanted { "ENABLING" } else { "DISABLING" };
    *ttl = json!({"TimeToLiveStatus": status, "AttributeName": attribute});
    Ok(json!({"TimeToLiveSpecification": wanted}))
}

pub(super) fn describe(call: &mut Call<'_>) -> Outcome<Json> {
    let key = call.named()?;
    call.done()?;
    Ok(told(&call.table(&key).inner["recovery"]))
}

fn told(recovery: &Json) -> Json {
    let mut told = json!({"PointInTimeRecoveryStatus": "DISABLED"});
    if !recovery.is_null() {
        told = json!({"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": recovery});
    }
    json!({"ContinuousBackupsDescription":
        {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": told}})
}

pub(super) fn update(call: &mut Call<'_>) -> Outcome<Json> {
    let key = call.named()?;
    let wanted = call.take("PointInTimeRecoverySpecification");
    call.done()?;
    let Some(is_wanted) = wanted["PointInTimeRecoveryEnabled"].as_bool() else {
        return Err(invalid("PointInTimeRecoveryEnabled must not be null"));
    };
    let days = wanted["RecoveryPeriodInDays"].as_i64();
    if days.is_some_and(|days| !is_wanted || !(1..=35).contains(&days)) {
        return Err(invalid("RecoveryPeriodInDays is from 1 to 35, and goes with recovery"));
    }
    let recovery = &mut call.table(&key).inner["recovery"];
    *recovery = if is_wanted { json!(days.or(recovery.as_i64()).unwrap_or(35)) } else { Json::Null };
    Ok(told(recovery))
}
