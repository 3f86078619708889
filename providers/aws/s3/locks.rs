//! What protects versions of objects, and deleting them with it.

use crate::account::site::Site;
use crate::fault::Attempt;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sdk_s3::types::{
    Delete, Error, ObjectIdentifier, ObjectLockLegalHold, ObjectLockLegalHoldStatus as Hold, ObjectLockMode,
    ObjectLockRetention,
};
use trueup_provider_kit::{Fault, FaultKind, Fields, Object};

const HOLD: &str = "object_lock_legal_hold_status";
const RETENTION: [&str; 2] = ["object_lock_mode", "object_lock_retain_until_date"];

/// The end of an object's retention.
pub(super) fn lock_end(object: &Object) -> Result<Option<DateTime>, Fault> {
    let Some(text) = object.text(RETENTION[1]) else { return Ok(None) };
    let date = DateTime::from_str(text, DateTimeFormat::DateTimeWithOffset);
    let bad = |_| Fault::new(FaultKind::Invalid, format!("{text:?} is not a date and time as in RFC 3339"));
    date.map(Some).map_err(bad)
}

/// Brings what protects the current version from what `prior` has to what `object` has.
pub(super) async fn change_locks(site: &Site, prior: &Object, object: &Object) -> Result<(), Fault> {
    let (bucket, key) = (object.owned("bucket"), object.owned("key"));
    if object.differs(prior, HOLD) {
        let status = object.text(HOLD).map_or(Hold::Off, Hold::from);
        let hold = ObjectLockLegalHold::builder().status(status).build();
        let request = site.s3.put_object_legal_hold().set_bucket(bucket.clone()).set_key(key.clone());
        request.legal_hold(hold).send().await.attempt("changing the legal hold of the object")?;
    }
    if object.differs_in(prior, &RETENTION) {
        let (before, end) = (lock_end(prior)?, lock_end(object)?);
        // What governance protects can be given up by those who may; nobody can what compliance does.
        let is_less = before.is_some_and(|before| end.is_none_or(|end| end < before));
        let retention = ObjectLockRetention::builder()
            .set_mode(object.text(RETENTION[0]).map(Into::into))
            .set_retain_until_date(end)
            .build();
        let request = site.s3.put_object_retention().set_bucket(bucket).set_key(key).retention(retention);
        let request = request.set_bypass_governance_retention(is_less.then_some(true));
        request.send().await.attempt("changing the retention of the object")?;
    }
    Ok(())
}

/// Fills in what protects the object. A hold that was lifted is as good as none.
pub(super) fn fill_locks(object: &mut Object, head: &HeadObjectOutput) {
    let hold = head.object_lock_legal_hold_status();
    let hold = hold.filter(|status| **status != Hold::Off || object.is_set(HOLD)).cloned();
    object.put_text(HOLD, hold);
    object.put_text(RETENTION[0], head.object_lock_mode().map(ObjectLockMode::as_str));
    let end = head.object_lock_retain_until_date().and_then(|end| end.fmt(DateTimeFormat::DateTime).ok());
    object.put_text(RETENTION[1], end);
}

/// Deletes every version and delete marker of one key, or of all keys of the bucket; with `lifts_locks` also those that
/// governance or a legal hold protects.
pub(crate) async fn delete_versions(
    site: &Site,
    bucket: &str,
    key: Option<&str>,
    lifts_locks: bool,
) -> Result<(), Fault> {
    let mut lifted = Vec::new();
    loop {
        let ids = versions(site, bucket, key).await?;
        if ids.is_empty() {
            return Ok(());
        }
        let delete = Delete::builder().set_objects(Some(ids)).quiet(true).build();
        let delete = delete.map_err(|e| Fault::new(FaultKind::Other, e.to_string()))?;
        let request = site.s3.delete_objects().bucket(bucket).delete(delete);
        let request = request.set_bypass_governance_retention(lifts_locks.then_some(true));
        let outcome = request.send().await.attempt("deleting versions of objects")?;
        for error in outcome.errors() {
            let version = (error.key().map(str::to_owned), error.version_id().map(str::to_owned));
            let may_be_held = lifts_locks && error.code() == Some("AccessDenied");
            if !may_be_held || lifted.contains(&version) {
                return Err(refused(error));
            }
            lift_hold(site, bucket, &version).await?;
            lifted.push(version);
        }
    }
}

async fn versions(site: &Site, bucket: &str, key: Option<&str>) -> Result<Vec<ObjectIdentifier>, Fault> {
    let request = site.s3.list_object_versions().bucket(bucket).set_prefix(key.map(str::to_owned));
    let page = request.send().await.attempt("listing the versions of objects")?;
    let versions = page.versions().iter().map(|version| (version.key(), version.version_id()));
    let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
    let all = versions.chain(markers).filter(|(of, _)| key.is_none() || *of == key);
    let named = all.filter_map(|(key, version)| Some((key?, version?)));
    let id = |(key, version)| ObjectIdentifier::builder().key(key).version_id(version).build();
    named.map(id).collect::<Result<_, _>>().map_err(|e| Fault::new(FaultKind::Other, e.to_string()))
}

async fn lift_hold(
    site: &Site,
    bucket: &str,
    (key, version): &(Option<String>, Option<String>),
) -> Result<(), Fault> {
    let hold = ObjectLockLegalHold::builder().status(Hold::Off).build();
    let request = site.s3.put_object_legal_hold().bucket(bucket).legal_hold(hold);
    let request = request.set_key(key.clone()).set_version_id(version.clone());
    request.send().await.attempt("lifting the legal hold of a version")?;
    Ok(())
}

fn refused(error: &Error) -> Fault {
    let (code, message) = (error.code().unwrap_or_default(), error.message().unwrap_or_default());
    let message = format!("{}: {message}", error.key().unwrap_or_default());
    let fault = Fault { code: code.into(), ..Fault::new(FaultKind::Other, message) };
    let fault = fault.during("deleting versions of objects");
    match code {
        "AccessDenied" => fault.hint("An object lock may protect it: set force_destroy and apply first."),
        _ => fault,
    }
}
