//! One comment, found again and edited.

use crate::error::{ForgeError, ForgeErrorKind};
use crate::forge::{Comment, Forge, Thread};
use crate::mark::Mark;
use std::time::Duration;

/// How often it is tried to bring a comment to its text.
const TRIES_MAX: u32 = 4;

/// What became of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is new.
    Added,
    /// It stood there with another text.
    Edited,
    /// It stood there like this.
    Unchanged,
}

/// The own comment with the mark of a key, and the mark; the first, should there be several.
///
/// A comment of somebody else is none, whatever mark it bears.
///
/// # Errors
/// The forge's failures.
pub async fn find_comment(
    forge: &dyn Forge,
    thread: Thread,
    key: &str,
) -> Result<Option<(Comment, Mark)>, ForgeError> {
    let marked = |comment: Comment| {
        let mark = Mark::find(forge.kind(), &comment.body, key).filter(|_| comment.is_own)?;
        Some((comment, mark))
    };
    Ok(forge.comments(thread).await?.into_iter().find_map(marked))
}

/// Sees to it that there is one comment with a mark, and that it says this: the one that is there is edited, and a new one
/// written where there is none, or where it was deleted.
///
/// # Errors
/// A text that is too long for the forge; the forge's failures.
pub async fn write_comment(
    forge: &dyn Forge,
    thread: Thread,
    mark: &Mark,
    text: &str,
) -> Result<Written, ForgeError> {
    let body = format!("{}\n{text}", mark.line(forge.kind()));
    check_length(forge, thread, &body)?;
    let mut tries = 1;
    loop {
        let outcome = match find_comment(forge, thread, &mark.key).await? {
            Some((comment, _)) if same(&comment.body, &body) => return Ok(Written::Unchanged),
            Some((comment, _)) => {
                forge.edit_comment(thread, &comment.id, &body).await.map(|()| Written::Edited)
            }
            None => forge.add_comment(thread, &body).await.map(|_| Written::Added),
        };
        match outcome {
            Ok(written) => return Ok(written),
            // Deleted meanwhile, or written without an answer: what stands there is looked at again.
            Err(error)
                if tries < TRIES_MAX
                    && matches!(error.kind, ForgeErrorKind::NotFound | ForgeErrorKind::Unanswered) => {}
            Err(error) => return Err(error),
        }
        forge.pace().pause(Duration::from_secs(1 << tries)).await;
        tries += 1;
    }
}

/// Whether a comment with a mark says this below it.
pub fn says(comment: &Comment, text: &str) -> bool {
    comment.body.split_once('\n').is_some_and(|(_, below)| same(below, text))
}

/// Forges change the ends of lines and of texts.
fn same(one: &str, other: &str) -> bool {
    one.trim_end().lines().map(str::trim_end).eq(other.trim_end().lines().map(str::trim_end))
}

fn check_length(forge: &dyn Forge, thread: Thread, body: &str) -> Result<(), ForgeError> {
    let (max, unit) = forge.kind().comment_max();
    let length = unit.length(body);
    if length <= max {
        return Ok(());
    }
    let what = format!("comment on {}", thread.words());
    let cause = format!("the text has {length} characters, and {} takes {max}", forge.kind().name());
    Err(ForgeError::new(ForgeErrorKind::Refused, Some(forge.kind()), what, cause))
}
