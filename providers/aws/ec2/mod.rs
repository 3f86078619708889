//! What the EC2 types share: filters, tags, and the mark of a creation under way.

pub(crate) mod default_security_group;
pub(crate) mod ebs_volume;
pub(crate) mod eip;
pub(crate) mod instance;
pub(crate) mod internet_gateway;
pub(crate) mod key_pair;
mod launch;
pub(crate) mod launch_template;
pub(crate) mod nat_gateway;
pub(crate) mod route;
pub(crate) mod route_table;
pub(crate) mod route_table_association;
pub(crate) mod security_group;
pub(crate) mod security_group_rule;
pub(crate) mod subnet;
pub(crate) mod volume_attachment;
pub(crate) mod volume_change;
pub(crate) mod vpc;
pub(crate) mod vpc_endpoint;
pub(crate) mod vpc_security_group_rule;

use crate::account::site::Site;
use crate::fault::Attempt;
use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use std::future::Future;
use std::time::Duration;
use trueup_provider_kit::{Deadline, Fault, FaultKind, Fields, Object, Readings, Tags, TagsChange, lookup};

/// How many values a filter may have (EC2 API reference, "Filtering").
pub(crate) const FILTER_MAX: usize = 200;
/// How many items one page may have.
pub(crate) const PAGE_MAX: i32 = 1000;
/// How long something new may not be known everywhere.
const EARLY: Duration = Duration::from_mins(1);
/// The tag that a creation carries until it is known to be recorded, where the API has no client token.
pub(crate) const STEP_TAG: &str = "trueup:step";

/// A filter; unlike a list of ids it leaves out what doesn't exist instead of failing.
pub(crate) fn filter<T: Into<String>>(name: &str, values: impl IntoIterator<Item = T>) -> Filter {
    let values = values.into_iter().map(Into::into).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// Reads objects that many are described of by their ids, and that are filled in from what is described.
pub(crate) async fn by_id<T, F>(
    objects: Vec<Object>,
    describe: impl Fn(Vec<String>) -> F,
    fill: impl Fn(&mut Object, &T),
) -> Readings
where
    F: Future<Output = Result<Vec<(String, T)>, Fault>>,
{
    lookup(objects, FILTER_MAX, |object| object.id_or_empty().to_owned(), describe, fill).await
}

/// Tags to create something with.
pub(crate) fn specification(kind: ResourceType, tags: &Tags) -> Option<Vec<TagSpecification>> {
    if tags.is_empty() {
        return None;
    }
    let tags = tags.iter().map(|(key, value)| sdk_tag(key, value)).collect();
    Some(vec![TagSpecification::builder().resource_type(kind).set_tags(Some(tags)).build()])
}

/// The tags to create an object with.
pub(crate) fn tagged(kind: ResourceType, object: &Object) -> Option<Vec<TagSpecification>> {
    specification(kind, &object.map("tags_all"))
}

/// The tags to create an object with, and the mark of the creation.
pub(crate) fn marked(kind: ResourceType, object: &Object, token: &str) -> Option<Vec<TagSpecification>> {
    let mut tags = object.map("tags_all");
    tags.insert(STEP_TAG.into(), token.into());
    specification(kind, &tags)
}

/// Takes the mark of a creation away. Where the credentials don't suffice it stays: reads don't show it. What was made
/// a moment ago may not be known everywhere yet.
pub(crate) async fn unmark(site: &Site, id: &str) -> Result<(), Fault> {
    let is_early = |fault: &Fault| fault.kind == FaultKind::NotFound;
    let attempt = || async {
        let mark = Tag::builder().key(STEP_TAG).build();
        let outcome = site.ec2.delete_tags().resources(id).tags(mark).send().await;
        outcome.attempt("removing the tag trueup:step")
    };
    match Deadline::after(EARLY).retry(is_early, attempt).await {
        Err(fault) if fault.kind != FaultKind::Denied => Err(fault),
        _ => Ok(()),
    }
}

/// Whether something found by its natural key carries the tags that its creation gave it: others may have made a
/// thing of the same name.
pub(crate) fn has_planned_tags(object: &Object, found: &[Tag]) -> bool {
    tags(found) == object.map("tags_all")
}

/// The filter that finds what a creation with this token has made.
pub(crate) fn mark_filter(token: &str) -> Filter {
    filter(&format!("tag:{STEP_TAG}"), [token])
}

/// A tag for requests.
pub(crate) fn sdk_tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

/// Tags as the SDK answers them.
pub(crate) fn tags(tags: &[Tag]) -> Tags {
    let pair = |tag: &Tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()));
    tags.iter().filter_map(pair).collect()
}

/// Brings the tags of `id` from what `prior` has to what `object` has.
pub(crate) async fn update_tags(site: &Site, id: &str, prior: &Object, object: &Object) -> Result<(), Fault> {
    let change = TagsChange::between(&prior.map("tags_all"), &object.map("tags_all"));
    change_tags(site, id, &change).await
}

/// Carries out a change of tags.
pub(crate) async fn change_tags(site: &Site, id: &str, change: &TagsChange) -> Result<(), Fault> {
    if !change.remove.is_empty() {
        let keys = change.remove.iter().map(|key| Tag::builder().key(key).build()).collect();
        site.ec2.delete_tags().resources(id).set_tags(Some(keys)).send().await.attempt("removing tags")?;
    }
    if !change.set.is_empty() {
        let set = change.set.iter().map(|(key, value)| sdk_tag(key, value)).collect();
        site.ec2.create_tags().resources(id).set_tags(Some(set)).send().await.attempt("setting tags")?;
    }
    Ok(())
}
