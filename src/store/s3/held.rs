//! The lock: an object beside the state that only one can put.

use super::bucket::{Bucket, Condition, Put};
use super::lock_key;
use crate::lock::Held;
use crate::{ErrorKind, Lock, LockInfo, StoreError};
use async_trait::async_trait;
use std::sync::Arc;

/// Takes the lock.
pub(super) async fn lock(bucket: &Arc<Bucket>, key: &str, info: LockInfo) -> Result<Lock, StoreError> {
    let held = S3Held { bucket: bucket.clone(), key: key.into(), id: info.id.clone() };
    if !bucket.settings.use_lockfile {
        return Ok(Lock::new(info, Box::new(Unlocked)));
    }
    let name = lock_key(key);
    let put =
        Put { verb: "lock", key: &name, bytes: info.to_json().into_bytes(), condition: Condition::Absent };
    match bucket.put(put).await {
        Ok(_) => Ok(Lock::new(info, Box::new(held))),
        Err(error) if error.kind == ErrorKind::Conflict => match holder(bucket, key).await? {
            // A put whose answer got lost is sent again and then finds its own object.
            Some(holder) if holder.id == info.id => Ok(Lock::new(info, Box::new(held))),
            holder => Err(StoreError::locked(bucket.object(&name), holder)),
        },
        Err(error) => Err(error),
    }
}

/// Who holds the lock.
pub(super) async fn holder(bucket: &Bucket, key: &str) -> Result<Option<LockInfo>, StoreError> {
    Ok(found(bucket, key).await?.map(|(info, _)| info))
}

async fn found(bucket: &Bucket, key: &str) -> Result<Option<(LockInfo, String)>, StoreError> {
    let name = lock_key(key);
    let Some(got) = bucket.get("read", &name).await? else { return Ok(None) };
    let info = LockInfo::from_json(&got.bytes).ok_or_else(|| {
        StoreError::new(ErrorKind::Corrupt, "lock", bucket.object(&name), "it doesn't say who holds the lock")
            .hint("Make sure that nobody works on this state, then delete the object.")
    })?;
    Ok(Some((info, got.tag)))
}

/// Deletes the lock if it has this id.
pub(super) async fn unlock(bucket: &Bucket, key: &str, id: &str) -> Result<(), StoreError> {
    let name = lock_key(key);
    let refuse = |cause: String| StoreError::new(ErrorKind::Conflict, "unlock", bucket.object(&name), cause);
    match found(bucket, key).await? {
        None => Err(refuse("there is no lock".into())),
        Some((info, _)) if info.id != id => Err(refuse(format!("the lock has the ID {}, not {id}", info.id))),
        Some((_, tag)) => bucket.delete(&name, Condition::Unchanged(tag)).await,
    }
}

struct S3Held {
    bucket: Arc<Bucket>,
    key: String,
    id: String,
}

#[async_trait]
impl Held for S3Held {
    async fn check(&self) -> Result<(), StoreError> {
        match holder(&self.bucket, &self.key).await? {
            Some(info) if info.id == self.id => Ok(()),
            other => {
                let object = self.bucket.object(&lock_key(&self.key));
                let (kind, cause) = match other {
                    Some(info) => {
                        let cause = format!("someone broke it, and it is held: {info}");
                        (ErrorKind::Locked(Some(Box::new(info))), cause)
                    }
                    None => (ErrorKind::Conflict, "someone broke it".into()),
                };
                Err(StoreError::new(kind, "keep", object, cause)
                    .hint("Nothing was written. Find out who else works on this state before you run again."))
            }
        }
    }

    async fn release(self: Box<Self>) -> Result<(), StoreError> {
        unlock(&self.bucket, &self.key, &self.id).await
    }
}

/// Without `use_lockfile` there is no lock, as with Terraform.
struct Unlocked;

#[async_trait]
impl Held for Unlocked {
    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn release(self: Box<Self>) -> Result<(), StoreError> {
        Ok(())
    }
}
