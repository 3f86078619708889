//! What the fake cloud makes of a planned object.

use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_value::{Name, Value};

/// What is asked for: a new object, or what an old one shall become.
#[derive(Clone, Debug)]
pub(super) struct Creation {
    /// The resource type.
    pub(super) kind: Name,
    /// The object; unknown where the cloud shall say.
    pub(super) planned: Value,
    /// The region of the provider.
    pub(super) region: Name,
    /// The token of the call.
    pub(super) token: Arc<str>,
}

/// What a disk is when nobody says.
const DISK_KIND: &str = "ssd";

/// The object with everything set that the cloud sets. What is known stays.
pub(super) fn complete(creation: &Creation, id: &Name, revision: i64) -> Value {
    let fields = creation.planned.as_mapping().expect("a planned object is an object");
    let mut complete = fields.clone();
    for (name, value) in &mut complete {
        if name.as_ref() == "disk" {
            *value = complete_disks(value, id);
        }
        if value.is_known() {
            continue;
        }
        *value = match name.as_ref() {
            "id" => Value::string(id.clone()),
            "arn" => Value::string(format!("arn:fake:{}:{id}", creation.region)),
            "revision" => revision.into(),
            "label" => fields["name"].clone(),
            _ => unreachable!("only computed attributes are unknown: the provider checked"),
        };
    }
    Value::object(complete)
}

fn complete_disks(disks: &Value, id: &Name) -> Value {
    let items = disks.as_sequence().expect("blocks are a list");
    let complete = items.iter().enumerate().map(|(index, disk)| {
        let mut fields: BTreeMap<Name, Value> = disk.as_mapping().expect("a block is an object").clone();
        fields.entry("id".into()).and_modify(|v| fill(v, &format!("{id}-disk-{index}")));
        fields.entry("kind".into()).and_modify(|v| fill(v, DISK_KIND));
        Value::object(fields)
    });
    let ty = disks.ty().element().expect("a list has an element type").clone();
    Value::list(ty, complete.collect::<Vec<_>>())
}

fn fill(value: &mut Value, text: &str) {
    if !value.is_known() {
        *value = Value::string(text);
    }
}

/// The plan with everything set that can be known before: defaults, and what follows from the name.
pub(super) fn foresee(planned: &Value) -> Value {
    let Some(fields) = planned.as_mapping() else { return planned.clone() };
    let mut foreseen = fields.clone();
    if let Some(label) = foreseen.get_mut("label").filter(|l| !l.is_known()) {
        *label = fields["name"].clone();
    }
    if let Some(disks) = foreseen.get_mut("disk").filter(|d| d.is_known()) {
        let items = disks.as_sequence().expect("blocks are a list").iter().map(|disk| {
            let mut fields = disk.as_mapping().expect("a block is an object").clone();
            fields.entry("kind".into()).and_modify(|v| fill(v, DISK_KIND));
            Value::object(fields)
        });
        let ty = disks.ty().element().expect("a list has an element type").clone();
        *disks = Value::list(ty, items.collect::<Vec<_>>());
    }
    Value::object(foreseen)
}
