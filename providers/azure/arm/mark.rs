//! The mark of a creation: a tag by which a thing is known again as what a killed process has made. It is taken away
//! once the creation is on record, and reads don't show it.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::{Id, is_same};
use crate::fault::is_passing;
use serde_json::{Value as Json, json};
use std::fmt::Display;
use std::time::Duration;
use trueup_provider_kit::{Call, Deadline, Fault, FaultKind, Fields, Object, Tags};

/// The tag that a creation carries until it is known to be recorded.
pub(crate) const STEP_TAG: &str = "trueup-step";
/// How long something new may be busy or not known everywhere.
const EARLY: Duration = Duration::from_mins(2);

/// The tags that a document has, without the mark.
pub(crate) fn tags(document: &Json) -> Tags {
    let mut tags = document.tags("/tags");
    tags.remove(STEP_TAG);
    tags
}

/// The tags to create an object with: its own and the mark.
pub(crate) fn marked(object: &Object, token: &str) -> Json {
    let mut tags = object.map("tags");
    tags.insert(STEP_TAG.to_owned(), token.to_owned());
    json!(tags)
}

/// Takes the mark away. Where the credentials don't suffice it stays: reads don't show it.
pub(crate) async fn unmark(site: &Site, id: &Id) -> Result<(), Fault> {
    let _turn = site.arm.turn(id).await;
    let path = (id, id.kind.version);
    let is_early = |fault: &Fault| is_passing(fault) || fault.is_not_found();
    let deadline = Deadline::after(EARLY);
    let attempt = || async {
        let Some(found) = site.arm.get(id, id.kind.version).await? else { return Ok(()) };
        if found.tags("/tags").contains_key(STEP_TAG) {
            let underway = site.arm.patch(path, &json!({"tags": tags(&found)})).await?;
            underway.settle(&site.arm, path, deadline).await?;
        }
        Ok(())
    };
    match deadline.retry(is_early, attempt).await {
        Err(fault) if fault.kind != FaultKind::Denied => {
            Err(fault.during(format!("removing the tag {STEP_TAG} from {id}")))
        }
        _ => Ok(()),
    }
}

/// Whether what is there under the name of a creation is what the creation has made, known by its mark. What was there
/// before isn't, and is refused by the next creation.
pub(crate) async fn recover(call: &Call<'_, Site>, id: &Id, object: &mut Object) -> Result<bool, Fault> {
    let found = call.site.arm.rest((id, id.kind.version), call.deadline).await?;
    let Some(found) = found else { return Ok(false) };
    let is_ours = found.word(&format!("/tags/{STEP_TAG}")) == Some(call.token);
    Ok(object.identify(is_ours.then(|| id.to_string())))
}

/// The same for things without tags, which are known by being just as planned.
pub(crate) fn resembles(planned: &Object, found: &Object) -> bool {
    let own = ["id", "timeouts"];
    let mut names = planned.names().filter(|name| !own.contains(&&***name));
    names.all(|name| {
        let (Some(plan), Some(real)) = (planned.field(name), found.field(name)) else { return true };
        let is_empty = plan.as_sequence().is_some_and(<[_]>::is_empty);
        let same_text = plan.as_str().zip(real.as_str()).is_some_and(|(one, other)| is_same(one, other));
        plan.is_null() || is_empty || !plan.is_wholly_known() || plan == real || same_text
    })
}

/// The refusal to take over what is there already.
pub(crate) fn exists(id: impl Display) -> Fault {
    let message = format!("{id} already exists, and this state knows nothing of it");
    Fault::new(FaultKind::Exists, message).hint(
        "To go on with what is there, import it: with an import block or the import command. Otherwise give the new one another name.",
    )
}
