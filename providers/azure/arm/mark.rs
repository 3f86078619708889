//! The mark of a creation: a tag, or an entry among the metadata, by which a thing is known again as what a killed
//! process has made. It is taken away once the creation is on record, and reads don't show it.

use crate::account::site::Site;
use crate::arm::document::Document;
use crate::arm::id::{Id, is_same};
use serde_json::{Value as Json, json};
use std::fmt::Display;
use std::time::Duration;
use trueup_login::azure::is_passing;
use trueup_provider_kit::{Call, Deadline, Fault, FaultKind, Fields, Object, Tags};

/// The tag that a creation carries until it is known to be recorded.
pub(crate) const STEP_TAG: &str = "trueup-step";
/// How long something new may be busy or not known everywhere.
const EARLY: Duration = Duration::from_mins(2);

/// Where documents have texts by key, one of which can be the mark.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marks {
    path: &'static str,
    name: &'static str,
}

/// Most things have tags.
const TAGS: Marks = Marks { path: "/tags", name: STEP_TAG };
/// What has no tags may have metadata, whose names have no hyphens.
pub(crate) const METADATA: Marks = Marks { path: "/properties/metadata", name: "trueup_step" };

impl Marks {
    /// The texts that a document has, without the mark.
    pub(crate) fn texts(self, document: &Json) -> Tags {
        let mut texts = document.tags(self.path);
        texts.remove(self.name);
        texts
    }

    /// These texts and the mark.
    pub(crate) fn marked(self, mut texts: Tags, token: &str) -> Json {
        texts.insert(self.name.to_owned(), token.to_owned());
        json!(texts)
    }

    /// Takes the mark away. Where the credentials don't suffice it stays: reads don't show it.
    pub(crate) async fn unmark(self, site: &Site, id: &Id) -> Result<(), Fault> {
        let _turn = site.arm.turn(id).await;
        let path = (id, id.kind.version);
        let is_early = |fault: &Fault| is_passing(fault) || fault.is_not_found();
        let deadline = Deadline::after(EARLY);
        let attempt = || async {
            let Some(found) = site.arm.get(id, id.kind.version).await? else { return Ok(()) };
            if found.tags(self.path).contains_key(self.name) {
                let mut body = json!({});
                body.set(self.path, Some(json!(self.texts(&found))));
                let underway = site.arm.patch(path, &body).await?;
                underway.settle(&site.arm, path, deadline).await?;
            }
            Ok(())
        };
        let mut outcome = deadline.retry(is_early, attempt).await;
        // A long operation that failed in the end is begun once more.
        if outcome.as_ref().is_err_and(|fault| fault.kind == FaultKind::Other) {
            outcome = deadline.retry(is_early, attempt).await;
        }
        match outcome {
            Err(fault) if fault.kind != FaultKind::Denied => {
                Err(fault.during(format!("removing the mark {} from {id}", self.name)))
            }
            _ => Ok(()),
        }
    }

    /// Whether what is there under the name of a creation is what the creation has made, known by its mark. What was
    /// there before isn't, and is refused by the next creation.
    pub(crate) async fn is_own(self, call: &Call<'_, Site>, id: &Id) -> Result<bool, Fault> {
        let found = call.site.arm.rest((id, id.kind.version), call.deadline).await?;
        let mark = found.map(|found| found.tags(self.path).remove(self.name));
        Ok(mark.flatten().as_deref() == Some(call.token))
    }
}

/// The tags that a document has, without the mark.
pub(crate) fn tags(document: &Json) -> Tags {
    TAGS.texts(document)
}

/// The tags to create an object with: its own and the mark.
pub(crate) fn marked(object: &Object, token: &str) -> Json {
    TAGS.marked(object.map("tags"), token)
}

/// Takes the mark away from the tags.
pub(crate) async fn unmark(site: &Site, id: &Id) -> Result<(), Fault> {
    TAGS.unmark(site, id).await
}

/// Takes the id of what the creation has made, and says whether that is there.
pub(crate) async fn recover(call: &Call<'_, Site>, id: &Id, object: &mut Object) -> Result<bool, Fault> {
    let is_ours = TAGS.is_own(call, id).await?;
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
