//! The lock: a lease of the state's blob without an end, and who holds it in the blob's metadata ("Lease Blob" of the
//! REST reference). The lease is the lock, and its id the lock's; the metadata alone lock nothing.

use super::blobs::{Container, Properties, is_missing};
use super::client::Call;
use super::failure;
use crate::lock::Held;
use crate::objects::Objects;
use crate::{ErrorKind, Lock, LockInfo, StoreError};
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use trueup_login::{Answer, Method};

/// Where Terraform keeps who holds a lock: JSON in base64.
const HOLDER: &str = "x-ms-meta-terraformlockid";
/// How often a blob is made that somebody else takes away again.
const ATTEMPTS_MAX: u32 = 3;

/// Who has a lock.
enum Holder {
    Nobody,
    /// Someone who doesn't say.
    Unknown,
    Known(LockInfo),
}

impl Holder {
    fn of(there: Option<&Properties>) -> Holder {
        let Some(there) = there.filter(|there| there.is_leased) else { return Holder::Nobody };
        let told = there.metadata.get(HOLDER).and_then(|text| STANDARD.decode(text).ok());
        told.and_then(|json| LockInfo::from_json(&json)).map_or(Holder::Unknown, Holder::Known)
    }
}

fn lease(container: &Container, key: &str, action: &str) -> Call<'static> {
    let mut call = container.call(Method::PUT, key).header("x-ms-lease-action", action);
    call.query = vec![("comp", "lease")];
    call
}

/// Takes the lock.
pub(super) async fn lock(container: Arc<Container>, key: &str, info: LockInfo) -> Result<Lock, StoreError> {
    acquire(&container, key, &info.id).await?;
    container.keep(key, Some(&info.id));
    if let Err(error) = say(&container, key, Some(&info)).await {
        // Nobody could tell who has it.
        drop(release(&container, key, &info.id).await);
        container.keep(key, None);
        return Err(error);
    }
    let held = BlobHeld { container, key: key.into(), id: info.id.clone() };
    Ok(Lock::new(info, Box::new(held)))
}

/// Takes the lease. An answer that was lost does no harm: who has it already is given it again.
async fn acquire(container: &Container, key: &str, id: &str) -> Result<(), StoreError> {
    let call = lease(container, key, "acquire")
        .header("x-ms-lease-duration", "-1")
        .header("x-ms-proposed-lease-id", id);
    for attempt in 1.. {
        let answer = container.send(("lock", key), &call).await?;
        match failure::code(&answer).as_str() {
            _ if (200..300).contains(&answer.status) => return Ok(()),
            _ if is_missing(&answer) && attempt < ATTEMPTS_MAX => make(container, key).await?,
            "LeaseAlreadyPresent" | "LeaseIsBreakingAndCannotBeAcquired" => {
                let there = container.look("lock", key).await?;
                let holder = match Holder::of(there.as_ref()) {
                    Holder::Known(info) => Some(info),
                    Holder::Nobody | Holder::Unknown => None,
                };
                return Err(StoreError::locked(container.object(key), holder));
            }
            _ => return Err(failure::refused(&container.attempt("lock", key), &answer)),
        }
    }
    unreachable!("the last attempt returns")
}

/// Puts an empty blob, which can be leased, unless there is one by now.
async fn make(container: &Container, key: &str) -> Result<(), StoreError> {
    let mut call = container
        .call(Method::PUT, key)
        .header("content-type", "application/json")
        .header("if-none-match", "*")
        .header("x-ms-blob-type", "BlockBlob");
    call.body = Some(Vec::new());
    let answer = container.send(("lock", key), &call).await?;
    match answer.status {
        200..300 | 409 | 412 => Ok(()),
        _ => Err(failure::refused(&container.attempt("lock", key), &answer)),
    }
}

/// Writes who holds the lock to the blob, or takes that away; all else of its metadata stays.
async fn say(container: &Container, key: &str, info: Option<&LockInfo>) -> Result<(), StoreError> {
    let verb = if info.is_some() { "lock" } else { "unlock" };
    let Some(there) = container.look(verb, key).await? else { return Ok(()) };
    let mut metadata = there.metadata;
    match info {
        Some(info) => metadata.insert(HOLDER.into(), STANDARD.encode(info.to_json())),
        None => metadata.remove(HOLDER),
    };
    let mut call = container.call(Method::PUT, key);
    call.query = vec![("comp", "metadata")];
    call.headers.extend(metadata);
    call.headers.extend(container.lease(key).map(|lease| ("x-ms-lease-id".to_owned(), lease)));
    container.succeed((verb, key), &call).await.map(drop)
}

/// Gives the lease back.
async fn release(container: &Container, key: &str, id: &str) -> Result<(), StoreError> {
    let call = lease(container, key, "release").header("x-ms-lease-id", id);
    let answer = container.send(("unlock", key), &call).await?;
    match answer.status {
        200..300 => Ok(()),
        // An answer that was lost said that it is given back.
        409 if answer.is_doubtful => match Holder::of(container.look("unlock", key).await?.as_ref()) {
            Holder::Known(info) if info.id == id => refused(container, key, &answer),
            _ => Ok(()),
        },
        _ => refused(container, key, &answer),
    }
}

fn refused(container: &Container, key: &str, answer: &Answer) -> Result<(), StoreError> {
    Err(failure::refused(&container.attempt("unlock", key), answer))
}

/// Who holds the lock.
pub(super) async fn holder(container: &Container, key: &str) -> Result<Option<LockInfo>, StoreError> {
    match Holder::of(container.look("read the lock of", key).await?.as_ref()) {
        Holder::Nobody => Ok(None),
        Holder::Known(info) => Ok(Some(info)),
        Holder::Unknown => {
            let cause = "it is leased, and its metadata don't say by whom";
            Err(StoreError::new(ErrorKind::Corrupt, "lock", container.object(key), cause).hint(
                "Make sure that nobody works on this state, then break the lease: `az storage blob lease break`.",
            ))
        }
    }
}

/// Gives the lease with this id back, whoever took it.
pub(super) async fn unlock(container: &Container, key: &str, id: &str) -> Result<(), StoreError> {
    let refuse =
        |cause: String| Err(StoreError::new(ErrorKind::Conflict, "unlock", container.object(key), cause));
    match Holder::of(container.look("unlock", key).await?.as_ref()) {
        Holder::Nobody => return refuse("there is no lock".into()),
        Holder::Known(info) if info.id != id => {
            return refuse(format!("the lock has the ID {}, not {id}", info.id));
        }
        Holder::Known(_) | Holder::Unknown => {}
    }
    let own = container.keep(key, Some(id));
    let outcome = match say(container, key, None).await {
        Ok(()) => release(container, key, id).await,
        Err(error) => Err(error),
    };
    container.keep(key, own.filter(|own| own != id || outcome.is_err()).as_deref());
    outcome
}

struct BlobHeld {
    container: Arc<Container>,
    key: String,
    id: String,
}

impl BlobHeld {
    async fn lost(&self) -> StoreError {
        let other = match self.container.look("read the lock of", &self.key).await {
            Ok(there) => match Holder::of(there.as_ref()) {
                Holder::Known(info) if info.id != self.id => Some(info),
                _ => None,
            },
            Err(error) => return error,
        };
        StoreError::lost(self.container.object(&self.key), other)
    }
}

#[async_trait]
impl Held for BlobHeld {
    /// Renews the lease, which only who has it can.
    async fn check(&self) -> Result<(), StoreError> {
        let call = lease(&self.container, &self.key, "renew").header("x-ms-lease-id", &self.id);
        let answer = self.container.send(("keep", &self.key), &call).await?;
        match answer.status {
            200..300 => Ok(()),
            404 | 409 | 412 => Err(self.lost().await),
            _ => Err(failure::refused(&self.container.attempt("keep", &self.key), &answer)),
        }
    }

    async fn release(self: Box<Self>) -> Result<(), StoreError> {
        // Who deletes a blob has given its lease back.
        if self.container.lease(&self.key).is_none() {
            return Ok(());
        }
        let outcome = unlock(&self.container, &self.key, &self.id).await;
        self.container.keep(&self.key, None);
        outcome
    }
}
