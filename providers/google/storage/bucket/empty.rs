//! Deleting a bucket, and what is in it where that is asked for.

use crate::account::site::Site;
use crate::account::{Listing, Request};
use crate::fault::found;
use crate::links;
use crate::storage::bucket::path;
use crate::storage::{CALLS_MAX, LISTING};
use futures::stream::{self, TryStreamExt};
use reqwest::Method;
use serde_json::Value as Json;
use std::cmp::Reverse;
use trueup_provider_kit::{Backoff, Call, Fault, FaultKind, Fields, Object};

/// The lists of folders.
const FOLDERS: Listing = Listing { items: "items", page: ("pageSize", "1000") };

/// Deletes a bucket. One that isn't empty is emptied first where `force_destroy` says so, and else refused: nobody waits for
/// others to empty it.
pub(super) async fn delete(call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
    let path = path(object);
    let is_forced = object.flag("force_destroy") == Some(true);
    let mut backoff = Backoff::short();
    loop {
        match call.site.storage.put(Method::DELETE, &path, None).await {
            Err(fault) if fault.kind == FaultKind::Exists && is_forced && !call.deadline.is_past() => {
                empty(call, object).await?;
                // Something may have come while it was emptied.
                backoff.pause().await;
            }
            Err(fault) if fault.kind == FaultKind::Exists => return Err(not_empty(object, fault)),
            outcome => return outcome.map(drop),
        }
    }
}

fn not_empty(object: &Object, fault: Fault) -> Fault {
    let hint = if object.flag("force_destroy") == Some(true) {
        "Find out what keeps writing to it, and run again."
    } else {
        "Remove what is in it, or set force_destroy to true and apply that first: all objects and their versions go with it then."
    };
    Fault { kind: FaultKind::Invalid, ..fault }.hint(hint)
}

/// Deletes what is in a bucket: objects in all their versions, a page at a time, and folders from the inside out.
async fn empty(call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
    let bucket = path(object);
    let objects = format!("{bucket}/o");
    let all_versions = [("versions", "true"), ("fields", "items(name,generation),nextPageToken")];
    loop {
        let page = found(call.site.storage.page(&objects, &all_versions, (&LISTING, None)).await)?;
        let (versions, _) = page.unwrap_or_default();
        if versions.is_empty() {
            break;
        }
        if call.deadline.is_past() {
            let message = "there still are objects in the bucket at the end of the timeout";
            return Err(Fault::new(FaultKind::TimedOut, message).during("emptying the bucket"));
        }
        let gone = versions.iter().map(Ok).collect::<Vec<Result<&Json, Fault>>>();
        stream::iter(gone)
            .try_for_each_concurrent(CALLS_MAX, |version| version_gone(call, &objects, version))
            .await?;
    }
    // Folders that are things of their own are there in some buckets only.
    if object.flag("uniform_bucket_level_access") == Some(true) {
        folders(call, &format!("{bucket}/managedFolders")).await?;
    }
    if object.item("hierarchical_namespace").and_then(|block| block.flag("enabled")) == Some(true) {
        folders(call, &format!("{bucket}/folders")).await?;
    }
    Ok(())
}

async fn version_gone(call: &Call<'_, Site>, objects: &str, version: &Json) -> Result<(), Fault> {
    let name = version["name"].as_str().unwrap_or_default();
    let path = format!("{objects}/{}", links::segment(name));
    let query = [("generation", version["generation"].as_str().unwrap_or_default())];
    let request = Request { query: &query, ..Request::of(Method::DELETE, &path) };
    let gone = found(call.site.storage.send(&request).await);
    gone.map(drop).map_err(|fault| fault.during(format!("deleting the object {name} of the bucket")))
}

/// Deletes folders, the innermost first.
async fn folders(call: &Call<'_, Site>, list: &str) -> Result<(), Fault> {
    let (mut names, mut token): (Vec<String>, Option<String>) = (Vec::new(), None);
    loop {
        let page = found(call.site.storage.page(list, &[], (&FOLDERS, token.as_deref())).await)?;
        let (folders, next) = page.unwrap_or_default();
        names.extend(folders.iter().filter_map(|folder| folder["name"].as_str().map(str::to_owned)));
        token = next;
        if token.is_none() {
            break;
        }
    }
    names.sort_by_key(|name| Reverse(name.matches('/').count()));
    for name in names {
        let path = format!("{list}/{}", links::segment(&name));
        found(call.site.storage.put(Method::DELETE, &path, None).await)
            .map_err(|fault| fault.during(format!("deleting the folder {name} of the bucket")))?;
    }
    Ok(())
}
