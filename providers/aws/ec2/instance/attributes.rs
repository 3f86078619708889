//! What the API tells one instance and one attribute at a time. It is asked for where it is looked at: where the
//! configuration or the state says something of it other than an instance starts with, and where the state doesn't know
//! it yet. User data is asked for once in each time that the instance runs.

use crate::account::site::Site;
use crate::fault::{Attempt, found};
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, Instance as Description, InstanceAttributeName as Name,
    InstanceStateName as State,
};
use aws_smithy_types::{DateTime, base64};
use trueup_provider_kit::{Fault, Fields, Object};
use trueup_value::Value;

/// What an instance starts with where nothing else is asked for (EC2 API reference, `RunInstances`).
const SHUTDOWN: &str = "stop";

/// Says what a new instance has where the request didn't say: there is no need to ask for it. A launch template may
/// have said something else.
pub(super) fn settle_new(object: &mut Object, launched: Option<&DateTime>) {
    if object.item("launch_template").is_some() {
        return;
    }
    object.put_note(LAUNCH, launched.map(launch));
    for name in ["disable_api_stop", "disable_api_termination"] {
        object.put_flag(name, Some(object.flag(name).unwrap_or(false)));
    }
    let behavior = object.owned("instance_initiated_shutdown_behavior");
    object.put_text("instance_initiated_shutdown_behavior", Some(behavior.as_deref().unwrap_or(SHUTDOWN)));
    object.put_text("instance_state", Some("pending"));
}

/// The note of the launch that the user data was read or given in.
const LAUNCH: &str = "user_data_launch";

/// Fills in what is looked at; `is_known` says whether the object has been read or settled before.
pub(super) async fn fill(
    site: &Site,
    object: &mut Object,
    instance: &Description,
    is_known: bool,
) -> Result<(), Fault> {
    let id = object.id_or_empty().to_owned();
    for (name, attribute) in
        [("disable_api_stop", Name::DisableApiStop), ("disable_api_termination", Name::DisableApiTermination)]
    {
        if !is_known || object.flag(name) != Some(false) || !object.is_left(name) {
            let told = read(site, &id, attribute).await?;
            object.put_flag(name, Some(told.as_deref() == Some("true")));
        }
    }
    let name = "instance_initiated_shutdown_behavior";
    if !is_known || object.text(name) != Some(SHUTDOWN) || !object.is_left(name) {
        let behavior = read(site, &id, Name::InstanceInitiatedShutdownBehavior).await?;
        object.put_text(name, behavior);
    }
    let is_encoded = object.text("user_data_base64").is_some();
    // Only a stopped instance takes other user data, and starting it is another launch (EC2 User Guide, "Work with
    // instance user data"; API reference, `Instance`).
    let launch = instance.launch_time().filter(|_| is_running(instance)).map(launch);
    if !is_known || launch.is_none() || object.note(LAUNCH) != launch.as_deref() {
        let data = read(site, &id, Name::UserData).await?;
        fill_user_data(object, data.filter(|data| !data.is_empty()), is_encoded);
        object.put_note(LAUNCH, launch);
    }
    if object.flag("get_password_data") == Some(true) && !object.is_set("password_data") {
        let answer = site.ec2.get_password_data().instance_id(&id).send().await;
        let answer = found(answer.attempt("reading the password of the instance"))?;
        object.put_text("password_data", answer.and_then(|answer| answer.password_data));
    }
    Ok(())
}

fn launch(at: &DateTime) -> String {
    at.as_nanos().to_string()
}

fn is_running(instance: &Description) -> bool {
    instance.state().and_then(|state| state.name()) == Some(&State::Running)
}

/// Kept in the form that the configuration uses; bytes that aren't text only fit base64.
fn fill_user_data(object: &mut Object, data: Option<String>, is_encoded: bool) {
    let decode = |data: &str| base64::decode(data).ok();
    let bytes = data.as_deref().and_then(decode);
    // The same bytes in another spelling are no difference.
    if is_encoded && bytes.is_some() && object.text("user_data_base64").and_then(decode) == bytes {
        return;
    }
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|_| !is_encoded);
    object.put_text("user_data_base64", data.filter(|_| text.is_none()));
    match text {
        Some(text) => object.put("user_data", Value::from(text.as_str())),
        None => object.put_text("user_data", None::<&str>),
    }
}

async fn read(site: &Site, id: &str, name: Name) -> Result<Option<String>, Fault> {
    let request = site.ec2.describe_instance_attribute().instance_id(id).attribute(name.clone());
    let answer = request.send().await.attempt(&format!("reading {} of the instance", name.as_str()));
    let Some(answer) = found(answer)? else { return Ok(None) };
    let flag = |flag: Option<&AttributeBooleanValue>| {
        flag.and_then(AttributeBooleanValue::value).map(|flag| flag.to_string())
    };
    let text = |text: Option<&AttributeValue>| text.and_then(|text| text.value()).map(str::to_owned);
    Ok(match name {
        Name::DisableApiTermination => flag(answer.disable_api_termination()),
        Name::DisableApiStop => flag(answer.disable_api_stop()),
        Name::InstanceInitiatedShutdownBehavior => text(answer.instance_initiated_shutdown_behavior()),
        _ => text(answer.user_data()),
    })
}
