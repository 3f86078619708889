//! The lock: an object beside the state that only one can put.

use super::{Condition, Objects, Put};
use crate::lock::Held;
use crate::{ErrorKind, Lock, LockInfo, StoreError};
use async_trait::async_trait;
use std::sync::Arc;

/// Objects among which locks are.
#[async_trait]
pub(crate) trait LockObjects: Objects {
    /// The key of the lock of a state.
    fn lock_key(&self, key: &str) -> String;

    /// What the lock with this tag is called, which says this of its holder.
    fn lock_id(&self, info: &LockInfo, tag: &str) -> String;

    /// Deletes the object, if it has this tag; a [`ErrorKind::Conflict`] where it hasn't.
    async fn delete_unchanged(&self, key: &str, tag: String) -> Result<(), StoreError>;
}

/// Takes the lock.
pub(crate) async fn lock<O: LockObjects>(
    objects: Arc<O>,
    key: &str,
    mut info: LockInfo,
) -> Result<Lock, StoreError> {
    let name = objects.lock_key(key);
    let bytes = info.to_json().into_bytes();
    let put = Put { verb: "lock", key: &name, bytes, condition: Condition::Absent };
    let tag = match objects.put(put).await {
        Ok(tag) => tag,
        Err(error) if error.kind == ErrorKind::Conflict => match found(&*objects, key).await? {
            // A put whose answer got lost is sent again and then finds its own object.
            Some((holder, tag)) if holder.id == info.id => tag,
            other => {
                let holder = other.map(|(holder, tag)| called(&*objects, holder, &tag));
                return Err(StoreError::locked(objects.object(&name), holder));
            }
        },
        Err(error) => return Err(error),
    };
    info.id = objects.lock_id(&info, &tag);
    let held = ObjectHeld { objects, key: key.into(), id: info.id.clone() };
    Ok(Lock::new(info, Box::new(held)))
}

/// Who holds the lock.
pub(crate) async fn holder(objects: &impl LockObjects, key: &str) -> Result<Option<LockInfo>, StoreError> {
    Ok(found(objects, key).await?.map(|(info, tag)| called(objects, info, &tag)))
}

fn called(objects: &impl LockObjects, info: LockInfo, tag: &str) -> LockInfo {
    LockInfo { id: objects.lock_id(&info, tag), ..info }
}

/// What the lock says itself, and its tag.
async fn found(objects: &impl LockObjects, key: &str) -> Result<Option<(LockInfo, String)>, StoreError> {
    let name = objects.lock_key(key);
    let Some(got) = objects.get("read", &name).await? else { return Ok(None) };
    let info = LockInfo::from_json(&got.bytes).ok_or_else(|| {
        StoreError::new(
            ErrorKind::Corrupt,
            "lock",
            objects.object(&name),
            "it doesn't say who holds the lock",
        )
        .hint("Make sure that nobody works on this state, then delete the object.")
    })?;
    Ok(Some((info, got.tag)))
}

/// Deletes the lock if it has this id.
pub(crate) async fn unlock(objects: &impl LockObjects, key: &str, id: &str) -> Result<(), StoreError> {
    let name = objects.lock_key(key);
    let refuse = |cause: String| StoreError::new(ErrorKind::Conflict, "unlock", objects.object(&name), cause);
    let Some((info, tag)) = found(objects, key).await? else { return Err(refuse("there is no lock".into())) };
    let found = objects.lock_id(&info, &tag);
    if found != id {
        return Err(refuse(format!("the lock has the ID {found}, not {id}")));
    }
    objects.delete_unchanged(&name, tag).await
}

struct ObjectHeld<O> {
    objects: Arc<O>,
    key: String,
    id: String,
}

#[async_trait]
impl<O: LockObjects> Held for ObjectHeld<O> {
    async fn check(&self) -> Result<(), StoreError> {
        match holder(&*self.objects, &self.key).await? {
            Some(info) if info.id == self.id => Ok(()),
            other => Err(StoreError::lost(self.objects.object(&self.objects.lock_key(&self.key)), other)),
        }
    }

    async fn release(self: Box<Self>) -> Result<(), StoreError> {
        unlock(&*self.objects, &self.key, &self.id).await
    }
}
