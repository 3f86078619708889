//! What moto doesn't know of tables, on a stand-in that does as the `DynamoDB` API reference says: one change at a time,
//! busy while one is under way, replicas in other regions.

use crate::cloud::{Cloud, configure, provider_block, start};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use trueup_value::Value;

const KIND: &str = "aws_dynamodb_table";

/// Tables by region and name.
type Tables = BTreeMap<(String, String), Json>;

/// A change behind the provider's back.
type Tamper = fn(&mut Json);

/// What the API answers: a body, or a code and a message.
type Answer = Result<Json, (&'static str, String)>;

#[derive(Clone, Default)]
struct Fake(Arc<Mutex<Tables>>);

impl Fake {
    /// Listens and answers where.
    async fn serve(&self) -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let fake = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(fake.clone(), stream));
            }
        });
        url
    }

    /// Changes a table behind the provider's back.
    fn tamper(&self, region: &str, change: impl FnOnce(&mut Json)) {
        let mut tables = self.0.lock().expect("no holder panics");
        change(tables.get_mut(&(region.to_owned(), "t".to_owned())).expect("the table is there"));
    }

    fn answer(&self, region: &str, operation: &str, body: &Json) -> Answer {
        let mut tables = self.0.lock().expect("no holder panics");
        let arn = body["ResourceArn"].as_str().unwrap_or_default();
        let name = body["TableName"].as_str().or(arn.rsplit('/').next()).unwrap_or_default().to_owned();
        let key = (region.to_owned(), name);
        if operation == "CreateTable" {
            return create(&mut tables, key, body);
        }
        let missing = || ("ResourceNotFoundException", format!("no table {key:?}"));
        let table = tables.get_mut(&key).ok_or_else(missing)?;
        match operation {
            "DescribeTable" => {
                let answer = json!({ "Table": table });
                table["TableStatus"] = "ACTIVE".into();
                Ok(answer)
            }
            "DescribeTimeToLive" => Ok(json!({ "TimeToLiveDescription": table["x-ttl"] })),
            "DescribeContinuousBackups" => Ok(backups(table)),
            "UpdateContinuousBackups" => {
                table["x-pitr"] = body["PointInTimeRecoverySpecification"].clone();
                Ok(backups(table))
            }
            "ListTagsOfResource" => Ok(json!({ "Tags": table["x-tags"] })),
            "TagResource" => {
                let mut tags = body["Tags"].as_array().cloned().unwrap_or_default();
                let is_new = |old: &&Json| !tags.iter().any(|tag| tag["Key"] == old["Key"]);
                let kept: Vec<Json> =
                    table["x-tags"].as_array().into_iter().flatten().filter(is_new).cloned().collect();
                tags.extend(kept);
                table["x-tags"] = tags.into();
                Ok(json!({}))
            }
            "DeleteTable" if table["DeletionProtectionEnabled"] == true => Err((
                "ValidationException",
                "Resource cannot be deleted as it is currently protected".to_owned(),
            )),
            "DeleteTable" => Ok(json!({ "TableDescription": tables.remove(&key) })),
            "UpdateTable" => update(&mut tables, &key, body),
            other => Err(("UnknownOperationException", other.to_owned())),
        }
    }
}

fn backups(table: &Json) -> Json {
    let is_on = table["x-pitr"]["PointInTimeRecoveryEnabled"] == true;
    let days = table["x-pitr"]["RecoveryPeriodInDays"].as_i64().unwrap_or(35);
    let status = if is_on { "ENABLED" } else { "DISABLED" };
    let mut recovery = json!({ "PointInTimeRecoveryStatus": status });
    if is_on {
        recovery["RecoveryPeriodInDays"] = days.into();
    }
    json!({ "ContinuousBackupsDescription":
        { "ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery } })
}

fn create(tables: &mut Tables, key: (String, String), body: &Json) -> Answer {
    if tables.contains_key(&key) {
        return Err(("ResourceInUseException", "Table already exists".to_owned()));
    }
    let by_request = body["BillingMode"] == "PAY_PER_REQUEST";
    if by_request != body["ProvisionedThroughput"].is_null() {
        return Err((
            "ValidationException",
            "capacity goes with PROVISIONED, and with nothing else".to_owned(),
        ));
    }
    let mut table = body.clone();
    table["TableArn"] = format!("arn:aws:dynamodb:{}:123456789012:table/{}", key.0, key.1).into();
    table["TableStatus"] = "CREATING".into();
    table["x-tags"] = body["Tags"].as_array().cloned().unwrap_or_default().into();
    table["x-ttl"] = json!({ "TimeToLiveStatus": "DISABLED" });
    table["Replicas"] = json!([]);
    shape(&mut table, body);
    let answer = json!({ "TableDescription": table });
    tables.insert(key, table);
    Ok(answer)
}

/// Brings what was asked for into the shape of descriptions.
fn shape(table: &mut Json, body: &Json) {
    if !body["BillingMode"].is_null() {
        table["BillingModeSummary"] = json!({ "BillingMode": body["BillingMode"] });
    }
    if !body["TableClass"].is_null() {
        table["TableClassSummary"] = json!({ "TableClass": body["TableClass"] });
    }
    let stream = &body["StreamSpecification"];
    if !stream.is_null() {
        let label = format!("label of {}", stream["StreamViewType"]);
        table["LatestStreamArn"] = format!("{}/stream/{label}", table["TableArn"]).into();
        table["LatestStreamLabel"] = label.into();
        table["StreamSpecification"] = stream.clone();
    }
    let sse = &body["SSESpecification"];
    if sse["Enabled"] == true {
        let arn = sse["KMSMasterKeyId"].as_str().unwrap_or("arn:aws:kms:us-east-1:123456789012:key/default");
        table["SSEDescription"] = json!({ "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn });
    } else if sse["Enabled"] == false {
        table["SSEDescription"] = Json::Null;
    }
    for part in ["OnDemandThroughput", "DeletionProtectionEnabled", "ProvisionedThroughput"] {
        if !body[part].is_null() {
            table[part] = body[part].clone();
        }
    }
    for index in table["GlobalSecondaryIndexes"].as_array_mut().into_iter().flatten() {
        index["IndexStatus"] = "ACTIVE".into();
        if index["WarmThroughput"].is_null() {
            index["WarmThroughput"] = json!({ "ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000 });
        }
    }
    if table["WarmThroughput"].is_null() {
        table["WarmThroughput"] = json!({ "ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000 });
    }
}

/// Settings that are changed together; all others are changed alone.
const CAPACITY: [&str; 3] = ["BillingMode", "OnDemandThroughput", "ProvisionedThroughput"];

fn update(tables: &mut Tables, key: &(String, String), body: &Json) -> Answer {
    let table = tables.get_mut(key).expect("it was found");
    if table["TableStatus"] != "ACTIVE" {
        return Err(("ResourceInUseException", "the table is being changed".to_owned()));
    }
    let parts: Vec<&String> = body.as_object().into_iter().flat_map(|body| body.keys()).collect();
    let parts: Vec<&String> = parts
        .into_iter()
        .filter(|part| !["TableName", "AttributeDefinitions"].contains(&part.as_str()))
        .collect();
    let indexes = body["GlobalSecondaryIndexUpdates"].as_array().cloned().unwrap_or_default();
    let is_capacity =
        |part: &&&String| CAPACITY.contains(&part.as_str()) || part.as_str() == "GlobalSecondaryIndexUpdates";
    let is_strong = [body, table].iter().any(|json| json["MultiRegionConsistency"] == "STRONG");
    if !is_strong && parts.len() > 1 && !parts.iter().all(|part| is_capacity(&part)) {
        return Err(("ValidationException", format!("one change at a time, not {parts:?}")));
    }
    if !is_strong && body["ReplicaUpdates"].as_array().is_some_and(|updates| updates.len() > 1) {
        return Err(("ValidationException", "one replica at a time".to_owned()));
    }
    let enables = |json: &Json| json["StreamSpecification"]["StreamEnabled"] == true;
    if enables(body) && enables(table) {
        return Err(("ValidationException", "Table already has an enabled stream".to_owned()));
    }
    for index in &indexes {
        let part = &index["Update"];
        let all = table["GlobalSecondaryIndexes"].as_array_mut().into_iter().flatten();
        for known in all.filter(|known| known["IndexName"] == part["IndexName"]) {
            for name in ["OnDemandThroughput", "ProvisionedThroughput", "WarmThroughput"] {
                if !part[name].is_null() {
                    known[name] = part[name].clone();
                }
            }
        }
    }
    shape(table, body);
    if is_strong {
        table["MultiRegionConsistency"] = "STRONG".into();
    }
    for witness in body["GlobalTableWitnessUpdates"].as_array().into_iter().flatten() {
        let made = &witness["Create"]["RegionName"];
        table["GlobalTableWitnesses"] = if made.is_null() {
            json!([])
        } else {
            json!([{ "RegionName": made, "WitnessStatus": "ACTIVE" }])
        };
    }
    table["TableStatus"] = "UPDATING".into();
    let copy = table.clone();
    for part in body["ReplicaUpdates"].as_array().into_iter().flatten() {
        replicate(tables, key, &copy, part);
    }
    Ok(json!({ "TableDescription": copy }))
}

fn replicate(tables: &mut Tables, key: &(String, String), table: &Json, part: &Json) {
    let (made, gone) = (&part["Create"], part["Delete"]["RegionName"].as_str());
    let replicas = tables.get_mut(key).expect("it was found")["Replicas"].as_array_mut().expect("a list");
    if let Some(region) = gone {
        replicas.retain(|replica| replica["RegionName"] != region);
        tables.remove(&(region.to_owned(), key.1.clone()));
        return;
    }
    let region = made["RegionName"].as_str().expect("a region").to_owned();
    replicas.push(
        json!({ "RegionName": region, "ReplicaStatus": "ACTIVE", "KMSMasterKeyId": made["KMSMasterKeyId"] }),
    );
    let mut copy = table.clone();
    copy["x-tags"] = json!([]);
    copy["x-pitr"] = Json::Null;
    copy["DeletionProtectionEnabled"] = false.into();
    tables.insert((region, key.1.clone()), copy);
}

async fn connection(fake: Fake, mut stream: TcpStream) {
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            match stream.read_buf(&mut bytes).await {
                Ok(1..) => continue,
                _ => return,
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let header = |name: &str| {
            head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).unwrap_or_default()
        };
        let length: usize = header("content-length:").parse().unwrap_or(0);
        while bytes.len() < end + 4 + length {
            if stream.read_buf(&mut bytes).await.is_ok_and(|count| count == 0) {
                return;
            }
        }
        let original = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let target = original.lines().find(|line| line.to_ascii_lowercase().starts_with("x-amz-target:"));
        let operation = target.and_then(|line| line.rsplit('.').next()).unwrap_or_default().to_owned();
        let region = header("authorization:").split('/').nth(2).unwrap_or_default().to_owned();
        let body = serde_json::from_slice(&bytes[end + 4..end + 4 + length]).unwrap_or_default();
        bytes.drain(..end + 4 + length);
        let (status, body) = match fake.answer(&region, &operation, &body) {
            Ok(body) => ("200 OK", body),
            Err((code, message)) => ("400 Bad Request", json!({ "__type": code, "message": message })),
        };
        let body = body.to_string();
        let kind = "Content-Type: application/x-amz-json-1.0";
        let answer = format!("HTTP/1.1 {status}\r\n{kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Plans and applies a configuration, and holds that reading and planning again find no difference.
async fn apply(cloud: &Cloud, prior: &Value, config: &str) -> Value {
    let config = cloud.config(KIND, config).await;
    let plan = cloud.plan(KIND, prior, &config).await;
    assert!(!plan.diagnostics.has_errors(), "{:#?}", plan.diagnostics);
    assert!(plan.requires_replace.is_empty(), "{:?}", plan.requires_replace);
    let answer = cloud.apply(KIND, prior, &plan.planned, &cloud.token()).await;
    assert!(answer.diagnostics.is_empty(), "{:#?}", answer.diagnostics);
    let again = cloud.plan(KIND, &cloud.read(KIND, &answer.state).await, &config).await.planned;
    for (name, value) in answer.state.as_mapping().expect("an object") {
        assert_eq!(again.get(name), Some(value), "{name}");
    }
    answer.state
}

const FULL: &str = r#"{"name": "t", "hash_key": "id", "billing_mode": "PAY_PER_REQUEST",
    "stream_enabled": true, "stream_view_type": "NEW_IMAGE",
    "table_class": "STANDARD_INFREQUENT_ACCESS", "attribute": [{"name": "id", "type": "S"}, {"name": "at", "type": "N"}],
    "on_demand_throughput": [{"max_read_request_units": 10, "max_write_request_units": 20}],
    "server_side_encryption": [{"enabled": true, "kms_key_arn": "arn:aws:kms:us-east-1:123456789012:key/k"}],
    "point_in_time_recovery": [{"enabled": true, "recovery_period_in_days": 7}],
    "global_secondary_index": [{"name": "i", "hash_key": "at", "projection_type": "ALL",
        "on_demand_throughput": [{"max_read_request_units": 5, "max_write_request_units": 6}]}],
    "replica": [{"region_name": "eu-west-1", "point_in_time_recovery": true, "propagate_tags": true}],
    "tags": {"a": "b"}}"#;

const CHANGED: &str = r#"{"name": "t", "hash_key": "id", "billing_mode": "PAY_PER_REQUEST",
    "stream_enabled": true, "stream_view_type": "KEYS_ONLY",
    "attribute": [{"name": "id", "type": "S"}, {"name": "at", "type": "N"}],
    "on_demand_throughput": [{"max_read_request_units": 11, "max_write_request_units": -1}],
    "server_side_encryption": [{"enabled": false}],
    "point_in_time_recovery": [{"enabled": true, "recovery_period_in_days": 9}],
    "global_secondary_index": [{"name": "i", "hash_key": "at", "projection_type": "ALL",
        "on_demand_throughput": [{"max_read_request_units": 7, "max_write_request_units": 6}],
        "warm_throughput": [{"read_units_per_second": 13000, "write_units_per_second": 5000}]}],
    "replica": [{"region_name": "ap-south-1", "kms_key_arn": "arn:aws:kms:ap-south-1:123456789012:key/k"},
        {"region_name": "eu-west-1", "propagate_tags": true}],
    "tags": {"a": "c"}}"#;

const STRONG: &str = r#"{"name": "t", "hash_key": "id", "billing_mode": "PAY_PER_REQUEST",
    "attribute": [{"name": "id", "type": "S"}],
    "server_side_encryption": [{"enabled": false}],
    "replica": [{"region_name": "us-east-2", "consistency_mode": "STRONG"}],
    "global_table_witness": [{"region_name": "us-west-2"}]}"#;

async fn cloud(fake: &Fake) -> Cloud {
    let mut cloud = Cloud::start("").await;
    let provider = start();
    let skips = r#""skip_credentials_validation": true, "skip_requesting_account_id": true"#;
    let diagnostics = configure(&*provider, &provider_block(&fake.serve().await, skips)).await;
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    cloud.provider = provider;
    cloud
}

#[tokio::test]
async fn tables_are_changed_one_thing_at_a_time() {
    let fake = Fake::default();
    let cloud = cloud(&fake).await;
    let state = apply(&cloud, &cloud.null(KIND), FULL).await;
    let state = apply(&cloud, &state, CHANGED).await;
    fake.tamper("eu-west-1", |replica| {
        let tags = json!([{ "Key": "a", "Value": "c" }]);
        assert_eq!(replica["x-tags"], tags, "tags of the table are the replica's");
        assert_eq!(replica["x-pitr"]["PointInTimeRecoveryEnabled"], false);
    });
    assert_eq!(state.get("stream_label").and_then(Value::as_str), Some("label of \"KEYS_ONLY\""));
    let tampers: [(&str, Tamper); 4] = [
        ("table_class", |table| {
            table["TableClassSummary"] = json!({ "TableClass": "STANDARD_INFREQUENT_ACCESS" });
        }),
        ("on_demand_throughput", |table| table["OnDemandThroughput"]["MaxReadRequestUnits"] = 99.into()),
        ("server_side_encryption", |table| {
            table["SSEDescription"] = json!({ "Status": "ENABLED", "SSEType": "KMS" });
        }),
        ("global_secondary_index", |table| {
            table["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] = json!({ "MaxReadRequestUnits": 1 });
        }),
    ];
    for (attribute, tamper) in tampers {
        fake.tamper("us-east-1", tamper);
        let drifted = cloud.read(KIND, &state).await;
        for (name, value) in state.as_mapping().expect("an object") {
            assert_eq!(
                drifted.get(name) == Some(value),
                &**name != attribute,
                "{name}, tampered: {attribute}"
            );
        }
        assert_eq!(apply(&cloud, &drifted, CHANGED).await, state, "{attribute}");
    }
    fake.tamper("eu-west-1", |replica| replica["x-pitr"] = json!({ "PointInTimeRecoveryEnabled": true }));
    let drifted = cloud.read(KIND, &state).await;
    assert_ne!(drifted.get("replica"), state.get("replica"));
    let state = apply(&cloud, &drifted, CHANGED).await;
    cloud.delete(KIND, &state).await;
    assert!(fake.0.lock().expect("no holder panics").is_empty(), "replicas go with the table");
}

#[tokio::test]
async fn strong_replicas_come_and_go_with_their_witness() {
    let fake = Fake::default();
    let cloud = cloud(&fake).await;
    let state = apply(&cloud, &cloud.null(KIND), STRONG).await;
    cloud.delete(KIND, &state).await;
    assert!(fake.0.lock().expect("no holder panics").is_empty(), "replicas go with the table");
}

#[tokio::test]
async fn tables_that_cannot_be_are_refused() {
    let cloud = Cloud::start("").await;
    let configs = [
        (
            r#"{"name": "t", "hash_key": "id", "attribute": [{"name": "id", "type": "S"}, {"name": "x", "type": "S"}]}"#,
            r#"all attributes must be indexed. Unused attributes: ["x"]"#,
        ),
        (
            r#"{"name": "t", "hash_key": "id", "range_key": "at", "attribute": [{"name": "id", "type": "S"}]}"#,
            r#"all indexes must match a defined attribute. Unmatched indexes: ["at"]"#,
        ),
        (r#"{"name": "t", "restore_source_name": "s"}"#, "Missing required argument"),
        (r#"{"name": "t"}"#, "Missing required argument"),
        (
            r#"{"name": "t", "hash_key": "id", "attribute": [{"name": "id", "type": "S"}]}"#,
            r#"read_capacity must be at least 1 when billing_mode is "PROVISIONED""#,
        ),
        (
            r#"{"name": "t", "hash_key": "id", "attribute": [{"name": "id", "type": "S"}], "read_capacity": 1,
                "billing_mode": "PAY_PER_REQUEST"}"#,
            r#"read_capacity can not be set when billing_mode is "PAY_PER_REQUEST""#,
        ),
    ];
    for (config, summary) in configs {
        let wanted = cloud.config(KIND, config).await;
        let mut told = cloud.provider.validate_resource(KIND, &wanted).await;
        if !told.has_errors() {
            told = cloud.plan(KIND, &cloud.null(KIND), &wanted).await.diagnostics;
        }
        assert!(told.iter().any(|told| told.summary == summary), "{config}: {told:#?}");
    }
}
