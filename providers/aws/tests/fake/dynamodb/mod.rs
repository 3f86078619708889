//! `DynamoDB`: tables, which are changed one thing at a time and are busy meanwhile.

mod backups;
mod create;
mod replicas;
mod update;

use super::ec2::age;
use super::world::{ACCOUNT, Outcome, Refusal, Thing, World, refuse};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use trueup_provider_walk::{Reply, Request};

/// A call: its region, and the members of its body, which are taken one by one.
struct Call<'a> {
    world: &'a mut World,
    region: &'a str,
    body: Map<String, Json>,
}

type Operation = (&'static str, fn(&mut Call<'_>) -> Outcome<Json>);

const OPERATIONS: &[Operation] = &[
    ("CreateTable", create::create),
    ("DeleteTable", delete),
    ("DescribeContinuousBackups", backups::describe),
    ("DescribeTable", describe),
    ("DescribeTimeToLive", backups::describe_ttl),
    ("ListTagsOfResource", list_tags),
    ("TagResource", tag),
    ("UntagResource", untag),
    ("UpdateContinuousBackups", backups::update),
    ("UpdateTable", update::update),
    ("UpdateTimeToLive", backups::update_ttl),
];

const TARGET: &str = "DynamoDB_20120810.";

/// What a request is called.
pub(crate) fn name(request: &Request) -> String {
    let target = request.header("x-amz-target").unwrap_or_default();
    target.strip_prefix(TARGET).unwrap_or_default().to_owned()
}

/// Answers a request.
pub(crate) fn answer(world: &mut World, region: &str, request: &Request) -> Outcome<Reply> {
    let name = name(request);
    let Some((_, run)) = OPERATIONS.iter().find(|(of, _)| *of == name) else {
        return Err(refuse("UnknownOperationException", format!("The operation {name:?} is not here")));
    };
    let malformed = || refuse("SerializationException", "The body is no JSON object");
    let body = serde_json::from_slice(&request.body).map_err(|_| malformed())?;
    let answer = run(&mut Call { world, region, body })?;
    Ok(Reply { body: answer.to_string().into_bytes(), ..reply(200) })
}

/// The answer of a call refused.
pub(crate) fn refused(refusal: &Refusal) -> Reply {
    let name = format!("com.amazonaws.dynamodb.v20120810#{}", refusal.code);
    let body = json!({"__type": name, "message": refusal.message});
    Reply { body: body.to_string().into_bytes(), ..reply(refusal.status) }
}

fn reply(status: u16) -> Reply {
    let kind = ("Content-Type".into(), "application/x-amz-json-1.0".into());
    Reply { status, headers: vec![kind], body: Vec::new() }
}

fn invalid(message: impl Into<String>) -> Refusal {
    refuse("ValidationException", message)
}

fn busy(message: impl Into<String>) -> Refusal {
    refuse("ResourceInUseException", message)
}

fn missing(what: &str) -> Refusal {
    refuse("ResourceNotFoundException", format!("Requested resource not found: {what}"))
}

fn arn(region: &str, name: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}")
}

/// The key of a table in the store.
fn key(region: &str, name: &str) -> String {
    format!("dynamodb:{region}:{name}")
}

fn list<'a>(of: &'a Json, name: &str) -> &'a [Json] {
    of[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

impl Call<'_> {
    fn take(&mut self, name: &str) -> Json {
        self.body.remove(name).unwrap_or_default()
    }

    fn text(&mut self, name: &str) -> Outcome<String> {
        let text = self.take(name);
        text.as_str().map(str::to_owned).ok_or_else(|| invalid(format!("{name} must not be null")))
    }

    /// Refuses what nobody took.
    fn done(&self) -> Outcome<()> {
        match self.body.keys().next() {
            Some(name) => Err(refuse("SerializationException", format!("{name} is not known here"))),
            None => Ok(()),
        }
    }

    /// The table that the request names.
    fn named(&mut self) -> Outcome<String> {
        let name = self.text("TableName")?;
        self.at(&name)
    }

    /// The table of this name, which can be found.
    fn at(&mut self, name: &str) -> Outcome<String> {
        let key = key(self.region, name);
        match self.world.look("table", self.region, &key) {
            Some(_) => Ok(key),
            None => Err(missing(&format!("Table: {name} not found"))),
        }
    }

    /// The table whose ARN the request gives.
    fn resource(&mut self) -> Outcome<String> {
        let arn = self.text("ResourceArn")?;
        let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
        if arn != self::arn(self.region, &name) {
            return Err(invalid(format!("Invalid TableArn: {arn}")));
        }
        self.at(&name)
    }

    fn table(&mut self, key: &str) -> &mut Thing {
        self.world.things.get_mut(key).expect("it was found there")
    }
}

fn describe(call: &mut Call<'_>) -> Outcome<Json> {
    let key = call.named()?;
    call.done()?;
    let answer = json!({"Table": call.table(&key).body});
    age(call.world, &key);
    Ok(answer)
}

fn delete(call: &mut Call<'_>) -> Outcome<Json> {
    let key = call.named()?;
    call.done()?;
    let table = call.table(&key);
    let name = table.text("TableName").to_owned();
    if table.body["DeletionProtectionEnabled"] == json!(true) {
        let message = "Resource cannot be deleted as it is currently protected against deletion.";
        return Err(invalid(message));
    }
    if !list(&table.body, "Replicas").is_empty() {
        return Err(invalid("Replica cannot be deleted because it has replicas in other regions."));
    }
    if table.text("TableStatus") != "ACTIVE" {
        return Err(busy(format!("Attempt to change a resource which is still in use: {name}")));
    }
    table.body["TableStatus"] = json!("DELETING");
    table.later.clear();
    table.later.push_back(Json::Null);
    Ok(json!({"TableDescription": table.body}))
}

fn read_tags(tags: &Json) -> Outcome<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    for tag in tags.as_array().into_iter().flatten() {
        let (Some(key), Some(value)) = (tag["Key"].as_str(), tag["Value"].as_str()) else {
            return Err(invalid("A tag has a key and a value"));
        };
        if key.starts_with("aws:") || key.is_empty() || key.len() > 128 || value.len() > 256 {
            return Err(invalid("One or more parameter values were invalid: tags"));
        }
        all.insert(key.to_owned(), value.to_owned());
    }
    Ok(all)
}

/// The table whose tags are to change: none is while it is made or goes.
fn taggable(call: &mut Call<'_>) -> Outcome<String> {
    let key = call.resource()?;
    let table = call.table(&key);
    if ["CREATING", "DELETING"].contains(&table.text("TableStatus")) {
        return Err(busy("Attempt to change a resource which is still in use"));
    }
    Ok(key)
}

fn tag(call: &mut Call<'_>) -> Outcome<Json> {
    let key = taggable(call)?;
    let tags = read_tags(&call.take("Tags"))?;
    call.done()?;
    call.table(&key).tags.extend(tags);
    Ok(json!({}))
}

fn untag(call: &mut Call<'_>) -> Outcome<Json> {
    let key = taggable(call)?;
    let keys = call.take("TagKeys");
    call.done()?;
    call.table(&key).tags.retain(|key, _| !keys.as_array().is_some_and(|keys| keys.contains(&json!(key))));
    Ok(json!({}))
}

fn list_tags(call: &mut Call<'_>) -> Outcome<Json> {
    let key = call.resource()?;
    call.done()?;
    let pair = |(key, value): (&String, &String)| json!({"Key": key, "Value": value});
    let tags: Vec<Json> = call.table(&key).tags.iter().map(pair).collect();
    Ok(json!({"Tags": tags}))
}
