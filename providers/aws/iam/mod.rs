//! What the IAM types share: tags, times, the account's authorization details, and waiting until writes are seen.
//!
//! IAM is one service for all regions of a partition; the SDK finds its endpoint from any of them.

pub(crate) mod instance_profile;
pub(crate) mod policy;
pub(crate) mod role;
pub(crate) mod role_policy;
pub(crate) mod role_policy_attachment;

use crate::account::site::Site;
use crate::fault::{Attempt, built};
use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail, RoleDetail, Tag};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use std::future::Future;
use std::time::Duration;
use trueup_provider_kit::{Call, Fault, FaultKind, Object, Tags};

/// From how many objects on the details of the whole account cost less than a few calls for each.
pub(crate) const MANY: usize = 12;
/// How many items one page may have.
pub(crate) const PAGE_MAX: i32 = 1000;
/// How long a write may go unseen by the next (IAM User Guide, "Changes that I make are not always immediately
/// visible").
const PROPAGATION: Duration = Duration::from_secs(30);
/// How long writes may take in all: a deletion waits for what still uses the object.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// The tags to create something with.
pub(crate) fn sdk_tags(tags: &Tags) -> Result<Option<Vec<Tag>>, Fault> {
    let tag = |(key, value): (&String, &String)| built(Tag::builder().key(key).value(value).build());
    let tags = tags.iter().map(tag).collect::<Result<Vec<Tag>, Fault>>()?;
    Ok((!tags.is_empty()).then_some(tags))
}

/// Tags as the SDK answers them.
pub(crate) fn tags(tags: &[Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

/// A policy as the API answers it: percent-encoded (RFC 3986).
pub(crate) fn document(encoded: &str) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code =
            after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `2026-01-31T12:00:00Z`
pub(crate) fn time(at: &DateTime) -> Option<String> {
    DateTime::from_secs(at.secs()).fmt(Format::DateTime).ok()
}

/// Tries a write until IAM has seen what it refers to, and until other writes to the same object are through.
pub(crate) async fn seen<T, F>(call: &Call<'_, Site>, attempt: impl FnMut() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    let is_early = |fault: &Fault| {
        let is_unseen = fault.kind == FaultKind::NotFound || fault.message.contains("Invalid principal");
        is_unseen || fault.kind == FaultKind::InUse
    };
    call.deadline.within(PROPAGATION).retry(is_early, attempt).await
}

/// Recovery found an object of the name that differs from what the creation would have made.
pub(crate) fn foreign(what: &str, object: &Object) -> Fault {
    let message = format!(
        "the {what} {} is there but isn't as planned; it may have been there before",
        object.id_or_empty()
    );
    Fault::new(FaultKind::Exists, message).hint("Look whose it is, then import or rename it.")
}

/// What the account's authorization details tell.
#[derive(Default)]
pub(crate) struct Details {
    pub(crate) roles: Vec<RoleDetail>,
    pub(crate) policies: Vec<ManagedPolicyDetail>,
}

/// Reads the authorization details of all roles or policies of the account; None where the credentials don't allow
/// it, though they may allow reading each object.
pub(crate) async fn details(site: &Site, filter: EntityType) -> Result<Option<Details>, Fault> {
    let request = site.iam.get_account_authorization_details().filter(filter);
    let mut pages = request.into_paginator().page_size(PAGE_MAX).send();
    let mut details = Details::default();
    while let Some(page) = pages.next().await {
        match page.attempt("reading the authorization details of the account") {
            Ok(page) => {
                details.roles.extend(page.role_detail_list.unwrap_or_default());
                details.policies.extend(page.policies.unwrap_or_default());
            }
            Err(fault) if fault.kind == FaultKind::Denied => return Ok(None),
            Err(fault) => return Err(fault),
        }
    }
    Ok(Some(details))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_decoded() {
        let cases = [
            ("%7B%22Version%22%3A%20%222012-10-17%22%7D", r#"{"Version": "2012-10-17"}"#),
            ("{\"a\": \"b+c\"}", "{\"a\": \"b+c\"}"),
            ("%C3%A4%", "ä%"),
            ("100%zz", "100%zz"),
        ];
        for (encoded, text) in cases {
            assert_eq!(document(encoded), text, "{encoded}");
        }
    }
}
